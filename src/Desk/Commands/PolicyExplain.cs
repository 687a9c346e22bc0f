using Assay.Control.Access;
using Assay.Control.Policies;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Desk.Commands;

/// <summary>A call, what the policy says of it, and what AWS says of each thing it asks for.</summary>
sealed record ExplainedCall(
    PolicyFile Policy, PolicyCall Call, ModelCall Asked, AccessRule? By, IReadOnlyList<PolicyBreak> Breaks,
    IReadOnlyList<(AccessRequest Request, AccessDecision Decision)> Decisions)
{
    public bool IsAllowed => Decisions.All(d => d.Decision.IsAllowed);
}

/// <summary><c>assay policy explain</c>: may this principal call this model here, and which statement says so.</summary>
static class PolicyExplain
{
    public sealed record Request(string File)
    {
        public string? Account { get; init; }
        public string? Principal { get; init; }
        public string? Model { get; init; }
        public string? Region { get; init; }
        public string Guardrail { get; init; } = "";
        public string Key { get; init; } = "";
        public string[] Tags { get; init; } = [];
        public string[] Documents { get; init; } = [];
        public bool Json { get; init; }
    }

    public static int Run(Request request)
    {
        var shelf = new BookShelf();
        var policy = PolicyCommand.Read(request.File, shelf.Catalog);
        var (call, asked) = CallOf(request, policy, shelf);
        IReadOnlyList<AccessLayer> layers = request.Documents.Length > 0 ? Given(request.Documents) : Emitted(policy, call.Account);
        // IAM policies do not count for an account's root.
        if (CallingPrincipal.Of(asked.PrincipalArn) is { IsRoot: true })
            layers = [.. layers.Where(l => l.Kind != LayerKind.Identity),
                new(LayerKind.Identity, "IAM policies", [new("the root's own access", PolicyDocument.FullAccess)])];
        ExplainedCall explained = new(policy, call, asked, policy.Allow.Count == 0 ? null : PolicyMeaning.AllowedBy(policy, call),
            PolicyMeaning.Breaks(policy, call), asked.Decide(layers));
        if (request.Json) PriceJson.Write(json => PolicyJson.Write(json, explained));
        else PolicyTerminal.Write(Terminal.Console(), explained);
        Console.Out.Flush();
        return ExitCode.Fine;
    }

    static (PolicyCall, ModelCall) CallOf(Request request, PolicyFile policy, BookShelf shelf)
    {
        string Needed(string? value, string option, string example) => value is { Length: > 0 } ? value
            : throw new InputException($"{option} is missing, as in {option} {example}. 'assay policy explain --help' has an example.");
        var named = Needed(request.Account, "--account", policy.Accounts is [var first, ..] ? first.Name : "111122223333");
        var account = policy.Accounts.FirstOrDefault(a => a.Id == named || a.Name == named)
            ?? throw new InputException($"--account '{named}' is not an account of '{request.File}'. Accepted: "
                + $"{string.Join(", ", policy.Accounts.Select(a => $"{a.Name} ({a.Id})"))}.");
        var principal = Needed(request.Principal, "--principal", "CheckoutService");
        var region = Needed(request.Region, "--region", account.Regions[0]);
        if (!AwsRegions.All.Contains(region))
            throw new InputException($"--region '{region}' is not an AWS region; write a code such as {account.Regions[0]}.");
        var text = Needed(request.Model, "--model", "us.amazon.nova-lite-v1:0");
        var model = ModelIdentity.Resolve(text, shelf.Catalog, new Dictionary<string, MappedProfile>());
        if (model.Kind == ModelKind.OpaqueProfile)
            throw new InputException($"--model '{text}' is an application inference profile, which hides its model; name the profile "
                + "or model it "
                + "was made of.");
        if (model is { Kind: ModelKind.Foundation, Facts: null })
            throw new InputException($"--model '{text}' is not a known model; write an id such as us.amazon.nova-lite-v1:0; 'assay "
                + "prices list' "
                + "shows them.");
        var tags = request.Tags.Select(t => t.Split('=', 2)).Select(t => t.Length == 2 && t[0].Length > 0 ? t
            : throw new InputException($"--tag '{t[0]}' is not KEY=VALUE, as in --tag team=checkout."))
            .GroupBy(t => t[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last()[1], StringComparer.Ordinal);
        var partition = region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov" : "aws";
        var caller = CallingPrincipal.Of(principal.StartsWith("arn:", StringComparison.Ordinal) ? principal
                : $"arn:{partition}:iam::{account.Id}:role/{principal}")
            ?? throw new InputException($"--principal '{principal}' is no role, IAM user, session of a role or account root; write a name "
                + $"such as CheckoutService, or an ARN such as arn:aws:iam::{account.Id}:role/CheckoutService.");
        if (caller.Account != account.Id)
            throw new InputException($"--principal '{principal}' is of the account {caller.Account}, --account is {account.Name} "
                + $"({account.Id}); name a principal of that account, or the account of the principal.");
        var id = text.StartsWith("arn:", StringComparison.Ordinal) && model.Kind == ModelKind.Foundation
            ? ModelIdentity.ResourceOf(text).Name : text;
        var prefix = model.Scope == Scope.InRegion ? "" : id[..id.IndexOf('.', StringComparison.Ordinal)];
        PolicyCall call = new()
        {
            Account = account.Id, Env = tags.GetValueOrDefault("env", ""), Team = tags.GetValueOrDefault("team", ""), Key = request.Key,
            Principal = caller.Name, Model = model.Id, Scope = model.Scope, Region = region,
            Guardrail = request.Guardrail, Tags = tags.Keys.ToHashSet(StringComparer.Ordinal),
        };
        ModelCall asked = new()
        {
            Account = account.Id, PrincipalArn = caller.Arn, PrincipalTags = tags, Region = region, Model = model.Id, Prefix = prefix,
            Guardrail = request.Guardrail,
        };
        return asked.IsServed ? (call, asked)
            : throw new InputException($"--model '{text}' cannot be called from --region {region}: profiles that start with '{prefix}.' do "
                + "not serve it; name a region of that geography, or another profile.");
    }

    static IReadOnlyList<AccessLayer> Emitted(PolicyFile policy, string account)
    {
        var group = AccessDocuments.Of(policy).Groups.First(g => g.Accounts.Any(a => a.Id == account));
        NamedDocument[] Named(string folder, IReadOnlyList<PolicyDocument> documents) => [.. documents.Select((d, i) => new NamedDocument(
            $"{folder}/{group.Name}{(documents.Count > 1 ? $"-{i + 1}-of-{documents.Count}" : "")}.json", d))];
        return
        [
            new(LayerKind.ServiceControl, "service control policies",
                [new("FullAWSAccess", PolicyDocument.FullAccess), .. Named("scp", group.ServiceControl)]),
            new(LayerKind.Identity, "IAM policies", Named("iam", group.Identity)),
        ];
    }

    static List<AccessLayer> Given(string[] documents)
    {
        List<NamedDocument> control = [new("FullAWSAccess", PolicyDocument.FullAccess)], identity = [];
        foreach (var given in documents)
        {
            var (kind, path) = given.Split('=', 2) is [var k, var p] ? (k, p) : ("", given);
            if (kind is not ("scp" or "iam"))
                throw new InputException($"--documents '{given}' is neither scp=FILE nor iam=FILE, as in --documents "
                    + "iam=role-policy.json.");
            try
            {
                (kind == "scp" ? control : identity).Add(new(path, PolicyDocument.Parse(File.ReadAllText(path))));
            }
            catch (FormatException wrong)
            {
                throw new InputException($"'{path}': {wrong.Message}");
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new InputException($"'{path}': {LogFiles.Reason(fault)}. --documents takes policy documents, as 'assay policy "
                    + "emit' writes.");
            }
        }
        return [new(LayerKind.ServiceControl, "service control policies", control), new(LayerKind.Identity, "IAM policies", identity)];
    }
}
