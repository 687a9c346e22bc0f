using Assay.Control.Files;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Upstreams;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Gateway.Settings;

/// <summary>A model as a configuration names it, and where it does.</summary>
/// <param name="Of">The name that stands for it; null where a rule names it, which may name names too.</param>
sealed record NamedModel(TextNode Text, ModelSettings? Of);

/// <summary>Whether the models that a configuration names can be called: each call to one that cannot would be refused.</summary>
sealed class NamedModels(GatewaySettings settings, ModelCatalog catalog, PriceBook book)
{
    const string Accepted = "; accepted: a model as it is asked for, such as us.anthropic.claude-haiku-4-5-20251001-v1:0";

    // Only their kinds and regions are asked for. Without one there is Bedrock Local, or a mistake that is told already.
    readonly IReadOnlyList<Upstream> upstreams =
    [
        .. settings.Upstreams.DefaultIfEmpty(new("bedrock", UpstreamKind.Bedrock, "", settings.Region, "", ""))
            .Select(u => new Upstream(u.Name, u.Kind, u.Url, u.Region, (_, _, _) => ValueTask.CompletedTask)),
    ];
    readonly Dictionary<string, ModelSettings> names = settings.Models.ToDictionary(m => m.Name, StringComparer.Ordinal);

    public IEnumerable<FileError> Mistakes(IEnumerable<NamedModel> named)
    {
        foreach (var one in named)
            if (Mistake(one) is { } wrong) yield return new(one.Text.Place, wrong);
    }

    string? Mistake(NamedModel named)
    {
        var text = named.Text.Text;
        // A name is judged where it is made, and one of an upstream that is not there is told of already.
        if (named.Of is null && names.ContainsKey(text)) return null;
        if (named.Of is { Upstream: { Length: > 0 } upstream } && upstreams.All(u => u.Name != upstream)) return null;
        var targets = Targets(named).ToList();
        if (targets.Any(IsPriced)) return null;
        if (named.Of is { Upstream: "" } of && names.ContainsKey(text)) return NameOfName(of.Name, text);
        if (targets.Count == 0)
            return $"no upstream has the model {Quoted.Of(text)}{Accepted}, or an upstream of the kind that has it";
        return targets.FirstOrDefault(t => t.IsKnown) is { } known
            ? $"book '{book.Id}' has no price for {Quoted.Of(text)}: {Unpriced(known, Tier.Standard)!.TrimEnd('.')}; accepted: a model and "
                + "a region that it prices ('assay prices show MODEL')"
            : $"book '{book.Id}' has no price for {Quoted.Of(text)}{Near(text)}{Accepted}, or a name of 'models'; "
                + "'assay prices list' shows the books";
    }

    // By whatever language it may be asked for: one that can be called in one of them is no mistake.
    IEnumerable<ModelTarget> Targets(NamedModel named)
    {
        var of = named.Of ?? new(named.Text.Text, [named.Text.Text], "", "");
        var text = named.Text.Text == of.PricedAs && of.Targets is [var first, ..] ? first : named.Text.Text;
        var table = new ModelTable(settings with { Models = [of with { Targets = [text] }] }, catalog, book, upstreams);
        return Enum.GetValues<Dialect>().SelectMany(d => table.Find(of.Name, d)).Distinct();
    }

    bool IsPriced(ModelTarget target) => target.IsKnown && Enum.GetValues<Tier>().Any(t => Unpriced(target, t) is null);

    string? Unpriced(ModelTarget target, Tier tier) =>
        CallRates.Of(target, tier, isGuarded: false, isGrounded: false, book.Date, book).Unpriced;

    string NameOfName(string from, string to)
    {
        List<string> way = [from];
        var next = to;
        // Followed from name to name: either it comes back to where it was, or it ends at a model.
        while (next is not null && !way.Contains(next))
        {
            way.Add(next);
            next = names.TryGetValue(next, out var name) ? name.Targets.FirstOrDefault(names.ContainsKey) : null;
        }
        var what = next is null ? $"{Quoted.Of(to)} is a name of 'models' itself"
            : $"names go in a circle: {string.Join(" → ", way.Append(next))}";
        return $"{what}; accepted: models, since a name does not stand for another name";
    }

    string Near(string text) => ModelSpelling.Near(text, names.Keys, catalog);
}

/// <summary>Which model may have been meant.</summary>
static class ModelSpelling
{
    const int LengthMin = 4;

    /// <summary>", did you mean 'x'?" or nothing.</summary>
    public static string Near(string text, IEnumerable<string> names, ModelCatalog catalog)
    {
        var scope = text[..^ModelIdentity.SplitScope(text).Id.Length];
        var near = Quoted.Near(text, names.Concat(catalog.Models.Select(m => scope + m.Id)));
        // 'nova-lite' is far from 'amazon.nova-lite-v1:0' letter by letter, and yet it is what was meant.
        if (near.Length > 0 || text.Length < LengthMin) return near;
        var longer = catalog.Models.Select(m => m.Id).Where(i => i.Contains(text, StringComparison.OrdinalIgnoreCase));
        return longer.MinBy(i => i.Length) is { } id ? $"; did you mean '{id}'?" : "";
    }
}
