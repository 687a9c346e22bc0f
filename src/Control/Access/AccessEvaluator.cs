using Assay.Control.Policies;

namespace Assay.Control.Access;

/// <summary>One question to AWS: may this action be done to this resource, with these keys in the request's context.</summary>
/// <param name="Keys">Context keys, whose names know no capitals; a key that is not there has no entry.</param>
public sealed record AccessRequest(string Action, string Resource, IReadOnlyDictionary<string, IReadOnlyList<string>> Keys)
{
    /// <summary>The values of a key; null where the request has none.</summary>
    public IReadOnlyList<string>? Find(string key) => Keys.GetValueOrDefault(key);

    /// <summary>Context keys from pairs; one name may stand several times.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Context(IEnumerable<(string Key, string Value)> pairs) =>
        pairs.GroupBy(p => p.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(p => p.Value)], StringComparer.OrdinalIgnoreCase);
}

/// <summary>What kind of documents a layer holds.</summary>
public enum LayerKind : byte
{
    /// <summary>Service control policies of one level: the root, an organisational unit, the account.</summary>
    ServiceControl,

    /// <summary>A permissions boundary: it caps what identity policies give.</summary>
    Boundary,

    /// <summary>Policies of the role or user and its groups.</summary>
    Identity,

    /// <summary>The policy of a session, which caps what the role gives.</summary>
    Session,
}

/// <summary>A document and what it is called.</summary>
public sealed record NamedDocument(string Name, PolicyDocument Document);

/// <summary>Documents that are asked together: each layer must allow, and a deny in any of them is final.</summary>
public sealed record AccessLayer(LayerKind Kind, string Name, IReadOnlyList<NamedDocument> Documents);

/// <summary>What AWS would say.</summary>
public enum AccessAnswer : byte { Allowed, ExplicitDeny, ImplicitDeny }

/// <summary>A decision and the statement that made it.</summary>
/// <param name="Layer">The layer that denied; where it is allowed, the identity's.</param>
/// <param name="Document">The document the statement stands in; empty for an implicit deny.</param>
/// <param name="Statement">Null for an implicit deny: no statement of the layer allows it.</param>
public sealed record AccessDecision(AccessAnswer Answer, AccessLayer? Layer, string Document, Statement? Statement)
{
    public bool IsAllowed => Answer == AccessAnswer.Allowed;
}

/// <summary>
/// AWS's policy evaluation within one account: an explicit deny anywhere is final; otherwise every level of service control policies, the
/// boundary and the session policy must allow, and an identity policy must. Pure.
/// <see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"/>
/// </summary>
public static class AccessEvaluator
{
    public static AccessDecision Decide(AccessRequest request, IReadOnlyList<AccessLayer> layers)
    {
        foreach (var layer in layers)
            if (Find(request, layer, isAllow: false) is { } deny)
                return new(AccessAnswer.ExplicitDeny, layer, deny.Document, deny.Statement);
        AccessDecision? allowed = null;
        foreach (var layer in layers.OrderBy(l => l.Kind))
        {
            if (Find(request, layer, isAllow: true) is not { } allow) return new(AccessAnswer.ImplicitDeny, layer, "", null);
            if (layer.Kind == LayerKind.Identity) allowed = new(AccessAnswer.Allowed, layer, allow.Document, allow.Statement);
        }
        return allowed ?? new(AccessAnswer.ImplicitDeny, null, "", null);
    }

    static (string Document, Statement Statement)? Find(AccessRequest request, AccessLayer layer, bool isAllow)
    {
        foreach (var (name, document) in layer.Documents)
            foreach (var statement in document.Statements)
                if (statement.IsAllow == isAllow && Applies(statement, request)) return (name, statement);
        return null;
    }

    /// <summary>Whether a statement is about a request.</summary>
    public static bool Applies(Statement statement, AccessRequest request) =>
        (statement.Actions.Count > 0
            ? statement.Actions.Any(a => Glob.Matches(a, request.Action, ignoreCase: true))
            : !statement.NotActions.Any(a => Glob.Matches(a, request.Action, ignoreCase: true)))
        && (statement.Resources.Count > 0 ? statement.Resources.Any(r => Is(r, request))
            : !statement.NotResources.Any(r => Is(r, request)))
        && statement.Conditions.All(c => Conditions.Holds(c, request));

    // A variable without a value makes the whole pattern match nothing.
    static bool Is(string pattern, AccessRequest request) =>
        Variables.Fill(pattern, request) is { } filled && Glob.Matches(Variables.Plain(filled), request.Resource);
}
