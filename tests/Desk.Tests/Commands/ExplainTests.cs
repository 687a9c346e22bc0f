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

    const string One = "f8d3d9b8-d363-42c3-826f-de1210d5a473", Other = "f8d3d9b8-d363-42c3-0000-de1210d5a473";

    [Theory, InlineData("f8d3d9b8"), InlineData("f8d3d9b8-"), InlineData("f8d3d9b8-d363-42c3-826"), InlineData(One)]
    public void The_beginning_of_an_id_is_enough(string beginning)
    {
        folder.Write("logs/a.jsonl", LogText.Call("f8d3d9b7-ffff-ffff-ffff-ffffffffffff", input: 1) + LogText.Call(One, input: 1000, output: 500)
            + LogText.Call("f8d3d9b9-0000-0000-0000-000000000000", input: 1) + LogText.Call("F8D3D9B8-upper", input: 1));
        Assert.Equal(One, folder.Run("explain", beginning, "logs", "--json").MustSucceed().Json.GetProperty("request_id").GetString());
        folder.Run("ledger", "import", "logs", "--ledger", "here.ledger").MustSucceed();
        Assert.Equal(One, folder.Run("explain", beginning, "here.ledger", "logs", "--json").MustSucceed().Json.GetProperty("request_id").GetString());
        Assert.Equal(One, folder.Run("explain", beginning, "here.ledger", "--json").MustSucceed().Json.GetProperty("request_id").GetString());
    }

    [Fact]
    public void A_beginning_of_two_ids_names_them_both()
    {
        folder.Write("logs/a.jsonl", LogText.Call(One, input: 1) + LogText.Call(Other, input: 1));
        Assert.EndsWith($"2 requests begin with 'f8d3d9b8': '{Other}', '{One}'. Give more of the id.", folder.Run("explain", "f8d3d9b8", "logs").MustRefuse().Trim(), StringComparison.Ordinal);
        folder.Run("ledger", "import", "logs", "--ledger", "here.ledger").MustSucceed();
        Assert.Contains($"'{Other}', '{One}'", folder.Run("explain", "f8d3d9b8", "here.ledger").MustRefuse(), StringComparison.Ordinal);
        Assert.Equal(Other, folder.Run("explain", "f8d3d9b8-d363-42c3-0", "logs", "--json").MustSucceed().Json.GetProperty("request_id").GetString());
    }

    [Fact]
    public void A_whole_id_is_itself_though_others_begin_with_it_and_a_short_one_begins_nothing()
    {
        folder.Write("logs/a.jsonl", LogText.Call("request-10", input: 1) + LogText.Call("request-1", input: 2) + LogText.Call("request-11", input: 3));
        Assert.Equal("request-1", folder.Run("explain", "request-1", "logs", "--json").MustSucceed().Json.GetProperty("request_id").GetString());
        Assert.Contains("the first 8 characters", folder.Run("explain", "request", "logs").MustRefuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_that_is_not_there_is_one_line()
    {
        var line = folder.Run("explain", "r-99", "small.jsonl").MustRefuse();
        Assert.Contains("'r-99'", line);
        Assert.Contains("7 records", line);
    }
}
