namespace Assay.Usage.Logs;

/// <summary>Tells what a file is that is not a log, so that a person knows why it was passed over.</summary>
public static class ForeignContent
{
    /// <summary>A name for bytes that cannot start a log, or null when they may.</summary>
    /// <param name="start">The first bytes of the content, decompressed; a few hundred suffice.</param>
    public static string? Name(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty) return null;
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return "a JPEG image";
        if (start.StartsWith("\u0089PNG"u8) || start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47])) return "a PNG image";
        if (start.StartsWith("GIF8"u8)) return "a GIF image";
        if (start.StartsWith("%PDF"u8)) return "a PDF document";
        if (start.StartsWith("PAR1"u8)) return "a Parquet file";
        if (start.StartsWith("PK\u0003\u0004"u8)) return "a zip archive; unpack it first";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])) return "zstd-compressed; decompress it first";
        if (start.StartsWith("BZh"u8)) return "bzip2-compressed; decompress it first";
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A])) return "xz-compressed; decompress it first";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return "gzip inside gzip; decompress it once more";
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return "UTF-16 text, as '>' of PowerShell writes it; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)";
        // Text has no zero bytes, and few other control characters; a log is text.
        return start.Contains((byte)0) ? "binary data" : null;
    }
}
