using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Testing;

namespace Assay.Desk.Tests.Commands;

public sealed partial class ReportTests : IDisposable
{
    static readonly string[] Standard =
        ["by_model", "by_app", "by_team", "by_env", "by_principal", "by_account", "by_meter", "by_mode", "by_day"];

    readonly Folder folder = new();

    public ReportTests() => folder.Write("logs/small.jsonl", LogText.Small);

    public void Dispose() => folder.Dispose();

    JsonElement Report(params string[] more) => folder.Run(["report", "logs", "--json", .. more]).MustSucceed().Json;

    static decimal Money(JsonElement value)
    {
        var text = value.GetString()!;
        Assert.Matches(Plain(), text);
        return decimal.Parse(text, CultureInfo.InvariantCulture);
    }

    static decimal Sum(JsonElement lines) => lines.EnumerateArray().Sum(l => Money(l.GetProperty("cost")));

    [Fact]
    public void The_real_log_costs_what_its_counts_come_to()
    {
        var log = Path.Combine(Repository.NeedsShared(), "data", "invocation-logs", "real-17.jsonl");
        var report = folder.Run("report", log, "--json").MustSucceed().Json;
        Assert.Equal("0.04685", report.GetProperty("total").GetString());
        Assert.Equal(17, report.GetProperty("requests").GetInt32());
        Assert.All(Standard, name => Assert.Equal(0.04685m, Sum(report.GetProperty(name))));
    }

    [Fact]
    public void The_small_log_costs_what_a_hand_computes()
    {
        var report = Report();
        // 1500 × 0.72/M + (1 × 3.30 + 672 × 16.50 + 32634 × 0.33 + 1190 × 4.125)/M + 2 × (0.15 + 0.15 + 0.10)/1000 + 1M × 0.02/M
        Assert.Equal("0.04864927", report.GetProperty("total").GetString());
        // The 1190 written tokens at 6.60 instead.
        Assert.Equal("0.05159452", report.GetProperty("total_max").GetString());
        Assert.Equal(6, report.GetProperty("requests").GetInt32());
        Assert.Equal(1, report.GetProperty("failed").GetInt32());
        Assert.Equal(1, report.GetProperty("duplicates").GetInt32());
        Assert.Equal("2026-07-01", report.GetProperty("from").GetString());
        Assert.Equal("2026-07-04", report.GetProperty("to").GetString());
        Assert.Equal(4, report.GetProperty("days").GetInt32());
        Assert.Equal("0.364869525", report.GetProperty("monthly").GetString());
    }

    [Fact]
    public void Every_field_of_the_contract_is_there_with_its_type()
    {
        var report = Report("--by", "app,day");
        foreach (var name in (string[])["requests", "failed", "duplicates", "days"])
            Assert.Equal(JsonValueKind.Number, report.GetProperty(name).ValueKind);
        foreach (var name in Standard)
        {
            Assert.All(report.GetProperty(name).EnumerateArray(), line =>
            {
                Assert.Equal(JsonValueKind.String, line.GetProperty("key").ValueKind);
                Money(line.GetProperty("cost"));
                Assert.True(line.GetProperty("requests").GetInt64() > 0);
            });
        }
        Assert.All(report.GetProperty("groups").EnumerateArray(), line =>
            Assert.Equal(JsonValueKind.String, (line.GetProperty("app").ValueKind, line.GetProperty("day").ValueKind) is var (a, d) && a == d ? a : d));
        Assert.All(report.GetProperty("unpriced").EnumerateArray(), line =>
            Assert.True(line.GetProperty("reason").GetString()!.Length > 0 && line.GetProperty("count").GetInt64() > 0));
        var skipped = report.GetProperty("skipped");
        Assert.Equal(JsonValueKind.Array, skipped.GetProperty("files").ValueKind);
        Assert.Equal(1, skipped.GetProperty("lines").GetInt64());
        var first = Assert.Single(skipped.GetProperty("first").EnumerateArray());
        Assert.Equal("logs/small.jsonl", first.GetProperty("path").GetString());
        Assert.Equal(7, first.GetProperty("line").GetInt64());
        Assert.True(first.GetProperty("reason").GetString()!.Length > 0);
        Assert.All(report.GetProperty("tag_coverage").EnumerateObject(), tag => Assert.InRange(tag.Value.GetDouble(), 0, 1));
        Assert.All(report.GetProperty("norms").EnumerateArray(), norm =>
        {
            Assert.True(norm.GetProperty("id").GetString()!.Length > 0);
            Assert.Contains(norm.GetProperty("yours").ValueKind, (JsonValueKind[])[JsonValueKind.Number, JsonValueKind.Null]);
            Assert.NotEqual(JsonValueKind.Undefined, norm.GetProperty("guide").ValueKind);
            Assert.True(norm.GetProperty("unit").GetString()!.Length > 0);
        });
    }

    // A journal: one call answered, three refused by the gateway, one that its server failed.
    void WriteJournal() => folder.Write("journal/a.jsonl", LogText.Call("r-1", input: 10, output: 1)
        + LogText.Call("r-2", error: "AccessDeniedException", refused: "budget") + LogText.Call("r-3", error: "AccessDeniedException", refused: "budget")
        + LogText.Call("r-4", error: "ThrottlingException", refused: "rate") + LogText.Call("r-5", error: "ServiceUnavailableException", refused: "upstream"));

    [Fact]
    public void Calls_that_the_gateway_refused_are_told_apart_from_those_its_servers_failed()
    {
        WriteJournal();
        var report = folder.Run("report", "journal", "--json").MustSucceed().Json;
        Assert.Equal(4, report.GetProperty("failed").GetInt64());
        Assert.Equal("""[{"reason":"budget","count":2},{"reason":"rate","count":1}]""", JsonSerializer.Serialize(report.GetProperty("refused")));
        const string words = "4 failed, 3 of them refused by the gateway (2 budget, 1 rate)";
        Assert.Contains(words, folder.Run("report", "journal").MustSucceed().Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("4 calls failed, 3 of them refused by the gateway (2 budget, 1 rate).", folder.Run("report", "journal", "--markdown").MustSucceed().Output, StringComparison.Ordinal);
        folder.Run("report", "journal", "--html", "report.html").MustSucceed();
        Assert.Contains("3 of them were not let in by the gateway", File.ReadAllText(folder.PathOf("report.html")), StringComparison.Ordinal);
        Assert.Equal(0, Report().GetProperty("refused").GetArrayLength());
    }

    [Fact]
    public void What_was_refused_stands_out_as_refused_not_as_failed()
    {
        var lines = Enumerable.Range(0, 60).Select(i => i < 50 ? LogText.Call($"r-{i}", input: 10, output: 100) : LogText.Call($"r-{i}", error: "AccessDeniedException", refused: "budget"));
        folder.Write("journal/a.jsonl", string.Concat(lines));
        var highlights = folder.Run("report", "journal", "--json").MustSucceed().Json.GetProperty("highlights").EnumerateArray()
            .ToDictionary(h => h.GetProperty("id").GetString()!, h => h.GetProperty("text").GetString()!);
        Assert.EndsWith(": the gateway refused 16.7% of its calls, most often for budget", highlights["refusals"], StringComparison.Ordinal);
        Assert.DoesNotContain("failures", highlights.Keys);
    }

    [Fact]
    public void A_total_that_is_certain_has_no_upper_bound()
    {
        folder.Write("sure.jsonl", LogText.Call("r-1", input: 10, output: 1));
        Assert.False(folder.Run("report", "sure.jsonl", "--json").MustSucceed().Json.TryGetProperty("total_max", out _));
    }

    [Theory]
    [InlineData("model")]
    [InlineData("meter")]
    [InlineData("model,meter")]
    [InlineData("app,team,env,day")]
    [InlineData("tag:project")]
    [InlineData("tag:project,meter,principal,region,scope,tier,context,mode,operation,month,account")]
    public void Groups_add_up_to_the_total_whatever_they_are_by(string by)
    {
        var report = Report("--by", by);
        var total = Money(report.GetProperty("total"));
        Assert.All(Standard, name => Assert.Equal(total, Sum(report.GetProperty(name))));
        var groups = report.GetProperty("groups");
        Assert.Equal(total, Sum(groups));
        Assert.All(groups.EnumerateArray(), line => Assert.All(by.Split(','), name => Assert.Equal(JsonValueKind.String, line.GetProperty(name).ValueKind)));
        var maxima = groups.EnumerateArray().Sum(l => Money(l.TryGetProperty("cost_max", out var max) ? max : l.GetProperty("cost")));
        Assert.Equal(Money(report.GetProperty("total_max")), maxima);
    }

    [Fact]
    public void A_tag_groups_what_carries_it_and_names_what_does_not()
    {
        var costs = Report("--by", "tag:project").GetProperty("groups").EnumerateArray()
            .ToDictionary(l => l.GetProperty("tag:project").GetString()!, l => l.GetProperty("cost").GetString());
        Assert.Equal(new() { ["apollo"] = "0.00188", ["borealis"] = "0.02676927", [""] = "0.02" }, costs);
    }

    [Fact]
    public void Application_and_environment_are_other_names_of_app_and_env()
    {
        var report = Report("--by", "app,env").GetProperty("groups").EnumerateArray();
        Assert.Contains(report, l => l.GetProperty("app").GetString() == "docs" && l.GetProperty("env").GetString() == "prod");
    }

    [Fact]
    public void Principals_are_roles_without_sessions_and_users_by_name()
    {
        var keys = Report().GetProperty("by_principal").EnumerateArray().Select(l => l.GetProperty("key").GetString());
        Assert.Equal(["ChatRole", "DocsRole", "ana"], keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--from", "2026-07-02", "0.04756927", 5, 3)]
    [InlineData("--to", "2026-07-02", "0.00108", 1, 1)]
    [InlineData("--to", "2026-07-04", "0.02864927", 5, 3)]
    public void From_is_inclusive_and_to_is_exclusive(string option, string day, string total, int requests, int days)
    {
        var report = Report(option, day);
        Assert.Equal(total, report.GetProperty("total").GetString());
        Assert.Equal(requests, report.GetProperty("requests").GetInt32());
        Assert.Equal(days, report.GetProperty("days").GetInt32());
    }

    [Fact]
    public void A_period_without_requests_is_zero_and_says_so()
    {
        var ended = folder.Run("report", "logs", "--json", "--from", "2030-01-01").MustSucceed();
        Assert.Equal("0", ended.Json.GetProperty("total").GetString());
        Assert.Contains("lies between --from and --to", ended.Errors);
    }

    [Fact]
    public void A_period_that_ends_before_it_starts_is_refused() =>
        Assert.Contains("2026-07-02", folder.Run("report", "logs", "--from", "2026-07-02", "--to", "2026-07-02").MustRefuse());

    [Fact]
    public void An_opaque_profile_is_named_and_a_map_prices_it()
    {
        var reasons = Report().GetProperty("unpriced").EnumerateArray().Select(l => (l.GetProperty("reason").GetString()!, l.GetProperty("count").GetInt32()));
        var (reason, count) = Assert.Single(reasons);
        Assert.Contains(LogText.Profile, reason);
        Assert.Contains("--profiles", reason);
        Assert.Equal(2, count);

        folder.Write("profiles.json", $$$"""{"{{{LogText.Profile}}}":{"model":"us.{{{LogText.Llama}}}","app":"leaflets","team":"marketing"}}""");
        var mapped = Report("--profiles", "profiles.json", "--by", "app,team");
        Assert.Empty(mapped.GetProperty("unpriced").EnumerateArray());
        Assert.Equal(0.04864927m + (110 * 0.72m / 1_000_000m), Money(mapped.GetProperty("total")));
        Assert.Contains(mapped.GetProperty("groups").EnumerateArray(), l => l.GetProperty("app").GetString() == "leaflets" && l.GetProperty("team").GetString() == "marketing");
    }

    [Fact]
    public void Books_are_chosen_by_name_by_day_and_by_file()
    {
        Assert.StartsWith("guide@", Report("--book", "guide").GetProperty("book").GetString());
        Assert.Equal("0.04864927", Report("--book", "aws@2026-05-25").GetProperty("total").GetString());
        folder.Write("mine.csv", $"""
            sku,model,meter,mode,tier,scope,context,regions,term,unit,rate,from,until,source
            my-1,{LogText.Llama},input,on_demand,standard,in_region,standard,us-east-1,none,1M tokens,2.00,,,contract
            """);
        var report = Report("--book", "mine.csv");
        Assert.Equal("0.002", report.GetProperty("total").GetString());
        Assert.Contains(report.GetProperty("unpriced").EnumerateArray(), l => l.GetProperty("reason").GetString()!.Contains("output", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("unpriced", 1)]
    [InlineData("skipped", 1)]
    [InlineData("over>0.04", 1)]
    [InlineData("over>0.04864927", 0)]
    [InlineData("over>1,unpriced", 1)]
    public void Fail_on_ends_with_one_only_when_its_condition_holds(string condition, int exit)
    {
        var ended = folder.Run("report", "logs", "--json", "--fail-on", condition);
        Assert.Equal(exit, ended.Exit);
        Assert.Equal("0.04864927", ended.Json.GetProperty("total").GetString());
        Assert.Equal(exit == 1, ended.Errors.Contains("--fail-on", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_fail_on_skipped_and_unpriced_usage_is_counted_and_fine()
    {
        var ended = folder.Run("report", "logs", "--json").MustSucceed();
        Assert.Contains("1 duplicate request counted once", ended.Errors);
        Assert.Contains("logs/small.jsonl:7", ended.Errors);
    }

    [Fact]
    public void Standard_input_is_read_like_a_file()
    {
        var ended = folder.RunWithInput(LogText.Small, "report", "-", "--json").MustSucceed();
        Assert.Equal("0.04864927", ended.Json.GetProperty("total").GetString());
        Assert.Equal(0.04864927m, Money(Cli.Run(folder.Root, ["report", "-", "--json"], LogText.Gzip(LogText.Small)).Json.GetProperty("total")));
    }

    [Fact]
    public void A_file_named_twice_is_read_once()
    {
        var report = folder.Run("report", "logs", "logs/small.jsonl", "./logs/small.jsonl", "--json").MustSucceed().Json;
        Assert.Equal(1, report.GetProperty("duplicates").GetInt32());
    }

    [Fact]
    public void Usage_without_any_price_was_printed_as_zero_dollars()
    {
        folder.Write("opaque.jsonl", LogText.Call("r-1", LogText.Profile, input: 10, output: 1) + LogText.Call("r-2", input: 10));
        var report = folder.Run("report", "opaque.jsonl", "--by", "model", "--json").MustSucceed().Json;
        foreach (var name in (string[])["by_model", "groups"])
            Assert.Equal([(LogText.Llama, 0), (LogText.Profile, 1)], report.GetProperty(name).EnumerateArray().Select(g =>
                (g.GetProperty(name == "groups" ? "model" : "key").GetString()!, g.TryGetProperty("unpriced", out var n) ? n.GetInt32() : 0)));
        Assert.Matches(@"(?m)^  …application-inference-profile/abc123 +no price +– +1$", folder.Run("report", "opaque.jsonl").MustSucceed().Output);
        Assert.Contains($"model,{LogText.Profile},0,0,1,1\n", folder.Run("report", "opaque.jsonl", "--csv").MustSucceed().Output);
        Assert.Contains($"| {LogText.Profile} | no price |", folder.Run("report", "opaque.jsonl", "--markdown").MustSucceed().Output);
        folder.Write("only.jsonl", LogText.Call("r-1", LogText.Profile, input: 10, output: 1));
        Assert.DoesNotContain("$0.00", folder.Run("report", "only.jsonl").MustSucceed().Output);
        Assert.DoesNotContain("$0.00", folder.Run("report", "only.jsonl", "--markdown").MustSucceed().Output);
    }

    [Fact]
    public void What_a_person_reads() => Golden.Matches(folder.Run("report", "logs").MustSucceed().Output);

    [Fact]
    public void What_a_person_reads_by_app_and_meter() => Golden.Matches(folder.Run("report", "logs", "--by", "app,meter").MustSucceed().Output);

    [Fact]
    public void Markdown_to_paste() => Golden.Matches(folder.Run("report", "logs", "--markdown").MustSucceed().Output);

    [Fact]
    public void Csv_to_compute_with() => Golden.Matches(folder.Run("report", "logs", "--csv").MustSucceed().Output);

    [Fact]
    public void Names_that_would_be_formulas_or_markup_are_harmless()
    {
        folder.Write("odd.jsonl", LogText.Call("r-1", input: 10, output: 1, tags: """{"app":"=1+1,\"x\"","team":"[red]|<b>","env":"a\u001fb\nc"}"""));
        var csv = folder.Run("report", "odd.jsonl", "--csv", "--by", "app").MustSucceed().Output;
        Assert.Contains("\"'=1+1,\"\"x\"\"\",", csv);
        Assert.Contains("[red]", folder.Run("report", "odd.jsonl").MustSucceed().Output);
        Assert.DoesNotContain("|<b>", folder.Run("report", "odd.jsonl", "--markdown").MustSucceed().Output);
        var group = Assert.Single(folder.Run("report", "odd.jsonl", "--json", "--by", "env,app").MustSucceed().Json.GetProperty("groups").EnumerateArray());
        Assert.Equal("a\u001fb\nc", group.GetProperty("env").GetString());
        Assert.Equal("=1+1,\"x\"", group.GetProperty("app").GetString());
    }

    [GeneratedRegex(@"^(0|[1-9]\d*)(\.\d*[1-9])?$")]
    private static partial Regex Plain();
}
