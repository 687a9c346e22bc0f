using System.Collections.Concurrent;
using Assay.Control.Budgets;
using Assay.Control.Policies;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Usage;

namespace Assay.Gateway.Identity;

/// <summary>A key in a running gateway: whose it is, which budgets and limits its calls weigh on, what it may ask for.</summary>
sealed class KeyHolder
{
    // Callers choose tags and guardrails: what is remembered of their mixtures must end somewhere.
    const int RememberedMax = 4_096;

    readonly PolicyFile? policy;
    readonly ConcurrentDictionary<(ModelTarget Target, string Guardrail, string Tags), Permission> permissions = new();

    public KeyHolder(VirtualKey key, string account, PolicyFile? policy, BudgetBook budgets, RateBook rates)
    {
        this.policy = policy;
        Key = key;
        Arn = ArnOf(account, key.Name);
        Caller = new(account, key.Name, key.App, key.Team, policy?.EnvOf(account, key.Env) ?? key.Env, new([key.Name]));
        Spender = new(account, Caller.Env, key.Team, key.App, key.Name, key.Name);
        Budgets = budgets.For(Spender);
        Rates = rates.For(Spender);
    }

    public VirtualKey Key { get; }

    /// <summary>Who called, as the journal says it; a log reader takes the key's name from it.</summary>
    public string Arn { get; }
    public Caller Caller { get; }
    public Spender Spender { get; }
    public BudgetSet Budgets { get; }
    public RateSet Rates { get; }

    public static string ArnOf(string account, string key) => $"arn:assay:gateway::{account}:key/{key}";

    /// <summary>Whether the key and the policy permit a model.</summary>
    /// <param name="tags">Keys of the tags the call carries, the owner's among them.</param>
    public Permission May(ModelTarget target, string guardrail, IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        var tagKeys = tags.Count == 0 ? "" : string.Join('\n', tags.Select(t => t.Key).Order(StringComparer.Ordinal));
        var asked = (target, guardrail, tagKeys);
        if (permissions.TryGetValue(asked, out var known)) return known;
        var permission = Permission.Of(policy, this, target, guardrail, tags.Select(t => t.Key));
        if (permissions.Count < RememberedMax) permissions.TryAdd(asked, permission);
        return permission;
    }
}
