using System.Globalization;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Desk.Commands;

/// <summary>Reads the options of a comparison; what is wrong is said in one line.</summary>
static class CompareInput
{
    public static List<Equivalent> Maps(string[] maps, ModelCatalog catalog, PriceBook vendors, IReadOnlyList<Platform> platforms) =>
        [.. maps.Select(map =>
        {
            var equals = map.IndexOf('=', StringComparison.Ordinal);
            var colon = equals < 0 ? -1 : map.IndexOf(':', equals);
            if (equals <= 0 || colon <= equals + 1 || colon == map.Length - 1)
                throw new InputException($"--map '{map}' is not BEDROCK=VENDOR:MODEL; write it as "
                    + "meta.llama3-3-70b-instruct-v1:0=groq:llama-3.3-70b-versatile.");
            var (from, priced) = (map[..equals], map[(equals + 1)..]);
            var model = ModelIdentity.Resolve(from, catalog, new Dictionary<string, MappedProfile>());
            if (model.Facts is null && model.Kind == ModelKind.Foundation)
                throw new InputException($"--map '{map}': '{from}' is not a Bedrock model; 'assay prices modes' lists them. "
                    + $"The nearest is '{catalog.Models.MinBy(m => Dimensions.Distance(m.Id, model.Id))?.Id}'.");
            var vendor = map[(equals + 1)..colon];
            Known(vendor, platforms, $"--map '{map}'");
            if (!vendors.Knows(priced))
                throw new InputException($"--map '{map}': book '{vendors.Id}' has no '{priced}'; the nearest is "
                    + $"'{vendors.Rates.Select(r => r.Key.Model).Distinct().MinBy(m => Dimensions.Distance(m, priced))}'. "
                    + $"'assay prices modes --book {vendors.Name}' lists all.");
            return new Equivalent(model.Id, vendor, map[(colon + 1)..], EquivalenceKind.Stated, null, "stated with --map", null,
                "the user");
        })];

    public static Dictionary<string, decimal> Tokenizers(string[] tokenizers, IReadOnlyList<Platform> platforms)
    {
        var factors = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var text in tokenizers)
        {
            var (vendor, value) = Pair(text, "--tokenizer", "azure=1.12");
            Known(vendor, platforms, $"--tokenizer '{text}'");
            if (!TryDecimal(value, out var factor) || factor is <= 0m or > 10m)
                throw new InputException($"--tokenizer '{text}': '{value}' is not a factor; "
                    + $"write a decimal above 0, at most 10, as in {vendor}=1.12.");
            factors[vendor] = factor;
        }
        return factors;
    }

    public static Dictionary<string, decimal> Elsewhere(string[] elsewhere)
    {
        var spend = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var text in elsewhere)
        {
            var (vendor, value) = Pair(text, "--elsewhere", "azure=12000");
            if (!TryDecimal(value, out var usd))
                throw new InputException($"--elsewhere '{text}': '{value}' is not an amount; write plain USD as in {vendor}=12000.");
            spend[vendor] = spend.GetValueOrDefault(vendor) + usd;
        }
        return spend;
    }

    /// <summary>The committed spend; null where none was stated. A discount alone, or half of the two amounts, is not one.</summary>
    public static (decimal Commit, decimal Organic, decimal Discount)? Committed(string? commit, string? organic, string? discount)
    {
        if (commit is null && organic is null && discount is null) return null;
        if (commit is null || organic is null)
            throw new InputException("a commitment needs both --commit and --organic; "
                + $"{(commit is null ? "--commit" : "--organic")} is missing. "
                + "Write them as --commit 20000000 --organic 17000000.");
        var share = 0m;
        if (discount is not null && (!TryShare(discount, out share) || share >= 1m))
            throw new InputException($"--discount '{discount}' is not a share; write it as 9% or 0.09, below 100%.");
        return (Amounts.Usd(commit, "--commit"), Amounts.Usd(organic, "--organic"), share);
    }

    /// <summary>EC2 where a GPU hour is stated, SageMaker where an instance hour is; none where neither is. Nothing is filled in.</summary>
    public static IReadOnlyList<SelfHosting> Hosting(CompareCommand.HostingOptions options)
    {
        var places = new List<SelfHosting>();
        if (options.GpuHour is not null || options.Gpus is not null)
            places.Add(Place("ec2", options.GpuHour, "--gpu-hour", options.Gpus, "--gpus"));
        if (options.InstanceHour is not null || options.Instances is not null)
            places.Add(Place("sagemaker", options.InstanceHour, "--instance-hour", options.Instances, "--instances"));
        if (places.Count == 0 && (options.TokensPerSecond ?? options.Utilisation ?? options.People ?? options.Model) is not null)
            throw new InputException("own hardware needs a price: --gpu-hour and --gpus for EC2, "
                + "or --instance-hour and --instances for SageMaker.");
        return places;

        SelfHosting Place(string where, string? hour, string hourOption, string? units, string unitsOption) => new(where,
            Positive(hour, hourOption, "12.30"), Positive(units, unitsOption, "4"),
                Positive(options.TokensPerSecond, "--tokens-per-second", "2500"),
            Share(options.Utilisation, "--utilisation"), NotNegative(options.People, "--people", "8000"));
    }

    static decimal Positive(string? text, string option, string example) => NotNegative(text, option, example) is > 0m and var number
        ? number
        : throw new InputException($"{option} '{text}' must be above 0, as in {option} {example}.");

    static decimal NotNegative(string? text, string option, string example) =>
        text is null ? throw new InputException($"own hardware needs {option}, as in {option} {example}; no figure of it has a default.")
        : TryDecimal(text, out var number) ? number
        : throw new InputException($"{option} '{text}' is not a number; write a plain decimal, as in {option} {example}.");

    static decimal Share(string? text, string option)
    {
        if (text is null) throw new InputException($"own hardware needs {option}, as in {option} 50%; no figure of it has a default.");
        return TryShare(text, out var share) && share > 0m ? share
            : throw new InputException($"{option} '{text}' is not a share; write it as 50% or 0.5, above 0 and at most 100%.");
    }

    // 50% or 0.5, from nothing to all.
    static bool TryShare(string text, out decimal share)
    {
        var isPercent = text.EndsWith('%');
        if (!TryDecimal(isPercent ? text[..^1] : text, out share)) return false;
        if (isPercent) share /= 100m;
        return share <= 1m;
    }

    static (string Vendor, string Value) Pair(string text, string option, string example)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? (text[..equals], text[(equals + 1)..])
            : throw new InputException($"{option} '{text}' is not VENDOR=NUMBER; write it as {option} {example}.");
    }

    static void Known(string vendor, IReadOnlyList<Platform> platforms, string option)
    {
        var names = platforms.Select(p => p.Vendor).Where(v => v != Platform.Bedrock).ToList();
        if (!names.Contains(vendor))
            throw new InputException($"{option}: '{vendor}' is not a vendor. Accepted: {string.Join(", ", names)}.");
    }

    static bool TryDecimal(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && number <= 1_000_000_000_000m;
}
