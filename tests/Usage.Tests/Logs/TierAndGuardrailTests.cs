using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

public sealed class TierAndGuardrailTests
{
    const string Usage = "\"usage\":{\"inputTokens\":1,\"outputTokens\":1}";

    [Theory]
    [InlineData("\"serviceTier\":{\"type\":\"flex\"}", Tier.Flex)]
    [InlineData("\"serviceTier\":{\"type\":\"priority\"}", Tier.Priority)]
    [InlineData("\"serviceTier\":{\"type\":\"default\"}", Tier.Standard)]
    [InlineData("\"serviceTier\":\"flex\"", Tier.Flex)]
    [InlineData("\"service_tier\":\"priority\"", Tier.Priority)]
    [InlineData("\"service_tier\":\"standard\"", Tier.Standard)]
    [InlineData("\"serviceTier\":null", Tier.Standard)]
    [InlineData("\"serviceTier\":[\"flex\"]", Tier.Standard)]
    [InlineData("\"performanceConfig\":{\"latency\":\"optimized\"}", Tier.LatencyOptimized)]
    [InlineData("\"performanceConfig\":{\"latency\":\"standard\"}", Tier.Standard)]
    [InlineData("\"performanceConfig\":{\"latency\":\"optimized\"},\"serviceTier\":{\"type\":\"default\"}", Tier.LatencyOptimized)]
    public void The_tier_is_the_one_that_answered(string member, Tier tier) => Assert.Equal(tier, Only(Body($$$$"""{{{{{Usage}}}},{{{{member}}}}}""")).Tier);

    [Fact]
    public void A_tier_inside_the_usage_counts() =>
        Assert.Equal(Tier.Priority, Only(Body("""{"usage":{"input_tokens":1,"output_tokens":1,"service_tier":"priority"}}""")).Tier);

    [Fact]
    public void A_tier_that_was_only_asked_for_does_not_count() => Assert.Equal(Tier.Standard, Only(Line(
        """ "inputBodyJson":{"serviceTier":{"type":"priority"},"performanceConfig":{"latency":"optimized"}},"inputTokenCount":1 """)).Tier);

    const string Units = """
        {"invocationMetrics":{"guardrailProcessingLatency":4,"usage":{"topicPolicyUnits":1,"contentPolicyUnits":2,"wordPolicyUnits":9,"sensitiveInformationPolicyUnits":3,"sensitiveInformationPolicyFreeUnits":9,"contextualGroundingPolicyUnits":4,"automatedReasoningPolicyUnits":5,"automatedReasoningPolicies":9},"guardrailCoverage":{"textCharacters":{"guarded":9,"total":9}}}}
        """;

    const string Once = "guardrail_content=2 guardrail_topic=1 guardrail_sensitive=3 guardrail_grounding=4 guardrail_reasoning=5";
    const string Thrice = "guardrail_content=6 guardrail_topic=3 guardrail_sensitive=9 guardrail_grounding=12 guardrail_reasoning=15";
    const string Fourfold = "guardrail_content=8 guardrail_topic=4 guardrail_sensitive=12 guardrail_grounding=16 guardrail_reasoning=20";

    [Theory]
    [InlineData("""{"inputAssessment":{"gr1":UNITS}}""", Once)]
    [InlineData("""{"modelOutput":["x"],"inputAssessment":{"gr1":UNITS},"outputAssessments":{"gr1":[UNITS,UNITS]},"actionReason":"No action."}""", Thrice)]
    [InlineData("""{"inputAssessment":{"gr1":UNITS,"gr2":UNITS},"outputAssessments":{"gr1":[UNITS],"gr2":[UNITS]}}""", Fourfold)]
    public void Units_of_a_Converse_trace_add_up_over_guardrails_and_directions(string guardrail, string amounts) =>
        Assert.Equal(amounts, Amounts(Only(Body($$$$"""{{{{{Usage}}}},"trace":{"guardrail":{{{{guardrail.Replace("UNITS", Units)}}}}}}"""))));

    [Theory]
    [InlineData("""{"input":{"gr1":UNITS}}""", Once)]
    [InlineData("""{"input":{"gr1":UNITS},"outputs":[{"gr1":UNITS},{"gr1":UNITS}],"actionReason":"No action."}""", Thrice)]
    [InlineData("""{"input":{"gr1":UNITS,"gr2":UNITS},"outputs":[{"gr1":UNITS,"gr2":UNITS}]}""", Fourfold)]
    public void Units_of_an_InvokeModel_trace_add_up_over_guardrails_and_directions(string guardrail, string amounts) => Assert.Equal(amounts,
        Amounts(Only(Body($$$$"""{{{{{Usage}}}},"amazon-bedrock-trace":{"guardrail":{{{{guardrail.Replace("UNITS", Units)}}}}},"amazon-bedrock-guardrailAction":"NONE"}"""))));

    [Fact]
    public void A_stream_carries_its_trace_in_the_last_event() => Assert.Equal(Once,
        Amounts(Only(Body("""[{"messageStop":{"stopReason":"end_turn"}},{"metadata":{USAGE,"trace":{"guardrail":{"inputAssessment":{"gr":UNITS}}}}}]"""
            .Replace("USAGE", Usage).Replace("UNITS", Units)))));

    [Theory]
    [InlineData("")]
    [InlineData("\"usage\":{\"inputTokens\":0,\"outputTokens\":0,\"totalTokens\":0},")]
    public void A_blocked_call_has_no_tokens_and_still_its_units(string usage)
    {
        var record = Only(Body("""{USAGE"stopReason":"guardrail_intervened","trace":{"guardrail":{"inputAssessment":{"gr":UNITS}}}}"""
            .Replace("USAGE", usage).Replace("UNITS", Units)));
        Assert.True(record.Tokens.IsNone);
        Assert.False(record.Failed);
        Assert.Equal("guardrail_intervened", record.StopReason);
        Assert.Equal(Once, Amounts(record));
    }

    [Fact]
    public void Word_units_and_free_units_are_no_amounts() => Assert.Null(Only(Body("""
        {USAGE,"trace":{"guardrail":{"inputAssessment":{"gr":{"invocationMetrics":{"usage":{"wordPolicyUnits":7,"sensitiveInformationPolicyFreeUnits":7,"contentPolicyUnits":0}}}}}}}
        """.Replace("USAGE", Usage))).Amounts);

    [Fact]
    public void Image_units_have_no_meter_and_are_named()
    {
        var (_, reading) = Read(Body(
            """{USAGE,"trace":{"guardrail":{"inputAssessment":{"gr":{"invocationMetrics":{"usage":{"contentPolicyImageUnits":2}}}}}}}""".Replace("USAGE", Usage)));
        Assert.Contains("2 guardrail image units", Assert.Single(reading.FirstDifferences).Reason, StringComparison.Ordinal);
    }

    [Theory, InlineData("null"), InlineData("[]"), InlineData("\"DISABLED\""), InlineData("{\"guardrail\":null}"), InlineData("{\"promptRouter\":{\"invokedModelId\":\"x\"}}")]
    public void A_trace_of_another_shape_is_passed_over(string trace) => Assert.Null(Only(Body($$$$"""{{{{{Usage}}}},"trace":{{{{trace}}}}}""")).Amounts);
}
