using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Assay.Gateway.Identity;

/// <summary>What became of the key that came with a call.</summary>
enum KeyVerdict : byte { Good, Missing, Unknown, Expired, Revoked }

/// <summary>
/// The keys a running gateway takes, by the hash of their secrets. Immutable: a change of the file makes a new ring, and calls on
/// their way keep the one they began with.
/// </summary>
sealed class KeyRing
{
    readonly FrozenDictionary<UInt128, Entry> byHash;

    sealed record Entry(KeyHolder Holder, byte[] Hash, DateTime? Until);

    public KeyRing(IEnumerable<KeyHolder> holders)
    {
        var entries = new Dictionary<UInt128, Entry>();
        foreach (var holder in holders)
        {
            Add(holder, holder.Key.Hash, null);
            if (holder.Key.PreviousHash is { } previous) Add(holder, previous, holder.Key.PreviousUntil ?? DateTime.MinValue);
        }
        byHash = entries.ToFrozenDictionary();

        void Add(KeyHolder holder, string hash, DateTime? until)
        {
            var bytes = Convert.FromHexString(hash);
            entries[Start(bytes)] = new(holder, bytes, until);
        }
    }

    public int Count => byHash.Count;
    public IEnumerable<KeyHolder> Holders => byHash.Values.Select(e => e.Holder).Distinct();

    public KeyVerdict Find(ReadOnlySpan<char> secret, DateTime utcNow, out KeyHolder? holder)
    {
        holder = null;
        if (secret.IsEmpty) return KeyVerdict.Missing;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (!KeySecret.Hash(secret, hash)) return KeyVerdict.Unknown;
        // Who finds a hash by its first half already knows a secret; comparing all of it in equal time costs nothing.
        if (!byHash.TryGetValue(Start(hash), out var entry) || !CryptographicOperations.FixedTimeEquals(entry.Hash, hash))
            return KeyVerdict.Unknown;
        holder = entry.Holder;
        if (holder.Key.IsRevoked) return KeyVerdict.Revoked;
        return holder.Key.IsExpired(utcNow) || entry.Until <= utcNow ? KeyVerdict.Expired : KeyVerdict.Good;
    }

    static UInt128 Start(ReadOnlySpan<byte> hash) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
}
