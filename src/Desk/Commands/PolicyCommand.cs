using System.CommandLine;
using Assay.Control.Policies;
using Assay.Desk.Input;
using Assay.Usage;

namespace Assay.Desk.Commands;

/// <summary><c>assay policy</c>: who may use what, where, for how much, and who is told; as code.</summary>
static class PolicyCommand
{
    public const string About = "Rules as code: checked against traffic, turned into documents for AWS, drafted from what is.";

    const int ErrorsShown = 20;

    public static Command Make() => new ExampledCommand("policy", About, "assay policy check samples/policy.yaml ./logs")
    {
        Check(), Emit(), Explain(), Draft(),
    };

    static ExampledCommand Check()
    {
        var (file, paths, book, profiles, batch, json, workers) =
            (PolicyFile(), OptionalPaths(), Shared.Book(), Shared.Profiles(), Shared.Batch(), Shared.Json(), Shared.Workers());
        var from = Shared.Day("--from", "First UTC day to count, inclusive.");
        var to = Shared.Day("--to", "UTC day to stop before, exclusive.");
        var failOn = new Option<string[]>("--fail-on")
        {
            Description = "Exit with 1 when traffic breaks the policy (broken), when there is unpriced usage (unpriced), when input "
                + "was skipped "
                + "(skipped), or when the total is over an amount (over>500).",
            HelpName = "WHAT",
        };
        var command = new ExampledCommand("check",
            "Names rules that contradict each other or change nothing; with PATH also what in real traffic breaks them, and what it cost.",
            "assay policy check samples/policy.yaml ./logs --fail-on broken")
        {
            file, paths, book, profiles, batch, from, to, json, failOn, workers,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(PolicyCheck.Run(new(parsed.GetValue(file)!, parsed.GetValue(paths)!)
        {
            Book = parsed.GetValue(book)!, Profiles = parsed.GetValue(profiles), Batch = parsed.GetValue(batch),
            From = Shared.ParseDay(parsed.GetValue(from), "--from"), To = Shared.ParseDay(parsed.GetValue(to), "--to"),
            Json = parsed.GetValue(json), FailOn = parsed.GetValue(failOn) ?? [], Workers = parsed.GetValue(workers),
        }, cancel)));
        return command;
    }

    static ExampledCommand Emit()
    {
        var (file, book, json) = (PolicyFile(), Shared.Book(), Shared.Json());
        var format = new Option<string?>("--format")
        {
            Description = "scp: service control policies. iam: IAM policies. cloudformation, terraform: both with budgets, alarms, "
                + "logging, the "
                + "export of bills and inference profiles.",
            HelpName = "FORMAT",
        };
        var into = new Option<string?>("--out") { Description = "Write the files into this folder and list them.", HelpName = "DIR" };
        var command = new ExampledCommand("emit", "Writes the policy as documents that AWS, CloudFormation or Terraform take.",
            "assay policy emit samples/policy.yaml --format terraform --out ./governance")
        {
            file, format, into, book, json,
        };
        command.SetAction((parsed, _) => Task.FromResult(PolicyEmit.Run(new(parsed.GetValue(file)!, parsed.GetValue(format))
        {
            Into = parsed.GetValue(into), Book = parsed.GetValue(book)!, Json = parsed.GetValue(json),
        })));
        return command;
    }

    static ExampledCommand Explain()
    {
        var (file, json) = (PolicyFile(), Shared.Json());
        Option<string?> One(string name, string description, string help) => new(name) { Description = description, HelpName = help };
        var account = One("--account", "The account, by id or name.", "ACCOUNT");
        var principal = One("--principal", "The role or IAM user, by name or ARN.", "NAME");
        var model = One("--model", "The model or profile as it is called: an id, a profile id such as eu.amazon.nova-lite-v1:0, or an "
            + "ARN.", "MODEL");
        var region = One("--region", "The region the call is made from.", "REGION");
        var guardrail = One("--guardrail", "ARN of the guardrail the call carries, with its version.", "ARN");
        var key = One("--key", "The gateway's key.", "NAME");
        var tags = new Option<string[]>("--tag") { Description = "A tag of the role, as in --tag team=checkout.", HelpName = "KEY=VALUE" };
        var documents = new Option<string[]>("--documents")
        {
            Description = "Ask these instead of the emitted documents: scp=FILE or iam=FILE, as often as there are.",
                HelpName = "KIND=FILE",
        };
        var command = new ExampledCommand("explain",
            "Whether a principal may call a model, and which rule and which statement say so.",
            "assay policy explain samples/policy.yaml --account shop-prod --principal CheckoutService --tag team=commerce "
                + "--model us.amazon.nova-lite-v1:0 --region us-east-1")
        {
            file, account, principal, model, region, guardrail, key, tags, documents, json,
        };
        command.SetAction((parsed, _) => Task.FromResult(PolicyExplain.Run(new(parsed.GetValue(file)!)
        {
            Account = parsed.GetValue(account), Principal = parsed.GetValue(principal), Model = parsed.GetValue(model),
            Region = parsed.GetValue(region), Guardrail = parsed.GetValue(guardrail) ?? "", Key = parsed.GetValue(key) ?? "",
            Tags = parsed.GetValue(tags) ?? [], Documents = parsed.GetValue(documents) ?? [], Json = parsed.GetValue(json),
        })));
        return command;
    }

    static ExampledCommand Draft()
    {
        var (paths, book, profiles, batch, workers) =
            (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Batch(), Shared.Workers());
        var name = new Option<string>("--name")
        {
            Description = "What the policy is called.", DefaultValueFactory = _ => "Drafted from traffic", HelpName = "NAME",
        };
        var owner = new Option<string>("--owner")
        {
            Description = "Who is told of budgets and alarms.", DefaultValueFactory = _ => "finops@example.com", HelpName = "EMAIL",
        };
        var command = new ExampledCommand("draft", "Drafts a policy that permits what was observed, with budgets and alarms to match.",
            "assay policy draft ./logs > policy.yaml && assay policy check policy.yaml ./logs")
        {
            paths, name, owner, book, profiles, batch, workers,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(PolicyDrafting.Run(parsed.GetValue(paths)!, parsed.GetValue(name)!,
            parsed.GetValue(owner)!, parsed.GetValue(book)!, parsed.GetValue(profiles), parsed.GetValue(batch), parsed.GetValue(workers),
                cancel)));
        return command;
    }

    static Argument<string> PolicyFile() => new("FILE") { Description = "The policy, YAML or JSON: docs/policy.md has every key." };

    static Argument<string[]> OptionalPaths() => new("PATH")
    {
        Description = "Real traffic to hold against it: logs, bills, ledgers, as for 'assay report'.", Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>Reads a policy.</summary>
    /// <exception cref="InputException">It cannot be read; every mistake in it is named.</exception>
    public static PolicyFile Read(string file, ModelCatalog catalog)
    {
        string text;
        try
        {
            text = new FileInfo(file) is { Exists: true, Length: > PolicyReader.LengthMax }
                ? throw new InputException($"'{file}' is too long for a policy. Accepted: up to 1 MB; docs/policy.md.")
                : File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{file}': {LogFiles.Reason(fault)}. A policy is a YAML or JSON file, as samples/policy.yaml; "
                + "'assay policy draft PATH' makes one of your traffic, docs/policy.md has every key.");
        }
        switch (PolicyReader.Read(file, text, catalog))
        {
            case PolicyReading.Read read:
                return read.Policy;
            case PolicyReading.Mistaken { Errors: [var only] }:
                throw new InputException(only.ToString());
            case PolicyReading.Mistaken { Errors: var errors }:
                foreach (var error in errors.Take(ErrorsShown))
                    Console.Error.WriteLine($"assay: {error.ToString().ReplaceLineEndings(" ")}");
                var shown = errors.Count > ErrorsShown ? $"; the first {ErrorsShown} stand above" : "";
                throw new InputException($"'{file}' has {errors.Count} mistakes{shown}. docs/policy.md has every key.");
            default:
                throw new InvalidOperationException("A reading is a policy or mistakes.");
        }
    }
}
