using System.Text.Json;
using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>Reads any price list Assay knows, told apart by content.</summary>
public static class PriceImport
{
    public const string Accepted =
        "an AWS price list (bulk offer file, Query API answer, records one a line), a scrape of the Bedrock pricing page, "
        + "LiteLLM's model_prices_and_context_window.json, pydantic's genai-prices data.json";

    /// <param name="file">The file's name, for messages.</param>
    /// <param name="availability">Regions by the id called, see <see cref="RegionAvailability"/>.</param>
    /// <param name="today">The day given to lists that do not date themselves; null leaves them undated.</param>
    /// <exception cref="PriceBookException">The content is no such list.</exception>
    public static ImportResult Read(Stream stream, string file, ModelCatalog catalog,
        IReadOnlyDictionary<string, IReadOnlyList<string>> availability, DateOnly? today = null)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return Read(reader.ReadToEnd(), file, catalog, availability, today);
    }

    /// <inheritdoc cref="Read(Stream, string, ModelCatalog, IReadOnlyDictionary{string, IReadOnlyList{string}}, DateOnly?)"/>
    public static ImportResult Read(string text, string file, ModelCatalog catalog,
        IReadOnlyDictionary<string, IReadOnlyList<string>> availability, DateOnly? today = null)
    {
        text = text.TrimStart('\uFEFF');
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            // Several documents, one a line, are not one document.
            return FirstLineIsRecord(text) ? AwsPriceList.ReadLines(new StringReader(text), catalog) : throw Unknown(file);
        }
        using (document)
        {
            var root = document.RootElement;
            return FormatOf(root) switch
            {
                Format.Offer => AwsPriceList.ReadOffer(root, catalog),
                Format.QueryAnswer => AwsPriceList.ReadRecords(root.GetProperty("PriceList").EnumerateArray(), catalog),
                Format.Excerpt => AwsPriceList.ReadRecords(root.GetProperty("products").EnumerateArray(), catalog),
                Format.Records => AwsPriceList.ReadRecords(root.EnumerateArray(), catalog),
                Format.Record => AwsPriceList.ReadRecords([root], catalog),
                Format.LiteLlm => LiteLlmMap.Read(root, catalog, availability, today),
                Format.Genai => GenaiPrices.Read(root, catalog, availability, today),
                Format.Page => PricingPage.Import(root, PricingPage.DateOf(file) ?? today ?? throw Undated(file), catalog),
                _ => throw Unknown(file),
            };
        }
    }

    enum Format { Unknown, Offer, QueryAnswer, Excerpt, Records, Record, LiteLlm, Genai, Page }

    static Format FormatOf(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.String => IsRecord(root) ? Format.Record : Format.Unknown,
        JsonValueKind.Array => FormatOfList(root),
        JsonValueKind.Object when Is(root, "product", JsonValueKind.Object) => Format.Record,
        JsonValueKind.Object when Is(root, "PriceList", JsonValueKind.Array) => Format.QueryAnswer,
        JsonValueKind.Object when Is(root, "products", JsonValueKind.Array) => Format.Excerpt,
        JsonValueKind.Object when Is(root, "products", JsonValueKind.Object) && Is(root, "terms", JsonValueKind.Object) => Format.Offer,
        JsonValueKind.Object when root.EnumerateObject().Any(p => Is(p.Value, "litellm_provider", JsonValueKind.String)) => Format.LiteLlm,
        _ => Format.Unknown,
    };

    static Format FormatOfList(JsonElement list)
    {
        foreach (var item in list.EnumerateArray())
        {
            if (IsRecord(item)) return Format.Records;
            if (Is(item, "models", JsonValueKind.Array) && Is(item, "id", JsonValueKind.String)) return Format.Genai;
            return Is(item, "Pricing_Category", JsonValueKind.String) && Is(item, "Hierarchy_Path", JsonValueKind.String)
                ? Format.Page : Format.Unknown;
        }
        return Format.Unknown;
    }

    static bool Is(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == kind;

    static bool FirstLineIsRecord(string text)
    {
        using var lines = new StringReader(text);
        while (lines.ReadLine() is { } line)
            if (!string.IsNullOrWhiteSpace(line)) return TextIsRecord(line);
        return false;
    }

    // A record, or the string the Query API wraps it in.
    static bool IsRecord(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? element.GetString() is { Length: > 0 } inner && inner[0] == '{' && TextIsRecord(inner)
        : Is(element, "product", JsonValueKind.Object);

    static bool TextIsRecord(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return IsRecord(document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static PriceBookException Undated(string file) => new(
        $"{file} is a scrape of the pricing page without a date. Put the day into its name or pass it as --date 2026-07-24.");

    static PriceBookException Unknown(string file) => new(
        $"{file} is not a price list Assay knows. Accepted: {Accepted}. See 'assay prices import --help'.");
}
