using System.Text.RegularExpressions;
using Assay.Testing;

namespace Assay.House.Tests;

/// <summary>The pages people read first.</summary>
public partial class DocsTests
{
    [Fact]
    public void A_link_leads_to_a_file_that_exists()
    {
        var dead = from page in SourceFiles.Tracked()
            where page.EndsWith(".md", StringComparison.Ordinal)
            from Match link in Link().Matches(SourceFiles.Text(page))
            let target = link.Groups[1].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
            let file = Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target.Split('#')[0])
            where !Path.Exists(file) && !IsRoomWithoutCode(file)
            select $"{page}: {target}";
        Assert.Empty(dead);
    }

    [Fact]
    public void Every_decision_is_listed()
    {
        var list = SourceFiles.Text("docs/decisions/README.md");
        var records = SourceFiles.Tracked().Where(f => f.StartsWith("docs/decisions/0", StringComparison.Ordinal)).Select(f => Path.GetFileName(f)!);
        Assert.All(records, record => Assert.Contains($"({record})", list));
    }

    // A room is announced with its project and gets its page with its first code.
    static bool IsRoomWithoutCode(string page) =>
        Path.GetFileName(page) == "README.md" && Path.GetDirectoryName(page) is { } room && Directory.Exists(room)
        && !SourceFiles.Under(Path.GetRelativePath(Repository.Root, room).Replace('\\', '/')).Any();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
