using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>Claims about prompt caching.</summary>
static class CacheClaims
{
    public static readonly Dictionary<string, Func<Worksheet, Derivation>> All = new()
    {
        ["C01"] = sheet => Finish(sheet, PrefixSaving(sheet)),
        ["C02"] = sheet => Finish(sheet, Month(sheet, PrefixSaving(sheet))),
        ["C03"] = HighFrequency,
        ["C04"] = LowFrequency,
        ["C05"] = AtStatedHits,
        ["C06"] = sheet => Finish(sheet,
            Month(sheet, sheet.Read("the saving per 1,000 requests as printed", sheet.Stated("printed_prefix_saving")))),
    };

    // Every request reads the prefix; writing it is left out, as the guide leaves it out.
    static decimal? PrefixSaving(Worksheet sheet)
    {
        var (tokens, requests) = (sheet.Stated("prefix_tokens"), sheet.Stated("prefix_requests"));
        var all = tokens * requests;
        sheet.Step("tokens of the prefix", $"{tokens} × {requests}", all);
        var plain = sheet.Priced("as plain input, USD", all, sheet.Cost(GuideModels.Sonnet, Meter.Input, all));
        var read = sheet.Priced("read from the cache, USD", all, sheet.Cost(GuideModels.Sonnet, Meter.CacheRead, all));
        return sheet.Step("saved", $"{plain} − {read}", plain - read);
    }

    static decimal? Month(Worksheet sheet, decimal? perThousand)
    {
        var (day, per) = (sheet.Stated("requests_per_day"), sheet.Stated("prefix_requests"));
        return sheet.Step("for a month of such days", $"{perThousand} × {day} ÷ {per} × {GuideCalendar.DaysPerMonth}",
            perThousand * day / per * GuideCalendar.DaysPerMonth);
    }

    static Derivation HighFrequency(Worksheet sheet)
    {
        var onPrefix = PrefixShareSaved(sheet, Hits(sheet, "high_frequency"), Ratios(sheet));
        var share = sheet.StatedRange("prefix_share_of_input");
        var low = sheet.Step("where the prefix is the least of the input", $"{share.Low} × {onPrefix}", share.Low * onPrefix);
        var high = sheet.Step("where the prefix is all of the input", $"{share.High} × {onPrefix}", share.High * onPrefix);
        return sheet.Finish(low, high, isRange: true);
    }

    static Derivation LowFrequency(Worksheet sheet) =>
        Finish(sheet, PrefixShareSaved(sheet, Hits(sheet, "low_frequency"), Ratios(sheet)));

    // At one end every miss writes, at the other writing costs nothing: the guide does not say.
    static Derivation AtStatedHits(Worksheet sheet)
    {
        var (hits, (read, write)) = (sheet.Stated("scenario_hit_rate"), Ratios(sheet));
        var withWrites = PrefixShareSaved(sheet, hits, (read, write));
        var free = sheet.Step("saved where writing costs no more than input", $"{hits} × (1 − {read})", hits * (1m - read));
        return sheet.Finish(withWrites, free, isRange: true);
    }

    static decimal Hits(Worksheet sheet, string frequency)
    {
        var (calls, life) = (sheet.Stated(frequency), sheet.Stated("cache_lifetime"));
        var hits = CacheHits.AtRate(calls, TimeSpan.FromMinutes((double)life));
        sheet.Step("share of calls that hit: calls at random, each hit renews", $"1 − exp(−{calls} a minute × {life} minutes)", hits);
        return hits;
    }

    // What reading and writing cost beside plain input. The guide names no write price, so AWS's multiplier is stated.
    static (decimal? Read, decimal? Write) Ratios(Worksheet sheet)
    {
        var input = sheet.PerMillion(GuideModels.Sonnet, Meter.Input);
        var cached = sheet.PerMillion(GuideModels.Sonnet, Meter.CacheRead);
        var read = sheet.Step("reading from the cache over plain input", $"{cached} ÷ {input}", sheet.Over(cached, input));
        if (!sheet.IsToday) return (read, sheet.Read("writing to it over plain input", sheet.Stated("cache_write_multiplier")));
        var written = sheet.PerMillion(GuideModels.Sonnet, Meter.CacheWrite5m);
        return (read, sheet.Step("writing to it over plain input", $"{written} ÷ {input}", sheet.Over(written, input)));
    }

    static decimal? PrefixShareSaved(Worksheet sheet, decimal hits, (decimal? Read, decimal? Write) ratio) =>
        sheet.Step("saved on the prefix, each miss writing it", $"1 − ({hits} × {ratio.Read} + (1 − {hits}) × {ratio.Write})",
            1m - ((hits * ratio.Read) + ((1m - hits) * ratio.Write)));

    static Derivation Finish(Worksheet sheet, decimal? figure) => sheet.Finish(figure, figure, isRange: false);
}
