namespace Assay.Estate.Tests;

public sealed class ShapesTests
{
    [Fact]
    public void The_mean_of_many_samples_is_the_mean_of_the_table()
    {
        var random = new SeededRandom(1);
        var mean = Enumerable.Range(0, 200_000).Average(_ => TraceFigures.ChatPrompt.Sample(random));
        Assert.Equal(TraceFigures.ChatPrompt.Mean, mean, TraceFigures.ChatPrompt.Mean * .01);
    }

    [Fact]
    public void Samples_of_the_chat_trace_have_its_median()
    {
        var random = new SeededRandom(2);
        var sorted = Enumerable.Range(0, 100_001).Select(_ => TraceFigures.ChatAnswer.Sample(random)).Order().ToList();
        Assert.InRange(sorted[50_000], 127, 133);
    }

    [Fact]
    public void A_nightly_job_comes_at_two()
    {
        var random = new SeededRandom(3);
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.Equal(2, TraceFigures.Nightly.SecondOfDay(random) / 3600));
    }

    [Fact]
    public void A_table_that_does_not_reach_from_0_to_1_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Quantiles((0, 1), (.9, 2)));
}
