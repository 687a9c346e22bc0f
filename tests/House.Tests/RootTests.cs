using Assay.Testing;

namespace Assay.House.Tests;

/// <summary>The root of the repository is the first thing a visitor sees; it stays short and every entry has a reason.</summary>
public class RootTests
{
    static readonly string[] Allowed =
    [
        "assay", "test", ".ci", "README.md", "LICENSE", "CHANGELOG.md",
        "Assay.slnx", "Directory.Build.props", "Directory.Packages.props", "global.json", "nuget.config", ".editorconfig", ".gitignore", ".gitattributes",
        "eng", "src", "tests", "bench", "samples", "prices", "docs",
    ];

    [Fact]
    public void The_root_keeps_at_most_20_entries() =>
        Assert.True(Entries().Count <= 20, $"The root has {Entries().Count} entries: {string.Join(' ', Entries())}. Move one into a folder.");

    [Fact]
    public void Every_entry_of_the_root_has_been_agreed_on() => Assert.Empty(Entries().Except(Allowed));

    [Fact]
    public void The_scripts_of_the_root_can_be_run()
    {
        if (OperatingSystem.IsWindows()) return;
        foreach (var script in (string[])["assay", "test", ".ci/run"])
            Assert.True(File.GetUnixFileMode(Path.Combine(Repository.Root, script)).HasFlag(UnixFileMode.UserExecute), $"'{script}' is not executable.");
    }

    static List<string> Entries() => [.. SourceFiles.Tracked().Select(f => f.Split('/')[0]).Distinct().Order(StringComparer.Ordinal)];
}
