using System.Text.Json;
using Assay.Ledger.Allocation;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>
/// A statement as JSON. Money is decimal text in USD: <c>charged</c> in whole units of the rules, all else exact. Totals of the owners,
/// <c>unallocated</c> in a showback and <c>unsplit</c> add up to <c>total</c>.
/// </summary>
static class AllocationJson
{
    public static void Write(Utf8JsonWriter json, AllocatedSpend spend)
    {
        var statement = spend.Statement;
        json.WriteStartObject();
        json.WriteString("name", statement.Name);
        json.WriteString("view", statement.View.ToString().ToLowerInvariant());
        json.WriteString("book", spend.Book);
        json.WriteString("from", spend.From is { } from ? Dimensions.Day(from) : null);
        json.WriteString("to", spend.To is { } to ? Dimensions.Day(to) : null);
        json.WriteNumber("days", spend.Days);
        Money(json, "usage", statement.Usage);
        Money(json, "total", statement.Total);
        Money(json, "charged", statement.TotalCharged);
        Money(json, "round_to", statement.Unit);
        json.WriteStartArray("owners");
        foreach (var owner in statement.Owners) Owner(json, owner);
        json.WriteEndArray();
        Unallocated(json, statement);
        json.WriteStartArray("shared");
        foreach (var pool in statement.Pools)
        {
            json.WriteStartObject();
            json.WriteString("name", pool.Name);
            Money(json, "amount", pool.Amount);
            json.WriteBoolean("usage", pool.IsUsage);
            json.WriteString("split", pool.SplitBy);
            if (pool.Unsplit != 0m) Money(json, "unsplit", pool.Unsplit);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Money(json, "unsplit", statement.Unsplit);
        json.WriteNumber("requests_unpriced", spend.Unpriced);
        json.WriteStartArray("notes");
        foreach (var note in statement.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Owner(Utf8JsonWriter json, OwnerCosts owner)
    {
        json.WriteStartObject();
        json.WriteString("owner", owner.Owner);
        Money(json, "direct", owner.Direct);
        json.WriteStartArray("shared");
        foreach (var portion in owner.Shared)
        {
            json.WriteStartObject();
            json.WriteString("name", portion.Name);
            Money(json, "cost", portion.Amount);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Money(json, "unallocated", owner.Unallocated);
        Money(json, "total", owner.Total);
        Money(json, "charged", owner.Charged);
        json.WriteNumber("requests", owner.Requests);
        json.WriteNumber("requests_unpriced", owner.Unpriced);
        json.WriteNumber("tokens", owner.Tokens);
        json.WriteEndObject();
    }

    static void Unallocated(Utf8JsonWriter json, AllocationStatement statement)
    {
        json.WriteStartObject("unallocated");
        Money(json, "cost", statement.UnallocatedTotal);
        Money(json, "charged", statement.UnallocatedCharged);
        json.WriteStartArray("by");
        foreach (var line in statement.Unallocated)
        {
            json.WriteStartObject();
            json.WriteString("account", line.Account);
            json.WriteString("principal", line.Principal);
            Money(json, "cost", line.Cost);
            json.WriteNumber("requests", line.Requests);
            json.WriteNumber("requests_unpriced", line.Unpriced);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Money(Utf8JsonWriter json, string name, decimal usd) => json.WriteString(name, Usd.Plain(usd));
}
