namespace Assay.Gateway.Dialects;

/// <summary>The formats of documents that Converse reads, by media type or by a file's extension.</summary>
static class DocumentFormat
{
    public const string Accepted = "pdf, csv, doc, docx, xls, xlsx, html, txt, md";

    public static string? Of(string mediaType, string? fileName) => mediaType switch
    {
        "application/pdf" => "pdf",
        "text/csv" => "csv",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "text/html" => "html",
        "text/markdown" => "md",
        "text/plain" => OfName(fileName) ?? "txt",
        _ => OfName(fileName),
    };

    static string? OfName(string? fileName) => Path.GetExtension(fileName ?? "").ToLowerInvariant() switch
    {
        ".pdf" => "pdf",
        ".csv" => "csv",
        ".doc" => "doc",
        ".docx" => "docx",
        ".xls" => "xls",
        ".xlsx" => "xlsx",
        ".html" or ".htm" => "html",
        ".md" or ".markdown" => "md",
        ".txt" or ".text" or ".log" => "txt",
        _ => null,
    };
}
