using System.Text.Json;
using Assay.Planning;
using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>The comparison as JSON: money as decimal text in USD, ratios and shares as numbers.</summary>
static class CompareJson
{
    /// <summary>What the help says of it.</summary>
    public const string Shape =
        "JSON: {position:{years,gap,absorbed,incremental_cost,exact,vendors:[{vendor,stay,move,discount_to_win}],warnings}, "
        + "bedrock:{book,total,monthly,models:[{model,maker,cost,tokens,calls?,unpriced}]}, "
        + "vendors:[{vendor,name,total,here,delta,share_covered,on_other_terms,models:[{model,equivalent,kind,cost,here,delta,tokenizer,"
        + "unpriced:[{meter,quantity,reason,otherwise}]}],candidates:[…],missing,notes}], lock_in:{by_maker,by_cloud,portable,exclusive}, "
        + "self_hosted:{quotes,guide}}. 'here' is Bedrock's cost of what the vendor prices too; delta = total - here.";

    public static void Write(Utf8JsonWriter json, Comparison comparison)
    {
        var vendors = comparison.Vendors;
        json.WriteStartObject();
        Position(json, comparison);
        json.WriteString("period", comparison.IsMonth ? "month" : "days");
        if (!comparison.IsMonth)
        {
            json.WriteString("from", Dimensions.Day(comparison.From));
            json.WriteString("to", Dimensions.Day(comparison.To));
        }
        json.WriteNumber("days", comparison.Days);
        json.WriteStartObject("bedrock");
        json.WriteString("book", vendors.Book);
        Money(json, "total", vendors.BedrockUsd);
        Money(json, "monthly", comparison.Monthly(vendors.BedrockUsd));
        json.WriteNumber("requests", comparison.Requests);
        List(json, "models", vendors.Models, Spend);
        json.WriteEndObject();
        json.WriteString("vendor_book", vendors.VendorBook);
        List(json, "vendors", vendors.Vendors, Vendor);
        WriteLockIn(json, comparison.LockIn);
        SelfHosted(json, comparison);
        Texts(json, "notes", comparison.Notes);
        json.WriteEndObject();
    }

    static void Position(Utf8JsonWriter json, Comparison comparison)
    {
        if (comparison.Position is not { } position)
        {
            json.WriteNull("position");
            return;
        }
        json.WriteStartObject("position");
        json.WriteNumber("years", position.Years);
        Money(json, "commit", position.Committed.Terms.AnnualUsd.Sum());
        Money(json, "organic", position.Committed.OrganicUsd.Sum());
        json.WriteNumber("discount", (double)position.Committed.Terms.Discount);
        Money(json, "ai", position.Stay.Ai);
        EdpJson.Simple(json, position.Stay.Simple);
        json.WriteStartObject("exact");
        EdpJson.Exact(json, position.Stay);
        json.WriteEndObject();
        List(json, "vendors", [.. comparison.Vendors.Vendors.Select(position.At)], static (json, price) =>
        {
            json.WriteStartObject();
            json.WriteString("vendor", price.Platform.Vendor);
            Money(json, "stay", price.Stay);
            Money(json, "move", price.Move);
            if (price.DiscountToWin is { } discount) json.WriteNumber("discount_to_win", discount);
            json.WriteEndObject();
        });
        Texts(json, "warnings", [.. position.Warnings(Text.Dollars)]);
        json.WriteEndObject();
    }

    static void Vendor(Utf8JsonWriter json, VendorQuote quote)
    {
        json.WriteStartObject();
        Facts(json, quote.Platform);
        Money(json, "total", quote.Total);
        Money(json, "here", quote.Here);
        Money(json, "delta", quote.Delta);
        json.WriteNumber("share_covered", quote.ShareCovered);
        Money(json, "on_other_terms", quote.OnOtherTerms);
        List(json, "models", quote.Models, Model);
        List(json, "candidates", quote.Candidates, Model);
        List(json, "missing", quote.Missing, Spend);
        Texts(json, "notes", [.. quote.Models.Concat(quote.Candidates).Select(m => $"{m.Model}: {m.Equivalent.Note}").Distinct()]);
        json.WriteEndObject();
    }

    static void Facts(Utf8JsonWriter json, Platform platform)
    {
        json.WriteString("vendor", platform.Vendor);
        json.WriteString("name", platform.Name);
        json.WriteString("cloud", platform.Cloud);
        json.WriteString("commitment", platform.Commitment);
        json.WriteString("integration", platform.Integration);
        json.WriteString("feature_lag", platform.FeatureLag);
        json.WriteString("as_of", Dimensions.Day(platform.AsOf));
        json.WriteString("source", platform.Source);
    }

    static void Model(Utf8JsonWriter json, ModelQuote quote)
    {
        json.WriteStartObject();
        json.WriteString("model", quote.Model);
        json.WriteString("equivalent", quote.Equivalent.PricedAs);
        json.WriteString("kind", quote.Equivalent.Kind.Name());
        Money(json, "cost", quote.There);
        Money(json, "here", quote.Here);
        Money(json, "delta", quote.Delta);
        if (quote.OnlyThere > 0m) Money(json, "unpriced_here", quote.OnlyThere);
        if (quote.BedrockPremium is { } premium) json.WriteNumber("bedrock_premium", premium);
        json.WriteNumber("tokenizer", quote.Factor);
        json.WriteBoolean("tokenizer_measured", quote.Equivalent.Tokenizer is not null || quote.Factor != 1m);
        json.WriteString("note", quote.Equivalent.Note);
        if (quote.Equivalent.AsOf is { } day) json.WriteString("as_of", Dimensions.Day(day));
        json.WriteString("source", quote.Equivalent.Source);
        List(json, "unpriced", quote.Unpriced, NotOffered);
        json.WriteEndObject();
    }

    static void NotOffered(Utf8JsonWriter json, NotOffered missing)
    {
        json.WriteStartObject();
        json.WriteString("meter", missing.Meter.Name());
        json.WriteString("mode", missing.Mode.Name());
        json.WriteString("tier", missing.Tier.Name());
        Count(json, "quantity", missing.Quantity);
        if (missing.BedrockUsd is { } usd) Money(json, "here", usd);
        json.WriteString("reason", missing.Reason);
        if (missing.Otherwise is { } terms)
        {
            json.WriteStartObject("otherwise");
            Money(json, "cost", terms.Usd);
            json.WriteString("terms", terms.How);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static void Spend(Utf8JsonWriter json, ModelSpend spend)
    {
        json.WriteStartObject();
        json.WriteString("model", spend.Model);
        json.WriteString("maker", spend.Maker);
        Money(json, "cost", spend.Usd);
        Count(json, "tokens", spend.Tokens);
        if (spend.Calls > 0) json.WriteNumber("calls", spend.Calls);
        Texts(json, "unpriced", spend.Unpriced);
        json.WriteEndObject();
    }

    static void WriteLockIn(Utf8JsonWriter json, LockIn lockIn)
    {
        json.WriteStartObject("lock_in");
        Concentrated("by_maker", lockIn.ByMaker);
        Concentrated("by_cloud", lockIn.ByCloud);
        json.WriteNumber("portable", lockIn.Portable);
        List(json, "exclusive", lockIn.Exclusive, Spend);
        json.WriteEndObject();

        void Concentrated(string name, Concentration of)
        {
            json.WriteStartObject(name);
            json.WriteNumber("largest", of.Largest);
            json.WriteNumber("herfindahl", of.Herfindahl);
            List(json, "shares", of.Shares, static (json, share) =>
            {
                json.WriteStartObject();
                json.WriteString("vendor", share.Vendor);
                Money(json, "cost", share.Usd);
                json.WriteNumber("share", share.Share);
                json.WriteEndObject();
            });
            json.WriteEndObject();
        }
    }

    static void SelfHosted(Utf8JsonWriter json, Comparison comparison)
    {
        json.WriteStartObject("self_hosted");
        List(json, "open_weights", comparison.OpenWeights, Spend);
        List(json, "quotes", comparison.Hosted, Hosted);
        json.WriteStartObject("guide");
        Range("saving", comparison.GuideHostingSaving);
        Range("llama_premium", comparison.GuideLlamaPremium);
        json.WriteEndObject();
        List(json, "llama_premium", [.. comparison.LlamaPremiums], static (json, llama) =>
        {
            json.WriteStartObject();
            json.WriteString("vendor", llama.Vendor);
            json.WriteNumber("premium", llama.Premium);
            json.WriteEndObject();
        });
        json.WriteEndObject();

        void Range(string name, Extent range)
        {
            json.WriteStartArray(name);
            json.WriteNumberValue((double)range.Low);
            json.WriteNumberValue((double)range.High);
            json.WriteEndArray();
        }
    }

    static void Hosted(Utf8JsonWriter json, HostedQuote quote)
    {
        json.WriteStartObject();
        json.WriteString("where", quote.Terms.Where);
        json.WriteString("model", quote.Model);
        json.WriteString("weights", quote.Weights);
        Money(json, "usd_per_hour", quote.Terms.UsdPerHour);
        Count(json, "units", quote.Terms.Units);
        Count(json, "tokens_per_second", quote.Terms.TokensPerSecond);
        json.WriteNumber("utilisation", (double)quote.Terms.Utilisation);
        Money(json, "people_monthly", quote.Terms.PeopleUsdPerMonth);
        Count(json, "capacity_per_replica", quote.CapacityPerReplica);
        Money(json, "bedrock_per_mtok", quote.BedrockUsdPerMTok);
        Count(json, "break_even_tokens", quote.BreakEvenTokens);
        json.WriteNumber("saving", quote.SavedShare);
        json.WritePropertyName("yours");
        Point(json, quote.Yours);
        List(json, "curve", quote.Curve, Point);
        json.WriteEndObject();
    }

    static void Point(Utf8JsonWriter json, HostingPoint point)
    {
        json.WriteStartObject();
        Count(json, "tokens_monthly", point.TokensPerMonth);
        json.WriteNumber("replicas", point.Replicas);
        Money(json, "monthly", point.UsdPerMonth);
        Money(json, "per_mtok", point.UsdPerMTok);
        Money(json, "bedrock_per_mtok", point.BedrockUsdPerMTok);
        json.WriteEndObject();
    }

    static void List<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items) write(json, item);
        json.WriteEndArray();
    }

    static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts) =>
        List(json, name, texts, static (json, text) => json.WriteStringValue(text));

    static void Money(Utf8JsonWriter json, string name, decimal? amount)
    {
        if (amount is { } known) json.WriteString(name, Usd.Plain(known));
        else json.WriteNull(name);
    }

    static void Count(Utf8JsonWriter json, string name, decimal? count)
    {
        if (count is { } known) json.WriteNumber(name, Usd.Shortest(known));
        else json.WriteNull(name);
    }
}
