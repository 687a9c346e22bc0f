using System.Collections.Concurrent;
using Assay.Control.Budgets;
using Assay.Control.Policies;
using Assay.Gateway.Calls;
using Assay.Gateway.Identity;
using Assay.Gateway.Settings;

namespace Assay.Gateway.Routing;

/// <summary>Which rules are about a call. Whom a rule is about is worked out once a key; what it asks of the call, each time.</summary>
sealed class RouteMatch(GatewaySettings settings)
{
    readonly SpenderRules spenders = new(settings.Policy);
    readonly ConcurrentDictionary<KeyHolder, RouteRule[]> byKey = new();

    public RouteRule[] Of(KeyHolder holder) => settings.Routes.Count == 0 ? []
        : byKey.GetOrAdd(holder, h => [.. settings.Routes.Where(r => spenders.IsAbout(r.Who, r.Apps, h.Spender))]);

    public static bool Fits(RouteRule rule, Passage call) =>
        (rule.Tools is not { } tools || tools == call.Facts.Tools > 0)
        && call.Body.Length > rule.BytesMin && call.Body.Length < rule.BytesMax
        && Any(rule.Asked, call.Asked) && Any(rule.Path, call.Path) && Tags(rule, call);

    static bool Any(IReadOnlyList<string> patterns, string text) => patterns.Count == 0 || Glob.MatchesAny(patterns, text);

    static bool Tags(RouteRule rule, Passage call)
    {
        foreach (var (name, patterns) in rule.Tags)
            if (ValueOf(name, call) is not { } value || !Glob.MatchesAny(patterns, value)) return false;
        return true;
    }

    // What the key says of its owner, no caller can say otherwise.
    static string? ValueOf(string name, Passage call)
    {
        var caller = call.Holder!.Caller;
        var owners = name switch
        {
            "key" => call.Holder.Key.Name,
            "app" => caller.App,
            "team" => caller.Team,
            "env" => caller.Env,
            _ => null,
        };
        if (owners is not null) return owners.Length > 0 ? owners : null;
        foreach (var (key, value) in call.ClientTags)
            if (key == name) return value;
        return null;
    }
}
