using Assay.Desk.Reports;
using Microsoft.Playwright;

namespace Assay.Desk.Tests.Reports;

/// <summary>The page as a browser shows it. Skips where there is no Chromium. <c>ASSAY_SCREENSHOTS=FOLDER</c> keeps pictures to look at.</summary>
public sealed class ReportHtmlInBrowserTests : IAsyncLifetime
{
    static readonly string? Chromium = ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists);
    static readonly string? Pictures = Environment.GetEnvironmentVariable("ASSAY_SCREENSHOTS");
    static readonly string[] Quiet =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    readonly string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".html");
    readonly List<string> complaints = [];
    readonly List<string> requests = [];
    IPlaywright? playwright;
    IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (Chromium is null) return;
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = Quiet, Timeout = 60_000 });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        File.Delete(file);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(820, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task The_page_fits_its_screen_and_the_total_is_seen_first(int width, ColorScheme scheme)
    {
        var page = await Open(SampleReports.Month(), width, scheme);
        await Picture(page, $"month-{width}-{scheme}");
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        var total = page.Locator(".total");
        Assert.True(await total.IsVisibleAsync());
        Assert.Equal("$4,996.27", await total.InnerTextAsync());
        Assert.True((await total.BoundingBoxAsync())!.Y < 600);
        Assert.Empty(complaints);
        Assert.Single(requests, r => !r.StartsWith("data:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_is_sorted_by_the_column_a_reader_presses()
    {
        var page = await Open(SampleReports.Month(), 1280);
        var table = page.Locator("#where table").First;
        await table.Locator("thead button", new() { HasText = "Requests" }).ClickAsync();
        Assert.StartsWith("anthropic.claude-haiku", await table.Locator("tbody th").First.InnerTextAsync(), StringComparison.Ordinal);
        await table.Locator("thead button", new() { HasText = "Requests" }).ClickAsync();
        Assert.StartsWith("anthropic.claude-opus", await table.Locator("tbody th").First.InnerTextAsync(), StringComparison.Ordinal);
        await table.Locator("thead button", new() { HasText = "Model" }).ClickAsync();
        Assert.StartsWith("amazon.nova-micro", await table.Locator("tbody th").First.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("ascending", await table.Locator("thead th").First.GetAttributeAsync("aria-sort"));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Pointing_at_a_day_reads_it_out()
    {
        var page = await Open(SampleReports.Month(), 1280);
        await page.Locator(".column").Nth(3).HoverAsync();
        Assert.StartsWith("Mon 4 May 2026: $", await page.Locator(".readout").InnerTextAsync(), StringComparison.Ordinal);
        await page.Locator("h1").HoverAsync();
        Assert.StartsWith("Peak: Tue 19 May 2026", await page.Locator(".readout").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hostile_name_does_nothing()
    {
        var page = await Open(SampleReports.Hostile("</script><script>alert(1)</script><img src=x onerror=alert(2)>" + new string('x', 300)), 390);
        await Picture(page, "hostile-390");
        Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(complaints);
        Assert.Single(requests, r => !r.StartsWith("data:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_report_is_a_page_too()
    {
        var page = await Open(SampleReports.Empty(), 390);
        await Picture(page, "empty-390");
        Assert.Equal("$0.00", await page.Locator(".total").InnerTextAsync());
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_single_day_of_fractions_of_a_cent_is_drawn_too()
    {
        var page = await Open(SampleReports.OfDays((new(2026, 5, 1), 0.0000033m)), 390);
        await Picture(page, "day-390");
        Assert.Equal("$0.000003", await page.Locator(".total").InnerTextAsync());
        Assert.InRange((await page.Locator(".axis text").Last.BoundingBoxAsync())!.X, 0, 390);
        Assert.InRange((await page.Locator(".bar").BoundingBoxAsync())!.Width, 4, 60);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task It_prints_on_a_few_sheets_of_paper()
    {
        var page = await Open(SampleReports.Month(), 1280, ColorScheme.Dark);
        var pdf = await page.PdfAsync(new() { PreferCSSPageSize = true });
        if (Pictures is { Length: > 0 }) await File.WriteAllBytesAsync(Path.Combine(Pictures, "month.pdf"), pdf, TestContext.Current.CancellationToken);
        var sheets = System.Text.RegularExpressions.Regex.Count(System.Text.Encoding.Latin1.GetString(pdf), @"/Type\s*/Page\b");
        Assert.InRange(sheets, 3, 8);
    }

    async Task<IPage> Open(Report report, int width, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(browser is null, "needs Chromium: none was found in /usr/bin");
        await using (var html = new StreamWriter(file)) ReportHtml.Write(report, html);
        var page = await browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
        page.Console += (_, said) => complaints.Add($"{said.Type}: {said.Text}");
        page.PageError += (_, error) => complaints.Add(error);
        page.Dialog += (_, dialog) => complaints.Add($"dialog: {dialog.Message}");
        page.Request += (_, request) => requests.Add(request.Url);
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        return page;
    }

    static async Task Picture(IPage page, string name)
    {
        if (Pictures is { Length: > 0 }) await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png"), FullPage = true });
    }
}
