using System.Text.Json;
using Assay.Planning;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>What <c>assay edp</c> was asked.</summary>
sealed record EdpQuestion
{
    public required CommitmentTerms Terms { get; init; }
    public required IReadOnlyList<YearSpend> Years { get; init; }
    public required Credits Credits { get; init; }

    /// <summary>What the vendor takes off; null where nobody said, and list price is compared.</summary>
    public decimal? DirectDiscount { get; init; }

    /// <summary>What was not stated and had to be assumed.</summary>
    public IReadOnlyList<string> Assumed { get; init; } = [];

    public CommitmentPosition Position => Commitments.Position(Terms, Years, Credits);
    public DirectComparison Direct => Commitments.AgainstDirect(Terms, Years, DirectDiscount ?? 0m, Credits);
    public IReadOnlyList<string> Warnings => [.. Assumed, .. CommitmentAdvice.Warnings(Terms, Years, Credits, Text.Dollars)];
}

/// <summary>A commitment's position as JSON: money is decimal text, shares and prices of a dollar are numbers.</summary>
static class EdpJson
{
    public static void Write(Utf8JsonWriter json, EdpQuestion question)
    {
        var position = question.Position;
        json.WriteStartObject();
        Simple(json, position.Simple);
        json.WriteNumber("discount", Usd.Shortest(question.Terms.Discount));
        json.WriteStartObject("exact");
        Exact(json, position);
        json.WriteEndObject();
        json.WriteStartObject("effective_price");
        Share(json, "marginal", position.EffectivePrice.Marginal);
        Share(json, "average", position.EffectivePrice.Average);
        json.WriteEndObject();
        json.WriteStartArray("years");
        foreach (var year in position.Years) Year(json, year);
        json.WriteEndArray();
        Direct(json, question);
        Lines(json, "warnings", question.Warnings);
        Lines(json, "questions", CommitmentAdvice.Questions);
        json.WriteEndObject();
    }

    public static void Simple(Utf8JsonWriter json, SimplePosition simple)
    {
        Money(json, "gap", simple.Gap);
        Money(json, "absorbed", simple.Absorbed);
        Money(json, "incremental_cost", simple.IncrementalCost);
        Money(json, "saving_vs_direct", simple.SavingVersusDirect);
    }

    public static void Exact(Utf8JsonWriter json, CommitmentPosition position)
    {
        Money(json, "gap", position.Years.Sum(y => y.Gap));
        Money(json, "ai_list", position.Ai);
        Money(json, "ai_invoiced", position.Years.Sum(y => y.AiInvoiced));
        Money(json, "ai_counted", position.Years.Sum(y => y.AiCounted));
        Money(json, "absorbed", position.Years.Sum(y => y.Absorbed));
        Money(json, "credits_used", position.Years.Sum(y => y.CreditsUsed));
        Money(json, "credits_unused", position.CreditsUnused);
        Money(json, "shortfall", position.Years.Sum(y => y.Shortfall));
        Money(json, "out_of_pocket_without_ai", position.Years.Sum(y => y.OutOfPocketWithoutAi));
        Money(json, "out_of_pocket_with_ai", position.Years.Sum(y => y.OutOfPocketWithAi));
        Money(json, "incremental_cost", position.IncrementalCost);
        Money(json, "saving_vs_direct", position.SavingVersusDirect);
    }

    static void Year(Utf8JsonWriter json, YearPosition year)
    {
        json.WriteStartObject();
        json.WriteNumber("year", year.Year);
        Money(json, "commitment", year.Commitment);
        Money(json, "organic", year.Organic);
        Money(json, "ai_list", year.Ai);
        Simple(json, year.Simple);
        json.WriteStartObject("exact");
        Money(json, "gap", year.Gap);
        Money(json, "ai_invoiced", year.AiInvoiced);
        Money(json, "ai_counted", year.AiCounted);
        Money(json, "absorbed", year.Absorbed);
        if (year.ListUsageThatFillsGap is { } fills) Money(json, "list_usage_that_fills_gap", fills);
        else json.WriteNull("list_usage_that_fills_gap");
        Money(json, "credits_used", year.CreditsUsed);
        Money(json, "shortfall", year.Shortfall);
        Money(json, "out_of_pocket_without_ai", year.OutOfPocketWithoutAi);
        Money(json, "out_of_pocket_with_ai", year.OutOfPocketWithAi);
        Money(json, "incremental_cost", year.IncrementalCost);
        Money(json, "saving_vs_direct", year.SavingVersusDirect);
        Share(json, "marginal_price", year.MarginalPrice);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Direct(Utf8JsonWriter json, EdpQuestion question)
    {
        var direct = question.Direct;
        json.WriteStartObject("direct");
        Share(json, "discount", question.DirectDiscount);
        Share(json, "break_even_discount", direct.BreakEvenDiscount);
        Money(json, "cost", direct.DirectCost);
        Money(json, "aws_cost", direct.AwsCost);
        Money(json, "best_on_aws_list", direct.BestOnAws);
        Money(json, "best_cost", direct.BestCost);
        Money(json, "cost_ignoring_commitment", direct.CostIgnoringCommitment);
        json.WriteEndObject();
    }

    static void Money(Utf8JsonWriter json, string name, decimal usd) => json.WriteString(name, Usd.Plain(usd));

    static void Share(Utf8JsonWriter json, string name, decimal? share)
    {
        if (share is { } known) json.WriteNumber(name, Usd.Shortest(known));
        else json.WriteNull(name);
    }

    static void Lines(Utf8JsonWriter json, string name, IReadOnlyList<string> lines)
    {
        json.WriteStartArray(name);
        foreach (var line in lines) json.WriteStringValue(line);
        json.WriteEndArray();
    }
}
