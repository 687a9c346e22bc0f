namespace Assay.Planning;

/// <summary>What makes a workload: its key, and whether only a bill tells of it or it is bought as batch.</summary>
readonly record struct WorkloadPart(WorkloadKey Key, bool IsSum, bool IsBatch);

/// <summary>What workloads are called where nobody named them.</summary>
static class WorkloadNames
{
    /// <summary>
    /// The shortest name that no other has: application, else principal, else account, with model and account beside it where they tell
    /// it from others. Rows of a bill are called so where calls of the same caller stand beside them.
    /// </summary>
    public static IReadOnlyDictionary<WorkloadPart, string> Of(IReadOnlyList<WorkloadPart> workloads)
    {
        Func<WorkloadKey, string>[] ways =
        [
            k => k.App, k => k.Principal, k => Beside(Or(k.App, k.Principal), "on", ModelNames.Short(k.Model)),
            k => Beside(Or(k.App, k.Principal), "in", k.Account),
            k => Beside(k.Principal, "in", k.Account) is { Length: > 0 } who ? Beside(who, "on", ModelNames.Short(k.Model)) : "",
            k => k.App.Length + k.Principal.Length > 0 ? "" : Or(ModelNames.Short(k.Model), "services of no model"),
        ];
        var areMixed = workloads.Select(w => w.IsSum).Distinct().Count() > 1;
        var areOfModes = workloads.Select(w => w.IsBatch).Distinct().Count() > 1;
        var names = new Dictionary<WorkloadPart, string>();
        foreach (var way in ways)
        {
            foreach (var group in workloads.Where(w => !names.ContainsKey(w)).GroupBy(w => Named(way, w)).ToList())
            {
                if (group.Key.Length == 0 || workloads.Count(w => Named(way, w) == group.Key) > 1) continue;
                if (!names.ContainsValue(group.Key)) names[group.First()] = group.Key;
            }
        }
        foreach (var workload in workloads) names.TryAdd(workload, Named(Full, workload));
        return names;

        string Named(Func<WorkloadKey, string> way, WorkloadPart part)
        {
            if (way(part.Key) is not { Length: > 0 } name) return "";
            if (areOfModes && part.IsBatch) name += ", batch";
            return areMixed && part.IsSum ? $"{name} (bill)" : name;
        }
    }

    static string Full(WorkloadKey key)
    {
        var who = Beside(Or(key.App, key.Principal.Length > 0 ? key.Principal : "untagged calls"), "in", key.Account);
        if (key.App.Length > 0 && key.Principal.Length > 0) who = $"{key.App}, {Beside(key.Principal, "in", key.Account)}";
        return key.Model.Length == 0 ? who : $"{Or(who, "untagged calls")} on {key.Model}";
    }

    static string Beside(string name, string word, string other) => name.Length == 0 || other.Length == 0 ? "" : $"{name} {word} {other}";

    static string Or(string name, string otherwise) => name.Length > 0 ? name : otherwise;
}

/// <summary>Model ids as people say them.</summary>
static class ModelNames
{
    /// <summary><c>anthropic.claude-haiku-4-5-20251001-v1:0</c> is <c>claude-haiku-4-5</c>; the end of an ARN is what it names.</summary>
    public static string Short(string model)
    {
        if (model.StartsWith("arn:", StringComparison.Ordinal)) return model[(model.LastIndexOf('/') + 1)..];
        var name = model[(model.IndexOf('.', StringComparison.Ordinal) + 1)..];
        var version = name.LastIndexOf("-v", StringComparison.Ordinal);
        if (version > 0) name = name[..version];
        var dash = name.LastIndexOf('-');
        return dash > 0 && name.Length - dash == 9 && name.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? name[..dash] : name;
    }
}
