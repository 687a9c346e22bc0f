using Assay.Gateway.Calls;
using Assay.Usage;

namespace Assay.Gateway.Routing;

/// <summary>Which models hold a session's prompt in their caches, by what their answers said. A cache is a model's own.</summary>
sealed class CacheWarmth
{
    // A session that went through more models than these has no warm one worth keeping.
    const int ModelsKept = 4;

    static readonly TimeSpan Short = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Long = TimeSpan.FromHours(1);

    readonly Lock gate = new();
    readonly List<(ModelTarget Target, long Tokens, DateTime Until)> warm = [];

    /// <summary>Tokens to a byte of the latest call: a session's next one is much like it. 0 where there was none.</summary>
    public double TokensPerByte { get; private set; }

    /// <summary>What a call read from the cache or wrote to it lives for as long again.</summary>
    public void Learn(ModelTarget target, in TokenCounts tokens, long bytes, bool forAnHour, DateTime now)
    {
        var cached = tokens.Prompt - tokens.Input;
        lock (gate)
        {
            TokensPerByte = tokens.Prompt / (double)Math.Max(bytes, 1);
            warm.RemoveAll(w => ReferenceEquals(w.Target, target) || w.Until <= now);
            if (cached == 0) return;
            if (warm.Count == ModelsKept) warm.RemoveAt(0);
            warm.Add((target, cached, now + (forAnHour || tokens.CacheWrite1h > 0 ? Long : Short)));
        }
    }

    /// <summary>Tokens a model still holds; 0 where there are none.</summary>
    public long Of(ModelTarget target, DateTime now)
    {
        lock (gate)
        {
            foreach (var (one, tokens, until) in warm)
                if (ReferenceEquals(one, target) && until > now) return tokens;
            return 0;
        }
    }

    /// <summary>The models that hold something.</summary>
    public IReadOnlyList<ModelTarget> Models(DateTime now)
    {
        lock (gate) return warm.Count == 0 ? [] : [.. warm.Where(w => w.Until > now).Select(w => w.Target)];
    }
}
