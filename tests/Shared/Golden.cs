using System.Runtime.CompilerServices;

namespace Assay.Testing;

/// <summary>Compares a text with a reviewed file, <c>golden/NAME.txt</c> beside the test. <c>UPDATE_GOLDEN=1</c> rewrites the file.</summary>
static class Golden
{
    public static void Matches(string actual, [CallerMemberName] string name = "", [CallerFilePath] string file = "")
    {
        var golden = Path.Combine(Path.GetDirectoryName(file)!, "golden", name + ".txt");
        // The file ends in a line feed, as every text file here does, whether or not the text under test does.
        var text = actual.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(golden)!);
            File.WriteAllText(golden, text);
            return;
        }
        var shown = Path.GetRelativePath(Repository.Root, golden);
        if (!File.Exists(golden))
            Assert.Fail($"'{shown}' does not exist. Create it with 'UPDATE_GOLDEN=1 ./test', review it, and commit it. The text is:\n{text}");
        var expected = File.ReadAllText(golden).ReplaceLineEndings("\n");
        if (expected != text) Assert.Fail(Difference(shown, expected, text));
    }

    static string Difference(string shown, string expected, string actual)
    {
        var (before, after) = (expected.Split('\n'), actual.Split('\n'));
        var line = 0;
        while (line < before.Length && line < after.Length && before[line] == after[line]) line++;
        return $"'{shown}' differs at line {line + 1}. If the new text is right, rewrite it with 'UPDATE_GOLDEN=1 ./test' and review the diff.\n"
            + $"expected: {before.ElementAtOrDefault(line)}\nactual:   {after.ElementAtOrDefault(line)}\n\nthe whole text:\n{actual}";
    }
}
