namespace Assay.Usage.Tests;

public sealed class DimensionNamesTests
{
    [Fact]
    public void Every_meter_has_a_name_of_its_own_that_leads_back_and_a_unit()
    {
        var meters = Enum.GetValues<Meter>();
        Assert.Equal(DimensionNames.MeterCount, meters.Length);
        Assert.Distinct(meters.Select(m => m.Name()));
        Assert.All(meters, m => Assert.True(DimensionNames.TryParse(m.Name(), out Meter back) && back == m && m.Unit().Length > 0));
    }

    [Fact]
    public void Every_other_dimension_s_names_lead_back()
    {
        Assert.All(Enum.GetValues<Mode>(), v => Assert.True(DimensionNames.TryParse(v.Name(), out Mode back) && back == v));
        Assert.All(Enum.GetValues<Tier>(), v => Assert.True(DimensionNames.TryParse(v.Name(), out Tier back) && back == v));
        Assert.All(Enum.GetValues<Scope>(), v => Assert.True(DimensionNames.TryParse(v.Name(), out Scope back) && back == v));
        Assert.All(Enum.GetValues<ContextBand>(), v => Assert.True(DimensionNames.TryParse(v.Name(), out ContextBand back) && back == v));
        Assert.All(Enum.GetValues<Term>(), v => Assert.True(DimensionNames.TryParse(v.Name(), out Term back) && back == v));
    }

    [Theory, InlineData("Input"), InlineData("input "), InlineData("0"), InlineData("")]
    public void A_name_is_exact(string name) => Assert.False(DimensionNames.TryParse(name, out Meter _));

    [Fact]
    public void The_guardrail_meters_are_five() => Assert.Equal(
        ["guardrail_content", "guardrail_topic", "guardrail_sensitive", "guardrail_grounding", "guardrail_reasoning"],
        Enum.GetValues<Meter>().Where(m => m.IsGuardrail()).Select(m => m.Name()));
}
