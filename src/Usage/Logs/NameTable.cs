using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Assay.Usage.Logs;

/// <summary>A string seen before: the same bytes always give the same object.</summary>
sealed class Name(byte[] utf8, string text, int id)
{
    public byte[] Utf8 { get; } = utf8;
    public string Text { get; } = text;

    /// <summary>Position in its table: small, dense, and cheap to build keys of.</summary>
    public int Id { get; } = id;
}

/// <summary>Turns the few distinct names of a log (accounts, models, roles) into strings once each.</summary>
sealed class NameTable
{
    Name?[] slots = new Name?[256];
    int count;

    public static readonly Name Empty = new([], "", 0);

    /// <summary>The name of these bytes. False when they are not UTF-8.</summary>
    public bool TryGet(ReadOnlySpan<byte> utf8, ref Name? last, out Name name)
    {
        // Neighbouring records mostly repeat each other, so the previous value of the same member is tried first.
        if (last is { } previous && utf8.SequenceEqual(previous.Utf8)) { name = previous; return true; }
        if (utf8.IsEmpty) { name = Empty; return true; }
        var mask = slots.Length - 1;
        var at = (int)(Hash(utf8) & (uint)mask);
        while (slots[at] is { } found)
        {
            if (utf8.SequenceEqual(found.Utf8)) { last = name = found; return true; }
            at = (at + 1) & mask;
        }
        if (!System.Text.Unicode.Utf8.IsValid(utf8)) { name = Empty; return false; }
        name = last = new Name(utf8.ToArray(), string.Intern(Encoding.UTF8.GetString(utf8)), ++count);
        slots[at] = name;
        if (count > slots.Length / 2) Grow();
        return true;
    }

    // The first and last bytes and the length tell names apart well enough, and cost less than a look at every byte.
    static ulong Hash(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length < 8) return XxHash3.HashToUInt64(utf8);
        unchecked
        {
            var first = BinaryPrimitives.ReadUInt64LittleEndian(utf8);
            var last = BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..]);
            var middle = BinaryPrimitives.ReadUInt64LittleEndian(utf8[((utf8.Length - 8) / 2)..]);
            var mixed = (first ^ ulong.RotateLeft(last, 23) ^ ulong.RotateLeft(middle, 47) ^ (uint)utf8.Length) * 0x9E37_79B9_7F4A_7C15UL;
            return mixed ^ (mixed >> 32);
        }
    }

    void Grow()
    {
        var old = slots;
        slots = new Name?[old.Length * 2];
        foreach (var name in old)
        {
            if (name is null) continue;
            var at = (int)(Hash(name.Utf8) & (uint)(slots.Length - 1));
            while (slots[at] is not null) at = (at + 1) & (slots.Length - 1);
            slots[at] = name;
        }
    }
}
