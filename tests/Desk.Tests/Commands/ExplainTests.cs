using System.Text.Json;
using Assay.Testing;

namespace Assay.Desk.Tests.Commands;

public sealed class ExplainTests : IDisposable
{
    readonly Folder folder = new();

    public ExplainTests() => folder.Write("small.jsonl", LogText.Small);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void How_a_request_came_to_its_cost() => Golden.Matches(folder.Run("explain", "r-2", "small.jsonl").MustSucceed().Output);

    [Fact]
    public void How_a_blocked_call_came_to_its_cost() => Golden.Matches(folder.Run("explain", "r-4", "small.jsonl").MustSucceed().Output);

    [Fact]
    public void Why_a_request_has_no_price() => Golden.Matches(folder.Run("explain", "r-5", "small.jsonl").MustSucceed().Output);

    [Fact]
    public void A_request_without_any_price_totalled_zero()
    {
        var explained = folder.Run("explain", "r-5", "small.jsonl", "--json").MustSucceed().Json;
        Assert.Equal((JsonValueKind.Null, 2), (explained.GetProperty("total").ValueKind, explained.GetProperty("unpriced").GetInt32()));
    }

    [Fact]
    public void The_same_as_json_adds_up()
    {
        var json = folder.Run("explain", "r-2", "small.jsonl", "--json").MustSucceed().Json;
        Assert.Equal(("0.02676927", "0.02971452"), (json.GetProperty("total").GetString(), json.GetProperty("total_max").GetString()));
        Assert.Equal(0.02676927m, json.GetProperty("meters").EnumerateArray().Sum(m => decimal.Parse(m.GetProperty("cost").GetString()!)));
        Assert.All(json.GetProperty("meters").EnumerateArray(), m => Assert.Contains("aws-pricing-page", m.GetProperty("lineage").GetString()));
    }

    [Fact]
    public void A_request_that_is_not_there_is_one_line()
    {
        var line = folder.Run("explain", "r-99", "small.jsonl").MustRefuse();
        Assert.Contains("'r-99'", line);
        Assert.Contains("7 records", line);
    }
}
