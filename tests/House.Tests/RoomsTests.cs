using System.Xml.Linq;
using Assay.Testing;

namespace Assay.House.Tests;

/// <summary>The architecture, as a test over the project files: which room opens onto which.</summary>
public class RoomsTests
{
    // The column 'sees' of the table of rooms. A room that does not exist yet is listed so that it is born with its doors decided.
    static readonly Dictionary<string, string> Sees = new()
    {
        ["Usage"] = "",
        ["Pricing"] = "Usage",
        ["Estate"] = "Usage Pricing",
        ["Rating"] = "Usage Pricing",
        ["Bedrock"] = "Usage Pricing",
        ["Patterns"] = "Usage Pricing Rating",
        ["Routing"] = "Usage Pricing Rating",
        ["Ledger"] = "Usage Pricing Rating",
        ["Planning"] = "Usage Pricing Estate Rating Patterns Routing",
        ["Control"] = "Usage Pricing Rating Patterns Ledger",
        ["Gateway"] = "Usage Pricing Rating Bedrock Patterns Routing Ledger Control",
        ["Desk"] = "Usage Pricing Estate Rating Bedrock Patterns Routing Ledger Planning Control",
    };

    // The two doors of the house may open onto a room without needing it; every other room has exactly the doors of the table.
    static readonly string[] Doors = ["Gateway", "Desk"];

    public static TheoryData<string> Rooms => [.. RoomFolders()];
    public static TheoryData<string> Projects => [.. ProjectFiles().Select(Relative)];

    [Theory, MemberData(nameof(Rooms))]
    public void A_room_opens_only_onto_the_rooms_below(string room)
    {
        Assert.True(Sees.ContainsKey(room), $"src/{room} is not a room of the table in {nameof(RoomsTests)}. Decide what it sees first.");
        var existing = RoomFolders().ToHashSet();
        var allowed = Sees[room].Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(existing.Contains);
        var doors = RoomsReferencedBy($"src/{room}/{room}.csproj");
        if (Doors.Contains(room)) Assert.Empty(doors.Except(allowed));
        else Assert.Equal(Sorted(allowed), Sorted(doors));
    }

    [Fact]
    public void A_room_never_sees_a_room_that_sees_it()
    {
        foreach (var (room, sees) in Sees)
            foreach (var below in sees.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                Assert.DoesNotContain(room, Sees[below].Split(' '));
    }

    [Fact]
    public void A_project_is_a_room_or_its_tests_or_a_benchmark_or_a_tool()
    {
        foreach (var project in ProjectFiles().Select(Relative))
        {
            var parts = project.Split('/');
            var name = Path.GetFileNameWithoutExtension(project);
            switch (parts[0])
            {
                case "src":
                    Assert.Equal($"src/{name}/{name}.csproj", project);
                    Assert.Contains(name, Sees.Keys);
                    break;
                case "tests":
                    Assert.Equal($"tests/{name}/{name}.csproj", project);
                    Assert.EndsWith(".Tests", name, StringComparison.Ordinal);
                    var room = name[..^".Tests".Length];
                    Assert.True(room == "House" || Directory.Exists(Path.Combine(Repository.Root, "src", room)), $"{project} repeats no room.");
                    break;
                default:
                    Assert.Contains(parts[0], (string[])["bench", "eng"]);
                    break;
            }
        }
    }

    [Theory, MemberData(nameof(Projects))]
    public void A_project_sees_only_what_it_names(string project)
    {
        var xml = XDocument.Load(Path.Combine(Repository.Root, project));
        Assert.Empty(xml.Descendants("DisableTransitiveProjectReferences"));
        Assert.Empty(xml.Descendants("Reference"));
        Assert.All(xml.Descendants("ProjectReference"), reference => Assert.EndsWith(".csproj", (string)reference.Attribute("Include")!));
    }

    [Fact]
    public void Transitive_references_are_off_for_the_whole_house()
    {
        var properties = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props"));
        Assert.Equal("true", Assert.Single(properties.Descendants("DisableTransitiveProjectReferences")).Value);
        var inherited = SourceFiles.Tracked().Where(f => Path.GetFileName(f).StartsWith("Directory.Build.", StringComparison.Ordinal));
        Assert.Equal("Directory.Build.props", Assert.Single(inherited));
    }

    [Fact]
    public void Every_room_and_every_test_project_is_in_the_solution()
    {
        var solution = XDocument.Load(Path.Combine(Repository.Root, "Assay.slnx"));
        var listed = solution.Descendants("Project").Select(p => (string)p.Attribute("Path")!);
        Assert.Empty(ProjectFiles().Select(Relative).Where(p => p.Split('/')[0] is "src" or "tests").Except(listed));
    }

    [Theory, MemberData(nameof(Rooms))]
    public void A_room_explains_itself_on_one_page(string room)
    {
        var folder = Path.Combine(Repository.Root, "src", room);
        Assert.SkipUnless(SourceFiles.Under($"src/{room}").Any(), $"nothing lives in {room} yet");
        var page = Path.Combine(folder, "README.md");
        Assert.True(File.Exists(page), $"src/{room}/README.md is missing. It names the room's nouns, what it owns, what it refuses, its invariants.");
        var headings = File.ReadLines(page).Where(l => l.StartsWith('#')).ToList();
        foreach (var section in (string[])["nouns", "owns", "refuses", "invariants"])
            Assert.True(headings.Any(h => h.Contains(section, StringComparison.OrdinalIgnoreCase)), $"src/{room}/README.md has no heading with '{section}'.");
        Assert.True(File.ReadLines(page).Count() <= 100, $"src/{room}/README.md is longer than a page.");
    }

    static string[] RoomFolders() =>
        Sorted(SourceFiles.Tracked().Where(f => f.StartsWith("src/", StringComparison.Ordinal)).Select(f => f.Split('/')[1]).Distinct());

    static string[] ProjectFiles() =>
        Sorted(SourceFiles.Tracked().Where(f => f.EndsWith(".csproj", StringComparison.Ordinal)).Select(f => Path.Combine(Repository.Root, f)));

    static List<string> RoomsReferencedBy(string project) =>
        [.. XDocument.Load(Path.Combine(Repository.Root, project)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')))];

    static string[] Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];

    static string Relative(string path) => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
}
