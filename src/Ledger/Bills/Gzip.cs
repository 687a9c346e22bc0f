using System.IO.Compression;

namespace Assay.Ledger.Bills;

/// <summary>Compressed bills. DuckDB takes a file cut short at the end of a row for whole; here it is found out first.</summary>
static class Gzip
{
    // Deflate cannot unfold more than 1032 times; bills, which repeat themselves, stay below 100.
    const int RatioMax = 400;
    const long Allowance = 1024L * 1024 * 1024;

    static Gzip() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    public static bool Is(ReadOnlySpan<byte> start) => start is [0x1F, 0x8B, ..];

    public static Stream Open(Stream raw) => new GZipStream(raw, CompressionMode.Decompress);

    /// <exception cref="BillException">The data end early, are damaged, or unfold beyond any bill.</exception>
    public static void RequireWhole(string path)
    {
        using var raw = File.OpenRead(path);
        using var plain = Open(raw);
        var buffer = new byte[256 * 1024];
        try
        {
            for (long unfolded = 0; plain.Read(buffer) is > 0 and var read;)
            {
                unfolded += read;
                if (unfolded > Allowance && unfolded / RatioMax > raw.Position)
                    throw new InvalidDataException($"a gzip bomb: {raw.Position} bytes unfold into more than {unfolded}");
            }
        }
        catch (InvalidDataException fault)
        {
            throw BillTable.Unreadable(path, fault);
        }
    }
}
