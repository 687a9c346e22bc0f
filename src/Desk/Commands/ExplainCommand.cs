using System.CommandLine;
using System.Text.Json;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Ledger.Store;
using Assay.Rating;
using Assay.Usage;
using Spectre.Console;

namespace Assay.Desk.Commands;

/// <summary><c>assay explain</c>: how one request came to its cost, down to the SKU and the book's source.</summary>
static class ExplainCommand
{
    public const string About = "How one request came to its cost, down to the SKU and the book's source.";

    public static Command Make()
    {
        var id = new Argument<string>("REQUEST_ID")
        {
            Description = "The request id, as the log and 'assay rate' have it, or its first 8 characters or more.",
        };
        var (paths, book, profiles, json) = (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Json());
        var command = new ExampledCommand("explain", About,
            "assay explain 85b25dcd-78a7-4ad2-9cfa-166ecd6034d8 ./logs")
        {
            id, paths, book, profiles, json,
        };
        command.SetAction((parsed, cancel) =>
        {
            var shelf = new BookShelf();
            var opened = shelf.Open(parsed.GetValue(book)!);
            var stream = new DistinctUsage(Shared.ReaderOptions(shelf, parsed.GetValue(profiles), []), workers: 1);
            var (wanted, given) = (parsed.GetValue(id)!, parsed.GetValue(paths)!);
            if (Find(stream, given, wanted, out var reading, cancel) is not { } usage)
            {
                Shared.NeedRecords(reading, given);
                throw new InputException($"no request '{wanted}' among {Shared.Count(reading.Records, "record")} in "
                    + $"{string.Join(", ", given)}. 'assay rate' lists the ids; 'assay report' names the dearest."
                    + (wanted.Length < RequestSearch.LengthMin
                        ? $" Of a longer id the first {RequestSearch.LengthMin} characters do." : ""));
            }
            var explanation = Explanation.Of(usage, opened);
            if (parsed.GetValue(json)) WriteJson(explanation);
            else Write(explanation, Terminal.Console(Terminal.Unfolded));
            return Task.FromResult(ExitCode.Fine);
        });
        return command;
    }

    static UsageRecord? Find(DistinctUsage stream, string[] paths, string wanted, out ReadingSummary reading, CancellationToken cancel)
    {
        var search = new RequestSearch(wanted);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        reading = new();
        var files = LogFiles.Under(paths);
        foreach (var path in files.Ledgers)
        {
            using var ledger = DuckDbLedger.OpenToRead(path, stream.Options.Catalog);
            if (ledger.Find(search.Exact, new()) is { } kept) return kept;
            foreach (var id in search.TakesBeginnings ? ledger.Ids(wanted, new()) : [])
                if (ledger.Find(id, new()) is { } begun) search.Offer(begun);
        }
        try
        {
            reading = stream.Read(files, records =>
            {
                foreach (ref readonly var record in records)
                    if (search.Offer(record))
                    {
                        enough.Cancel();
                        return;
                    }
            }, enough.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The request was found; the rest of the logs need not be read.
        }
        return search.Result;
    }

    static void Write(Explanation explanation, IAnsiConsole console)
    {
        var usage = explanation.Usage;
        void Line(string name, string value)
        {
            if (value.Length > 0) console.MarkupLine($"  [grey]{name,-10}[/] {Markup.Escape(value)}");
        }

        console.MarkupLine($"[bold]{Markup.Escape(usage.RequestId.ToString())}[/]");
        Line("time", usage.Time.ToString("yyyy-MM-dd HH:mm:ss") + " UTC");
        Line("model", usage.Model.Id);
        Line("priced as", $"{usage.Mode.Name()}, {usage.Tier.Name()}, {usage.Model.Scope.Name()}, in {usage.Region}");
        Line("caller", string.Join(" · ", new[] { usage.Caller.Principal, usage.Caller.Account }.Where(t => t.Length > 0)));
        Line("tags", string.Join(", ", new[] { ("app", usage.Caller.App), ("team", usage.Caller.Team), ("env", usage.Caller.Env) }
            .Where(t => t.Item2.Length > 0).Select(t => $"{t.Item1}={t.Item2}")));
        Line("operation", usage.Operation);
        Line("book", explanation.Book);
        foreach (var note in explanation.Notes) Line("note", note);
        console.WriteLine();
        foreach (var meter in explanation.Meters)
        {
            var priced = meter.Cost is not null;
            console.MarkupLine($"  [bold]{meter.Meter.Name(),-20}[/] {Markup.Escape(meter.Formula)}"
                + $"{(priced ? "" : "  [yellow]no price[/]")}");
            if (meter.Max is { } max) console.MarkupLine($"  {"",-20} [grey]up to {max}[/]");
            console.MarkupLine($"  {"",-20} [grey]{Markup.Escape(meter.Lineage)}[/]");
        }
        if (explanation.Meters.Count > 0) console.WriteLine();
        if (explanation.HasNoPrice)
        {
            console.MarkupLine($"  [bold]{"total",-20}[/] [yellow]no price[/]");
            return;
        }
        var upTo = explanation.TotalMax > explanation.Total ? $" up to {explanation.TotalMax}" : "";
        var without = explanation.Unpriced > 0 ? " [yellow]and what has no price[/]" : "";
        console.MarkupLine($"  [bold]{"total",-20} {explanation.Total}{upTo} USD[/]{without}");
    }

    static void WriteJson(Explanation explanation)
    {
        using var output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output,
            new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var usage = explanation.Usage;
        json.WriteStartObject();
        json.WriteString("request_id", usage.RequestId.ToString());
        json.WriteString("time", usage.Time.ToString("yyyy-MM-ddTHH:mm:ssZ"));
        json.WriteString("account", usage.Caller.Account);
        json.WriteString("region", usage.Region);
        json.WriteString("principal", usage.Caller.Principal);
        json.WriteString("app", usage.Caller.App);
        json.WriteString("team", usage.Caller.Team);
        json.WriteString("env", usage.Caller.Env);
        json.WriteString("model", usage.Model.Id);
        json.WriteString("mode", usage.Mode.Name());
        json.WriteString("tier", usage.Tier.Name());
        json.WriteString("scope", usage.Model.Scope.Name());
        json.WriteString("book", explanation.Book);
        if (explanation.HasNoPrice) json.WriteNull("total");
        else json.WriteString("total", explanation.Total.ToString());
        if (explanation.Unpriced > 0) json.WriteNumber("unpriced", explanation.Unpriced);
        if (explanation.TotalMax > explanation.Total) json.WriteString("total_max", explanation.TotalMax.ToString());
        json.WriteStartArray("meters");
        foreach (var meter in explanation.Meters)
        {
            json.WriteStartObject();
            json.WriteString("meter", meter.Meter.Name());
            json.WriteNumber("quantity", meter.Quantity);
            if (meter.Cost is { } cost)
            {
                json.WriteString("cost", cost.ToString());
                if (meter.Max is { } max) json.WriteString("cost_max", max.ToString());
                json.WriteString("formula", meter.Formula);
                json.WriteString("lineage", meter.Lineage);
            }
            else json.WriteString("unpriced", meter.Lineage);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in explanation.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }
}
