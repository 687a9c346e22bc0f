using Assay.Usage;

namespace Assay.Estate;

/// <summary>What a workload takes from the estate around it.</summary>
sealed record Surroundings(string Region, Residency Residency, Scope Scope, ISet<string> Guardrails, ISet<string> KnowledgeBases);

/// <summary>Reads one workload.</summary>
static class WorkloadSection
{
    static readonly TimeSpan BatchWindow = TimeSpan.FromHours(24);
    // Far above all the traffic there is, and far below what a counter of tokens holds.
    const double TokensMax = 1e17;

    static readonly ModelRef NoModel = new("", Scope.InRegion, ModelKind.Foundation, null);

    public static DescribedWorkload Read(string name, Section section, Surroundings around, Reading reading)
    {
        var calls = section.Spread("calls_per_request", new(1m));
        var deadline = section.Time("deadline");
        var batch = section.Figure("batch", 0m);
        var region = section.Region("region");
        var residency = section.Choice("residency") is >= 0 and var rule ? (Residency)rule : (Residency?)null;
        var input = section.Spread("input_tokens", new(0m));
        var prefix = Prefix(section, input, reading);

        // A range of batch shares needs the deadline as soon as any of it is above zero.
        if (batch != new Figure(0m) && !(deadline >= BatchWindow))
            reading.Wrong(section.At("batch"), $"{Quoted.Node(section.At("batch"))} of the calls are batch jobs, which may take 24 h, but "
                + (deadline is { } due ? $"the deadline is {Hours(due)} h" : "there is no 'deadline'")
                + "; accepted: 'deadline: 24 h' or more, or no 'batch'");
        var models = Models(section, around.Scope, reading);
        foreach (var (model, at) in models)
            Lawful(model.Model, at, region ?? around.Region, residency ?? around.Residency, reading);
        var requests = section.Figure("requests", 0m);
        var output = section.Spread("output_tokens", new(0m));
        if ((double)requests.Likely * (double)calls.Mean.Likely * ((double)input.Mean.Likely + (double)output.Mean.Likely) > TokensMax)
            reading.Wrong(section.At("requests"), $"{Quoted.Node(section.At("requests"))} with their tokens come to more than 10^17 tokens "
                + "a month; accepted: up to that, so check the zeros");
        return new()
        {
            Name = name, Line = section.Node.Line,
            Account = section.Text("account"), App = section.Text("app"), Team = section.Text("team"), Env = section.Text("env"),
            Region = region, Residency = residency,
            Models = models.Count > 0 ? [.. models.Select(m => m.Share)] : [new(NoModel, 1m)],
            RequestsPerMonth = requests,
            Arrivals = Arrivals(section, reading),
            InputTokens = input, OutputTokens = output, MaxTokens = section.Figure("max_tokens"),
            CallsPerRequest = calls, IsAgent = section.Flag("agent", section.Has("calls_per_request")),
            Prefix = prefix, Deadline = deadline, BatchShare = batch,
            Tier = section.Choice("tier") is > 0 and var tier ? (Tier)tier : Tier.Standard,
            Provisioned = Provisioned(section), Reserved = Reserved(section),
            Guardrail = Named("guardrail", section, around.Guardrails, reading),
            KnowledgeBase = Named("knowledge_base", section, around.KnowledgeBases, reading),
            RetrievalsPerRequest = section.Figure("retrievals_per_request", 1m),
        };
    }

    /// <summary>A name that must be one of those the estate describes.</summary>
    public static string? Named(string key, Section section, ISet<string> names, Reading reading)
    {
        if (section.TextOf(key) is not { } text) return null;
        if (names.Contains(text.Text)) return text.Text;
        var known = names.Count == 0 ? $"none is described under '{key}s'" : $"accepted: {string.Join(", ", names.Select(Quoted.Cut))}";
        reading.Wrong(text, $"{Quoted.Text(text.Text)} is not a {key.Replace('_', ' ')} of this estate; {known}"
            + $"{reading.Suggestion(text.Text, names)}");
        return null;
    }

    /// <summary>Adds an error where a model is computed elsewhere than the rule allows, or its profile is of another continent.</summary>
    public static void Lawful(ModelRef model, TextNode at, string region, Residency rule, Reading reading)
    {
        if (model.Scope == Scope.Geo && Continent(at.Text) is { } there && Continent(region + ".") is { } here && there != here)
            reading.Wrong(at, $"{Quoted.Text(at.Text)} is a profile of another geography than the region '{Quoted.Cut(region)}'; "
                + "accepted: a profile of that geography, or 'global.'");
        var wrong = rule == Residency.Region && model.Scope != Scope.InRegion || rule == Residency.Geography && model.Scope == Scope.Global;
        if (!wrong) return;
        var where = model.Scope == Scope.Global ? "anywhere" : "in any region of its geography";
        reading.Wrong(at, $"{Quoted.Text(at.Text)} (scope '{model.Scope.Name()}') may be computed {where}, but the residency is "
            + $"'{(rule == Residency.Region ? "region" : "geography")}'; accepted: "
            + (rule == Residency.Region ? "scope 'in_region'" : "scope 'in_region' or 'geo'"));
    }

    // Three continents are told apart; what is routed where within and beside them is AWS's to say.
    static string? Continent(string id) => id.Split('.', '-')[0] switch
    {
        "us" => "us",
        "eu" => "eu",
        "apac" or "ap" or "jp" or "au" => "ap",
        _ => null,
    };

    static List<(ModelShare Share, TextNode At)> Models(Section section, Scope outer, Reading reading)
    {
        var stated = section.Scope();
        var otherwise = stated ?? outer;
        var models = new List<(ModelShare, TextNode)>();
        if (section.Has("model") == section.Has("models"))
        {
            reading.Wrong(section.Node, section.Has("model")
                ? $"'{Quoted.Cut(section.Path)}' has both 'model' and 'models'; keep one of them"
                : $"'{Quoted.Cut(section.Path)}' has no 'model'; accepted: 'model: Claude Sonnet 4.5', or 'models' "
                    + "with shares that add up to 100 %");
        }
        if (section.Has("model") && section.Model("model", otherwise, stated) is { } only)
            models.Add((new(only, 1m), NameOf(section.At("model"))));
        if (section.Value("models") is { } mix) Mix(mix, Section.At(section.Path, "models"), otherwise, models, reading);
        return models;
    }

    static void Mix(Node mix, string path, Scope otherwise, List<(ModelShare Share, TextNode At)> models, Reading reading)
    {
        var (sum, isWhole) = (0m, true);
        switch (mix)
        {
            case MapNode map:
                foreach (var (key, keyNode, value) in map.Entries)
                {
                    var name = new TextNode(keyNode.File, keyNode.Line, keyNode.Column, key);
                    if (value is MapNode choice && !choice.Entries.Any(e => EstateKeys.Range.Find(e.Key) is not null))
                    {
                        var named = choice.Entries.Any(e => e.Key == "model")
                            ? choice.Entries
                            : [.. choice.Entries, new Entry("model", name, name)];
                        One(new Section(choice, named, EstateKeys.ModelChoice, Section.At(path, key), reading), name);
                    }
                    else Add(name, null, Figures.Read(value, Unit.Share, Section.At(path, key), reading));
                }
                break;
            case ListNode list:
                for (var i = 0; i < list.Items.Count; i++)
                    if (Section.Of(list.Items[i], EstateKeys.ModelChoice, $"{path}.{i + 1}", list.Items[i], reading) is { } item)
                        One(item, null);
                break;
            default:
                reading.Wrong(mix, $"{Quoted.Node(mix)} is not a mix; accepted: {Section.Accepted(new Shape.Mix())}");
                return;
        }
        if (!isWhole || decimal.Round(sum, 6) == 1m) return;
        var percent = (sum * 100).ToString("0.####", System.Globalization.CultureInfo.InvariantCulture);
        reading.Wrong(mix, $"the shares of '{Quoted.Cut(path)}' add up to {percent} %; accepted: shares that add up to 100 %");

        void One(Section item, TextNode? name)
        {
            if ((name ?? item.TextOf("model")) is not { } model) isWhole = false;
            else if (item.Has("share")) Add(model, item.Scope(), item.Figure("share"));
            else
            {
                isWhole = false;
                reading.Wrong(item.Node, $"{Quoted.Text(model.Text)} has no 'share'; accepted: {Unit.Share.Accepted}");
            }
        }

        void Add(TextNode name, Scope? scope, Figure? share)
        {
            if (share is { } part) sum += part.Likely;
            else isWhole = false;
            if (reading.Model(name, name.Text, scope, otherwise) is { } model) models.Add((new(model, share ?? 0m), name));
        }
    }

    public static TextNode NameOf(Node value) => value switch
    {
        TextNode text => text,
        MapNode map when map.Entries.FirstOrDefault(e => e.Key == "model")?.Value is TextNode inner => inner,
        _ => new(value.File, value.Line, value.Column, ""),
    };

    static SharedPrefix? Prefix(Section section, Spread input, Reading reading)
    {
        if (section.Inner("prefix", EstateKeys.Prefix) is not { } prefix) return null;
        var tokens = prefix.Figure("tokens", 0m);
        if (section.Has("input_tokens") && tokens.Likely > input.Mean.Likely && input.Mean.Likely > 0)
            reading.Wrong(prefix.At("tokens"),
                $"{Quoted.Node(prefix.At("tokens"))} of prefix are more than the prompt has ('input_tokens'); "
                + "accepted: at most that, for the prefix is part of the prompt");
        return new(tokens, prefix.Flag("cached", true), prefix.Choice("ttl") == 1 ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(5),
            prefix.Figure("hit_rate"), prefix.Figure("variants", 1m));
    }

    static ProvisionedUse? Provisioned(Section section) => section.Inner("provisioned", EstateKeys.Provisioned) is { } use
        ? new(use.Figure("units", 0m), use.Choice("term") is > 0 and var term ? (Term)term : Term.None,
            use.Figure("tokens_per_minute_per_unit"), use.Flag("spill_over", true))
        : null;

    static ReservedUse? Reserved(Section section) => section.Inner("reserved", EstateKeys.Reserved) is { } use
        ? new(use.Figure("input_tokens_per_minute", 0m), use.Figure("output_tokens_per_minute", 0m),
            (Term)(Math.Max(use.Choice("term"), 0) + 1))
        : null;

    static ArrivalCurve Arrivals(Section section, Reading reading)
    {
        var peak = section.Figure("peak", 1m);
        switch (section.Value("arrivals"))
        {
            case null: return new(ArrivalCurve.Flat.HourWeights, peak);
            case ListNode { Items.Count: 24 } list:
                var weights = new List<decimal>(24);
                foreach (var item in list.Items)
                {
                    var wrong = "";
                    var weight = item is TextNode text ? Amount.Read(text.Text, Unit.Count, out wrong) : null;
                    if (weight is not var (low, likely, high) || low != high)
                        reading.Wrong(item, $"{Quoted.Node(item)} is not a weight; accepted: a number, such as 1.5");
                    else weights.Add(likely);
                }
                if (weights.Count == 24 && weights.Sum() == 0)
                    reading.Wrong(list, "every hour has the weight 0; accepted: 24 weights of which some are above 0");
                return new(weights, peak);
            case TextNode text when Curve(text.Text) is { } hours: return new(hours, peak);
            case var other:
                if (other is ListNode short_)
                    reading.Wrong(other, $"a list of {short_.Items.Count} stands where hourly weights are expected; "
                        + "accepted: 24 of them, from 0 h UTC on");
                else section.Wrong(other, "arrivals");
                return new(ArrivalCurve.Flat.HourWeights, peak);
        }
    }

    static IReadOnlyList<decimal>? Curve(string name)
    {
        if (name.Equals("flat", StringComparison.OrdinalIgnoreCase)) return ArrivalCurve.Flat.HourWeights;
        ArrivalShape[] shapes = [TraceFigures.Office, TraceFigures.Consumers, TraceFigures.Machines, TraceFigures.Nightly];
        var shape = Array.Find(shapes, s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return shape is null ? null : [.. shape.Hours.Select(h => (decimal)h)];
    }

    static string Hours(TimeSpan time) => time.TotalHours.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
}
