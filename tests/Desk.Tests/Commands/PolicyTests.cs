using System.Text.Json;
using Assay.Testing;

namespace Assay.Desk.Tests.Commands;

public sealed class PolicyTests : IDisposable
{
    const string Rules = """
        policy: Shop
        accounts:
          prod: {id: '111122223333', env: prod}
          ana: {id: '444455556666', env: dev}
        allow:
          chat: {env: prod, team: care, models: 'meta.llama3-3-*'}
          embeddings: {models: Titan Text Embeddings V2}
          docs: {principal: DocsRole, models: Claude Sonnet 4.5}
        limits:
          tagged: {env: prod, tags: [app, team]}
          ceiling: {max_request: $0.015}
        budgets:
          all: {amount: $0.06 a month, owner: finops@example.com}
        """;

    readonly Folder folder = new();

    public PolicyTests()
    {
        folder.Write("log.jsonl", LogText.Small);
        folder.Write("policy.yaml", Rules);
    }

    public void Dispose() => folder.Dispose();

    static decimal Usd(JsonElement of, string name) => decimal.Parse(of.GetProperty(name).GetString()!);

    [Fact]
    public void What_a_checked_policy_looks_like() => Golden.Matches(folder.Run("policy", "check", "policy.yaml", "log.jsonl").MustSucceed().Output);

    [Fact]
    public void The_cost_of_what_breaks_is_the_cost_the_report_has()
    {
        var report = folder.Run("report", "log.jsonl", "--json").MustSucceed().Json;
        var check = folder.Run("policy", "check", "policy.yaml", "log.jsonl", "--json").MustSucceed().Json.GetProperty("traffic");
        Assert.Equal(Usd(report, "total"), Usd(check, "cost"));
        Assert.True(Usd(check, "cost_breaking") <= Usd(check, "cost"));
        Assert.Equal(Usd(report, "total"), Usd(check.GetProperty("budgets")[0], "spent"));
        foreach (var rule in check.GetProperty("by_rule").EnumerateArray())
            Assert.True(Usd(rule, "cost") <= Usd(check, "cost_breaking"));
    }

    [Fact]
    public void A_call_that_lacks_two_tags_of_a_rule_breaks_it_once()
    {
        folder.Write("bare.jsonl", LogText.Call("r-1", input: 1_000, output: 500));
        var check = folder.Run("policy", "check", "policy.yaml", "bare.jsonl", "--json").MustSucceed().Json.GetProperty("traffic");
        var tagged = Assert.Single(check.GetProperty("by_rule").EnumerateArray(), r => r.GetProperty("rule").GetString() == "tagged");
        Assert.Equal((1, Usd(check, "cost")), (tagged.GetProperty("requests").GetInt32(), Usd(tagged, "cost")));
        Assert.Equal(2, check.GetProperty("breaks").EnumerateArray().Count(b => b.GetProperty("rule").GetString() == "tagged"));
    }

    [Fact]
    public void A_ledger_is_checked_as_the_logs_in_it_are()
    {
        folder.Run("ledger", "import", "log.jsonl", "--ledger", "x.ledger").MustSucceed();
        string Broken(string path) => folder.Run("policy", "check", "policy.yaml", path, "--json").MustSucceed().Json.GetProperty("traffic")
            .GetProperty("cost").GetString()!;
        Assert.Equal(Broken("log.jsonl"), Broken("x.ledger"));
    }

    [Fact]
    public void Traffic_that_breaks_the_policy_fails_where_it_is_asked_to()
    {
        Assert.Equal(1, folder.Run("policy", "check", "policy.yaml", "log.jsonl", "--fail-on", "broken").Exit);
        folder.Write("open.yaml", "policy: Open\naccounts: {a: {id: '111122223333'}}\n");
        folder.Run("policy", "check", "open.yaml", "log.jsonl", "--fail-on", "broken").MustSucceed();
    }

    [Fact]
    public void A_contradiction_is_wrong_input_and_names_both_lines()
    {
        folder.Write("wrong.yaml", Rules.Replace("limits:", "deny:\n  none: {models: '*'}\nlimits:", StringComparison.Ordinal));
        var ended = folder.Run("policy", "check", "wrong.yaml");
        Assert.Equal(2, ended.Exit);
        Assert.Contains("wrong.yaml:6: 'chat' permits nothing: 'none' (line 10) forbids all of it", ended.ErrorLines[^1]);
        Assert.Contains("this policy locks out every principal in every account", ended.Output);
    }

    [Theory, InlineData("scp"), InlineData("iam"), InlineData("cloudformation"), InlineData("terraform")]
    public void What_is_written_into_a_folder_is_what_is_printed(string format)
    {
        var list = folder.Run("policy", "emit", "policy.yaml", "--format", format, "--out", "out", "--json").MustSucceed().Json;
        var printed = folder.Run("policy", "emit", "policy.yaml", "--format", format, "--json").MustSucceed().Json;
        foreach (var (file, same) in list.GetProperty("files").EnumerateArray().Zip(printed.GetProperty("files").EnumerateArray()))
            Assert.Equal(same.GetProperty("content").GetString(), File.ReadAllText(folder.PathOf(Path.Combine("out", file.GetProperty("path").GetString()!))));
        Assert.NotEqual(0, list.GetProperty("files").GetArrayLength());
        Assert.Equal(format is "cloudformation" or "terraform", list.TryGetProperty("monitoring_cost", out _));
    }

    [Fact]
    public void A_policy_that_locks_everybody_out_warns_before_anything_else()
    {
        folder.Write("shut.yaml", "policy: Shut\naccounts: {a: {id: '111122223333', env: prod}}\nallow:\n  x: {models: Nova Pro, regions: eu-west-1}\n"
            + "limits:\n  us: {regions: 'us-*'}\n");
        var ended = folder.Run("policy", "emit", "shut.yaml", "--format", "scp").MustSucceed();
        Assert.StartsWith("assay: warning: this policy locks out every principal in every account", ended.ErrorLines[0]);
    }

    [Fact]
    public void What_an_explained_call_looks_like() => Golden.Matches(folder.Run("policy", "explain", "policy.yaml", "--account", "prod", "--principal",
        "DocsRole", "--model", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "--region", "us-east-1", "--tag", "app=docs").MustSucceed().Output);

    [Fact]
    public void A_call_is_explained_by_the_statement_that_decides()
    {
        JsonElement Explain(params string[] more) => folder.Run(["policy", "explain", "policy.yaml", "--account", "prod", "--principal", "DocsRole",
            "--region", "us-east-1", "--json", .. more]).MustSucceed().Json;
        var model = "global.anthropic.claude-sonnet-4-5-20250929-v1:0";
        var allowed = Explain("--model", model, "--tag", "app=docs", "--tag", "team=x");
        Assert.True(allowed.GetProperty("allowed").GetBoolean());
        Assert.Equal("AllowDocs", allowed.GetProperty("requests")[1].GetProperty("statement").GetString());
        var untagged = Explain("--model", model);
        Assert.False(untagged.GetProperty("allowed").GetBoolean());
        Assert.Equal(["tag", "tag"], untagged.GetProperty("policy").GetProperty("breaks").EnumerateArray().Select(b => b.GetProperty("kind").GetString()));
        Assert.Equal("LimitTaggedTagApp", untagged.GetProperty("requests")[1].GetProperty("statement").GetString());
        folder.Run("policy", "emit", "policy.yaml", "--format", "iam", "--out", ".").MustSucceed();
        var given = Explain("--model", model, "--tag", "app=docs", "--tag", "team=x", "--documents", "iam=iam/ana.json");
        Assert.True(given.GetProperty("allowed").GetBoolean());
    }

    [Fact]
    public void A_draft_of_traffic_is_kept_to_by_that_traffic()
    {
        folder.Write("draft.yaml", folder.Run("policy", "draft", "log.jsonl").MustSucceed().Output);
        var check = folder.Run("policy", "check", "draft.yaml", "log.jsonl", "--json", "--fail-on", "broken").MustSucceed().Json;
        Assert.Equal(0, check.GetProperty("traffic").GetProperty("requests_breaking").GetInt64());
        Assert.DoesNotContain(check.GetProperty("conflicts").EnumerateArray(), c => c.GetProperty("kind").GetString() == "contradiction");
        folder.Run("policy", "emit", "draft.yaml", "--format", "terraform").MustSucceed();
    }

    [Theory]
    [InlineData("policy check nothing.yaml", "'nothing.yaml': it does not exist")]
    [InlineData("policy emit policy.yaml", "--format is missing. Accepted: scp, iam, cloudformation, terraform")]
    [InlineData("policy emit policy.yaml --format pulumi", "--format 'pulumi' is not a format")]
    [InlineData("policy explain policy.yaml --account stage --principal A --model x --region us-east-1", "--account 'stage' is not an account")]
    [InlineData("policy explain policy.yaml --account prod --principal A --model nova --region us-east-1", "--model 'nova' is not a known model")]
    [InlineData("policy explain policy.yaml --account prod --principal A --region us-east-1", "--model is missing")]
    [InlineData("policy explain policy.yaml --account prod --principal A --model amazon.nova-pro-v1:0 --region mars", "--region 'mars' is not an AWS region")]
    [InlineData("policy explain policy.yaml --account prod --principal arn:aws:iam::999999999999:role/A --model amazon.nova-pro-v1:0 --region us-east-1", "is of the account 999999999999")]
    [InlineData("policy explain policy.yaml --account prod --principal arn:aws:s3:::b --model amazon.nova-pro-v1:0 --region us-east-1", "is no role, IAM user")]
    [InlineData("policy explain policy.yaml --account prod --principal A --model eu.amazon.nova-pro-v1:0 --region us-east-1", "cannot be called from --region us-east-1")]
    [InlineData("policy check policy.yaml log.jsonl --fail-on often", "--fail-on 'often' is not a condition")]
    [InlineData("policy draft log.jsonl --owner me", "--owner 'me' cannot be told")]
    [InlineData("policy check log.jsonl", "log.jsonl")]
    public void Wrong_input_gets_one_clear_line(string line, string words) => Assert.Contains(words, folder.Run(line.Split(' ')).MustRefuse());
}
