namespace Assay.Control.Access;

/// <summary>An application inference profile as a call names it.</summary>
/// <param name="Tags">The profile's own tags.</param>
public sealed record ProfileUse(string Id, IReadOnlyDictionary<string, string> Tags);

/// <summary>A call of a model by a principal, as AWS sees it.</summary>
public sealed record ModelCall
{
    public required string Account { get; init; }

    /// <summary>ARN of the role (not of its session) or user.</summary>
    public required string PrincipalArn { get; init; }
    public IReadOnlyDictionary<string, string> PrincipalTags { get; init; } = new Dictionary<string, string>();

    /// <summary>The region the call is made in.</summary>
    public required string Region { get; init; }

    /// <summary>Id of the foundation model, or the ARN of a custom, imported or provisioned one.</summary>
    public required string Model { get; init; }

    /// <summary>The profile's prefix, <c>eu</c> or <c>global</c>; empty for a call to the model itself.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The application inference profile the call goes through; null for none.</summary>
    public ProfileUse? Profile { get; init; }

    /// <summary>ARN of the guardrail, with its version; empty for none.</summary>
    public string Guardrail { get; init; } = "";

    /// <summary>The API operation: Converse needs the permissions of InvokeModel.</summary>
    public string Operation { get; init; } = "Converse";

    /// <summary>Whether the profile can be called from the region; true for a call to the model itself.</summary>
    public bool IsServed => Prefix.Length == 0 || Geographies.Serves(Prefix, Region);

    public string Partition => Region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov" : "aws";

    /// <summary>
    /// What AWS asks for before it answers: the profile where one is named, and the foundation model in every region the profile may
    /// reach; a global profile asks for the model in the source region and for the model without a region.
    /// <see href="https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html"/>
    /// <see href="https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html"/>
    /// </summary>
    public IReadOnlyList<AccessRequest> Requests()
    {
        if (Model.StartsWith("arn:", StringComparison.Ordinal)) return [Ask(Model, Region)];
        var called = Profile is { } own ? $"arn:{Partition}:bedrock:{Region}:{Account}:application-inference-profile/{own.Id}"
            : Prefix.Length > 0 ? $"arn:{Partition}:bedrock:{Region}:{Account}:inference-profile/{Prefix}.{Model}" : "";
        if (called.Length == 0) return [Ask(ModelArn(Region), Region)];
        (string, string)[] through = [("bedrock:InferenceProfileArn", called)];
        IEnumerable<(string, string)> tags = Profile?.Tags.Select(t => ($"aws:ResourceTag/{t.Key}", t.Value)) ?? [];
        var models = Prefix == "global"
            ? [Ask(ModelArn(Region), Region, through), Ask(ModelArn(""), "unspecified", through)]
            : Geographies.DestinationsOf(Prefix, Region).Select(r => Ask(ModelArn(r), r, through));
        return [Ask(called, Region, tags), .. models];
    }

    string ModelArn(string region) => $"arn:{Partition}:bedrock:{region}::foundation-model/{Model}";

    string Action => Operation is "ConverseStream" or "InvokeModelWithResponseStream" ? "bedrock:InvokeModelWithResponseStream"
        : "bedrock:InvokeModel";

    AccessRequest Ask(string resource, string region, IEnumerable<(string, string)>? more = null)
    {
        List<(string, string)> keys =
            [("aws:PrincipalArn", PrincipalArn), ("aws:PrincipalAccount", Account), ("aws:RequestedRegion", region), .. more ?? []];
        keys.AddRange(PrincipalTags.Select(t => ($"aws:PrincipalTag/{t.Key}", t.Value)));
        if (Guardrail.Length > 0) keys.Add(("bedrock:GuardrailIdentifier", Guardrail));
        return new(Action, resource, AccessRequest.Context(keys));
    }

    /// <summary>The decision of each request: the call is allowed when all are.</summary>
    public IReadOnlyList<(AccessRequest Request, AccessDecision Decision)> Decide(IReadOnlyList<AccessLayer> layers) =>
        [.. Requests().Select(r => (r, AccessEvaluator.Decide(r, layers)))];
}
