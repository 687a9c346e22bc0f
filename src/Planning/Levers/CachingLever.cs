namespace Assay.Planning;

/// <summary>What prompts have in common, kept in the prompt cache; and caching that loses money, stopped.</summary>
static class CachingLever
{
    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        if (!view.IsMovable) yield break;
        if (Stop(view) is { } stop) yield return stop;
    }

    // Writes cost more than plain input, and only reads pay for them.
    static LeverOption? Stop(WorkloadView view)
    {
        long read = 0, written = 0;
        var writes = 0;
        foreach (var call in view.Workload.Calls)
        {
            var tokens = call.Tokens;
            var wrote = tokens.CacheWrite5m + tokens.CacheWrite30m + tokens.CacheWrite1h + tokens.CacheWriteUnknown;
            (read, written) = (read + tokens.CacheRead, written + wrote);
            if (wrote > 0) writes++;
        }
        if (written == 0) return null;
        var option = new LeverOption
        {
            Lever = Lever.Caching, Kind = ActionKind.Saving, From = read == 0 ? "written, never read" : "written more than it is read",
            To = "no cache point", Plan = new() { CacheOff = true }, Confidence = Confidence.High, Effort = Effort.Low,
            Breaks = "nothing: answers stay the same", Setup = "leave cachePoint (cache_control) out of the request",
            Evidence = view.Evidence($"{Say.Count(written)} tokens were written to the cache and {(read == 0 ? "none was" : $"{Say.Count(read)} were")} read "
                + "from it; billed as plain input they cost less.", writes),
        };
        return view.Saving(option) > 0m ? option : null;
    }
}
