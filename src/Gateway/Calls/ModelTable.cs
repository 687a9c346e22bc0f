using System.Collections.Concurrent;
using Assay.Gateway.Settings;
using Assay.Gateway.Upstreams;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Gateway.Calls;

/// <summary>What can be asked for: names of the configuration, ids of Bedrock, and models of other servers by their own names.</summary>
sealed class ModelTable
{
    // Names come from clients; what is remembered of them must end somewhere.
    const int RememberedMax = 10_000;

    readonly GatewaySettings settings;
    readonly ModelCatalog catalog;
    readonly PriceBook book;
    readonly IReadOnlyList<Upstream> upstreams;
    readonly Dictionary<string, ModelSettings> aliases;
    readonly HashSet<string> named;
    readonly ConcurrentDictionary<(string Asked, Dialect Dialect), IReadOnlyList<ModelTarget>> known = new();
    readonly ConcurrentDictionary<(string Id, Upstream Upstream), ModelTarget> targets = new();

    public ModelTable(GatewaySettings settings, ModelCatalog catalog, PriceBook book, IReadOnlyList<Upstream> upstreams)
    {
        (this.settings, this.catalog, this.book, this.upstreams) = (settings, catalog, book, upstreams);
        aliases = settings.Models.ToDictionary(m => m.Name, StringComparer.Ordinal);
        named = [.. settings.Models.SelectMany(m => m.Targets), .. settings.Ceilings.SelectMany(c => c.To),
            .. settings.Routes.SelectMany(r => (IEnumerable<string>)[r.To, .. r.Tiers])];
    }

    /// <summary>What a name stands for: the model, then its fallbacks; empty where no server has it.</summary>
    public IReadOnlyList<ModelTarget> Find(string asked, Dialect dialect)
    {
        if (known.TryGetValue((asked, dialect), out var found)) return found;
        found = aliases.TryGetValue(asked, out var alias) ? [.. alias.Targets.Select(t => Aliased(t, alias, dialect)).OfType<ModelTarget>()]
            : Plain(asked, dialect) is { } target ? [target] : [];
        if (known.Count < RememberedMax) known.TryAdd((asked, dialect), found);
        return found;
    }

    /// <summary>A guardrail that is applied by itself, at the first server of Bedrock; empty where there is none.</summary>
    public IReadOnlyList<ModelTarget> Guardrail(string id) => upstreams.FirstOrDefault(u => u.Kind == UpstreamKind.Bedrock) is { } bedrock
        ? [Target(id, bedrock, ModelTarget.GuardrailPrefix + id)] : [];

    ModelTarget? Aliased(string id, ModelSettings alias, Dialect dialect)
    {
        if (alias.Upstream.Length == 0) return Plain(id, dialect);
        var upstream = upstreams.First(u => u.Name == alias.Upstream);
        return Target(id, upstream, alias.PricedAs);
    }

    ModelTarget? Plain(string id, Dialect dialect)
    {
        var kind = IsBedrocks(id) || dialect == Dialect.Bedrock ? UpstreamKind.Bedrock
            : dialect == Dialect.OpenAi ? UpstreamKind.OpenAi : UpstreamKind.Anthropic;
        var upstream = upstreams.FirstOrDefault(u => u.Kind == kind);
        if (upstream is null && kind != UpstreamKind.Bedrock && BedrockIdOf(id) is { } bedrocks)
            return upstreams.FirstOrDefault(u => u.Kind == UpstreamKind.Bedrock) is { } bedrock ? Target(bedrocks, bedrock, "") : null;
        return upstream is null ? null : Target(id, upstream, "");
    }

    // 'us.anthropic.claude…', 'arn:aws:bedrock:…', 'meta.llama…'.
    bool IsBedrocks(string id)
    {
        if (id.StartsWith("arn:", StringComparison.Ordinal)) return true;
        var bare = ModelIdentity.SplitScope(id).Id;
        var dot = bare.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && catalog.IsProvider(bare[..dot]);
    }

    // Anthropic's own names of its models: 'claude-sonnet-4-5-20250929' or 'claude-sonnet-4-5'. Newer models answer through a profile.
    string? BedrockIdOf(string name)
    {
        var id = catalog.Models.Select(m => m.Id).Where(i => i.StartsWith("anthropic." + name, StringComparison.Ordinal))
            .OrderBy(i => i.Length).FirstOrDefault();
        if (id is null) return null;
        var geography = settings.Region[..2] switch { "eu" => "eu.", "ap" => "apac.", _ => "us." };
        return geography + id;
    }

    /// <summary>A name that nothing is known of, for the journal's line of its refusal.</summary>
    public ModelTarget Stranger(string asked) => Make(asked, upstreams[0], "");

    ModelTarget Target(string id, Upstream upstream, string pricedAs)
    {
        if (targets.TryGetValue((id, upstream), out var target)) return target;
        target = Make(id, upstream, pricedAs);
        return targets.Count < RememberedMax ? targets.GetOrAdd((id, upstream), target) : target;
    }

    ModelTarget Make(string id, Upstream upstream, string pricedAs)
    {
        var logged = pricedAs.Length > 0 ? pricedAs : upstream.Kind == UpstreamKind.Bedrock ? id : $"{upstream.Name}:{id}";
        var region = upstream.Kind == UpstreamKind.Bedrock ? upstream.Region : settings.Region;
        var model = ModelIdentity.Resolve(logged, catalog, settings.Profiles);
        var isGuardrail = logged.StartsWith(ModelTarget.GuardrailPrefix, StringComparison.Ordinal);
        var isFoundation = model.Kind == ModelKind.Foundation;
        return new(id, logged, model, region, upstream, IsKnown: !isFoundation || book.Knows(model.Id) || isGuardrail)
        {
            Label = isGuardrail ? "guardrail" : book.Knows(model.Id) || (!isFoundation && named.Contains(id)) ? model.Id
                : isFoundation ? "unknown" : "other",
        };
    }
}
