using System.Text;
using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

/// <summary>Figures and dates that no log should hold: named, never guessed at, never a crash.</summary>
public sealed class CountsAndTimesTests
{
    [Theory]
    [InlineData("0", 0), InlineData("1", 1), InlineData("1000000000000", 1_000_000_000_000), InlineData("null", 0), InlineData("  7 ", 7)]
    public void A_count_is_a_whole_number_or_absent(string number, long count) => Assert.Equal(count, Only(Line($"\"inputTokenCount\":{number}")).Tokens.Input);

    [Theory]
    [InlineData("-5"), InlineData("-0"), InlineData("1.5"), InlineData("1.0"), InlineData("1e3"), InlineData("1E3"), InlineData("\"5\""), InlineData("\"\"")]
    [InlineData("1000000000001"), InlineData("999999999999999999"), InlineData("9223372036854775807"), InlineData("9223372036854775808")]
    [InlineData("9999999999999999999"), InlineData("18446744073709551616"), InlineData("123456789012345678901234567890")]
    [InlineData("true"), InlineData("{}"), InlineData("[1]"), InlineData("NaN"), InlineData("+5"), InlineData("0x10"), InlineData("1_000")]
    public void Anything_else_is_named_with_its_value(string number)
    {
        var words = $"is '{number}', not a count from 0 to 1000000000000";
        Assert.Equal($"inputTokenCount {words}", Fault(Line($"\"inputTokenCount\":{number}")));
        Assert.Equal($"outputTokenCount {words}", Fault(Line(output: $"\"outputTokenCount\":{number}")));
        Assert.Equal($"usage.inputTokens {words}", Fault(Body($"{{\"usage\":{{\"inputTokens\":{number}}}}}")));
        Assert.Equal($"contentPolicyUnits {words}", Fault(Body(
            $"{{\"trace\":{{\"guardrail\":{{\"input\":{{\"gr\":{{\"invocationMetrics\":{{\"usage\":{{\"contentPolicyUnits\":{number}}}}}}}}}}}}}}}")));
    }

    [Fact]
    public void A_wrong_count_costs_its_own_line_only()
    {
        var (records, reading) = Read($"{Line()}\n{Line("\"inputTokenCount\":-1")}\n{Line()}");
        Assert.Equal(2, records.Count);
        Assert.Equal((2, "a.json"), (reading.FirstSkipped[0].Line, reading.FirstSkipped[0].Path));
    }

    [Theory]
    [InlineData("2026-03-04T05:06:07Z", "2026-03-04T05:06:07.0000000Z")]
    [InlineData("2026-03-04T05:06:07.125Z", "2026-03-04T05:06:07.1250000Z")]
    [InlineData("2026-03-04T05:06:07.123456789Z", "2026-03-04T05:06:07.1234568Z")]
    [InlineData("2026-03-04T05:06:07+02:00", "2026-03-04T03:06:07.0000000Z")]
    [InlineData("2026-03-04T01:06:07+02:00", "2026-03-03T23:06:07.0000000Z")]
    [InlineData("2026-03-04T05:06:07", "2026-03-04T05:06:07.0000000Z")]
    [InlineData("2026-03-04 05:06:07", "2026-03-04T05:06:07.0000000Z")]
    [InlineData("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.0000000Z")]
    [InlineData("2000-01-01T00:00:00Z", "2000-01-01T00:00:00.0000000Z")]
    [InlineData("2099-12-31T23:59:59Z", "2099-12-31T23:59:59.0000000Z")]
    public void A_time_is_taken_to_UTC(string time, string utc)
    {
        var read = Only(Line(time: time)).Time;
        Assert.Equal(DateTimeKind.Utc, read.Kind);
        Assert.Equal(DateTime.Parse(utc, null, System.Globalization.DateTimeStyles.AdjustToUniversal), read);
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59Z"), InlineData("1999-12-31T23:59:59Z"), InlineData("0001-01-01T00:00:00Z"), InlineData("2100-01-01T00:00:00Z")]
    [InlineData("1999-12-31T23:59:59.5Z")]
    public void A_time_outside_the_service_s_life_is_named(string time) =>
        Assert.Equal($"timestamp '{time}' is outside the years 2000 to 2099", Fault(Line(time: time)));

    [Theory]
    [InlineData("yesterday"), InlineData("2026-13-01T00:00:00Z"), InlineData("2026-02-30T00:00:00Z"), InlineData("2026-03-04T25:00:00Z"), InlineData("")]
    [InlineData("2026-03-04T05:06:61Z"), InlineData("9999-12-31T23:59:59-23:00"), InlineData("20260304T050607Z"), InlineData("1772600767")]
    public void What_is_no_time_is_named(string time) =>
        Assert.Equal($"timestamp '{time}' is not a time such as 2025-08-15T12:44:54Z", Fault(Line(time: time)));

    [Theory] // .NET reads a time without a date as today, and a slash as an American date.
    [InlineData("05:06:07"), InlineData("12:00"), InlineData("Wed"), InlineData("March 4"), InlineData("03/04/2026"), InlineData("4.3.2026")]
    public void A_time_without_a_year_in_front_counted_as_today(string time) =>
        Assert.Equal($"timestamp '{time}' is not a time such as 2025-08-15T12:44:54Z", Fault(Line(time: time)));

    [Fact]
    public void A_fault_is_one_line_whatever_the_record_holds()
    {
        Assert.DoesNotContain(Fault(Line(time: "a\\nb\\u001b[31m")), char.IsControl);
        Assert.DoesNotContain(Fault(Line("\"inputTokenCount\":\"\u001b[31m\"")), char.IsControl);
    }

    [Theory]
    [InlineData("\"requestId\":\"" + Request + "\",", "the record has no requestId")]
    [InlineData("\"region\":\"us-east-1\",", "the record has no region")]
    [InlineData("\"modelId\":\"" + Claude + "\",", "the record has no modelId")]
    [InlineData("\"timestamp\":\"2026-03-04T05:06:07Z\",", "the record has no timestamp")]
    public void A_record_without_what_a_price_depends_on_is_named(string member, string fault)
    {
        var name = member[..member.IndexOf(':', StringComparison.Ordinal)];
        var all = Line();
        Assert.Contains(member, all, StringComparison.Ordinal);
        Assert.Equal(fault, Fault(all.Replace(member, "", StringComparison.Ordinal)));
        Assert.Equal(fault, Fault(all.Replace(member, $"{name}:null,", StringComparison.Ordinal)));
        if (name != "\"timestamp\"") Assert.Equal(fault, Fault(all.Replace(member, $"{name}:\"\",", StringComparison.Ordinal)));
    }

    static byte[] With_broken_UTF8(string line) => [.. Encoding.UTF8.GetBytes(line).Select(b => b == (byte)'~' ? (byte)0xFF : b)];

    [Fact]
    public void Broken_UTF8_in_prose_harms_nothing()
    {
        var (records, reading) = Read(With_broken_UTF8(Line("\"inputBodyJson\":{\"text\":\"~~\"},\"inputTokenCount\":1",
            "\"outputBodyJson\":{\"output\":{\"text\":\"~\\n\"},\"usage\":{\"outputTokens\":2}}")));
        Assert.Equal(new TokenCounts { Input = 1, Output = 2 }, Assert.Single(records).Tokens);
        Assert.Equal(0, reading.SkippedLines);
    }

    [Theory, InlineData("requestMetadata\":{\"app\":\"a~\"}", "a name is not UTF-8"), InlineData("requestMetadata\":{\"app\":\"a~\\n\"}", "a name is not UTF-8")]
    public void Broken_UTF8_in_a_name_is_named(string member, string fault)
    {
        var (records, reading) = Read(With_broken_UTF8(Line(extra: "\"" + member)));
        Assert.Empty(records);
        Assert.Equal(fault, Assert.Single(reading.FirstSkipped).Reason);
    }
}
