using System.Collections.Frozen;
using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>Cuts usage types into lower-case words.</summary>
static class UsageWords
{
    /// <param name="isCamelCase">Also cut <c>CacheWrite1hInputTokenCount</c> into cache, write, 1h, input, token, count.</param>
    public static string[] Split(string text, bool isCamelCase)
    {
        List<string> words = [];
        foreach (var part in text.Split('-', '_', ':', ' '))
        {
            if (part.Length == 0) continue;
            if (part is "LCtx")
            {
                words.AddRange(["long", "ctx"]);
                continue;
            }
            var start = 0;
            for (var i = 1; isCamelCase && i < part.Length; i++)
                if (IsSeam(part[i - 1], part[i]))
                {
                    words.Add(part[start..i].ToLowerInvariant());
                    start = i;
                }
            words.Add(isCamelCase ? part[start..].ToLowerInvariant() : part);
        }
        return [.. words];
    }

    // Write|1h, 1h|Input, 1|Month; but "30m" and "2.0" stay whole.
    static bool IsSeam(char left, char right) =>
        (char.IsAsciiLetterUpper(right) && (char.IsAsciiLetterLower(left) || char.IsAsciiDigit(left)))
        || (char.IsAsciiDigit(right) && char.IsAsciiLetter(left));
}

/// <summary>The grammar of token meters and of what is counted beside tokens: a direction, then qualifiers in any order.</summary>
static class TokenWords
{
    static readonly FrozenSet<string> Modalities =
        FrozenSet.Create(StringComparer.Ordinal, "image", "images", "audio", "video", "speech", "document");

    static readonly FrozenSet<string> Known = FrozenSet.Create(StringComparer.Ordinal,
    [
        "input", "output", "response", "responses", "cache", "cached", "read", "reads", "write", "writes", "5m", "30m", "1h",
        "token", "tokens", "count", "million", "batch", "flex", "priority", "standard", "latency", "optimized",
        "long", "context", "ctx", "cross", "region", "global", "geo", "regional", "custom", "model", "text", "second", "seconds",
            .. Modalities,
    ]);

    public static bool Knows(string word) => Known.Contains(word);
    public static bool IsModality(string word) => Modalities.Contains(word);

    /// <summary>Reads a meter's words, all of them.</summary>
    public static UsageTypeClass Read(string model, string[] words)
    {
        var read = new Reading();
        for (var i = 0; i < words.Length;)
        {
            var used = read.Take(words.AsSpan(i));
            if (used == 0) return new UsageTypeClass.Unreadable($"'{words[i]}' is not a word of a known usage type");
            i += used;
        }
        return read.Conclude(model);
    }

    struct Reading
    {
        bool isInput, isOutput, isRead, isWrite, isCounted, isPerSecond, isBatch, isCustom;
        string? lifetime, modality, contradiction;
        Tier? tier;
        Scope? scope;
        ContextBand context;

        /// <summary>Takes the words at the front that belong together; 0 when the first is not understood here.</summary>
        public int Take(ReadOnlySpan<string> words)
        {
            switch (words)
            {
                case ["cache", "read" or "reads", ..]: isRead = true; return 2;
                case ["cache", "write" or "writes", ..]: isWrite = true; return 2;
                case ["cached", ..]: isRead = true; return 1;
                case ["input", ..]: isInput = true; return 1;
                case ["output" or "response" or "responses", ..]: isOutput = true; return 1;
                case ["token" or "tokens", ..]: isCounted = true; return 1;
                case ["count" or "million" or "text", ..]: return 1;
                case ["5m" or "30m" or "1h", ..]: Set(ref lifetime, words[0]); return 1;
                case ["batch", ..]: isBatch = true; return 1;
                case ["flex", ..]: Set(ref tier, Tier.Flex); return 1;
                case ["priority", ..]: Set(ref tier, Tier.Priority); return 1;
                case ["standard", ..]: Set(ref tier, Tier.Standard); return 1;
                case ["latency", "optimized", ..]: Set(ref tier, Tier.LatencyOptimized); return 2;
                case ["long", "context" or "ctx", ..]: context = ContextBand.Long; return 2;
                case ["cross", "region", "global", ..]: Set(ref scope, Scope.Global); return 3;
                case ["cross", "region", "geo", ..]: Set(ref scope, Scope.Geo); return 3;
                case ["global", ..]: Set(ref scope, Scope.Global); return 1;
                case ["geo", ..]: Set(ref scope, Scope.Geo); return 1;
                case ["regional", ..]: Set(ref scope, Scope.InRegion); return 1;
                case ["custom", "model", ..]: isCustom = true; return 2;
                case ["second" or "seconds", ..]: isPerSecond = true; return 1;
                case [var word, ..] when IsModality(word): Set(ref modality, word.TrimEnd('s')); return 1;
                default: return 0;
            }
        }

        void Set(ref string? field, string value)
        {
            if (field is not null && field != value) contradiction = $"says both '{field}' and '{value}'";
            field = value;
        }

        void Set<T>(ref T? field, T value) where T : struct, Enum
        {
            if (field is { } old && !old.Equals(value)) contradiction = $"says both '{old}' and '{value}'";
            field = value;
        }

        public readonly UsageTypeClass Conclude(string model)
        {
            if (contradiction is not null) return new UsageTypeClass.Unreadable(contradiction);
            if (isInput && isOutput || isRead && isWrite || isOutput && (isRead || isWrite))
                return new UsageTypeClass.Unreadable("names two meters at once");
            if (lifetime is not null && !isWrite) return new UsageTypeClass.Unreadable($"a lifetime of '{lifetime}' without a cache write");
            if (isBatch && (isCustom || tier is not null and not Tier.Standard))
                return new UsageTypeClass.Unreadable("batch of a tier or of a custom model is not sold");
            if (Find() is not { } meter)
                return new UsageTypeClass.Unreadable(modality is null
                    ? "names no meter" : $"{modality} {(isCounted ? "tokens are" : "is")} not told apart from text by a price's key");
            var mode = isBatch ? Mode.Batch : isCustom ? Mode.Custom : Mode.OnDemand;
            return new UsageTypeClass.Priced(model, meter, mode, tier ?? Tier.Standard, scope ?? Scope.InRegion, context, Term.None)
            {
                NamesLifetime = lifetime is not null,
            };
        }

        readonly Meter? Find() => (modality, isCounted, isPerSecond) switch
        {
            ("video", false, true) when isInput => Meter.VideoSecond,
            ("audio", false, true) when isInput => Meter.AudioSecond,
            ("image", false, false) when isInput || isOutput => Meter.Image,
            (not null, _, _) or (_, _, true) => null,
            _ when isRead => Meter.CacheRead,
            _ when isWrite => lifetime switch { "1h" => Meter.CacheWrite1h, "30m" => Meter.CacheWrite30m, _ => Meter.CacheWrite5m },
            _ when isInput => Meter.Input,
            _ when isOutput => Meter.Output,
            _ => null,
        };
    }
}

/// <summary>The grammars of bought capacity: model units, imported models, the reserved tier.</summary>
static class CapacityWords
{
    public static UsageTypeClass ReadProvisioned(string[] words, string body)
    {
        var start = Array.FindIndex(words, w => w is "provisioned" or "provisionedthroughput");
        if (start < 0) return new UsageTypeClass.Unreadable("model units of no known commitment");
        Term? term = null;
        var isCustom = false;
        for (var i = start; i < words.Length;)
        {
            var used = words.AsSpan(i) switch
            {
                ["provisioned", "throughput", ..] => 2,
                ["model", "units" or "unit", ..] => 2,
                ["usage", ..] => 1,
                ["custom", ..] => SayCustom(),
                ["no", "commit" or "commitment", ..] => Say(Term.None, 2),
                ["nocommit" or "nocommitment", ..] => Say(Term.None, 1),
                ["1", "month" or "months", "commit" or "commitment", ..] => Say(Term.OneMonth, 3),
                ["6", "month" or "months", "commit" or "commitment", ..] => Say(Term.SixMonth, 3),
                ["1", "month" or "months", ..] => Say(Term.OneMonth, 2),
                ["6", "month" or "months", ..] => Say(Term.SixMonth, 2),
                ["1month" or "1months", ..] => Say(Term.OneMonth, 1),
                ["6month" or "6months", ..] => Say(Term.SixMonth, 1),
                _ => 0,
            };
            if (used == 0) return new UsageTypeClass.Unreadable($"'{words[i]}' is not a word of a known commitment");
            i += used;
        }
        if (term is null) return new UsageTypeClass.Unreadable("model units of no known commitment");
        // Units that serve a custom model have a price of their own for some models: a mode of their own keeps them apart.
        return new UsageTypeClass.Priced(UsageTypes.Before(body, "ProvisionedThroughput"), Meter.ModelUnitHour,
            isCustom ? Mode.Custom : Mode.Provisioned, Tier.Standard, Scope.InRegion, ContextBand.Standard, term.Value);

        int SayCustom()
        {
            isCustom = true;
            return 1;
        }

        int Say(Term said, int used)
        {
            if (term is not null && term != said) return 0;
            term = said;
            return used;
        }
    }

    // USE1-Llama-CustomModelImport-Inference-v1:0: one price for every architecture of a unit's first version, more for later ones.
    public static UsageTypeClass ReadImported(string body)
    {
        var at = body.IndexOf("CustomModelImport", StringComparison.OrdinalIgnoreCase);
        var rest = body[(at + "CustomModelImport".Length)..].Trim('-');
        var dash = rest.IndexOf('-', StringComparison.Ordinal);
        var (kind, version) = dash < 0 ? (rest, "v1:0") : (rest[..dash], rest[(dash + 1)..]);
        if (version is not ("v1:0" or "v1.0" or "v1"))
            return new UsageTypeClass.Unreadable(
                $"custom model units of version '{version}' have a price that the key cannot tell from the first");
        Meter? meter = kind.ToLowerInvariant() switch { "inference" => Meter.CustomUnitMinute, "storage" => Meter.StorageMonth, _ => null };
        return meter is { } found
            ? new UsageTypeClass.Priced("", found, Mode.Custom, Tier.Standard, Scope.InRegion, ContextBand.Standard, Term.None)
            : new UsageTypeClass.Unreadable($"'{kind}' of an imported model has no meter");
    }

    public static UsageTypeClass ReadReserved(string[] words, string body)
    {
        var start = Array.IndexOf(words, "reserved");
        Term? term = null;
        Meter? meter = null;
        Scope? scope = null;
        for (var i = start + 1; i < words.Length;)
        {
            var used = words.AsSpan(i) switch
            {
                ["1", "month" or "months", ..] when term is null => Say(ref term, Term.OneMonth, 2),
                ["3", "month" or "months", ..] when term is null => Say(ref term, Term.ThreeMonth, 2),
                ["6", "month" or "months", ..] when term is null => Say(ref term, Term.SixMonth, 2),
                ["1month", ..] when term is null => Say(ref term, Term.OneMonth, 1),
                ["3month", ..] when term is null => Say(ref term, Term.ThreeMonth, 1),
                ["input", "tpm", ..] when meter is null => Say(ref meter, Meter.InputTpmHour, 2),
                ["output", "tpm", ..] when meter is null => Say(ref meter, Meter.OutputTpmHour, 2),
                ["input", "tokens", "per", "minute", ..] when meter is null => Say(ref meter, Meter.InputTpmHour, 4),
                ["output", "tokens", "per", "minute", ..] when meter is null => Say(ref meter, Meter.OutputTpmHour, 4),
                ["cross", "region", "global", ..] when scope is null => Say(ref scope, Scope.Global, 3),
                ["cross", "region", "geo", ..] when scope is null => Say(ref scope, Scope.Geo, 3),
                ["global", ..] when scope is null => Say(ref scope, Scope.Global, 1),
                ["geo", ..] when scope is null => Say(ref scope, Scope.Geo, 1),
                ["regional", ..] when scope is null => Say(ref scope, Scope.InRegion, 1),
                ["standard", ..] => 1,
                _ => 0,
            };
            if (used == 0) return new UsageTypeClass.Unreadable($"'{words[i]}' is not a word of a known reservation");
            i += used;
        }
        return term is { } length && meter is { } counted
            ? new UsageTypeClass.Priced(UsageTypes.Before(body, "reserved"), counted, Mode.Reserved, Tier.Standard,
                scope ?? Scope.InRegion, ContextBand.Standard, length)
            : new UsageTypeClass.Unreadable("a reservation without its length or its direction");

        static int Say<T>(ref T? field, T value, int used) where T : struct
        {
            field = value;
            return used;
        }
    }
}
