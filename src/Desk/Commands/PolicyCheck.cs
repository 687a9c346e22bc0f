using Assay.Control.Access;
using Assay.Control.Policies;
using Assay.Control.Traffic;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;

namespace Assay.Desk.Commands;

/// <summary>What came of checking a policy.</summary>
/// <param name="Traffic">Null where no traffic was given.</param>
sealed record CheckedPolicy(
    PolicyFile Policy, IReadOnlyList<PolicyConflict> Conflicts, EmittedAccess Access, TrafficFindings? Traffic, string Book);

/// <summary><c>assay policy check</c>: rules held against each other and against real traffic.</summary>
static class PolicyCheck
{
    const string Broken = "broken";

    public sealed record Request(string File, string[] Paths)
    {
        public string Book { get; init; } = BookShelf.Default;
        public string? Profiles { get; init; }
        public string? Batch { get; init; }
        public DateOnly? From { get; init; }
        public DateOnly? To { get; init; }
        public bool Json { get; init; }
        public string[] FailOn { get; init; } = [];
        public int Workers { get; init; } = 1;
    }

    public static int Run(Request request, CancellationToken cancel)
    {
        var conditions = request.FailOn.SelectMany(c => c.Split(',', StringSplitOptions.TrimEntries)).ToList();
        string[] others = [.. conditions.Where(c => c != Broken)];
        Shared.CheckConditions(others);
        if (request is { From: { } from, To: { } to } && from >= to)
            throw new InputException($"--from {Dimensions.Day(from)} is not before --to {Dimensions.Day(to)}; --to is the first day "
                + "not counted.");
        var shelf = new BookShelf();
        var policy = PolicyCommand.Read(request.File, shelf.Catalog);
        var conflicts = PolicyConflicts.Of(policy, shelf.Catalog, shelf.Regions);
        var access = AccessDocuments.Of(policy);
        var (traffic, reading) = request.Paths.Length == 0 ? (null, null) : Read(request, shelf, policy, cancel);
        CheckedPolicy result = new(policy, conflicts, access, traffic, shelf.Open(request.Book).Id);
        if (request.Json) PriceJson.Write(json => PolicyJson.Write(json, result));
        else PolicyTerminal.Write(Terminal.Console(), result);
        Console.Out.Flush();
        if (reading is not null) Shared.Account(reading);
        if (conflicts.Count(c => c.Kind == ConflictKind.Contradiction) is > 0 and var count)
            throw new InputException($"'{request.File}' has {Shared.Count(count, "contradiction")}; the first: "
                + $"{conflicts.First(c => c.Kind == ConflictKind.Contradiction)}.");
        if (traffic is null || reading is null) return ExitCode.Fine;
        if (conditions.Contains(Broken) && (traffic.BreakingCost > 0m || traffic.Breaks.Count > 0))
        {
            Console.Error.WriteLine($"assay: --fail-on {Broken}: {Shared.Count(traffic.Breaking, "call")} "
                + $"({Text.Dollars(traffic.BreakingCost)}) break the policy.");
            return ExitCode.FailedOn;
        }
        return Shared.Verdict(others, traffic.Unpriced > 0, reading, traffic.Cost);
    }

    static (TrafficFindings, ReadingSummary) Read(Request request, BookShelf shelf, PolicyFile policy, CancellationToken cancel)
    {
        var book = shelf.Open(request.Book);
        var check = new TrafficCheck(policy, policy.TagKeys);
        var rated = new RatedCharges(book, request.From, request.To, (in record, charges) => check.Add(record, charges));
        var stream = new DistinctUsage(Shared.ReaderOptions(shelf, request.Profiles, policy.TagKeys), request.Workers)
        {
            Batches = Shared.ParseBatch(request.Batch),
        };
        using var progress = Progress.OnTerminal("reading");
        var reading = stream.Read(LogFiles.Under(request.Paths), records =>
        {
            rated.Add(records);
            progress.Add(records.Length);
        }, cancel);
        progress.Dispose();
        Shared.NeedRecords(reading, request.Paths);
        if (rated.Records == 0)
            Console.Error.WriteLine($"assay: none of the {Shared.Count(reading.Records, "record")} lies between --from and --to.");
        return (check.Findings(), reading);
    }
}
