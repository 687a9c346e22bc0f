using System.CommandLine;
using Assay.Control.Traffic;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Planning;
using Assay.Usage;

namespace Assay.Desk.Commands;

/// <summary><c>assay plan</c>: the cheapest lawful arrangement, each saving proved by replay.</summary>
static class PlanCommand
{
    public const string About = "What to change: the cheapest lawful arrangement, each saving proved by replay.";

    const int MaxCallsMost = 1_000_000;
    const int ErrorsShown = 20;

    /// <summary>What a plan was asked for.</summary>
    public sealed record Request(string[] Paths)
    {
        /// <summary>The book asked for; null for that of the estate, else the default.</summary>
        public string? Book { get; init; }
        public string? Constraints { get; init; }
        public string? Profiles { get; init; }
        public string? Batch { get; init; }
        public DateOnly? From { get; init; }
        public DateOnly? To { get; init; }
        public int? MaxCalls { get; init; }
        public string? Markdown { get; init; }
        public string? Emit { get; init; }
        public bool Json { get; init; }
        public string[] FailOn { get; init; } = [];
        public int Workers { get; init; } = 1;

        /// <summary>True to leave out how the reading went: somebody has said it already.</summary>
        public bool IsQuiet { get; init; }
    }

    /// <summary>A plan and how the reading of its calls went; null where they were not read.</summary>
    sealed record Planned(Plan Plan, ReadingSummary? Reading)
    {
        /// <summary>Policies that permit the traffic as it is and as planned; empty where none was asked for.</summary>
        public (string Today, string Planned) Policies { get; init; } = ("", "");
    }

    public static Command Make()
    {
        var (paths, book, profiles, json, failOn, workers) =
            (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Json(), Shared.FailOn(), Shared.Workers());
        paths.Description += " Or one estate, a .yaml file.";
        var batch = Shared.Batch();
        var constraints = new Option<string?>("--constraints")
        {
            Description = "YAML or JSON that says what the plan must keep to: docs/plan.md.", HelpName = "FILE",
        };
        var from = Shared.Day("--from", "First UTC day to count, inclusive.");
        var to = Shared.Day("--to", "UTC day to stop before, exclusive.");
        var maxCalls = new Option<int?>("--max-calls")
        {
            Description = "Most model calls one task of an agent may take; 8 unless the constraints say otherwise.", HelpName = "N",
        };
        var markdown = new Option<string?>("--markdown")
        {
            Description = "Also write the plan as Markdown, for a ticket or a wiki.", HelpName = "FILE",
        };
        var emit = new Option<string?>("--emit")
        {
            Description = "Also write the plan as files to review and apply: workloads, a policy, and what both change. Of logs alone.",
            HelpName = "DIR",
        };
        var command = new ExampledCommand("plan", About,
            "assay plan ./logs --constraints samples/constraints.yaml --markdown plan.md")
        {
            paths, constraints, book, profiles, batch, from, to, maxCalls, markdown, emit, json, failOn, workers,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(new(parsed.GetValue(paths)!)
        {
            Book = parsed.GetResult(book) is { Implicit: false } ? parsed.GetValue(book) : null,
            Constraints = parsed.GetValue(constraints), Profiles = parsed.GetValue(profiles), Batch = parsed.GetValue(batch),
            From = Shared.ParseDay(parsed.GetValue(from), "--from"), To = Shared.ParseDay(parsed.GetValue(to), "--to"),
            MaxCalls = parsed.GetValue(maxCalls), Markdown = parsed.GetValue(markdown),
            Emit = parsed.GetValue(emit), Json = parsed.GetValue(json),
            FailOn = parsed.GetValue(failOn) ?? [], Workers = parsed.GetValue(workers),
        }, cancel)));
        return command;
    }

    public static int Run(Request request, CancellationToken cancel)
    {
        Shared.CheckConditions(request.FailOn);
        if (request is { From: { } from, To: { } to } && from >= to)
            throw new InputException($"--from {Dimensions.Day(from)} is not before --to {Dimensions.Day(to)}; "
                + "--to is the first day not counted.");
        if (request.MaxCalls is < 1 or > MaxCallsMost)
            throw new InputException($"--max-calls '{request.MaxCalls}' is not a number of model calls; write one from 1, such as 8.");
        var shelf = new BookShelf();
        var constraints = request.Constraints is { } file ? Constraints(file, shelf.Catalog) : PlanConstraints.None;
        if (request.MaxCalls is { } most) constraints = constraints with { MaxCalls = most };
        var planned = request.Paths.Any(LogFiles.IsEstate)
            ? PlanOfEstate(request, shelf, constraints, cancel)
            : PlanOfTraffic(request, shelf, constraints, cancel);
        if (planned is not var (plan, reading)) return ExitCode.WrongInput;
        var (asItIs, asPlanned) = planned.Policies;
        if (request.Emit is { } folder) WriteFiles(PlanEmission.Files(plan, asItIs, asPlanned), folder);
        if (request.Markdown is { } page) WritePage(plan, page);
        if (request.Json) PriceJson.Write(json => PlanJson.Write(json, plan));
        else PlanTerminal.Write(Terminal.Console(), plan);
        Console.Out.Flush();
        if (reading is not null && !request.IsQuiet) Shared.Account(reading);
        return Shared.Verdict(request.FailOn, plan.Unpriced.Count > 0, reading ?? new(), plan.Current);
    }

    static Planned PlanOfTraffic(Request request, BookShelf shelf, PlanConstraints constraints, CancellationToken cancel)
    {
        var sources = new PlanSources(shelf.Open(request.Book ?? BookShelf.Default), shelf.Catalog)
        {
            Regions = shelf.Regions, Vendors = new(shelf.Open(BookShelf.Vendors), shelf.Platforms, shelf.Equivalents),
        };
        var (traffic, reading) = TrafficOf(request, shelf, cancel);
        if (request.Emit is null) return new(Planner.Of(traffic, sources, constraints, cancel), reading);
        var (before, after) = (new PolicyDraft(), new PolicyDraft());
        var (asRecorded, asPlanned) = (Rated(before), Rated(after));
        var plan = Planner.Of(traffic, sources, constraints, cancel, (in recorded, planned) =>
        {
            asRecorded.Add([recorded]);
            if (planned is { } call) asPlanned.Add([call]);
        });
        return new(plan, reading) { Policies = (Written(before), Written(after)) };

        RatedCharges Rated(PolicyDraft draft) => new(sources.Book, null, null, (in record, charges) => draft.Add(record, charges));

        static string Written(PolicyDraft draft) => draft.Records == 0 ? "" : draft.Write("As planned", "finops@example.com",
            "Drafted by 'assay plan --emit' from");
    }

    /// <summary>Reads the calls asked for, with what they said.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public static (Traffic Traffic, ReadingSummary Reading) TrafficOf(Request request, BookShelf shelf, CancellationToken cancel)
    {
        var files = LogFiles.Under(request.Paths);
        var options = Shared.ReaderOptions(shelf, request.Profiles, []) with { WithContent = true, OpenBody = files.OpenBody,
            BodyUnread = files.NoteUnread };
        var stream = new DistinctUsage(options, request.Workers)
        {
            Batches = Shared.ParseBatch(request.Batch),
        };
        var traffic = new Traffic();
        var asked = new List<UsageRecord>();
        var taken = 0L;
        using var progress = Progress.OnTerminal("reading");
        var reading = stream.Read(files, records =>
        {
            if ((request.From ?? request.To) is null) traffic.Add(records);
            else
            {
                asked.Clear();
                foreach (ref readonly var record in records)
                    if (IsAsked(DateOnly.FromDateTime(record.Time), request)) asked.Add(record);
                traffic.Add([.. asked]);
            }
            taken += (request.From ?? request.To) is null ? records.Length : asked.Count;
            progress.Add(records.Length);
        }, cancel);
        progress.Dispose();
        Shared.NeedRecords(reading, request.Paths);
        if (taken == 0)
            throw new InputException($"none of the {Shared.Count(reading.Records, "record")} lies between --from and --to; "
                + "'assay report' says which days there are.");
        if (files.BodiesUnread is { Count: > 0 } unread)
            Console.Error.WriteLine($"assay: {unread.Count} long {(unread.Count == 1 ? "body" : "bodies")} could not be read, and what was "
                + $"said there is not known; the first is {unread[0].Path}: {unread[0].Reason}.");
        return (traffic, reading);
    }

    static bool IsAsked(DateOnly day, Request request) =>
        (request.From is not { } from || day >= from) && (request.To is not { } to || day < to);

    // Null when the file holds mistakes, which were said.
    static Planned? PlanOfEstate(Request request, BookShelf shelf, PlanConstraints constraints, CancellationToken cancel)
    {
        if (request.Paths is not [var path])
            throw new InputException("an estate is planned by itself; name one .yaml file, or logs alone. "
                + "What a plan must keep to is given with --constraints FILE.");
        if ((request.From ?? request.To) is not null)
            throw new InputException("an estate describes a month; --from and --to choose days of logs.");
        if (request.Emit is not null)
            throw new InputException("--emit writes what recorded calls are to become, and an estate describes none. "
                + "'assay model' bills it.");
        if (ModelCommand.Read(path, shelf) is not { } estate) return null;
        var sources = new BillSources(shelf.Open(request.Book ?? estate.Book ?? BookShelf.Default), shelf.Regions);
        return new(ModelCommand.Countable(path, () => EstatePlan.Of(ModelledEstate.Of(estate, sources), constraints, shelf.Catalog)), null);
    }

    /// <summary>Reads a file of constraints.</summary>
    /// <exception cref="InputException">It cannot be read; every mistake in it is named.</exception>
    public static PlanConstraints Constraints(string file, ModelCatalog catalog)
    {
        string text;
        try
        {
            text = new FileInfo(file) is { Exists: true, Length: > ConstraintsReader.LengthMax }
                ? throw new InputException($"'{file}' is too long for a file of constraints. Accepted: up to 1 MB; docs/plan.md.")
                : File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{file}': {LogFiles.Reason(fault)}. "
                + "--constraints takes a YAML or JSON file, as samples/constraints.yaml; docs/plan.md has every key.");
        }
        switch (ConstraintsReader.Read(file, text, catalog))
        {
            case ConstraintsReading.Read read:
                return read.Constraints;
            case ConstraintsReading.Mistaken { Errors: [var only] }:
                throw new InputException(only.ToString());
            case ConstraintsReading.Mistaken { Errors: var errors }:
                foreach (var error in errors.Take(ErrorsShown))
                    Console.Error.WriteLine($"assay: {error.ToString().ReplaceLineEndings(" ")}");
                var shown = errors.Count > ErrorsShown ? $"; the first {ErrorsShown} stand above" : "";
                throw new InputException($"'{file}' has {errors.Count} mistakes{shown}. docs/plan.md has every key.");
            default:
                throw new InvalidOperationException("A reading is constraints or mistakes.");
        }
    }

    static void WriteFiles(IReadOnlyList<PlanFile> files, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var file in files) File.WriteAllText(Path.Combine(folder, file.Name), file.Content);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write into '{folder}': {LogFiles.Reason(fault)}. "
                + "--emit takes the name of a folder you may write to.");
        }
        Console.Error.WriteLine($"assay: wrote {string.Join(", ", files.Select(f => f.Name))} into {folder}");
    }

    static void WritePage(Plan plan, string page)
    {
        try
        {
            using var text = new StreamWriter(page);
            PlanMarkdown.Write(plan, text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write '{page}': {LogFiles.Reason(fault)}. "
                + "--markdown takes the name of a file in a folder you may write to.");
        }
        Console.Error.WriteLine($"assay: wrote {page}");
    }
}
