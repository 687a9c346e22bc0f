namespace Assay.Pricing.Tests;

public sealed class PriceBooksTests
{
    const string Line =
        "sku-1,acme.model-v1,input,on_demand,standard,in_region,standard,us-east-1,none,1M tokens,3.00,,,my contract 2026-02-03";

    static (string, TextReader) A_file(string name, params string[] lines) => (name, new StringReader(string.Join('\n', lines)));

    [Fact]
    public void A_single_file_of_the_user_is_a_book()
    {
        var book = PriceBooks.Read("mine", [A_file("mine.csv", PriceBookFile.Header, Line)]);
        Assert.Equal("mine@2026-02-03", book.Id);
        Assert.Equal("mine", Assert.Single(book.Sources).Name);
    }

    [Fact]
    public void Notes_say_what_a_file_is()
    {
        var notes = "# source: a map\n# date: 2026-01-02\n# fills-gaps: yes\n# order: 2\n";
        var source = PriceBooks.ReadSource(new StringReader(notes + PriceBookFile.Header), "x.csv");
        Assert.Equal(("a map", new DateOnly(2026, 1, 2), true, 2), (source.Name, source.Date, source.FillsGaps, source.Order));
    }

    [Fact]
    public void The_file_name_says_what_the_notes_leave_out()
    {
        var source = PriceBooks.ReadSource(new StringReader(PriceBookFile.Header), "prices/aws/2026-07-24-pricing-page.csv");
        Assert.Equal(("pricing-page", new DateOnly(2026, 7, 24), false), (source.Name, source.Date, source.FillsGaps));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1e30")]
    [InlineData("10000000")]
    [InlineData("three")]
    public void A_price_nobody_can_mean_is_refused_with_file_and_line(string price)
    {
        var wrong = Assert.Throws<PriceBookException>(() =>
            PriceBooks.Read("mine", [A_file("mine.csv", PriceBookFile.Header, Line.Replace("3.00", price, StringComparison.Ordinal))]));
        Assert.StartsWith($"mine.csv:2: '{price}' is not a price", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_day_before_the_first_source_is_an_error_that_names_the_first()
    {
        var wrong = Assert.Throws<PriceBookException>(() => BuiltInBooks.Read("aws", new(2001, 1, 1)));
        Assert.Contains("its first source is of 202", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Writing_and_reading_a_book_changes_nothing()
    {
        var rates = BuiltInBooks.Aws.Sources.SelectMany(s => s.Rates).Select(r => r with { File = "" }).ToList();
        using var text = new StringWriter();
        PriceBookFile.Write(text, rates);
        var read = PriceBookFile.Read(new StringReader(text.ToString()), "copy.csv").Select(r => r with { File = "" });
        Assert.Equal(rates.OrderBy(Order, StringComparer.Ordinal), read.OrderBy(Order, StringComparer.Ordinal));

        static string Order(Rate rate) => $"{rate.Sku} {rate.Key} {rate.From} {rate.Source}";
    }
}
