using Assay.Testing;

namespace Assay.Desk.Tests.Commands;

public sealed class EdpTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_a_commitment_makes_of_ai() => Golden.Matches(
        folder.Run("edp", "--commit", "20M", "--organic", "19M", "--ai", "1.5M", "--discount", "9%", "--direct-discount", "15%").MustSucceed().Output);

    [Fact]
    public void What_a_ramp_a_cap_and_a_credit_make_of_it() => Golden.Matches(folder.Run("edp", "--commit", "18M,20M,22M",
        "--organic", "17M,18M,19.5M", "--ai", "1.5M,3M,4M", "--discount", "0.09", "--private-discount", "5%", "--marketplace", "cap:2M",
        "--marketplace-share", "80%", "--credit", "250K@2026-12-31", "--start", "2026-07-01", "--direct-discount", "30%").MustSucceed().Output);

    [Fact]
    public void The_contracts_fields_follow_the_simple_formula()
    {
        var json = folder.Run("edp", "--commit", "$20M", "--organic", "19,000,000", "--ai", "1500K", "--discount", "10%", "--json").MustSucceed().Json;
        Assert.Equal(["1000000", "1000000", "450000", "1050000"],
            new[] { "gap", "absorbed", "incremental_cost", "saving_vs_direct" }.Select(f => json.GetProperty(f).GetString()!));
        // 1.5 M less 10 % is 1.35 M, of which the gap takes 1 M.
        Assert.Equal("350000", json.GetProperty("exact").GetProperty("incremental_cost").GetString());
        Assert.Equal(0.9m, json.GetProperty("effective_price").GetProperty("marginal").GetDecimal());
        Assert.Equal(1.15m / 1.5m, json.GetProperty("direct").GetProperty("break_even_discount").GetDecimal(), 20);
        Assert.Contains("Savings Plans", json.GetProperty("warnings").ToString());
        Assert.True(json.GetProperty("questions").GetArrayLength() > 3);
    }

    [Fact]
    public void A_ramp_adds_up_and_one_amount_stands_for_every_year()
    {
        var json = folder.Run("edp", "--commit", "18M,20M", "--organic", "17M", "--ai", "2M", "--json").MustSucceed().Json;
        Assert.Equal(("4000000", "3000000", "1000000"), (json.GetProperty("gap").GetString(), json.GetProperty("absorbed").GetString(),
            json.GetProperty("incremental_cost").GetString()));
        Assert.Equal(2, json.GetProperty("years").GetArrayLength());
    }

    [Theory]
    [InlineData("'-5M' is below zero", "--commit", "-5M", "--organic", "1M", "--ai", "1M")]
    [InlineData("'-$5M' is below zero", "--commit", "5M", "--organic", "-$5M", "--ai", "1M")]
    [InlineData("'many' is not an amount", "--commit", "20M", "--organic", "17M", "--ai", "many")]
    [InlineData("'1e6' is not an amount", "--commit", "1e6", "--organic", "17M", "--ai", "1M")]
    [InlineData("'1,5M' may be one number", "--commit", "20M", "--organic", "17M", "--ai", "1,5M")]
    [InlineData("'1,500,00' may be one number", "--commit", "20M", "--organic", "17M", "--ai", "1,500,00")]
    [InlineData("more than a trillion", "--commit", "99999999999999999999999999999999B", "--organic", "17M", "--ai", "1M")]
    [InlineData("'9' is over 100 %", "--commit", "20M", "--organic", "17M", "--ai", "1M", "--discount", "9")]
    [InlineData("'101%' is over 100 %", "--commit", "20M", "--organic", "17M", "--ai", "1M", "--direct-discount", "101%")]
    [InlineData("'-9%' is below zero", "--commit", "20M", "--organic", "17M", "--ai", "1M", "--private-discount", "-9%")]
    [InlineData("'lots' is not a rate", "--commit", "20M", "--organic", "17M", "--ai", "1M", "--marketplace-share", "lots")]
    [InlineData("'some' is not a rule", "--commit", "20M", "--organic", "17M", "--ai", "1M", "--marketplace", "some")]
    [InlineData("lists of equal length", "--commit", "20M,21M", "--organic", "17M,18M,19M", "--ai", "1M")]
    [InlineData("--ai is missing", "--commit", "20M", "--organic", "17M")]
    [InlineData("'250K' is not an amount and its last day", "--commit", "20M", "--organic", "17M", "--ai", "1M", "--credit", "250K")]
    [InlineData("'2026-02-30'", "--commit", "20M", "--organic", "17M", "--ai", "1M", "--credit", "250K@2026-02-30")]
    [InlineData("is not a file", "--agreement", "nowhere.csv")]
    public void Nonsense_is_one_clear_line(string says, params string[] arguments) =>
        Assert.Contains(says, folder.Run(["edp", .. arguments]).MustRefuse());

    [Fact]
    public void A_spend_agreement_is_derived_row_by_row()
    {
        folder.Write("agreement.csv", """
            BilledCost,BillingCurrency,ChargeCategory,ChargeDescription,ChargeFrequency,ConsumedQuantity,ContractedCost,ContractedUnitPrice,EffectiveCost,ListCost,ListUnitPrice,PricingQuantity
            100,USD,Purchase,Paid for the year,One-Time,,100,100,0,100,100,1
            0,USD,Usage,Hours,Usage-Based,5,10,2,10,15,3,5
            90,USD,Usage,Unused,One-Time,,90,100,90,90,100,0.9
            """);
        Golden.Matches(folder.Run("edp", "--agreement", "agreement.csv").MustSucceed().Output);
        var rows = folder.Run("edp", "--agreement", "agreement.csv", "--json").MustSucceed().Json.GetProperty("rows");
        Assert.Equal([true, true, false], rows.EnumerateArray().Select(r => r.GetProperty("agrees").GetBoolean()));
        Assert.Equal("0", rows[2].GetProperty("derived").GetProperty("billed_cost").GetString());
    }
}
