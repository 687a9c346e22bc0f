using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Planning;

namespace Assay.Desk.Commands;

/// <summary><c>assay prove</c>: what came of a plan, lever by lever, told from the calls made since.</summary>
static class ProveCommand
{
    public const string About = "What came of a plan: each saving held against the calls made since.";

    sealed record Request(string[] Paths, string Plan)
    {
        /// <summary>The book asked for; null for the plan's own.</summary>
        public string? Book { get; init; }
        public string? Profiles { get; init; }
        public string? Batch { get; init; }
        public DateOnly? From { get; init; }
        public DateOnly? To { get; init; }
        public bool Json { get; init; }
        public int Workers { get; init; } = 1;
    }

    public static Command Make()
    {
        var (paths, book, profiles, json, workers) = (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Json(), Shared.Workers());
        var batch = Shared.Batch();
        var plan = new Option<string>("--plan")
        {
            Description = "The plan as 'assay plan PATH --json' printed it.", HelpName = "FILE", Required = true,
        };
        var from = Shared.Day("--from", "First UTC day to count, inclusive.");
        var to = Shared.Day("--to", "UTC day to stop before, exclusive.");
        var command = new ExampledCommand("prove", About, "assay prove --plan plan.json ./august-logs --from 2026-08-01")
        {
            paths, plan, book, profiles, batch, from, to, json, workers,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(new(parsed.GetValue(paths)!, parsed.GetValue(plan)!)
        {
            Book = parsed.GetResult(book) is { Implicit: false } ? parsed.GetValue(book) : null,
            Profiles = parsed.GetValue(profiles), Batch = parsed.GetValue(batch),
            From = Shared.ParseDay(parsed.GetValue(from), "--from"), To = Shared.ParseDay(parsed.GetValue(to), "--to"),
            Json = parsed.GetValue(json), Workers = parsed.GetValue(workers),
        }, cancel)));
        return command;
    }

    static int Run(Request request, CancellationToken cancel)
    {
        if (request is { From: { } from, To: { } to } && from >= to)
            throw new InputException($"--from {Dimensions.Day(from)} is not before --to {Dimensions.Day(to)}; "
                + "--to is the first day not counted.");
        var promise = PromiseFile.Read(request.Plan);
        if (promise.Actions.Count == 0)
            throw new InputException($"'{request.Plan}' counts no change: there is nothing to prove. Its candidates and warnings promise "
                + "no saving.");
        var shelf = new BookShelf();
        var sources = new PlanSources(shelf.Open(request.Book ?? promise.Book), shelf.Catalog) { Regions = shelf.Regions };
        var (traffic, reading) = PlanCommand.TrafficOf(
            new(request.Paths) { Profiles = request.Profiles, Batch = request.Batch, From = request.From, To = request.To,
                Workers = request.Workers }, shelf, cancel);
        var proof = Prover.Of(traffic, sources, promise, cancel);
        if (request.Json) PriceJson.Write(json => ProofJson.Write(json, proof));
        else ProofTerminal.Write(Terminal.Console(), proof);
        Console.Out.Flush();
        Shared.Account(reading);
        return ExitCode.Fine;
    }
}
