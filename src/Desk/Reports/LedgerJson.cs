using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Desk.Commands;
using Assay.Ledger.Store;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>What the commands of the ledger print as JSON. Money is decimal text in USD.</summary>
static class LedgerJson
{
    public static void Write(LedgerSums sums, Stream into) => Object(into, json =>
    {
        var cube = sums.Cube;
        json.WriteString("ledger", sums.Ledger);
        json.WriteString("book", sums.Book);
        if (sums.Rating is { } rating) json.WriteNumber("rating", rating.Id);
        json.WriteString("total", Usd.Plain(cube.Total));
        if (cube.TotalMax > cube.Total) json.WriteString("total_max", Usd.Plain(cube.TotalMax));
        json.WriteNumber("requests", cube.Requests);
        json.WriteNumber("failed", cube.Failed);
        json.WriteNumber("uncounted", sums.Cells.Uncounted);
        json.WriteNumber("duplicates", sums.Cells.Duplicates);
        json.WriteNumber("requests_unpriced", cube.Cells.Sum(c => c.WithUnpriced));
        if (cube.First is { } first) json.WriteString("from", Dimensions.Day(DateOnly.FromDateTime(first))); else json.WriteNull("from");
        if (cube.Last is { } last) json.WriteString("to", Dimensions.Day(DateOnly.FromDateTime(last))); else json.WriteNull("to");
        ReportJson.Grouped(json, sums.Groups);
        json.WriteStartArray("unpriced");
        foreach (var (reason, count) in cube.Unpriced.OrderByDescending(u => u.Value).ThenBy(u => u.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("reason", reason);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    public static void Write(LedgerImport.Outcome outcome, Stream into) => Object(into, json =>
    {
        json.WriteString("ledger", outcome.Ledger);
        json.WriteNumber("files", outcome.Files);
        json.WriteNumber("files_known", outcome.FilesKnown);
        json.WriteNumber("requests", outcome.Requests);
        json.WriteNumber("duplicates", outcome.Duplicates);
        json.WriteNumber("rating", outcome.Rating.Id);
        json.WriteString("book", outcome.Rating.Book);
    });

    public static void WriteRatings(IReadOnlyList<LedgerRating> ratings, Stream into) => Object(into, json =>
    {
        json.WriteStartArray("ratings");
        foreach (var rating in ratings)
        {
            json.WriteStartObject();
            json.WriteNumber("rating", rating.Id);
            json.WriteString("book", rating.Book);
            json.WriteString("known_at", rating.KnownAt.ToString("yyyy-MM-ddTHH:mm:ssZ"));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>Rows of a statement: a list of objects, values as text.</summary>
    public static void Write(IReadOnlyList<string> names, List<IReadOnlyList<string?>> rows, Stream into)
    {
        using var json = Writer(into);
        json.WriteStartArray();
        foreach (var row in rows)
        {
            json.WriteStartObject();
            for (var i = 0; i < names.Count; i++) json.WriteString(names[i], row[i]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Flush();
        into.WriteByte((byte)'\n');
    }

    static void Object(Stream into, Action<Utf8JsonWriter> members)
    {
        using var json = Writer(into);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        into.WriteByte((byte)'\n');
    }

    static Utf8JsonWriter Writer(Stream into) =>
        new(into, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
