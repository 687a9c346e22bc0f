using Assay.Estate;
using Assay.Testing;
using Assay.Usage;

namespace Assay.Planning.Tests.Constraints;

public class ConstraintsReaderTests
{
    static readonly ModelCatalog Catalog = ReadCatalog();

    [Fact]
    public void Every_mistake_is_told_at_once_with_its_line_and_what_is_accepted() => Golden.Matches(string.Join('\n', Errors("""
        approved: [claude-haiku-45, gpt-9, {}]
        residency: europe
        minimum_saving: 50
        max_actions: none
        max_calls: 2.5
        quality_floor: 1.5
        batch_minimum: 0
        colour: blue
        workloads:
          - {match: {account: 1234, appp: chat}, max_wait: -3h}
          - {name: no match}
          - {match: {app: chat}, max_wait: soon, fixed: perhaps}
          - {match: {app: pay, model: Claude Sonnet 99}, approved: []}
          - seven
        trials:
          - {match: {app: chat}, model: Nova Lite, share: 120 %, kept: 0.9..0.95, source: us}
          - {match: {}, model: Nova Lite}
        units: [{model: Nova Pro, tokens_per_minute: 0}]
        commitment: {annual: much, organic: €17 M, discount: 109 %}
        """)));

    [Theory]
    [InlineData("", "the file is empty; accepted: constraints of a plan")]
    [InlineData("seven", "'seven' is not a set of constraints")]
    [InlineData("approved: [Nova Pro", "this is not YAML")]
    [InlineData("max_calls: 3\nmax_calls: 4", "c.yaml:2: 'max_calls' stands on line 1 already")]
    [InlineData("max_calls: 3\n---\nmax_calls: 4", "c.yaml:2: a second document starts here")]
    [InlineData("max_calls:", "c.yaml:1: 'max_calls' has no value")]
    [InlineData("approved: []", "c.yaml:1: 'approved' is an empty list, with which nothing may be called")]
    [InlineData("approved: [claude-haiku-4.6]", "did you mean 'Claude Haiku 4.5'?")]
    [InlineData("quality_floor: 95", "'95' is more than 100 %")]
    [InlineData("max_calls: &a 3\nmax_actions: *a", "c.yaml:2: the alias '*a' is not accepted; write the values out")]
    [InlineData("workloads: {match: {app: a}, max_wait: -1 h}", "'-1 h' is a wait below zero")]
    [InlineData("workloads:\n- {match: {app: a}, fixed: yes, max_wait: 1 h, max_calls: 3}", "so 'max_wait' and 'max_calls' say nothing")]
    [InlineData("workloads:\n- {match: {}, max_wait: 1 h}\n- {match: {app: a}, fixed: yes}", "c.yaml:3: this rule never counts: the first that holds does, and the rule on line 2")]
    [InlineData("workloads:\n- {match: {app: a}, max_wait: 1 h}\n- {match: {app: a, account: '111122223333'}, fixed: yes}", "c.yaml:3: this rule never counts")]
    [InlineData("approved: [Nova Pro]\ntrials:\n- {match: {}, model: Nova Lite, share: 1, kept: 1, source: x}", "c.yaml:3: 'Nova Lite' was tried but is not approved; accepted: one of amazon.nova-pro-v1:0")]
    [InlineData("workloads:\n- {match: {app: a}, approved: [Nova Pro]}\ntrials:\n- {match: {app: a}, model: Nova Lite, share: 1, kept: 1, source: x}", "c.yaml:4: 'Nova Lite' was tried but is not approved")]
    [InlineData("trials:\n- &t {match: {}, model: Nova Lite, share: 1, kept: 1, source: x}\n- {match: {}, model: Nova Lite, share: 1, kept: 1, source: y}", "c.yaml:3: there are two trials of 'Nova Lite'")]
    [InlineData("units: [{model: Nova Pro, tokens_per_minute: 1}, {model: nova-pro, tokens_per_minute: 2}]", "stands here a second time")]
    public void What_cannot_be_meant_is_told_with_its_line(string text, string expected) => Assert.Contains(expected, string.Join('\n', Errors(text)));

    [Fact]
    public void Everything_a_plan_must_keep_to_is_read()
    {
        var read = Read("""
            approved: [claude-haiku-4-5, us.anthropic.claude-sonnet-4-5-20250929-v1:0, Nova Lite]
            residency: geography
            minimum_saving: 50/month
            max_actions: 5
            max_calls: 6
            quality_floor: 0.95
            batch_minimum: 1,000
            workloads:
              - {match: {app: titles}, name: Titles, max_wait: 24h}
              - {match: {principal: Chat, model: Claude Sonnet 4.5}, max_wait: none, residency: region, approved: nova-lite, quality_floor: 99 %, max_calls: 3}
              - {match: {account: '111122223333'}, fixed: true}
            trials: [{match: {app: chat}, model: Nova Lite, share: 40 %, kept: 0.97, source: 400 answers}]
            units: [{model: Nova Pro, tokens_per_minute: 250 k}]
            commitment: {annual: 20M, organic: 17M, discount: 9 %}
            """);
        Assert.Equal(["anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-haiku-4-5", "anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-lite-v1:0"], read.Approved!);
        Assert.Equal((Residency.Geography, 50m, 5, 6, 0.95m, 1000),
            (read.Residency, read.MinimumMonthlySaving, read.MaxActions, read.MaxCalls, read.QualityFloor, read.BatchMinimum));
        Assert.Equal((TimeSpan.FromHours(24), "Titles"), (read.Workloads[0].MaxWait, read.Workloads[0].Name));
        var chat = read.Workloads[1];
        Assert.Equal((TimeSpan.Zero, Residency.Region, 0.99m, 3, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
            (chat.MaxWait, chat.Residency, chat.QualityFloor, chat.MaxCalls, chat.Model));
        Assert.Equal("amazon.nova-lite-v1:0", Assert.Single(chat.Approved!));
        Assert.True(read.Workloads[2].IsFixed);
        Assert.Equal(("amazon.nova-lite-v1:0", 0.4m, 0.97m), (read.Trials[0].Model, read.Trials[0].Share, read.Trials[0].Kept));
        Assert.Equal(new UnitThroughput("amazon.nova-pro-v1:0", 250_000m), read.Units[0]);
        Assert.Equal(new SpendCommitment(20_000_000m, 17_000_000m, 0.09m), read.Commitment);
    }

    [Fact]
    public void What_is_left_out_leaves_the_plan_free()
    {
        var read = Read("max_calls: 8");
        Assert.Equal(PlanConstraints.None with { File = "c.yaml" }, read with
        {
            Workloads = PlanConstraints.None.Workloads, Trials = PlanConstraints.None.Trials, Units = PlanConstraints.None.Units,
        });
    }

    [Fact]
    public void A_file_may_be_json() => Assert.Equal(TimeSpan.FromMinutes(30),
        Read("{\n\t\"workloads\": [\n\t\t{\"match\": {\"account\": 111122223333}, \"max_wait\": \"30m\"}\n\t]\n}").Workloads[0].MaxWait);

    [Fact]
    public void A_name_that_several_ids_share_means_all_of_them()
    {
        var shared = Catalog.Models.GroupBy(m => m.Names is [var name, ..] ? name : m.Id).First(g => g.Count() > 1 && Catalog.FindAllByName(g.Key).Count > 1);
        var ids = Catalog.FindAllByName(shared.Key).Select(m => m.Id);
        Assert.Equal(ids, Read($"approved: ['{shared.Key}']").Approved!);
        Assert.Equal(ids, Read($"workloads: [{{match: {{model: '{shared.Key}'}}, max_wait: 1 h}}]").Workloads.Select(w => w.Model));
    }

    [Fact]
    public void A_workload_behind_an_opaque_profile_is_matched_by_its_arn()
    {
        const string arn = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc";
        Assert.Equal(arn, Read($"workloads: [{{match: {{model: '{arn}'}}, fixed: yes}}]").Workloads[0].Model);
    }

    [Fact]
    public void A_narrower_rule_before_a_wider_one_is_no_mistake() =>
        Assert.Equal(2, Read("workloads:\n- {match: {app: a}, fixed: yes}\n- {match: {}, max_wait: 1 h}").Workloads.Count);

    [Fact]
    public void A_model_approved_for_some_of_the_trials_workloads_may_be_tried() => Assert.Single(Read(
        "approved: [Nova Pro]\nworkloads:\n- {match: {app: a}, approved: [Nova Lite]}\ntrials:\n- {match: {}, model: Nova Lite, share: 1, kept: 1, source: x}").Trials);

    [Fact]
    public void The_sample_is_read() =>
        Assert.Equal(4, Read(File.ReadAllText(Path.Combine(Repository.Root, "samples", "constraints.yaml"))).Workloads.Count);

    [Fact]
    public void The_page_names_every_key()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "plan.md"));
        KeyTable[] tables = [ConstraintsKeys.Constraints, ConstraintsKeys.Workload, ConstraintsKeys.Trial, ConstraintsKeys.Unit, ConstraintsKeys.Commitment];
        Assert.All(tables.SelectMany(t => t.Keys), key => Assert.Contains($"`{key.Name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Whatever_becomes_of_the_sample_it_is_read_or_refused_and_never_throws()
    {
        var sample = File.ReadAllText(Path.Combine(Repository.Root, "samples", "constraints.yaml"));
        var random = new Random(11);
        for (var i = 0; i < 400; i++)
        {
            var text = sample.ToCharArray();
            for (var change = 0; change < 3; change++) text[random.Next(text.Length)] = "{}[]:,-&*'\"\n\t %#0x"[random.Next(18)];
            var reading = ConstraintsReader.Read("c.yaml", new(text), Catalog);
            if (reading is ConstraintsReading.Mistaken mistaken) Assert.NotEmpty(mistaken.Errors);
        }
    }

    static PlanConstraints Read(string text)
    {
        var reading = ConstraintsReader.Read("c.yaml", text, Catalog);
        return reading is ConstraintsReading.Read read ? read.Constraints
            : throw new InvalidOperationException(string.Join('\n', ((ConstraintsReading.Mistaken)reading).Errors));
    }

    static List<string> Errors(string text) =>
        [.. Assert.IsType<ConstraintsReading.Mistaken>(ConstraintsReader.Read("c.yaml", text, Catalog)).Errors.Select(e => e.ToString())];

    static ModelCatalog ReadCatalog()
    {
        using var text = new StreamReader(Path.Combine(Repository.Root, "prices", "models.csv"));
        return ModelCatalogFile.Read(text, "models.csv");
    }
}
