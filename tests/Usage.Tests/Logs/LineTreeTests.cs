using System.Text;
using Assay.Usage.Logs;
using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

/// <summary>A line read by the shape of its neighbours says the same as one read alone, member by member.</summary>
public sealed class LineTreeTests
{
    static readonly LogReaderOptions Tagged = new(Catalog, LogReaderOptions.NoProfiles, [Scribe.TagKey]);

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    static string Alone(byte[] line, LogReaderOptions options) => Words(Read(line, options));

    // In a file of its own by the same reader, so that notes name the same line.
    static (string Words, bool IsShaped) After(IEnumerable<string> neighbours, byte[] line, LogReaderOptions options)
    {
        var reader = new InvocationLogReader(options);
        Read(new MemoryStream(Bytes(string.Join('\n', neighbours))), reader);
        var before = reader.Known;
        var words = Words(Read(new MemoryStream(line), reader));
        return (words, reader.Known > before);
    }

    static bool AssertSame(IEnumerable<string> neighbours, byte[] line, LogReaderOptions? options = null)
    {
        var (words, isShaped) = After(neighbours, line, options ?? Tagged);
        var alone = Alone(line, options ?? Tagged);
        if (alone != words) Assert.Fail($"{Encoding.UTF8.GetString(line)}\nalone:\n{alone}\nafter its neighbours:\n{words}");
        return isShaped;
    }

    static bool AssertSame(string neighbour, string line, LogReaderOptions? options = null) => AssertSame([neighbour], Bytes(line), options);

    [Fact]
    public void A_line_says_the_same_alone_and_after_lines_of_its_shape()
    {
        int known = 0, all = 0;
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var scribe = new Scribe(new Random(seed));
            var draft = scribe.Draft();
            var named = scribe.Named(draft);
            string[] neighbours = [scribe.Fill(named, 0), scribe.Fill(named, 0), scribe.Fill(draft, 0)];
            if (AssertSame(neighbours, Bytes(scribe.Fill(named, 0)))) Interlocked.Increment(ref known);
            Interlocked.Increment(ref all);
            AssertSame(neighbours, Bytes(scribe.Fill(named, 0.08)));
            AssertSame(neighbours, Bytes(scribe.Fill(draft, 0.08)));
        }, iter: 6_000);
        Assert.True(known > all * 0.4, $"{known} of {all} lines were read along the tree: too few to compare.");
    }

    [Fact]
    public void A_line_says_the_same_alone_and_after_lines_of_many_shapes()
    {
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var scribe = new Scribe(new Random(seed));
            var drafts = Enumerable.Range(0, 12).Select(_ => scribe.Draft()).ToArray();
            string[] neighbours = [.. drafts.Concat(drafts).Select(d => scribe.Fill(d, 0))];
            foreach (var draft in drafts) AssertSame(neighbours, Bytes(scribe.Fill(draft, 0.02)));
        }, iter: 300);
    }

    [Fact]
    public void A_value_of_another_kind_is_weighed_as_if_alone()
    {
        // One member parted from its neighbours: each blank of a draft, each kind of value.
        for (var seed = 0; seed < 12; seed++)
        {
            var scribe = new Scribe(new Random(seed));
            var draft = scribe.Draft();
            string[] neighbours = [Scribe.FillButOne(draft, -1, ""), scribe.Fill(draft, 0)];
            for (var blank = 0; blank < Scribe.BlanksOf(draft); blank++)
                foreach (var value in Scribe.Kinds) AssertSame(neighbours, Bytes(Scribe.FillButOne(draft, blank, value)));
        }
    }

    [Fact]
    public void A_line_cut_or_changed_after_its_shape_is_known_is_weighed_as_if_alone() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 1_000_000], Gen.OneOf(Gen.Byte, Gen.Int[0, 11].Select(i => (byte)"{}[]\",:\\0- x"[i])), Gen.Int[0, 3])
            .Sample((seed, place, value, what) =>
            {
                var scribe = new Scribe(new Random(seed));
                var draft = scribe.Draft();
                var line = Bytes(scribe.Fill(draft, 0));
                var at = place % line.Length;
                byte[] changed = what switch
                {
                    0 => line[..at],
                    1 => [.. line[..at], value, .. line[at..]],
                    2 => [.. line[..at], .. line[(at + 1)..]],
                    _ => [.. line[..at], value, .. line[(at + 1)..]],
                };
                AssertSame([scribe.Fill(draft, 0), scribe.Fill(draft, 0)], changed);
            }, iter: 6_000);

    public static TheoryData<string> EveryForm => [.. Forms];

    [Theory, MemberData(nameof(EveryForm))]
    public void Every_form_says_the_same_by_its_shape(string form)
    {
        AssertSame(form, form);
        AssertSame(form, form + "\r\n");
        AssertSame(form, form + "x");
        AssertSame(form, form + "}");
        AssertSame(form, form + " ");
        AssertSame(form, form[..^1]);
        AssertSame(form, form + "\n" + form[..^1] + "\r\n" + form);
        AssertSame(form, "[" + form + "]");
        AssertSame(form, "2026-03-04T05:06:07Z " + form);
        for (var cut = 1; cut < form.Length; cut += 7) AssertSame(form, form[..cut]);
    }

    [Fact]
    public void A_log_of_one_shape_is_read_by_it()
    {
        var reader = new InvocationLogReader(Options);
        var lines = Enumerable.Range(0, 500).Select(i => Line($"\"inputTokenCount\":{i}", time: $"2026-03-04T05:{10 + (i % 50)}:07Z"));
        var (records, _) = Read(new MemoryStream(Bytes(string.Join("\r\n", lines))), reader);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), records.Select(r => r.Tokens.Input));
        Assert.InRange(reader.Known / 500.0, 0.99, 1);
    }

    [Fact]
    public void A_log_of_few_shapes_is_read_by_them()
    {
        var reader = new InvocationLogReader(Options);
        var (_, reading) = Read(new MemoryStream(Bytes(string.Join('\n', Enumerable.Repeat(Forms.Take(8), 100).SelectMany(f => f)))), reader);
        Assert.Equal(800, reading.Records);
        Assert.InRange(reader.Known / 800.0, 0.98, 1);
    }

    [Fact]
    public void A_log_that_begins_with_many_shapes_is_read_by_shape_once_it_settles()
    {
        var reader = new InvocationLogReader(Options);
        var odd = Enumerable.Range(0, 200).Select(i => Line(extra: $"\"note{i}\":1"));
        var (_, reading) = Read(new MemoryStream(Bytes(string.Join('\n', odd.Concat(Enumerable.Repeat(Line(), 10_000))))), reader);
        Assert.Equal(10_200, reading.Records);
        Assert.InRange(reader.Known, 9_800, 10_000);
    }

    [Fact]
    public void More_shapes_than_are_kept_take_turns_without_a_wrong_figure()
    {
        var shapes = Enumerable.Range(0, 11).Select(i => Line($"\"inputTokenCount\":{i + 1}", extra: $"\"note{i}\":1")).ToArray();
        var (records, _) = Read(string.Join('\n', Enumerable.Repeat(shapes, 60).SelectMany(s => s)));
        Assert.Equal(Enumerable.Repeat(Enumerable.Range(1, 11), 60).SelectMany(n => n).Select(n => (long)n), records.Select(r => r.Tokens.Input));
    }

    [Theory, InlineData("["), InlineData("{\"a\":"), InlineData("[{\"message\":")]
    public void Ten_thousand_brackets_do_not_crash_a_reader_that_learns(string bracket)
    {
        var deep = string.Concat(Enumerable.Repeat(bracket, 10_000));
        var closed = deep + "1" + string.Concat(Enumerable.Repeat(bracket == "[" ? "]" : bracket[0] == '{' ? "}" : "}]", 10_000));
        AssertSame(Line(), Line(extra: $"\"deep\":{closed}"));
        AssertSame(Line(extra: $"\"deep\":{closed}"), Line(extra: $"\"deep\":{closed}"));
        AssertSame(Line(), Body($"{{\"usage\":{closed}}}"));
        AssertSame(Line(), Body($"{{\"trace\":{{\"guardrail\":{closed}}}}}"));
        AssertSame(Line(), deep);
        AssertSame(Line(), Line(extra: $"\"deep\":{deep}"));
    }

    [Fact]
    public void A_null_in_place_of_a_count_does_not_make_its_log_slow() => Assert.True(AssertSame(
        Line("\"inputTokenCount\":5,\"cacheReadInputTokenCount\":null"), Line("\"inputTokenCount\":6,\"cacheReadInputTokenCount\":null")));

    static string Metadata(string members) => Line(extra: $"\"requestMetadata\":{{{members}}}");
    static string Usage(string members) => Body($"{{\"usage\":{{\"inputTokens\":1,\"outputTokens\":2,{members}}}}}");

    [Fact]
    public void An_empty_model_does_not_become_a_record_without_a_model()
    {
        Assert.True(AssertSame([Line(), Line(model: Nova)], Bytes(Line(model: Nova))));
        Assert.False(AssertSame(Line(), Line(model: "")));
    }

    [Fact]
    public void An_empty_app_lets_the_application_speak() => AssertSame(Metadata("\"app\":\"a\",\"application\":\"b\""), Metadata("\"app\":\"\",\"application\":\"c\""));

    [Fact]
    public void An_empty_tag_is_an_absent_one() => AssertSame(Metadata($"\"{Scribe.TagKey}\":\"7\""), Metadata($"\"{Scribe.TagKey}\":\"\""));

    [Fact]
    public void A_tag_kept_by_the_name_of_the_team_is_not_lost()
    {
        var options = new LogReaderOptions(Catalog, LogReaderOptions.NoProfiles, ["team", "x", "x"]);
        AssertSame(Metadata("\"team\":\"core\",\"x\":\"1\""), Metadata("\"team\":\"edge\",\"x\":\"2\""), options);
    }

    [Fact]
    public void Three_hundred_kept_tags_are_each_kept_in_their_place()
    {
        var keys = Enumerable.Range(0, 300).Select(i => $"k{i}").ToArray();
        var options = new LogReaderOptions(Catalog, LogReaderOptions.NoProfiles, keys);
        string[] neighbours = [Metadata("\"k7\":\"a\",\"k299\":\"b\""), Metadata("\"k7\":\"c\",\"k299\":\"d\"")];
        Assert.True(AssertSame(neighbours, Bytes(neighbours[0]), options));
        Assert.True(AssertSame(neighbours, Bytes(neighbours[1]), options));
        Assert.False(AssertSame(neighbours, Bytes(Metadata("\"k7\":\"a\",\"k299\":\"d\"")), options));
    }

    [Fact]
    public void A_missing_value_is_a_fault_after_a_number_too() => AssertSame(Line(extra: "\"n\":1"), Line(extra: "\"n\":"));

    [Theory, InlineData("\"a"), InlineData("{"), InlineData("[1"), InlineData("a\""), InlineData("1{")]
    public void A_value_left_open_is_a_fault_after_a_number_too(string value) => AssertSame(Line(extra: "\"n\":1,\"m\":2"), Line(extra: $"\"n\":{value},\"m\":2"));

    [Fact]
    public void A_lifetime_speaks_for_its_own_detail_only() => AssertSame(
        Usage("\"cacheWriteInputTokens\":9,\"cacheDetails\":[{\"ttl\":\"1h\"},{\"inputTokens\":9}]"),
        Usage("\"cacheWriteInputTokens\":8,\"cacheDetails\":[{\"ttl\":\"1h\"},{\"inputTokens\":8}]"));

    [Fact]
    public void Details_unsay_the_lifetimes_named_before_them() => AssertSame(
        Usage("\"cacheWriteInputTokens\":9,\"cache_creation\":{\"ephemeral_1h_input_tokens\":9},\"cacheDetails\":[{\"ttl\":\"5m\",\"inputTokens\":9}]"),
        Usage("\"cacheWriteInputTokens\":8,\"cache_creation\":{\"ephemeral_1h_input_tokens\":8},\"cacheDetails\":[{\"ttl\":\"5m\",\"inputTokens\":8}]"));

    [Fact]
    public void Of_two_tiers_the_last_is_served() => AssertSame(
        Body("{\"inputTextTokenCount\":8,\"serviceTier\":{\"type\":\"flex\",\"type\":\"default\"}}"),
        Body("{\"inputTextTokenCount\":9,\"serviceTier\":{\"type\":\"flex\",\"type\":\"default\"}}"));

    [Theory, InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void Usage_too_deep_to_be_read_is_too_deep_by_shape(int depth)
    {
        string Deep(int count) => Body(string.Concat(Enumerable.Repeat("{\"delta\":", depth)) + $"{{\"usage\":{{\"inputTokens\":{count}}}}}" + new string('}', depth));
        AssertSame(Deep(5), Deep(6));
    }

    [Theory, InlineData(2), InlineData(4), InlineData(5), InlineData(6), InlineData(7)]
    public void Guardrail_units_too_deep_to_be_read_are_too_deep_by_shape(int depth)
    {
        string Deep(int units) => Body("{\"trace\":{\"guardrail\":" + string.Concat(Enumerable.Repeat("{\"a\":", depth))
            + $"{{\"invocationMetrics\":{{\"usage\":{{\"topicPolicyUnits\":{units}}}}}}}" + new string('}', depth) + "}}");
        AssertSame(Deep(5), Deep(6));
    }

    [Fact]
    public void Callers_without_number_neither_fill_the_memory_nor_change_a_figure()
    {
        // Each line names a role of its own: the tree is given up and begun again, and lines that do repeat are still known.
        var reader = new InvocationLogReader(Options);
        var lines = Enumerable.Range(0, 40_000).Select(i => Line($"\"inputTokenCount\":{i}", extra: i % 3 == 0 ? $"\"identity\":{{\"arn\":\"arn:aws:iam::1:user/{i:x}{new string('n', 400)}\"}}" : ""));
        var (records, _) = Read(new MemoryStream(Bytes(string.Join('\n', lines))), reader);
        Assert.Equal(Enumerable.Range(0, 40_000).Select(i => (long)i), records.Select(r => r.Tokens.Input));
        Assert.InRange(reader.Known, 24_000, 26_667);
    }
}
