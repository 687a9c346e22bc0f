using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Assay.Usage;

/// <summary>
/// Room for values that are written all over. Memory is given by the page, at the first touch of each, and on a virtual machine such a
/// touch costs as much as reading twenty records: so the kernel is asked for pages of 2 MB instead of 4 KB.
/// </summary>
/// <param name="length">Values there is room for. What they hold before they are written is unset.</param>
sealed class LargePages<T>(int length) where T : unmanaged
{
    // Pinned, so that where its pages begin stays true; longer by a page, so that one begins in it.
    readonly T[] room = GC.AllocateUninitializedArray<T>(length + PageAdvice.PaddingOf<T>(length), pinned: true);
    int? start;

    public int Length => length;

    /// <summary>Asks the processor to bring a value near; nothing waits for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Approach(int index)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref Values[index]));
    }

    public Span<T> Values
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => room.AsSpan(start ??= PageAdvice.Take(room, length), length);
    }
}

static partial class PageAdvice
{
    const int Size = 2 * 1024 * 1024;
    const int Large = 14; // MADV_HUGEPAGE

    /// <summary>Values an array is longer by than what it must hold; none where that fills no large page.</summary>
    public static int PaddingOf<T>(int length) where T : unmanaged => length < Size / Unsafe.SizeOf<T>() ? 0 : Size / Unsafe.SizeOf<T>();

    /// <summary>Asks for large pages for a pinned array, as from the first that begins in it: its place is returned.</summary>
    public static int Take<T>(T[] pinned, int length) where T : unmanaged
    {
        if (pinned.Length == length) return 0;
        var first = Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        var aligned = (first + (Size - 1)) & ~(nint)(Size - 1);
        // Where there are none the same memory is used page by page, so the answer changes nothing.
        if (OperatingSystem.IsLinux()) _ = Advise(aligned, (nuint)length * (nuint)Unsafe.SizeOf<T>(), Large);
        return (int)(aligned - first) / Unsafe.SizeOf<T>();
    }

    // https://man7.org/linux/man-pages/man2/madvise.2.html
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
