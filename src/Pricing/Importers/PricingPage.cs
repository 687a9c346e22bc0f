using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>
/// Reads a scrape of AWS's Bedrock pricing page: a JSON array of table rows, each with its headings. The page has no SKUs, and mostly
/// no regions, so rates get made-up SKUs and the regions of the United States. Rows that cannot be told apart go through
/// <see cref="PricingPageSettlement"/>; what it cannot settle is unclassified, never guessed.
/// </summary>
public static partial class PricingPage
{
    /// <param name="page">The scrape, as JSON.</param>
    /// <param name="date">The day of the scrape: it dates every SKU and source.</param>
    /// <exception cref="PriceBookException">The text is not such a scrape.</exception>
    public static ImportResult Import(Stream page, DateOnly date, ModelCatalog catalog)
    {
        using var document = Parse(page);
        return Import(document.RootElement, date, catalog);
    }

    /// <summary>
    /// The day a scrape is of, as its file name has it (<c>…-2026-05-25.json</c>), or null: the page itself bears no date.
    /// </summary>
    public static DateOnly? DateOf(string file) =>
        DayInName().Match(Path.GetFileName(file)) is { Success: true } day && DateOnly.TryParseExact(day.Value, "yyyy-MM-dd", out var date)
            ? date
            : null;

    /// <inheritdoc cref="Import(Stream, DateOnly, ModelCatalog)"/>
    public static ImportResult Import(JsonElement page, DateOnly date, ModelCatalog catalog)
    {
        var unclassified = new List<Unclassified>();
        var quotes = new List<PageQuote>();
        foreach (var row in Rows(page))
            if (!row.IsExample)
                quotes.AddRange(Quotes(row, catalog, date, unclassified));

        var rates = PricingPageSettlement.Settle(quotes, date, unclassified).SelectMany(q => Rates(q, date)).ToList();
        // Two tables may state the same fact; it is one rate.
        var distinct = rates.DistinctBy(r => (r.Key, r.SourceRate, r.SourceUnit, r.From)).ToList();
        return new(distinct, [.. unclassified.OrderBy(u => u.Sku, StringComparer.Ordinal)]);
    }

    static IEnumerable<PageRow> Rows(JsonElement page)
    {
        if (page.ValueKind != JsonValueKind.Array) throw NotAPage($"it holds a JSON {page.ValueKind}");
        var number = 0;
        foreach (var element in page.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object) throw NotAPage($"row {number} is a JSON {element.ValueKind}");
            yield return new(number++, [.. element.EnumerateObject().Select(p => (p.Name, p.Value.ToString().Trim()))]);
        }
    }

    static JsonDocument Parse(Stream page)
    {
        try
        {
            return JsonDocument.Parse(page);
        }
        catch (JsonException wrong)
        {
            throw NotAPage(wrong.Message);
        }
    }

    static PriceBookException NotAPage(string what) => new(
        $"This is not a scrape of the pricing page: {what}. "
        + "Expected is a JSON array of rows with 'Hierarchy_Path' and 'Pricing_Category'. See 'assay prices import --help'.");

    // A row is one quote; what it says in columns without a meter is unclassified at once.
    static IEnumerable<PageQuote> Quotes(PageRow row, ModelCatalog catalog, DateOnly date, List<Unclassified> unclassified)
    {
        if (row.Cell("Custom Model Unit version") is { } what) return ImportedModelUnits(row, what, date, unclassified);
        var printed = row.ModelName;
        var models = catalog.FindAllByName(PlainName(printed));
        if (printed.Length == 0 || models.Count == 0)
            return Refuse($"'{printed}' is not a name in prices/models.csv; add it there");
        if (row.Cell("Modality") is "Speech")
            return Refuse("speech tokens cost differently from text tokens and the key cannot tell them apart");
        IReadOnlyList<string> ids = [.. models.Select(m => m.Id)];
        var quote = new PageQuote(row, PlainName(printed), ids, row.TierOf(printed), row.Scopes, AwsRegions.UnitedStates, null, "");
        if (row.Cell("Regions") is { } regions)
        {
            var named = RegionName().Matches(regions).Select(m => (Name: m.Value, Id: AwsRegions.IdOf(m.Value))).ToList();
            if (named.Find(r => r.Id is null) is { Name: { } unknown }) return Refuse($"'{unknown}' is not a region Assay knows");
            quote = quote with { Regions = [.. named.Select(r => r.Id!)] };
        }
        if (Effective().Match(printed) is { Success: true } effective)
        {
            if (!DateOnly.TryParse(effective.Groups[1].Value, CultureInfo.InvariantCulture, out var from))
                return Refuse($"'{effective.Groups[1].Value}' is not a date");
            quote = quote with { From = from, Mark = "extended" };
        }
        quote = ReadPrices(quote, models[0].CacheTtls, date, unclassified);
        return quote.Prices.Count == 0 ? [] : [quote];

        IEnumerable<PageQuote> Refuse(string reason)
        {
            unclassified.Add(row.Unclassified(date, reason));
            return [];
        }
    }

    static PageQuote ReadPrices(PageQuote quote, IReadOnlyList<string> ttls, DateOnly date, List<Unclassified> unclassified)
    {
        var row = quote.Row;
        var prices = new List<PagePrice>();
        var refused = new List<(string Header, string Reason)>();
        foreach (var (header, text) in row.Cells)
        {
            if (PricingPageColumn.Read(header, row.ModeOf(row.ModelName), ttls) is not { } column) continue;
            if (PricingPageCell.Read(text) is not { } cell) continue;
            if (PricingPageColumn.IsModality(header) && row.TextPriceBeside(header) == cell.Usd) continue;
            if (header == "Price") column = PerRequest(cell.Unit) ?? column;
            if (column.Meter is not { } meter)
                refused.Add((header, column.Reason.Length > 0 ? column.Reason : $"'{header}' is not a column this importer knows"));
            else
                prices.Add(new(meter, column.Mode, column.Term, column.Unit, cell.Usd));
        }
        foreach (var group in refused.GroupBy(r => r.Reason))
            unclassified.Add(row.Unclassified(date, group.Key, [.. group.Select(g => g.Header)]));
        if (prices.Count == 0 && refused.Count == 0)
            unclassified.Add(row.Unclassified(date, "the page prints no price in this row (N/A or not generally available)"));
        // Columns come in any order; rows that say the same must look the same.
        return quote with { Prices = [.. prices.OrderBy(p => p.Mode).ThenBy(p => p.Term).ThenBy(p => p.Meter)] };
    }

    static PricingPageColumn? PerRequest(string? unit) => unit switch
    {
        "1K requests" => new(Meter.Search, Mode.OnDemand, Term.None, unit, ""),
        "1K queries" => new(Meter.Rerank, Mode.OnDemand, Term.None, unit, ""),
        _ => null,
    };

    // Imported models are sold by architecture and unit version, which no key has; their storage has one price for all.
    static IEnumerable<PageQuote> ImportedModelUnits(PageRow row, string what, DateOnly date, List<Unclassified> unclassified)
    {
        var cell = row.Cells.Select(c => c.Header.StartsWith('v') ? PricingPageCell.Read(c.Text) : null).FirstOrDefault(c => c is not null);
        if (what.StartsWith("Monthly storage", StringComparison.Ordinal) && cell is { } storage)
            return [new PageQuote(row, "", [""], Tier.Standard, [Scope.InRegion], AwsRegions.UnitedStates, null, "")
            {
                Prices = [new(Meter.StorageMonth, Mode.Custom, Term.None, "month", storage.Usd)],
            }];
        unclassified.Add(row.Unclassified(date,
            "a unit-minute has several prices by region; architecture and unit version: "
            + "the row names no region and no key has the others"));
        return [];
    }

    static IEnumerable<Rate> Rates(PageQuote quote, DateOnly date) =>
        from model in quote.Models
        from price in quote.Prices
        from scope in quote.Scopes.Count == 0 ? [Scope.InRegion] : quote.Scopes
        from region in quote.Regions
        let key = new RateKey(model, price.Meter, price.Mode, quote.Tier, scope, ContextBand.Standard, region, price.Term)
        select new Rate(Sku(key, date, quote.Mark), key, price.Unit, price.Usd, quote.From, null, $"aws-pricing-page {date:yyyy-MM-dd}");

    static string Sku(RateKey key, DateOnly date, string mark)
    {
        var sku = $"page:{date:yyyy-MM-dd}:{key.Model}:{key.Meter.Name()}:{key.Mode.Name()}:{key.Tier.Name()}:{key.Scope.Name()}";
        if (key.Term != Term.None) sku += $":{key.Term.Name()}";
        return mark.Length > 0 ? $"{sku}:{mark}" : sku;
    }

    // The name without what the page adds to it: '(w/ latency optimized inference)', '(Public Extended Access, …)', '(Batch)'.
    static string PlainName(string printed) => Addition().Replace(printed, "").Trim();

    [GeneratedRegex(@"\s*\((w/[^)]*|Public Extended Access[^)]*|On-demand|Batch)\)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Addition();

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}", RegexOptions.CultureInvariant)]
    private static partial Regex DayInName();

    [GeneratedRegex(@"Effective (\d{1,2} [A-Za-z]{3,9} \d{4})", RegexOptions.CultureInvariant)]
    private static partial Regex Effective();

    [GeneratedRegex(@"[A-Z][^,()]*\([^)]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex RegionName();
}

/// <summary>One price of a row.</summary>
readonly record struct PagePrice(Meter Meter, Mode Mode, Term Term, string Unit, decimal Usd);

/// <summary>What one row of the page says of one model.</summary>
/// <param name="Name">The model as the page prints it, without additions.</param>
/// <param name="Scopes">The scopes the table names; empty when it names none.</param>
/// <param name="Mark">What makes the SKU differ from that of the plain row: <c>gov</c>, <c>extended</c>.</param>
sealed record PageQuote(
    PageRow Row, string Name, IReadOnlyList<string> Models, Tier Tier, IReadOnlyList<Scope> Scopes, IReadOnlyList<string> Regions,
    DateOnly? From, string Mark)
{
    public IReadOnlyList<PagePrice> Prices { get; init; } = [];

    /// <summary>The prices as people write them: <c>0.30/2.50</c>.</summary>
    public string Printed => string.Join('/', Prices.Select(p => Usd.Plain(p.Usd)));
}

/// <summary>A row of the scrape with its headings.</summary>
sealed record PageRow(int Number, IReadOnlyList<(string Header, string Text)> Cells)
{
    static readonly string[] NameColumns = ["Model", "Model Name", "Column_0", "Stability AI Image Services", "Stability AI model"];

    string Path => Cell("Hierarchy_Path") ?? "";
    string Category => Cell("Pricing_Category") ?? "";

    /// <summary>Worked examples repeat prices of other tables, and of models no longer sold.</summary>
    public bool IsExample => Category.StartsWith("Model evaluation example", StringComparison.Ordinal) || Category == "Pricing Examples";

    public string? Cell(string header) => Cells.FirstOrDefault(c => c.Header == header) is { Header: not null } cell ? cell.Text : null;

    public string ModelName => Cells.FirstOrDefault(c => NameColumns.Contains(c.Header) || IsModelsColumn(c.Header)).Text ?? "";

    static bool IsModelsColumn(string header) =>
        header.EndsWith("models", StringComparison.OrdinalIgnoreCase) && !header.StartsWith("Pri", StringComparison.Ordinal);

    /// <summary>The text price in the same direction as an audio, image or video column.</summary>
    public decimal? TextPriceBeside(string header)
    {
        var direction = header.Contains("output", StringComparison.Ordinal) ? "output tokens (text)" : "input tokens (text)";
        return Cells.FirstOrDefault(c => c.Header.EndsWith(direction, StringComparison.Ordinal)) is { Text: { } text }
            ? PricingPageCell.Read(text)?.Usd : null;
    }

    // The tab is right where the heading is not: in May the customisation tab of gpt-oss was headed 'Batch pricing'.
    string Table => Path.Contains('>', StringComparison.Ordinal) && Tabs.Contains(Tab) ? Tab : Category;
    string Tab => Path[(Path.LastIndexOf('>') + 1)..].Trim();
    static readonly string[] Tabs = ["Standard", "Flex", "Priority", "Batch", "Model Customization"];

    public Mode ModeOf(string name) =>
        Table == "Model Customization" ? Mode.Custom
        : name.Contains("(Batch)", StringComparison.Ordinal) || Table is "Batch" or "Batch pricing" ? Mode.Batch
        : Mode.OnDemand;

    public Tier TierOf(string name) =>
        name.Contains("latency optimized", StringComparison.OrdinalIgnoreCase) || Table == "Latency Optimized Inference"
            ? Tier.LatencyOptimized
        : Table is "Flex" or "Flex tier pricing" ? Tier.Flex
        : Table is "Priority" or "Priority tier pricing" ? Tier.Priority
        : Tier.Standard;

    public IReadOnlyList<Scope> Scopes =>
        Category.StartsWith("Geo and In-region", StringComparison.Ordinal) ? [Scope.InRegion, Scope.Geo]
        : Category.StartsWith("Global Cross", StringComparison.Ordinal) ? [Scope.Global]
        : [];

    public Unclassified Unclassified(DateOnly date, string reason, IReadOnlyList<string>? headers = null)
    {
        var cells = Cells.Where(c => headers?.Contains(c.Header) ?? IsPriceColumn(c.Header));
        var what = string.Join("; ", cells.Select(c => $"{c.Header} {c.Text}"));
        var name = ModelName.Length > 0 ? ModelName : Cell("Custom Model Unit version") ?? "";
        return new($"page:{date:yyyy-MM-dd}:row-{Number:0000}", Flat($"{Path}: {name}: {what}"), Flat(reason));
    }

    static bool IsPriceColumn(string header) => header is "v1.0" or "v2.0"
        || (header.StartsWith("Pr", StringComparison.Ordinal) && header is not ("Provider" or "Pricing_Category"));

    // Books are CSV without quotes, so a field holds no comma.
    static string Flat(string text) => text.Replace(", ", "; ", StringComparison.Ordinal).Replace(',', ' ');
}
