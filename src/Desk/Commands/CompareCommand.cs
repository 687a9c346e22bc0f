using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Estate;
using Assay.Planning.Vendors;
using Assay.Usage;

namespace Assay.Desk.Commands;

/// <summary><c>assay compare</c>: the same usage at other vendors.</summary>
static class CompareCommand
{
    public const string About = "The same usage at other vendors.";

    /// <summary>What a comparison was asked for. Amounts are as typed: what is wrong with one is said by name.</summary>
    public sealed record Request(string[] Paths)
    {
        /// <summary>The book asked for; null for that of the estate, else the default.</summary>
        public string? Book { get; init; }
        public string Vendors { get; init; } = BookShelf.Vendors;
        public string? Profiles { get; init; }
        public DateOnly? From { get; init; }
        public DateOnly? To { get; init; }
        public string[] Maps { get; init; } = [];
        public string[] Tokenizers { get; init; } = [];
        public string[] Elsewhere { get; init; } = [];
        public CommittedSpend? Committed { get; init; }
        public HostingOptions Hosting { get; init; } = new();
        public bool Json { get; init; }
        public int Workers { get; init; } = 1;
    }

    /// <summary>What own hardware takes, as typed.</summary>
    public sealed record HostingOptions
    {
        public string? GpuHour { get; init; }
        public string? Gpus { get; init; }
        public string? InstanceHour { get; init; }
        public string? Instances { get; init; }
        public string? TokensPerSecond { get; init; }
        public string? Utilisation { get; init; }
        public string? People { get; init; }
        public string? Model { get; init; }
    }

    public static Command Make()
    {
        var (paths, book, profiles, json, workers) =
            (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Json(), Shared.Workers());
        json.Description = "Print JSON. " + CompareJson.Shape;
        var vendors = Text("--vendors", "B", $"Book of the vendors' prices under vendor:model; '{BookShelf.Vendors}' unless given.");
        var (from, to) = (Shared.Day("--from", "First UTC day to count, inclusive."),
            Shared.Day("--to", "UTC day to stop before, exclusive."));
        var map = Texts("--map", "BEDROCK=VENDOR:MODEL", "You say that this model stands for that one; replaces the table's pair.");
        var tokenizer = Texts("--tokenizer", "VENDOR=F", "Tokens there for one here, as you measured it, for models of other weights.");
        var elsewhere = Texts("--elsewhere", "VENDOR=USD",
            "What you spend with another seller in the same period, for the lock-in figures.");
        var commitment = new CommitmentOptions();
        var gpuHour = Text("--gpu-hour", "USD", "Own hardware on EC2: USD an hour of one GPU.");
        var gpus = Text("--gpus", "N", "GPUs of one replica of the model.");
        var instanceHour = Text("--instance-hour", "USD", "Own hardware on SageMaker: USD an hour of one instance.");
        var instances = Text("--instances", "N", "Instances of one replica of the model.");
        var tokens = Text("--tokens-per-second", "N", "What one replica carries at full load, input and output together.");
        var utilisation = Text("--utilisation", "SHARE", "Share of that it is kept busy, as in 50%.");
        var people = Text("--people", "USD", "What running it takes of people, USD a month.");
        var hostModel = Text("--host-model", "MODEL", "The model to host; the dearest of the usage with published weights unless given.");
        var command = new ExampledCommand("compare", About,
            "assay compare ./logs --commit 20M --organic 17M --discount 9% "
            + "--gpu-hour 12.30 --gpus 4 --tokens-per-second 2500 --utilisation 50% --people 8000")
        {
            paths, book, vendors, profiles, from, to, map, tokenizer, elsewhere,
            gpuHour, gpus, instanceHour, instances, tokens, utilisation, people, hostModel, json, workers,
        };
        foreach (var option in commitment.All) command.Options.Add(option);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(new(parsed.GetValue(paths)!)
        {
            Book = parsed.GetResult(book) is { Implicit: false } ? parsed.GetValue(book) : null,
            Vendors = parsed.GetValue(vendors) ?? BookShelf.Vendors, Profiles = parsed.GetValue(profiles),
            From = Shared.ParseDay(parsed.GetValue(from), "--from"), To = Shared.ParseDay(parsed.GetValue(to), "--to"),
            Maps = parsed.GetValue(map) ?? [], Tokenizers = parsed.GetValue(tokenizer) ?? [], Elsewhere = parsed.GetValue(elsewhere) ?? [],
            Committed = commitment.ReadIfStated(parsed),
            Hosting = new()
            {
                GpuHour = parsed.GetValue(gpuHour), Gpus = parsed.GetValue(gpus), InstanceHour = parsed.GetValue(instanceHour),
                Instances = parsed.GetValue(instances), TokensPerSecond = parsed.GetValue(tokens),
                Utilisation = parsed.GetValue(utilisation), People = parsed.GetValue(people), Model = parsed.GetValue(hostModel),
            },
            Json = parsed.GetValue(json), Workers = parsed.GetValue(workers),
        }, cancel)));
        return command;

        static Option<string?> Text(string name, string value, string description) =>
            new(name) { Description = description, HelpName = value };
        static Option<string[]> Texts(string name, string value, string description) =>
            new(name) { Description = description, HelpName = value, AllowMultipleArgumentsPerToken = false };
    }

    public static int Run(Request request, CancellationToken cancel)
    {
        if (request is { From: { } from, To: { } to } && from >= to)
            throw new InputException($"--from {Dimensions.Day(from)} is not before --to {Dimensions.Day(to)}; "
                + "--to is the first day not counted.");
        var shelf = new BookShelf();
        var vendors = shelf.Open(request.Vendors);
        var platforms = shelf.Platforms;
        var stated = CompareInput.Maps(request.Maps, shelf.Catalog, vendors, platforms);
        var tokenizers = CompareInput.Tokenizers(request.Tokenizers, platforms);
        var elsewhere = CompareInput.Elsewhere(request.Elsewhere);
        var hosting = CompareInput.Hosting(request.Hosting);
        if (Gather(request, shelf, cancel) is not { } gathered) return ExitCode.WrongInput;
        var book = shelf.Open(gathered.Book);
        IReadOnlyList<Equivalent> equivalents = [.. stated, .. shelf.Equivalents];
        var compared = VendorComparison.Of(new()
        {
            Usage = gathered.Usage, Book = book, Vendors = vendors, Platforms = platforms, Equivalents = equivalents,
            Tokenizers = tokenizers,
        });
        var guide = shelf.Guide();
        var comparison = new Comparison
        {
            GuideHostingSaving = guide.Inputs["self_hosting_saving"].Value,
            GuideLlamaPremium = guide.Claims.First(c => c.Id == "P09").Claimed,
            Vendors = compared, Platforms = Ordered(platforms, compared), LockIn = LockIn.Of(compared, equivalents, elsewhere),
            From = gathered.From, To = gathered.To, Days = gathered.Days, IsMonth = gathered.Reading is null, Requests = gathered.Requests,
            OpenWeights = [.. compared.Models.Where(m => m.Tokens > 0m
                && equivalents.Any(e => e.Vendor == Equivalent.SelfHosted && e.Model == m.Model))],
            Notes = CompareNotes.Of(compared, gathered.Usage, tokenizers, book),
        };
        if ((request.Committed ?? gathered.Committed) is { } committed)
            comparison = comparison with { Position = new(committed, compared.Models, comparison.Days) };
        comparison = comparison with { Hosted = Hosted(comparison, hosting, request.Hosting.Model, equivalents, shelf.Catalog) };
        if (request.Json) PriceJson.Write(json => CompareJson.Write(json, comparison));
        else CompareTerminal.Write(comparison, Terminal.Console());
        Console.Out.Flush();
        if (gathered.Reading is { } reading) Shared.Account(reading);
        return ExitCode.Fine;
    }

    /// <summary>The usage to compare and the days it is of.</summary>
    sealed record Gathered(
        string Book, IReadOnlyList<TotalledUsage> Usage, long Requests, DateOnly From, DateOnly To, int Days, ReadingSummary? Reading)
    {
        /// <summary>The commitment of an estate.</summary>
        public CommittedSpend? Committed { get; init; }
    }

    static Gathered? Gather(Request request, BookShelf shelf, CancellationToken cancel) =>
        request.Paths.Any(LogFiles.IsEstate) ? FromEstate(request, shelf) : FromLogs(request, shelf, cancel);

    // Null when the file holds mistakes, which were said.
    static Gathered? FromEstate(Request request, BookShelf shelf)
    {
        if (request.Paths is not [var path])
            throw new InputException("an estate is compared by itself; name one .yaml file, or logs alone.");
        if ((request.From ?? request.To) is not null)
            throw new InputException("an estate describes a month; --from and --to choose days of logs.");
        if (ModelCommand.Read(path, shelf) is not { } estate) return null;
        var draw = Draw.Likely(estate.Ranges);
        // As 'assay model' has it: what was asked for, else the estate's own.
        var book = request.Book ?? estate.Book ?? BookShelf.Default;
        var first = estate.On ?? shelf.Open(book).Date;
        var totals = ModelCommand.Countable(path, () =>
        {
            var month = new UsageTotals();
            foreach (var record in EstateUsage.OfMonth(estate, first, draw)) month.Add(record);
            return month;
        });
        if (totals.Calls == 0) throw new InputException($"'{path}' describes no model calls; there is nothing to compare.");
        const int days = 30;
        // A record of an estate stands for many calls: their number by model is not known here, and is not one.
        return new(book, [.. totals.Totals.Select(t => t with { Calls = 0 })],
            (long)EstateUsage.Calls(estate, draw), first, first.AddDays(days - 1), days, null)
        {
            Committed = estate.Commitment is null ? null : CommittedSpend.Of(estate, draw),
        };
    }

    static Gathered FromLogs(Request request, BookShelf shelf, CancellationToken cancel)
    {
        var totals = new UsageTotals();
        var stream = new DistinctUsage(Shared.ReaderOptions(shelf, request.Profiles, []), request.Workers);
        using var progress = Progress.OnTerminal("reading");
        var reading = stream.Read(LogFiles.Under(request.Paths), records =>
        {
            foreach (ref readonly var record in records)
            {
                var day = DateOnly.FromDateTime(record.Time);
                if ((request.From is { } from && day < from) || (request.To is { } to && day >= to)) continue;
                totals.Add(record);
            }
            progress.Add(records.Length);
        }, cancel);
        progress.Dispose();
        Shared.NeedRecords(reading, request.Paths);
        if (totals.Days is not { } days)
            throw new InputException($"none of the {Shared.Count(reading.Records, "record")} lies between --from and --to.");
        if (totals.Calls == 0)
            throw new InputException($"none of the {Shared.Count(reading.Records, "record")} used anything: all failed or hold no counts. "
                + "There is nothing to compare; 'assay report' says why.");
        return new(request.Book ?? BookShelf.Default, totals.Totals, totals.Calls, days.First, days.Last,
            days.Last.DayNumber - days.First.DayNumber + 1, reading);
    }

    // Bedrock first, then as the comparison orders them.
    static List<Platform> Ordered(IReadOnlyList<Platform> platforms, VendorComparison compared) =>
        [.. platforms.Where(p => p.Vendor == Platform.Bedrock), .. compared.Vendors.Select(v => v.Platform)];

    static List<HostedQuote> Hosted(
        Comparison comparison, IReadOnlyList<SelfHosting> hosting, string? asked, IReadOnlyList<Equivalent> equivalents,
        ModelCatalog catalog)
    {
        if (hosting.Count == 0) return [];
        var wanted = asked is null ? null : ModelIdentity.Resolve(asked, catalog, new Dictionary<string, MappedProfile>()).Id;
        var model = comparison.OpenWeights.FirstOrDefault(m => wanted is null || m.Model == wanted);
        if (model is null)
        {
            if (asked is null) return [];
            throw new InputException($"--host-model '{asked}' is no model of this usage with published weights. Accepted here: "
                + $"{(comparison.OpenWeights.Count == 0 ? "none" : string.Join(", ", comparison.OpenWeights.Select(m => m.Model)))}.");
        }
        var weights = equivalents.First(e => e.Vendor == Equivalent.SelfHosted && e.Model == model.Model);
        return [.. hosting.Select(h => HostedQuote.Of(h, weights, comparison.Monthly(model.Tokens), comparison.Monthly(model.Usd)))];
    }
}
