using System.Globalization;
using System.Text.Json;
using Assay.Planning;
using Assay.Usage;

namespace Assay.Desk.Input;

/// <summary>Reads what <c>assay plan --json</c> printed: the promises of a plan.</summary>
static class PromiseFile
{
    const long LengthMax = 64 * 1024 * 1024;

    /// <exception cref="InputException">It cannot be read, or is no plan.</exception>
    public static Promise Read(string file)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > LengthMax })
                throw new InputException($"'{file}' is too long for a plan. Accepted: what 'assay plan PATH --json' prints, up to 64 MB.");
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            return Read(json.RootElement);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{file}': {LogFiles.Reason(fault)}. --plan takes what 'assay plan PATH --json' printed.");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or OverflowException)
        {
            throw new InputException($"'{file}' is not a plan: {PlanFault(fault)}. --plan takes what 'assay plan PATH --json' printed.");
        }
    }

    static string PlanFault(Exception fault) => fault is JsonException json
        ? $"no JSON at line {(json.LineNumber ?? 0) + 1}" : "a field is missing or of another kind";

    static Promise Read(JsonElement plan)
    {
        if (plan.ValueKind != JsonValueKind.Object) throw new FormatException();
        return new(plan.GetProperty("book").GetString()!, Day(plan, "from"), Day(plan, "to"), plan.GetProperty("days").GetInt32(),
            Money(plan, "current_monthly"), Money(plan, "saving_monthly"),
            [.. plan.GetProperty("actions").EnumerateArray().Where(a => Text(a, "kind") == "saving").Select(Action)],
            [.. plan.GetProperty("workloads").EnumerateArray().Select(Workload)]);
    }

    static PromisedAction Action(JsonElement action)
    {
        var change = action.GetProperty("change");
        return new(Enum.TryParse<Lever>(Text(action, "lever").Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var lever)
                ? lever : throw new FormatException(),
            Key(action), Text(action, "name"), Money(action, "period_saving"), Money(action, "joint_period_saving"),
            $"{Text(change, "from")} → {Text(change, "to")}",
            action.TryGetProperty("applies", out var applies) ? Applies(applies) : new PlanChange());
    }

    static PlanChange Applies(JsonElement applies) => new()
    {
        Model = applies.TryGetProperty("model", out var model) ? model.GetString() : null,
        ModelShare = applies.TryGetProperty("model_share", out var share) ? share.GetDecimal() : 1m,
        Scope = applies.TryGetProperty("scope", out var scope)
            ? (Named<Scope>(scope, "from", DimensionNames.TryParse), Named<Scope>(scope, "to", DimensionNames.TryParse)) : null,
        Tier = applies.TryGetProperty("tier", out var tier)
            ? (Named<Tier>(tier, "from", DimensionNames.TryParse), Named<Tier>(tier, "to", DimensionNames.TryParse)) : null,
        IsBatch = applies.TryGetProperty("batch", out var batch) && batch.GetBoolean(),
        IsCacheOff = applies.TryGetProperty("cache", out var off) && off.GetString() == "off",
        CacheLifetime = !applies.TryGetProperty("cache", out var kept) ? null : kept.GetString() switch
        {
            "5m" => TimeSpan.FromMinutes(5), "1h" => TimeSpan.FromHours(1), _ => null,
        },
        WasCached = applies.TryGetProperty("was_cached", out var was) && was.GetBoolean(),
        MaxCalls = applies.TryGetProperty("max_calls", out var most) ? most.GetInt32() : null,
    };

    delegate bool Parse<T>(string text, out T value);

    static T Named<T>(JsonElement of, string name, Parse<T> parse) =>
        parse(Text(of, name), out var value) ? value : throw new FormatException();

    static PromisedWorkload Workload(JsonElement workload) => new(Key(workload), Text(workload, "name"),
        workload.GetProperty("current").ValueKind == JsonValueKind.Null ? 0m : Money(workload, "current"),
        workload.GetProperty("requests").GetInt64());

    static WorkloadKey Key(JsonElement of)
    {
        var key = of.GetProperty("workload");
        return new(Text(key, "account"), Text(key, "principal"), Text(key, "app"), Text(key, "model"));
    }

    static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? throw new FormatException();

    static decimal Money(JsonElement of, string name) =>
        decimal.Parse(Text(of, name), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    static DateOnly Day(JsonElement of, string name) => DateOnly.ParseExact(Text(of, name), "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
