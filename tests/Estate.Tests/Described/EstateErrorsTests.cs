using Assay.Testing;

namespace Assay.Estate.Tests.Described;

/// <summary>Each mistake has one clear line, and all are told at once.</summary>
public class EstateErrorsTests
{
    static string Error(string lines) => Estates.Error(Estates.Head + Estates.With(lines));

    [Fact]
    public void A_file_full_of_mistakes_tells_all_of_them_at_once() => Golden.Matches(string.Join('\n', Estates.Errors("""
        estate: Mistakes
        regoin: eu-central-1
        region: Frankfurt
        residency: region
        baseline: Claude Sonet 4.5
        on: 1.7.2026
        workloads:
          chat:
            model: eu.amazon.nova-pro-v1:0
            scope: global
            requests: 40,000
            input_tokens: {mean: 1,200, p95: 4000}
            output_tokens: 1,5
            batch: 135 %
            tier: fast
            guardrail: regulatd
            deadline: 6
          nightly:
            models: {nova-micro: 55 %, nova-lite: 40 %}
            requests: 10 a fortnight
            input_tokens: 2,000..1,000
            output_tokens: €20
            batch: 50 %
            deadline: 6 h
            prefix: {tokens: 3000, ttl: 10m}
            knowledge_base: handbok
          nightly:
            model: nova
          empty:
          odd: [1, 2]
          copy: *chat
        knowledge_bases:
          handbook:
            store: postgres
            documents: 1,000
          vectors:
            store: pinecone
            source_size: 20
        guardrails:
          regulated: {policies: [content, topics]}
        monitoring:
          logs: 20
          metrics: 30
        commitment:
          annual: [$1 M a year, $2 M a year]
          organic: [$1 M a year, $2 M a year, $3 M a year]
          discount: 9
        quotas:
          nova-pro: {tokens_per_minute: $5}
        service_level: $500
        stated_costs: none
        """)));

    [Theory]
    [InlineData("reqests: 5 a day", "test.yaml:11: 'reqests' is not a key of a workload; did you mean 'requests'?")]
    [InlineData("requests: 40,000",
        "test.yaml:10: '40,000' has no unit; accepted: requests with their time, such as '40,000 a day'.")]
    [InlineData("requests: 4 a fortnight",
        "test.yaml:10: '4 a fortnight' has the unit 'a fortnight'; accepted: requests with their time")]
    [InlineData("requests: -4 a day", "test.yaml:10: '-4 a day' is negative; accepted:")]
    [InlineData("requests: 40.000,5 a day", "test.yaml:10: '40.000,5 a day' is not a number: commas part thousands")]
    [InlineData("requests: [1 a day]", "test.yaml:10: a list is not accepted for 'workloads.chat.requests'; accepted:")]
    [InlineData("requests:", "test.yaml:10: 'requests' has no value; accepted:")]
    [InlineData("batch: 135 %\ndeadline: 24 h", "test.yaml:11: '135 %' is more than 100 %; accepted: up to 100 %.")]
    [InlineData("batch: 35\ndeadline: 24 h",
        "test.yaml:11: '35' has no unit; accepted: a share in percent, such as '35 %'.")]
    [InlineData("batch: 35 %",
        "test.yaml:11: '35 %' of the calls are batch jobs, which may take 24 h, but there is no 'deadline'; accepted:")]
    [InlineData("batch: 0 %..35 %\ndeadline: 6 h", "test.yaml:11: '0 %..35 %' of the calls are batch jobs, which may take 24 h, "
        + "but the deadline is 6 h")]
    [InlineData("deadline: 6", "test.yaml:11: '6' has no unit; accepted: a time, such as '6 h'.")]
    [InlineData("models: {nova-micro: 55 %, nova-lite: 40 %}",
        "test.yaml:10: the shares of 'workloads.chat.models' add up to 95 %; accepted:")]
    [InlineData("models: [{model: nova-micro}]", "test.yaml:10: 'nova-micro' has no 'share'; accepted: a share in percent")]
    [InlineData("model: Claude Sonet 4.5", "test.yaml:10: 'Claude Sonet 4.5' is not a known model; accepted: ")]
    [InlineData("model: us.amazon.nova-micro-v1:0",
        "test.yaml:10: 'us.amazon.nova-micro-v1:0' is a profile of another geography")]
    [InlineData("residency: region",
        "test.yaml:7: 'Nova Micro' (scope 'geo') may be computed in any region of its geography, but the residency is "
        + "'region'; accepted: scope 'in_region'.")]
    [InlineData("residency: geography\nscope: global",
        "test.yaml:7: 'Nova Micro' (scope 'global') may be computed anywhere, but the residency")]
    [InlineData("model: eu.amazon.nova-micro-v1:0\nscope: in_region",
        "test.yaml:10: 'eu.amazon.nova-micro-v1:0' is a profile of scope 'geo', but")]
    [InlineData("guardrail: regulated",
        "test.yaml:11: 'regulated' is not a guardrail of this estate; none is described under 'guardrails'.")]
    [InlineData("knowledge_base: hb", "test.yaml:11: 'hb' is not a knowledge base of this estate; none is "
        + "described under 'knowledge_bases'.")]
    [InlineData("app: *other",
        "test.yaml:11: the alias '*other' is not accepted; write the values out, or share them by 'include:'.")]
    [InlineData("tier: prio",
        "test.yaml:11: 'prio' is not accepted for 'tier'; accepted: standard, flex, priority, latency_optimized")]
    [InlineData("agent: maybe", "test.yaml:11: 'maybe' is not accepted for 'agent'; accepted: yes, no.")]
    [InlineData("arrivals: [1, 2, 3]",
        "test.yaml:11: a list of 3 stands where hourly weights are expected; accepted: 24 of them")]
    [InlineData("prefix: {tokens: 5000}", "test.yaml:11: '5000' of prefix are more than the prompt has")]
    [InlineData("max_tokens: {low: 1,200}", "test.yaml:11: ")]
    public void A_mistake_in_a_workload_has_its_line_and_what_is_accepted(string lines, string starts)
    {
        var errors = Estates.Errors(Estates.Head + Estates.With(lines));
        Assert.True(errors.Any(e => e.ToString().StartsWith(starts, StringComparison.Ordinal)), string.Join('\n', errors));
    }

    [Fact]
    public void A_misspelt_model_gets_the_nearest_name() =>
        Assert.EndsWith("; did you mean 'Claude Sonnet 4.5'?", Error("model: Claude Sonet 4.5"));

    [Fact]
    public void A_comma_within_braces_is_explained() =>
        Assert.Contains(Estates.Errors(Estates.Head + Estates.With("max_tokens: {low: 1,200, high: 2000}")),
            e => e.Message.Contains("'200' looks like the rest of a number", StringComparison.Ordinal));

    [Theory]
    [InlineData("", "test.yaml:1: the file is empty; accepted: an estate, which starts with 'estate: NAME'.")]
    [InlineData("# nothing\n", "test.yaml:1: the file is empty;")]
    [InlineData("just words", "test.yaml:1: 'just words' is not an estate; accepted: lines of the form 'key: value'")]
    [InlineData("- a\n- b\n", "test.yaml:1: a list is not an estate;")]
    [InlineData("a: b\n\0\u0001",
        "test.yaml:2: the character U+0000 does not belong in a text; accepted: a YAML file in UTF-8.")]
    [InlineData("estate: x\nregion: [a\n", "test.yaml:")]
    [InlineData("estate: x\nworkloads:\n\ta: 1\n", "test.yaml:3: a tab indents this line")]
    [InlineData("estate: x\nregion: us-esat-1\nbaseline: Nova Pro\nstated_costs: {a: {category: batch, cost: $1 a month}}",
        "test.yaml:2: 'us-esat-1' is not an AWS region; accepted: a region code such as 'eu-central-1'; did you mean 'us-east-1'?")]
    [InlineData("estate: x\n\tregion: y\n", "test.yaml:2: a tab indents this line")]
    [InlineData("a: &a [x, x]\nb: [*a, *a]\n", "test.yaml:1: the anchor '&a' is not accepted;")]
    public void A_text_that_is_no_estate_is_refused(string text, string starts) =>
        Assert.StartsWith(starts, Estates.Errors(text)[0].ToString());

    [Fact]
    public void A_file_above_one_megabyte_is_refused_unread() =>
        Assert.StartsWith("test.yaml:1: the file is 2.0 MB long; accepted: up to 1 MB.", Estates.Error(new string('#', 2 * 1024 * 1024)));

    [Fact]
    public void Values_that_lie_too_deep_are_refused() =>
        Assert.Contains("levels deep", Estates.Error("estate: " + new string('[', 500_000)));

    [Fact]
    public void A_key_that_stands_twice_names_both_lines() =>
        Assert.Equal("test.yaml:6: 'model' stands on line 3 already; keep one of the two.",
            Estates.Errors("workloads:\n  chat:\n    model: nova-micro\n    app: a\n    env: b\n    model: nova-lite\n")[^1].ToString());

    [Fact]
    public void A_circle_of_includes_is_named_with_its_chain()
    {
        string? Open(string path) => path switch
        {
            "folder/b.yaml" => "include: ../folder/c.yaml\n",
            "folder/../folder/c.yaml" => "\n\ninclude: [./b.yaml]\n",
            _ => null,
        };
        var text = "include: b.yaml\n" + Estates.Head + Estates.Chat;
        var error = Assert.Single(
            Assert.IsType<EstateReading.Mistaken>(EstateReader.Read("folder/a.yaml", text, Open, Estates.Catalog)).Errors);
        Assert.Equal(3, error.Line);
        Assert.Equal("folder/../folder/c.yaml", error.File);
        Assert.Contains("'./b.yaml' leads back to a file that is being read: "
            + "folder/a.yaml → folder/b.yaml → folder/../folder/c.yaml → ",
            error.Message);
    }

    [Fact]
    public void A_file_that_cannot_be_included_is_named() =>
        Assert.StartsWith("test.yaml:1: 'terms.yaml' cannot be opened",
            Estates.Error("include: terms.yaml\n" + Estates.Head + Estates.Chat));

    [Fact]
    public void A_mistake_in_an_included_file_names_that_file()
    {
        var text = "include: terms.yaml\n" + Estates.Head + Estates.Chat;
        var reading = EstateReader.Read("test.yaml", text, _ => "\nservice_level: a lot\n", Estates.Catalog);
        Assert.StartsWith("terms.yaml:2: 'a lot' is not a number",
            Assert.Single(Assert.IsType<EstateReading.Mistaken>(reading).Errors).ToString());
    }
}
