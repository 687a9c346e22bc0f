using System.CommandLine;
using System.Text;
using System.Text.Json;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Desk.Reports.Html;

namespace Assay.Desk.Commands;

/// <summary>Writes a document as files, each whole or not at all.</summary>
sealed class ReportFiles
{
    readonly Option<string?> markdown = File("--markdown", "Also write Markdown, for a ticket, a wiki or a mail.");
    readonly Option<string?> html = File("--html", "Also write one self-contained page.");
    readonly Option<string?> xlsx = File("--xlsx", "Also write a workbook: every table a sheet.");
    readonly Option<string?> pdf = File("--pdf",
        "Also print the page to PDF; needs Chromium (its path in ASSAY_CHROMIUM, else the usual places).");
    readonly Option<string?> into = new("--out")
    {
        Description = "Also write all of them into a folder of the period in DIR; PDF where there is Chromium.", HelpName = "DIR",
    };

    public IReadOnlyList<Option> All => [markdown, html, xlsx, pdf, into];

    /// <summary>What was asked for.</summary>
    public sealed record Request(string? Markdown, string? Html, string? Xlsx, string? Pdf, string? Into);

    public Request Read(ParseResult parsed) => new(
        parsed.GetValue(markdown), parsed.GetValue(html), parsed.GetValue(xlsx), parsed.GetValue(pdf), parsed.GetValue(into));

    /// <param name="name">Names the files of a folder: weekly, pack.</param>
    /// <param name="period">Names the folder: the days the document is of.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void Write(Request request, Document document, Action<Utf8JsonWriter> json, string name, string period,
        CancellationToken cancel)
    {
        if (request.Markdown is { } text) Save(text, "--markdown", path => WriteMarkdown(document, path));
        if (request.Html is { } page) Save(page, "--html", path => WriteHtml(document, path));
        if (request.Xlsx is { } book) Save(book, "--xlsx", path => DocumentWorkbook.Write(document, path));
        if (request.Pdf is { } print)
        {
            var chromium = Chromium.Find() ?? throw new InputException("--pdf needs Chromium, and none was found in ASSAY_CHROMIUM or the "
                + "usual places; install it, or write --html FILE and print that.");
            Save(print, "--pdf", path => PrintTo(chromium, document, path, cancel));
        }
        if (request.Into is { } folder) WriteAll(folder, document, json, name, period, cancel);
    }

    static void WriteAll(string folder, Document document, Action<Utf8JsonWriter> json, string name, string period,
        CancellationToken cancel)
    {
        var target = Path.Combine(folder, $"{name}-{period}");
        var making = $"{target}.{Path.GetRandomFileName()}";
        try
        {
            Directory.CreateDirectory(making);
            string In(string extension) => Path.Combine(making, $"{name}.{extension}");
            WriteMarkdown(document, In("md"));
            WriteHtml(document, In("html"));
            DocumentWorkbook.Write(document, In("xlsx"));
            using (var stream = System.IO.File.Create(In("json")))
            using (var writer = new Utf8JsonWriter(stream, new() { Indented = true })) json(writer);
            if (Chromium.Find() is { } chromium) PrintTo(chromium, document, In("pdf"), cancel);
            else Console.Error.WriteLine("assay: no PDF: Chromium was not found in ASSAY_CHROMIUM or the usual places.");
            // Whoever looks finds the report of before or this one, never half of one.
            var aside = $"{target}.{Path.GetRandomFileName()}";
            if (Directory.Exists(target)) Directory.Move(target, aside);
            Directory.Move(making, target);
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write '{target}': {LogFiles.Reason(fault)}. --out takes a folder you may write to.");
        }
        finally
        {
            if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
        }
        Console.Error.WriteLine($"assay: wrote {target}");
    }

    static void Save(string path, string option, Action<string> write)
    {
        var making = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            write(making);
            System.IO.File.Move(making, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write '{path}': {LogFiles.Reason(fault)}. "
                + $"{option} takes the name of a file in a folder you may write to.");
        }
        finally
        {
            if (System.IO.File.Exists(making)) System.IO.File.Delete(making);
        }
        Console.Error.WriteLine($"assay: wrote {path}");
    }

    static void WriteMarkdown(Document document, string path)
    {
        using StreamWriter text = new(path, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        DocumentMarkdown.Write(document, text);
    }

    static void WriteHtml(Document document, string path)
    {
        using StreamWriter text = new(path, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        DocumentHtml.Write(document, text);
    }

    static void PrintTo(string chromium, Document document, string path, CancellationToken cancel)
    {
        var page = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".html");
        try
        {
            WriteHtml(document, page);
            Chromium.Print(chromium, page, path, cancel);
        }
        finally
        {
            System.IO.File.Delete(page);
        }
    }

    static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };
}
