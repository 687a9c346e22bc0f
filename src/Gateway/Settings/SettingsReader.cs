using System.Text.Json;
using Assay.Control.Budgets;
using Assay.Control.Files;
using Assay.Control.Policies;
using Assay.Gateway.Upstreams;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Gateway.Settings;

/// <summary>What came of reading a configuration: the settings, or everything that is wrong with them.</summary>
/// <param name="Errors">Empty where the settings can be used.</param>
/// <param name="Files">Every file that was read: a change of one of them makes other settings.</param>
sealed record SettingsReading(GatewaySettings? Settings, IReadOnlyList<FileError> Errors, IReadOnlyList<string> Files)
{
    /// <summary>What may be meant, and may be wrong: a variable that is not set here.</summary>
    public IReadOnlyList<FileError> Warnings { get; init; } = [];
}

/// <summary>Reads a gateway's configuration from YAML or JSON, and the files it names. Every key: <c>docs/gateway.md</c>.</summary>
sealed class SettingsReader
{
    static readonly OverCeiling[] OverDefault = [OverCeiling.Clamp, OverCeiling.Refuse];

    readonly List<FileError> errors = [], warnings = [];
    readonly List<string> files = [];
    readonly List<NamedModel> named = [];
    readonly string folder;
    readonly PriceFolder prices;
    readonly ModelCatalog catalog;
    readonly bool isLocal;
    IReadOnlyList<string> upstreams = [];

    SettingsReader(string folder, PriceFolder prices, bool isLocal) =>
        (this.folder, this.prices, catalog, this.isLocal) = (folder, prices, prices.ReadCatalog(), isLocal);

    /// <summary>Reads a file. Never throws for what it says, or for its absence.</summary>
    /// <param name="isLocal">Whether Bedrock Local stands for every server.</param>
    public static SettingsReading Read(string path, PriceFolder prices, bool isLocal = false)
    {
        var reader = new SettingsReader(Path.GetDirectoryName(Path.GetFullPath(path))!, prices, isLocal);
        var text = reader.TextOf(path, new(path, 1, 1));
        return reader.Finish(text is null ? null : FileTree.Read(path, text, GatewayKeys.File, reader.errors));
    }

    SettingsReading Finish(MapNode? map)
    {
        var settings = map is null ? null : Gateway(map);
        return new SettingsReading(errors.Count == 0 ? settings : null, InOrder(errors), files) with { Warnings = InOrder(warnings) };
    }

    static List<FileError> InOrder(List<FileError> told) =>
        [.. told.Distinct().OrderBy(e => e.Place.File, StringComparer.Ordinal).ThenBy(e => e.Place.Line).ThenBy(e => e.Place.Column)];

    string? TextOf(string path, Place place)
    {
        files.Add(path);
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            errors.Add(new(place, $"'{path}' cannot be read: {fault.Message.TrimEnd('.')}; accepted: a file that is there"));
            return null;
        }
    }

    GatewaySettings Gateway(MapNode map)
    {
        var top = new FileSection(map, map, GatewayKeys.Gateway, "", errors);
        var region = Region(top, "us-east-1");
        var servers = top.Sections("upstreams").Select(s => Upstream(s, region)).ToList();
        upstreams = [.. servers.Select(s => s.Name)];
        if (servers.Count == 0 && !isLocal)
            top.Wrong(top.At("upstreams"),
                "there is no server that calls could go to; accepted: 'upstreams' with at least one, or --local");
        var journal = top.Inner("journal");
        var plain = new GatewaySettings();
        var settings = plain with
        {
            Account = Account(top), Region = region, Book = top.Text("book", plain.Book), Policy = Policy(top), Profiles = Profiles(top),
            Upstreams = servers, Models = [.. top.Sections("models").Select(Model)],
            Ceilings = [.. top.Sections("ceilings").Select(Ceiling)], Budgets = [.. top.Sections("budgets").Select(Budget)],
            Rates = [.. top.Sections("rates").Select(Rate)], Routes = [.. top.Sections("routes").Select(Route)],
            Runaways = top.Inner("runaways") is { } runaways ? Runaway(runaways) : plain.Runaways,
            KeepsPrompts = journal?.Flag("prompts") ?? false, Sync = journal?.Flag("sync") ?? false,
            JournalFileBytes = (long)(journal?.Amount("file") ?? plain.JournalFileBytes),
            MaxTokensUnsaid = (int)(top.Amount("max_tokens_unsaid") ?? plain.MaxTokensUnsaid),
            TokensMin = (int)(top.Amount("tokens_min") ?? plain.TokensMin),
            ClampsToBudgets = !top.Has("clamp_to_budgets") || top.Flag("clamp_to_budgets"),
            BodyBytesMax = (long)(top.Amount("memory") ?? plain.BodyBytesMax), DrainAtMost = Time(top, "drain_at_most", plain.DrainAtMost),
        };
        CheckBudgetNames(top, settings);
        if (BookOf(top, settings) is { } book) errors.AddRange(new NamedModels(settings, catalog, book).Mistakes(named));
        return settings;
    }

    PriceBook? BookOf(FileSection top, GatewaySettings settings)
    {
        try
        {
            return prices.Open(settings.Book);
        }
        catch (PriceBookException wrong)
        {
            top.Wrong(top.At("book"), wrong.Message.TrimEnd('.'));
            return null;
        }
    }

    static string Region(FileSection section, string otherwise)
    {
        if (section.TextOf("region") is not { } said) return otherwise;
        if (!AwsRegions.All.Contains(said.Text))
            section.Wrong(said.Place, $"{Quoted.Of(said)} is not an AWS region{Quoted.Near(said.Text, AwsRegions.All)}; accepted: a region "
                + "code such as eu-central-1");
        return said.Text;
    }

    static string Account(FileSection top)
    {
        var account = top.Text("account", "000000000000");
        if (account.Length != 12 || !account.All(char.IsAsciiDigit))
            top.Wrong(top.At("account"),
                $"{Quoted.Of(account)} is not an account id; accepted: 12 digits, in quotes where they start with 0");
        return account;
    }

    PolicyFile? Policy(FileSection top)
    {
        if (top.TextOf("policy") is not { } named || TextOf(Path.Combine(folder, named.Text), named.Place) is not { } text) return null;
        switch (PolicyReader.Read(named.Text, text, catalog))
        {
            case PolicyReading.Read read: return read.Policy;
            case PolicyReading.Mistaken mistaken:
                errors.AddRange(mistaken.Errors);
                return null;
            default: return null;
        }
    }

    Dictionary<string, MappedProfile> Profiles(FileSection top)
    {
        Dictionary<string, MappedProfile> profiles = [];
        if (top.TextOf("profiles") is not { } named
            || TextOf(Path.Combine(folder, named.Text), named.Place) is not { } text) return profiles;
        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var profile in json.RootElement.EnumerateObject())
                profiles[profile.Name] = new(
                    Text(profile.Value, "model"), Text(profile.Value, "app"), Text(profile.Value, "team"), Text(profile.Value, "env"));
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            errors.Add(new(named.Place,
                $"'{named.Text}' is not a file of profiles; accepted: JSON such as {{\"arn:…\":{{\"model\":\"…\"}}}}"));
        }
        return profiles;

        static string Text(JsonElement profile, string name) =>
            profile.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }

    UpstreamSettings Upstream(FileSection section, string region)
    {
        var kind = section.Choices("kind") is [var chosen, ..] ? (UpstreamKind)chosen : UpstreamKind.Bedrock;
        var url = section.Text("url");
        if (url.Length > 0 && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            section.Wrong(section.At("url"), $"{Quoted.Of(url)} is not an address; accepted: one such as https://host:port");
        var (key, role) = (section.Text("key_from"), section.Text("role"));
        if (role.Length > 0 && (key.Length > 0 || kind != UpstreamKind.Bedrock))
            section.Wrong(section.At("role"), "a role is for Bedrock and AWS's own credentials; accepted: 'role' without 'key_from'");
        // The file may be checked elsewhere than where it is used.
        if (key.Length > 0 && !isLocal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(key)))
            warnings.Add(new(section.At("key_from"), $"warning: the environment variable {Quoted.Of(key)} is not set here, and the gateway "
                + $"does not start without it; accepted: the name of one that holds the key of '{section.Name}'"));
        return new(section.Name, kind, url, Region(section, region), key, role)
        {
            AnswerWithin = Time(section, "answer_within", TimeSpan.FromMinutes(5)),
            SilentAtMost = Time(section, "silent_at_most", TimeSpan.FromMinutes(2)),
            Retries = (int)Math.Min(section.Amount("retries") ?? 2, 10),
        };
    }

    static TimeSpan Time(FileSection section, string key, TimeSpan otherwise) =>
        section.Amount(key) is { } seconds ? TimeSpan.FromSeconds((double)Math.Min(seconds, 86_400)) : otherwise;

    ModelSettings Model(FileSection section)
    {
        var upstream = section.Text("upstream");
        if (upstream.Length > 0 && !upstreams.Contains(upstream))
            section.Wrong(section.At("upstream"), $"{Quoted.Of(upstream)} is not an upstream{Quoted.Near(upstream, upstreams)}; accepted: "
                + string.Join(", ", upstreams));
        var model = new ModelSettings(section.Name, Texts(section, "to"), upstream, section.Text("price"));
        // What an upstream calls its models is its own matter: the book has them by their price.
        named.AddRange((upstream.Length > 0 && section.TextOf("price") is { } price ? [price] : section.Texts("to"))
            .Select(t => new NamedModel(t, model)));
        return model;
    }

    // A model that a rule names.
    List<string> Models(FileSection section, string key)
    {
        var models = section.Texts(key);
        named.AddRange(models.Select(t => new NamedModel(t, null)));
        return [.. models.Select(t => t.Text)];
    }

    CeilingRule Ceiling(FileSection section)
    {
        var over = section.Choices("over").Select(c => (OverCeiling)c).ToList();
        var to = Models(section, "to");
        if (over.Contains(OverCeiling.Downgrade) && to.Count == 0)
            section.Wrong(section.Place, $"'{section.Name}' downgrades and says not to what; accepted: 'to' with at least one model");
        return new(section.Name, WhoOf(section), Texts(section, "app"), section.Amount("usd") ?? 0m, over.Count > 0 ? over : OverDefault,
            to);
    }

    static BudgetRule Budget(FileSection section)
    {
        var amount = section.Value<BudgetAmount>("amount", BudgetAmount.Read);
        var steps = section.Amounts("steps").Select(s => s.Amount).Distinct().Order().ToList();
        return new()
        {
            Name = section.Name, Who = WhoOf(section), Apps = Texts(section, "app"), Per = PerOf(section), Usd = amount?.Usd ?? 0m,
            Window = amount?.Window ?? BudgetWindow.Month, Steps = steps.Count > 0 ? steps : [0.5m, 0.75m, 0.9m],
            Stop = section.Choices("stop") is [var stop, ..] ? (BudgetStop)stop : BudgetStop.Hard,
        };
    }

    static RateRule Rate(FileSection section)
    {
        if (!section.Has("requests") && !section.Has("tokens") && !section.Has("usd"))
            section.Wrong(section.Place, $"{Quoted.Of(section.Name)} limits nothing; accepted: at least one of requests, tokens, usd");
        return new(section.Name, WhoOf(section), Texts(section, "app"), PerOf(section), (long?)section.Amount("requests"),
            (long?)section.Amount("tokens"), section.Amount("usd"));
    }

    RouteRule Route(FileSection section)
    {
        var tags = section.Named("tags").ToDictionary(t => t.Key, t => PatternsOf(t.Value), StringComparer.Ordinal);
        var (to, tiers) = (section.Text("to"), Models(section, "tiers"));
        if (to.Length > 0 && to != RouteRule.ByDifficulty) Models(section, "to");
        if (to == RouteRule.ByDifficulty && tiers.Count is < 2 or > 3)
            section.Wrong(section.Place,
                $"'{section.Name}' routes by difficulty between {tiers.Count} models; accepted: 'tiers' with two or three");
        return new(section.Name, WhoOf(section), Texts(section, "models"), Texts(section, "path"), tags,
            section.Has("tools") ? section.Flag("tools") : null, (long)(section.Amount("larger_than") ?? 0),
            (long)(section.Amount("smaller_than") ?? long.MaxValue), to, section.Flag("shadow"))
        {
            Apps = Texts(section, "app"), Tiers = tiers, IsSticky = !section.Has("sticky") || section.Flag("sticky"),
        };
    }

    // A tag with nothing behind it only has to be there.
    static IReadOnlyList<string> PatternsOf(Node value) => value switch
    {
        TextNode text => [text.Text],
        ListNode list => [.. list.Items.OfType<TextNode>().Select(t => t.Text)],
        _ => ["*"],
    };

    static RunawayRule Runaway(FileSection section)
    {
        var plain = new RunawayRule();
        return plain with
        {
            Stops = section.Flag("stop"), SameToolUse = (int)(section.Amount("same_tool_use") ?? plain.SameToolUse),
            CallsMax = (int)(section.Amount("calls") ?? 0), TokensMax = (long)(section.Amount("tokens") ?? 0),
            UsdMax = section.Amount("usd") ?? 0m, TokensFactor = section.Amount("tokens_factor") ?? plain.TokensFactor,
        };
    }

    static Who WhoOf(FileSection section) => new([], Texts(section, "env"), Texts(section, "team"), [], Texts(section, "key"));
    static BudgetPer PerOf(FileSection section) => section.Choices("per") is [var chosen, ..] ? (BudgetPer)chosen : BudgetPer.All;
    static List<string> Texts(FileSection section, string key) => [.. section.Texts(key).Select(t => t.Text)];

    // A budget's sums are known by its name, the policy's as well as these.
    static void CheckBudgetNames(FileSection top, GatewaySettings settings)
    {
        foreach (var budget in top.Named("budgets"))
            if (settings.Policy?.Budgets.FirstOrDefault(b => b.Name == budget.Key) is { } other)
                top.Wrong(budget.KeyNode.Place, $"the policy has a budget '{budget.Key}' already ({other.Place}); accepted: another name");
    }
}
