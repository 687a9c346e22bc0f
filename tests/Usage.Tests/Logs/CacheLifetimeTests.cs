using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

/// <summary>How long written cache tokens live decides their price, and only the body says it.</summary>
public sealed class CacheLifetimeTests
{
    static TokenCounts Converse(string usage, string model = Claude) => Only(Body($$$"""{"usage":{"inputTokens":1,"outputTokens":1,{{{usage}}}}}""", model)).Tokens;

    static TokenCounts Written(long fiveMinutes = 0, long thirtyMinutes = 0, long hour = 0, long unknown = 0) =>
        new() { Input = 1, Output = 1, CacheWrite5m = fiveMinutes, CacheWrite30m = thirtyMinutes, CacheWrite1h = hour, CacheWriteUnknown = unknown };

    [Fact]
    public void Each_lifetime_has_a_counter_of_its_own() => Assert.Equal(Written(10, 20, 30), Converse("""
        "cacheWriteInputTokens":60,"cacheDetails":[{"ttl":"5m","inputTokens":10},{"inputTokens":20,"ttl":"30m"},{"ttl":"1h","inputTokens":30}]
        """));

    [Fact]
    public void Details_of_one_lifetime_add_up() => Assert.Equal(Written(hour: 30), Converse("""
        "cacheWriteInputTokens":30,"cacheDetails":[{"ttl":"1h","inputTokens":10},{"ttl":"1h","inputTokens":20}]
        """));

    [Fact]
    public void Details_alone_are_the_count() =>
        Assert.Equal(Written(fiveMinutes: 10), Converse("""  "cacheDetails":[{"ttl":"5m","inputTokens":10}] """));

    [Fact]
    public void Without_details_the_lifetime_is_unknown() => Assert.Equal(Written(unknown: 60), Converse("\"cacheWriteInputTokens\":60"));

    [Fact]
    public void What_the_details_leave_over_is_unknown() => Assert.Equal(Written(hour: 25, unknown: 35), Converse("""
        "cacheWriteInputTokens":60,"cacheDetails":[{"ttl":"1h","inputTokens":25}]
        """));

    [Theory, InlineData("24h"), InlineData(""), InlineData("1H")]
    public void A_lifetime_nobody_knows_is_unknown(string ttl) => Assert.Equal(Written(unknown: 60), Converse($$"""
        "cacheWriteInputTokens":60,"cacheDetails":[{"ttl":"{{ttl}}","inputTokens":60}]
        """));

    [Theory]
    [InlineData(Nova, 60, 0, 0), InlineData(Gross, 0, 60, 0), InlineData("acme.hourly-v1", 0, 0, 60)]
    public void A_model_with_one_lifetime_leaves_nothing_to_guess(string model, long fiveMinutes, long thirtyMinutes, long hour)
    {
        var tokens = Only(Line("\"inputTokenCount\":61,\"cacheWriteInputTokenCount\":60", model: model)).Tokens;
        Assert.Equal((fiveMinutes, thirtyMinutes, hour, 0), (tokens.CacheWrite5m, tokens.CacheWrite30m, tokens.CacheWrite1h, tokens.CacheWriteUnknown));
    }

    [Theory, InlineData("acme.not-listed-v1"), InlineData(Plain)]
    public void A_model_of_which_no_lifetime_is_known_leaves_it_open(string model) =>
        Assert.Equal(60, Only(Line("\"inputTokenCount\":1,\"cacheWriteInputTokenCount\":60", model: model)).Tokens.CacheWriteUnknown);

    [Fact]
    public void The_top_level_count_takes_its_lifetimes_from_the_body() => Assert.Equal(
        new TokenCounts { Input = 1, Output = 1, CacheWrite1h = 9634 }, Only(Line("\"inputTokenCount\":1,\"cacheWriteInputTokenCount\":9634",
            """ "outputBodyJson":{"usage":{"inputTokens":1,"outputTokens":1,"cacheWriteInputTokens":9634,"cacheDetails":[{"ttl":"1h","inputTokens":9634}]}},"outputTokenCount":1 """)).Tokens);

    [Fact]
    public void Details_that_exceed_the_count_never_charge_more_than_the_count()
    {
        var (records, reading) = Read(Body("""
            {"usage":{"inputTokens":1,"outputTokens":1,"cacheWriteInputTokens":10,"cacheDetails":[{"ttl":"5m","inputTokens":8},{"ttl":"1h","inputTokens":8}]}}
            """));
        Assert.Equal(Written(fiveMinutes: 2, hour: 8), Assert.Single(records).Tokens);
        Assert.Contains("cache write 10 is smaller than its details 16", Assert.Single(reading.FirstDifferences).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_event_of_a_stream_replaces_earlier_details() => Assert.Equal(Written(hour: 60), Only(Body("""
        [{"metadata":{"usage":{"inputTokens":1,"outputTokens":1,"cacheWriteInputTokens":60,"cacheDetails":[{"ttl":"5m","inputTokens":60}]}}},{"metadata":{"usage":{"inputTokens":1,"outputTokens":1,"cacheWriteInputTokens":60,"cacheDetails":[{"ttl":"1h","inputTokens":60}]}}}]
        """)).Tokens);

    [Fact]
    public void Zero_written_tokens_need_no_lifetime() =>
        Assert.Equal(Written(), Converse("\"cacheWriteInputTokens\":0,\"cacheDetails\":[]"));

    [Theory, InlineData("null"), InlineData("{}"), InlineData("[null,1,\"x\",[]]"), InlineData("\"1h\"")]
    public void Details_of_another_shape_are_passed_over(string details) =>
        Assert.Equal(Written(unknown: 5), Converse($"\"cacheWriteInputTokens\":5,\"cacheDetails\":{details}"));
}
