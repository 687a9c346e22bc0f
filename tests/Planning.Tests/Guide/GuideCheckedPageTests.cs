using System.Text;
using Assay.Testing;

namespace Assay.Planning.Tests.Guide;

/// <summary>The page of the checked guide says what the engine says. <c>UPDATE_GOLDEN=1</c> rewrites it.</summary>
public sealed class GuideCheckedPageTests
{
    static readonly string Page = Path.Combine(Repository.Root, "docs", "guide-checked.md");

    [Fact]
    public void The_page_of_the_checked_guide_is_up_to_date()
    {
        var text = Written();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(Page, text);
        Assert.True(File.Exists(Page) && File.ReadAllText(Page).ReplaceLineEndings("\n") == text,
            "docs/guide-checked.md is not what the engine says. Rewrite it with 'UPDATE_GOLDEN=1 ./test Planning page_of_the_checked' and review the diff.");
    }

    static string Written()
    {
        var (all, page) = (TheGuide.CheckAll(), new StringBuilder());
        int Of(ClaimVerdict verdict) => all.Count(c => c.Judgement.Verdict == verdict);
        page.Append($"""
            # The guide, checked
            Book `guide` holds the prices of one published guide to Bedrock's costs. Its {all.Count} claims that carry a figure, each derived again from those
            prices and from what the guide itself states (`prices/guide-claims.csv`, `prices/guide-inputs.csv`): {Of(ClaimVerdict.Holds)} hold, {Of(ClaimVerdict.HoldsPartly)} hold partly, {Of(ClaimVerdict.Refuted)} are refuted.
            This page is written by a test. `assay guide` prints the same, `assay guide C01` a derivation step by step with the SKU and source of every
            rate, `assay guide scenario` the guide's enterprise line by line.

            The rule: a number holds within 5 % of the claim (0 only as 0). A range holds when the derived figure, or both ends of a derived range, lie
            inside it widened by 2 % at each end; it is refuted when they lie wholly outside, and holds partly in between. A claim
            marked > is a floor and holds when the derived figure is above it. Where ≤ marks the derived figure, it is the most the claim can be, and the
            claim holds when it is no more than that, rounded to hundreds. Months have 30 days.

            Today: the same derivation with book `{TheGuide.Aws.Id}` in us-east-1, Claude at its price for calls computed anywhere (`global.`). Other
            vendors' prices stay those the guide names. A dash: no price of AWS's enters the claim, or the book lacks one; `assay guide ID` says which.

            | id | of what | claimed | derived | verdict | today |
            |---|---|---|---|---|---|

            """);
        foreach (var check in all)
            page.Append($"| {check.Claim.Id} | {check.Claim.Statement} | {FigureText.Claimed(check.Claim)} | {FigureText.Derived(check.Claim, check.Derived)} | "
                + $"{check.Judgement.Verdict.Name()} | {FigureText.Derived(check.Claim, check.Today)} |\n");
        page.Append("""

            ## Its enterprise scenario
            What the guide prints beside what its own assumptions give, at three input tokens to one of output (our split: the guide states none).

            | line | printed | derived | why |
            |---|---|---|---|

            """);
        foreach (var line in GuideScenario.Lines(TheGuide.Sources))
            page.Append($"| {line.Name} | {FigureText.Show(Extent.Of(line.Printed), line.Unit)} | "
                + $"{(line.Derived.Result is { } figure ? FigureText.Show(figure, line.Unit) : "–")} | {line.Why} |\n");
        return page.ToString().ReplaceLineEndings("\n");
    }
}
