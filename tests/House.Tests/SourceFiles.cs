using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Testing;

namespace Assay.House.Tests;

/// <summary>The repository's own files, and C# text with what is not code taken out.</summary>
static partial class SourceFiles
{
    static readonly Lazy<string[]> All = new(() => FromGit() ?? FromDisk());

    // What .gitignore leaves out, for a copy of the repository without its history.
    static readonly string[] Ignored = [".git", "artifacts", "bin", "obj", ".vs", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>Every file that is or would be committed, relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Tracked() => All.Value;

    /// <summary>The C# files under a folder of the root.</summary>
    public static IEnumerable<string> Under(string folder) =>
        All.Value.Where(f => f.StartsWith(folder + "/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    public static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    /// <summary>C# text without comments and without the words of its strings; lines keep their numbers, holes in strings stay code.</summary>
    public static string Code(string text) => NotCode().Replace(text, match =>
    {
        var kept = new StringBuilder();
        if (match.Value.StartsWith('$'))
            foreach (Match hole in Hole().Matches(match.Value)) kept.Append(' ').Append(hole.Groups[1].Value).Append(' ');
        return kept.Append('\n', match.Value.Count(c => c == '\n')).ToString();
    });

    /// <summary>The line numbers and lines of a text in which a pattern occurs, once a match.</summary>
    public static IEnumerable<(int Number, string Match)> Hits(string text, Regex pattern) =>
        pattern.Matches(text).Select(m => (text.AsSpan(0, m.Index).Count('\n') + 1, m.Value));

    static string[]? FromGit()
    {
        try
        {
            var start = new ProcessStartInfo("git", ["-c", "core.quotePath=false", "ls-files", "--cached", "--others", "--exclude-standard"])
            {
                WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            using var git = Process.Start(start)!;
            var listed = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            if (git.ExitCode != 0) return null;
            return [.. listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(Path.Combine(Repository.Root, f)))];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    static string[] FromDisk() =>
        [.. Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(Ignored.Contains))];

    [GeneratedRegex("""
        \$*\"{3,}[\s\S]*?\"{3,} | \$?@\$?"(?:[^"]|"")*" | \$?"(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+' | //[^\n]* | /\*[\s\S]*?\*/
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NotCode();

    [GeneratedRegex("""\{([^{}]+)\}""")]
    private static partial Regex Hole();
}
