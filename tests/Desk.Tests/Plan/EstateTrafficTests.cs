using Assay.Desk.Books;
using Assay.Desk.Commands;
using Assay.Testing;

namespace Assay.Desk.Tests.Plans;

public class EstateTrafficTests
{
    static readonly BookShelf Shelf = new(Path.Combine(Repository.Root, "prices"));

    [Theory, InlineData("enterprise.yaml")]
    public void An_estate_is_planned_on_a_sample_of_its_calls_that_says_what_it_leaves_out(string name)
    {
        var estate = ModelCommand.Read(Path.Combine(Repository.Root, "samples", name), Shelf)!;
        var traffic = EstateTraffic.Of(estate, new(Shelf.Open(estate.Book ?? "aws"), Shelf.Regions), Shelf.Catalog, TestContext.Current.CancellationToken);
        Assert.InRange(traffic.Calls, 1, 110_000);
        Assert.Matches(@"^These are \d days? of imagined calls", traffic.Notes[0]);
        Assert.Contains(traffic.Notes, n => n.StartsWith("Not among them: ", StringComparison.Ordinal));
    }
}
