using System.Diagnostics;
using System.Text.Json.Nodes;
using Assay.Control.Access;
using Assay.Control.Emit;
using Assay.Control.Policies;
using Assay.Pricing;
using Assay.Testing;

namespace Assay.Control.Tests.Emit;

/// <summary>Every file that is made of the sample policy, reviewed in the diff, and valid by the tools that apply it.</summary>
public class EmittedFilesTests
{
    static PolicyFile Sample => SomePolicies.Of(File.ReadAllText(Path.Combine(Repository.Root, "samples", "policy.yaml")));

    static PriceBook Book()
    {
        var path = Path.Combine(Repository.Root, "prices", "aws", "2026-07-24-reference.csv");
        using var text = new StreamReader(path);
        return PriceBooks.Read("aws", [(Path.GetFileName(path), text)], null);
    }

    static IReadOnlyList<EmittedFile> Files(PolicyFile policy, string format)
    {
        var access = AccessDocuments.Of(policy);
        if (format == "scp") return DocumentFiles.ServiceControl(access);
        if (format == "iam") return DocumentFiles.Identity(access);
        var set = MonitoringSet.Of(policy, access, SomePolicies.Catalog);
        var cost = MonitoringCost.Of(set, Book());
        return format == "terraform" ? Terraform.Files(set, cost) : CloudFormation.Files(set, cost);
    }

    static string Text(string format) =>
        string.Join('\n', Files(Sample, format).Select(f => $"==> {f.Path} ({f.About}) <==\n{f.Content}"));

    [Fact]
    public void Service_control_policies_of_the_sample() => Golden.Matches(Text("scp"));

    [Fact]
    public void Identity_policies_of_the_sample() => Golden.Matches(Text("iam"));

    [Fact]
    public void CloudFormation_of_the_sample() => Golden.Matches(Text("cloudformation"));

    [Fact]
    public void Terraform_of_the_sample() => Golden.Matches(Text("terraform"));

    [Fact]
    public void A_document_keeps_to_the_size_that_AWS_takes()
    {
        var models = string.Join(", ", SomePolicies.Catalog.Models.Where(m => m.Provider is "Anthropic" or "Amazon" or "Meta").Select(m => $"'{m.Id}'"));
        var policy = SomePolicies.Of("policy: Long\naccounts:\n  prod: {id: '111111111111', env: prod}\nallow:\n"
            + $"  all: {{team: a, models: [{models}], regions: us-east-1}}\ndeny:\n  none: {{team: b, models: [{models}]}}\n");
        var access = AccessDocuments.Of(policy);
        var group = Assert.Single(access.Groups);
        Assert.True(group.Identity.Count > 1);
        Assert.All(group.Identity, d => Assert.True(DocumentSizes.WithoutSpace(d) <= AccessDocuments.IdentityMax));
        Assert.All(group.ServiceControl, d => Assert.True(DocumentSizes.AsWritten(d) <= AccessDocuments.ServiceControlMax
            || d.Statements is [{ Sid: "OnlyListedModels" }]));
        Assert.Equal(group.ServiceControl.Any(d => DocumentSizes.AsWritten(d) > AccessDocuments.ServiceControlMax),
            access.Warnings.Any(w => w.StartsWith("the statement 'OnlyListedModels' for prod is longer than AWS takes", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_statement_has_an_id_of_letters_and_digits_that_stands_once() => Assert.All(
        AccessDocuments.Of(Sample).Groups.SelectMany(g => g.ServiceControl.Concat(g.Identity)), d =>
        {
            Assert.All(d.Statements, s => Assert.Matches("^[A-Za-z0-9]+$", s.Sid));
            Assert.Distinct(d.Statements.Select(s => s.Sid));
        });

    [Fact]
    public void Alarms_read_metrics_that_Bedrock_has()
    {
        string[] known = ["InputTokenCount", "OutputTokenCount", "Invocations", "InvocationLatency", "InvocationThrottles", "EstimatedCharges"];
        var set = MonitoringSet.Of(Sample, AccessDocuments.Of(Sample), SomePolicies.Catalog);
        var alarms = set.Accounts.SelectMany(a => a.Alarms).Concat(set.Budgets.SelectMany(b => b.Alarms)).ToList();
        Assert.All(alarms.SelectMany(a => a.Queries).Where(q => q.Metric.Length > 0), q => Assert.Contains(q.Metric, known));
        Assert.Equal(3, set.Budgets.Single(b => b.Name == "bedrock-everything").Alarms.Count);
        Assert.Equal([6_000m, 9_000m, 10_800m], set.Budgets.Single(b => b.Name == "bedrock-everything").Alarms.Select(a => a.Threshold));
        var prod = set.Accounts.First(a => a.Account.Name == "prod").Alarms;
        Assert.Equal(120_000_000m, prod.Single(a => a.Name == "bedrock-production-input-tokens").Threshold);
        Assert.Equal(12_000_000m, prod.Single(a => a.Name == "bedrock-production-output-tokens").Threshold);
        Assert.Equal(10m, prod.Single(a => a.Name == "bedrock-production-rate-of-change").Threshold);
    }

    [Fact]
    public void The_estimate_adds_up_and_names_what_it_cannot_price()
    {
        var set = MonitoringSet.Of(Sample, AccessDocuments.Of(Sample), SomePolicies.Catalog);
        var cost = MonitoringCost.Of(set, Book());
        Assert.Equal(cost.Lines.Sum(l => l.UsdPerMonth ?? 0m), cost.Total);
        var alarms = set.Accounts.Sum(a => a.Alarms.Sum(m => m.Metrics)) + set.Budgets.Sum(b => b.Alarms.Sum(m => m.Metrics));
        Assert.Equal(alarms * 0.10m, cost.Lines.Where(l => l.What.StartsWith("CloudWatch", StringComparison.Ordinal)).Sum(l => l.UsdPerMonth));
        // 40 GB a month: one month in the first class, two in the second, 310 days in the third.
        Assert.Equal([0.92m, 1.00m, 1.6533m], cost.Lines.Where(l => l.What.StartsWith("invocation logs", StringComparison.Ordinal))
            .Select(l => decimal.Round(l.UsdPerMonth!.Value, 4)));
        var unsized = Sample with { Logging = Sample.Logging! with { GigabytesPerMonth = null } };
        Assert.Contains(MonitoringCost.Of(MonitoringSet.Of(unsized, AccessDocuments.Of(unsized), SomePolicies.Catalog), Book()).Lines,
            l => l.UsdPerMonth is null && l.Source.StartsWith("needs 'logging: size'", StringComparison.Ordinal));
    }

    [Fact]
    public void Templates_hold_the_documents_as_they_are()
    {
        var scp = Files(Sample, "scp").Select(f => JsonNode.Parse(f.Content)!.ToJsonString()).ToList();
        var organization = JsonNode.Parse(Files(Sample, "cloudformation").Single(f => f.Path.EndsWith("organization.json", StringComparison.Ordinal)).Content)!;
        var held = organization["Resources"]!.AsObject().Where(r => (string)r.Value!["Type"]! == "AWS::Organizations::Policy")
            .Select(r => r.Value!["Properties"]!["Content"]!.ToJsonString());
        Assert.Equal(scp, held);
        var module = JsonNode.Parse(Files(Sample, "terraform").Single(f => f.Path.Contains("organization", StringComparison.Ordinal)).Content)!;
        Assert.Equal(scp, module["resource"]!["aws_organizations_policy"]!.AsObject().Select(p =>
            JsonNode.Parse(((string)p.Value!["content"]!).Replace("$${", "${", StringComparison.Ordinal))!.ToJsonString()));
    }

    [Fact]
    public void CloudFormation_is_valid_by_its_linter()
    {
        Assert.SkipUnless(Runs("cfn-lint", ["--version"], ".").Exit == 0, "needs cfn-lint, which checks templates against AWS's schemas");
        using Written files = new(Files(Sample, "cloudformation"));
        var (exit, output) = Runs("cfn-lint", [.. Directory.GetFiles(Path.Combine(files.Root, "cloudformation"), "*.json")], files.Root);
        Assert.True(exit == 0, output);
    }

    [Fact]
    public void Terraform_is_valid_by_the_AWS_provider()
    {
        var plugins = Environment.GetEnvironmentVariable("TERRAFORM_PLUGINS") ?? "";
        Assert.SkipUnless(Directory.Exists(plugins) && Runs("terraform", ["version"], ".").Exit == 0,
            "needs terraform, and hashicorp/aws in the folder TERRAFORM_PLUGINS names");
        using Written files = new(Files(Sample, "terraform"));
        // One account is like the others; the organisation has resources of its own.
        foreach (var module in (string[])["organization", "prod-us-east-1"])
        {
            var folder = Path.Combine(files.Root, "terraform", module);
            var (exit, output) = Runs("terraform", ["init", "-backend=false", "-no-color", $"-plugin-dir={plugins}"], folder);
            Assert.True(exit == 0, output);
            (exit, output) = Runs("terraform", ["validate", "-no-color"], folder);
            Assert.True(exit == 0, output);
        }
    }

    static (int Exit, string Output) Runs(string program, string[] arguments, string folder)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            process.WaitForExit();
            return (process.ExitCode, output.Result + errors.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, $"{program} is not there");
        }
    }

    sealed class Written : IDisposable
    {
        public Written(IEnumerable<EmittedFile> files)
        {
            foreach (var file in files)
            {
                var path = Path.Combine(Root, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, file.Content);
            }
        }

        public string Root { get; } = Directory.CreateTempSubdirectory("assay-emit-").FullName;

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }
}
