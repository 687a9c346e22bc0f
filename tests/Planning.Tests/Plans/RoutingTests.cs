using Assay.Planning.Tests.Guide;
using Assay.Usage;
using static Assay.Planning.Tests.Plans.SomeCalls;

namespace Assay.Planning.Tests.Plans;

/// <summary>Which model is proposed for labels, under which id, how often, and how sure that is.</summary>
public class RoutingTests
{
    const string Dated = "us.anthropic.claude-haiku-4-5-20251001-v1:0";

    [Fact]
    public void A_model_approved_by_name_is_called_by_an_id_that_answers_in_the_scope_in_use()
    {
        var action = Assert.Single(Routed(Labels(300, Opus), "approved: [Claude Haiku 4.5]"));
        Assert.Equal($"modelId: {Dated}", action.Setup);
        Assert.Equal(Haiku, action.Applies?.Model);
        Assert.Equal(action.Setup, Assert.Single(Routed(Labels(300, Opus))).Setup);
    }

    [Fact]
    public void Where_calls_stay_in_the_region_it_is_the_id_that_can_be_called_there()
    {
        var action = Assert.Single(Routed(Labels(300, "anthropic.claude-opus-5", Scope.InRegion), "approved: [Claude Haiku 4.5]\nresidency: region"));
        Assert.Equal("modelId: anthropic.claude-haiku-4-5", action.Setup);
    }

    [Theory]
    [InlineData("96 %", "95 %", ActionKind.Saving), InlineData("90 %", "95 %", ActionKind.Candidate)]
    public void A_trial_of_a_model_by_its_name_is_one_action_and_what_it_measured_is_not_supposed_beside_it(string kept, string floor, ActionKind kind)
    {
        var action = Assert.Single(Routed(Labels(300, Opus), $$"""
            quality_floor: {{floor}}
            trials:
              - {match: {principal: Role}, model: Claude Haiku 4.5, share: 100 %, kept: {{kept}}, source: June}
            """));
        Assert.Equal((kind, $"modelId: {Dated}"), (action.Kind, action.Setup));
        Assert.StartsWith($"{kept.Replace(" ", "", StringComparison.Ordinal)} of the answers stay as good", action.Quality);
    }

    [Fact]
    public void Two_trials_of_a_model_that_showed_different_things_are_two()
    {
        var actions = Routed(Labels(300, Opus), """
            trials:
              - {match: {principal: Role}, model: Claude Haiku 4.5, share: 100 %, kept: 90 %, source: June}
              - {match: {app: app}, model: Claude Haiku 4.5, share: 40 %, kept: 99 %, source: July}
            """);
        Assert.Equal(["claude-haiku-4-5 for 100% of the calls", "claude-haiku-4-5 for 40% of the calls"], actions.Select(a => a.To).Order());
    }

    [Fact]
    public void What_somebody_calls_already_is_named_and_what_is_cheaper_is_proposed()
    {
        var actions = Routed([.. Labels(300, Opus), .. Hourly(30, Kind(Sonnet, principal: "Other"), Tokens(800, 400), 5_000)]);
        var action = Assert.Single(actions, a => a.Workload.Principal == "Role");
        Assert.Equal("claude-haiku-4-5", action.To);
        // 300 calls of 3,000 tokens and 2: $5.50 and $27.50 against $1.10 and $5.50, and $3.30 and $16.50.
        Assert.Equal((900_000m * 4.4m / 1e6m) + (600m * 22m / 1e6m), action.PeriodSaving);
        Assert.Contains("Of the models somebody here calls already, claude-sonnet-4-5 would save $1.99", action.Evidence.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("anthropic.claude-3-haiku-20240307-v1:0", "claude", 3), InlineData(Haiku, "claude", 4), InlineData("anthropic.claude-opus-5", "claude", 5)]
    [InlineData("meta.llama3-1-8b-instruct-v1:0", "llama", 3), InlineData("meta.llama4-scout-17b-instruct-v1:0", "llama", 4)]
    [InlineData("amazon.nova-micro-v1:0", "nova", 0), InlineData("amazon.nova-2-lite-v1:0", "nova", 2)]
    [InlineData("mistral.mistral-large-2402-v1:0", "mistral", 0), InlineData("mistral.mistral-7b-instruct-v0:2", "mistral", 0)]
    [InlineData("openai.gpt-5.4-2026-03-05", "gpt", 5), InlineData("openai.gpt-oss-120b-1:0", "gpt", 0), InlineData("qwen.qwen3-32b", "qwen", 3)]
    public void A_model_s_id_tells_its_family_and_generation(string id, string family, int generation) =>
        Assert.Equal((family, generation), ModelChoice.FamilyOf(id));

    [Theory]
    [InlineData(Haiku, true), InlineData("amazon.nova-micro-v1:0", true), InlineData("meta.llama3-1-8b-instruct-v1:0", true)]
    [InlineData("anthropic.claude-sonnet-4-20250514-v1:0", true), InlineData("openai.gpt-oss-20b-1:0", true)]
    // Withdrawn, two generations old, without a window of text.
    [InlineData("anthropic.claude-instant-v1", false), InlineData("anthropic.claude-3-5-haiku-20241022-v1:0", false)]
    [InlineData("anthropic.claude-3-haiku-20240307-v1:0", false), InlineData("meta.llama2-13b-chat-v1", false), InlineData("amazon.nova-sonic-v1:0", false)]
    public void What_is_withdrawn_or_two_generations_old_is_no_choice(string id, bool isCurrent)
    {
        var context = new LeverContext(SampledTraffic.Sources, PlanConstraints.None, 1, []);
        Assert.Equal(isCurrent, ModelChoice.IsCurrent(new(Workload(Labels(3, Sonnet)), context), id));
    }

    [Fact]
    public void Beside_the_word_stands_how_many_calls_look_simple_and_how_sure_that_is()
    {
        // 270 labels and 30 answers of other kinds.
        var calls = Labels(300, Opus).Select((c, i) => i % 10 == 0 ? c with { Tokens = Tokens(3_000, 400) } : c).ToList();
        var action = Assert.Single(Routed(calls));
        Assert.Equal(Confidence.Medium, action.Confidence);
        Assert.Equal([("calls that look simple", "90 % of 300"), ("95 % interval", "86.1 to 92.9 %")], action.Evidence.Figures);
        Assert.StartsWith("90 % of 300 calls are answered with at most 2 tokens (95 % interval: 86.1 to 92.9 %)", action.Evidence.Text);
        Assert.Equal((int[])[1, 150 - 1, 299], action.Evidence.Examples.Select(e => calls.FindIndex(c => c.RequestId == e)).ToArray());
    }

    [Fact]
    public void Wilson_s_interval_holds_the_share_and_narrows_with_the_calls() =>
        Gen.Select(Gen.Int[0, 200], Gen.Int[1, 200]).Where((count, of) => count <= of).Sample((count, of) =>
        {
            var (low, high) = SimpleCalls.Interval(count, of);
            var (narrowLow, narrowHigh) = SimpleCalls.Interval(count * 4, of * 4);
            var share = (double)count / of;
            return 0 <= low && low <= share && share <= high && high <= 1 && high - low > narrowHigh - narrowLow;
        });

    // Measured against the formula by hand: 0 of 10 may be as many as 27.8 %, 5 of 10 lie between 23.7 and 76.3 %.
    [Theory, InlineData(0, 10, 0, .2775), InlineData(5, 10, .2366, .7634), InlineData(10, 10, .7225, 1)]
    public void Wilson_s_interval_is_as_published(int count, int of, double low, double high)
    {
        var found = SimpleCalls.Interval(count, of);
        Assert.Equal((low, high), (Math.Round(found.Low, 4), Math.Round(found.High, 4)));
    }

    [Theory]
    // Five labels, sixty, the days of a year, and an answer that is always the same.
    [InlineData(900, 5, true), InlineData(900, 61, true), InlineData(150, 40, true), InlineData(900, 336, false), InlineData(150, 336, false), InlineData(900, 1, false)]
    public void Labels_are_few_and_more_than_one(int calls, int answers, bool areLabels)
    {
        var random = new Random(7);
        Assert.Equal(areLabels, new SimpleCalls(Workload(Labels(calls, Sonnet, answer: _ => (ulong)random.Next(answers) + 1))).AreLabels);
    }

    [Fact]
    public void A_tool_that_is_called_at_once_is_an_answer_and_one_called_after_others_is_a_step()
    {
        AnswerShape Tool(int i, bool isShort = true) => new(AnswerForm.ToolUse, 0, 0, 0, 0, [(ulong)(i % 3) + 1]) { WithoutScores = isShort ? (ulong)(i % 3) + 1 : 0 };
        PromptBlock Said(BlockKind kind) => new(BlockPlace.User, kind, 400, 9, []);
        int Simple(Func<int, AnswerShape> answer, params BlockKind[] prompt) => new SimpleCalls(Workload(Enumerable.Range(0, 30).Select(i =>
            Call(i, Kind(), Start.AddHours(i), Tokens(1_000, 40), new() { Answer = answer(i), Prompt = [.. prompt.Select(Said)] })))).Count;
        Assert.Equal(30, Simple(i => Tool(i), BlockKind.Tool, BlockKind.Text));
        Assert.Equal(0, Simple(i => Tool(i), BlockKind.Tool, BlockKind.Text, BlockKind.ToolUse, BlockKind.ToolResult));
        Assert.Equal(0, Simple(i => Tool(i, isShort: false), BlockKind.Tool, BlockKind.Text));
    }

    static IEnumerable<UsageRecord> Labels(int count, string model, Scope scope = Scope.Geo, Func<int, ulong>? answer = null) =>
        Enumerable.Range(0, count).Select(i => Call(i, Kind(model, scope), Start.AddMinutes(i * 50), Tokens(3_000, 2), new()
        {
            Answer = new(AnswerForm.Label, 8, answer?.Invoke(i) ?? (ulong)(i % 4) + 1, 0, 0, []),
        }));

    static IReadOnlyList<PlanAction> Routed(IEnumerable<UsageRecord> calls, string constraints = "")
    {
        var read = constraints.Length == 0 ? PlanConstraints.None
            : Assert.IsType<ConstraintsReading.Read>(ConstraintsReader.Read("c.yaml", constraints, TheGuide.Catalog)).Constraints;
        return [.. SampledTraffic.Planned(calls, read).Actions.Where(a => a.Lever == Lever.Routing)];
    }
}
