using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Changes;
using Assay.Planning.Vendors;

namespace Assay.Desk.Commands;

/// <summary><c>assay pack</c>: what procurement walks into a negotiation with.</summary>
static class PackCommand
{
    public const string About = "The negotiation pack: how steady the usage is, where it grows, what it would cost elsewhere.";

    const int DaysMax = 366;

    // The guide's range of programme discounts, its ends and its middle.
    static readonly decimal[] DiscountsUsual = [0.05m, 0.10m, 0.15m];

    /// <summary>What a pack was asked for.</summary>
    public sealed record Request(string[] Paths)
    {
        public string Book { get; init; } = BookShelf.Default;
        public string? Profiles { get; init; }
        public string? Batch { get; init; }
        public int Days { get; init; } = PackReport.DaysAsked;
        public DateOnly? To { get; init; }
        public string[] WhatIf { get; init; } = [];
        public CommittedSpend? Committed { get; init; }
        public bool Json { get; init; }
        public required ReportFiles.Request Files { get; init; }
        public SendOptions.Request Send { get; init; } = new();
        public string[] FailOn { get; init; } = [];
        public int Workers { get; init; } = 1;
        public TimeProvider Clock { get; init; } = TimeProvider.System;
    }

    public static Command Make()
    {
        var (paths, book, profiles, batch, json, failOn, workers) = (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Batch(),
            Shared.Json(), Shared.FailOn(), Shared.Workers());
        var days = new Option<int>("--days")
        {
            Description = "Most days to look back; all that were read, where they are fewer.", DefaultValueFactory = _ =>
                PackReport.DaysAsked,
            HelpName = "N",
        };
        var to = Shared.Day("--to", "UTC day to stop before, exclusive; the last whole day read unless given.");
        var whatIf = new Option<string[]>("--what-if")
        {
            Description = "A discount to reckon with, as in 12%; may be repeated. 5%, 10% and 15% unless given.", HelpName = "R",
            AllowMultipleArgumentsPerToken = false,
        };
        CommitmentOptions commitment = new();
        ReportFiles files = new();
        SendOptions send = new();
        var command = new ExampledCommand("pack", About, "assay pack ./logs --commit 20M --organic 17M --discount 9% --out ./reports")
        {
            paths, days, to, whatIf, book, profiles, batch, json, failOn, workers,
        };
        foreach (var option in commitment.All) command.Options.Add(option);
        foreach (var option in files.All) command.Options.Add(option);
        foreach (var option in send.All) command.Options.Add(option);
        command.SetAction((parsed, cancel) => Run(new(parsed.GetValue(paths)!)
        {
            Book = parsed.GetValue(book)!, Profiles = parsed.GetValue(profiles), Batch = parsed.GetValue(batch),
            Days = parsed.GetValue(days), To = Shared.ParseDay(parsed.GetValue(to), "--to"), WhatIf = parsed.GetValue(whatIf) ?? [],
            Committed = commitment.ReadIfStated(parsed), Json = parsed.GetValue(json), Files = files.Read(parsed), Send = send.Read(parsed),
            FailOn = parsed.GetValue(failOn) ?? [], Workers = parsed.GetValue(workers),
        }, cancel));
        return command;
    }

    public static async Task<int> Run(Request request, CancellationToken cancel)
    {
        Shared.CheckConditions(request.FailOn);
        SendOptions.Check(request.Send);
        if (request.Days is < 1 or > DaysMax)
            throw new InputException($"--days '{request.Days}' is not a number of days from 1 to {DaysMax}; write it as --days 90.");
        decimal[] discounts = request.WhatIf.Length == 0 ? DiscountsUsual
            : [.. request.WhatIf.SelectMany(w => w.Split(',')).Select(w => Amounts.Rate(w, "--what-if")).Distinct().Order()];
        BookShelf shelf = new();
        UsageDays source = new(request.Paths, shelf, request.Book)
        {
            Profiles = request.Profiles, Batch = request.Batch, Workers = request.Workers,
        };
        UsageTotals totals = new();
        HourlyTokens hours = new();
        var (usage, reading) = source.Read(records =>
        {
            totals.Add(records);
            hours.Add(records);
        }, cancel);
        var today = DateOnly.FromDateTime(request.Clock.GetUtcNow().UtcDateTime);
        if (usage.WholeDays(today) is not { } seen)
        {
            throw new InputException($"none of the {Shared.Count(reading.Records, "record")} lies on a day that is over; a pack is made of "
                + "whole days. 'assay report' shows what there is.");
        }
        var end = request.To is { } to && to < seen.To ? to : seen.To;
        var start = end.AddDays(-Math.Min(request.Days, end.DayNumber));
        DaySpan span = new(start > seen.From ? start : seen.From, end);
        if (span.Days < 1)
        {
            throw new InputException($"no day was read before --to {Dimensions.Day(end)}: the whole days read run from "
                + $"{Dimensions.Day(seen.From)} to {Dimensions.Day(seen.Last)}.");
        }
        PackBuilder builder = new(usage, totals, hours, shelf.Open(BookShelf.Vendors), shelf.Platforms, shelf.Equivalents);
        var report = builder.Build(span, request.Committed, discounts);
        var document = PackDocument.Of(report);
        ReportFiles.Write(request.Files, document, w => PackJson.Write(w, report), "pack", Dimensions.Day(span.Last), cancel);
        if (request.Json) PriceJson.Write(w => PackJson.Write(w, report));
        else DocumentTerminal.Write(document, Terminal.Console());
        Console.Out.Flush();
        Shared.Account(reading);
        var sending = await SendOptions.Send(request.Send, document, w => PackJson.Write(w, report),
            $"pack-{Dimensions.Day(report.Span.Last)}", usage.Fingerprint(report.Span), request.Clock, cancel).ConfigureAwait(false);
        if (sending != ExitCode.Fine) return sending;
        return Shared.Verdict(request.FailOn, report.Counts.Unpriced > 0, reading, report.Counts.Cost);
    }
}
