using System.Text.RegularExpressions;

namespace Assay.House.Tests;

/// <summary>The rules of style that a text scan can hold. Every failure names the file, the line and the rule.</summary>
public partial class StyleTests
{
    const int LineMax = 140;
    const int FileMax = 500;

    // Binary floating point is for what is not money. File → why it may.
    static readonly Dictionary<string, string> MayUseFloatingPoint = new()
    {
    };

    [Fact]
    public void A_line_stops_at_140_columns() => AssertNone(
        from file in SourceFiles.Under("src")
        from line in SourceFiles.Text(file).Split('\n').Select((text, i) => (Text: text, Number: i + 1))
        where line.Text.Length > LineMax
        select $"{file}:{line.Number}: {line.Text.Length} columns");

    [Fact]
    public void A_file_is_read_in_one_sitting() => AssertNone(
        from file in SourceFiles.Under("src")
        let lines = SourceFiles.Text(file).Split('\n').Length - 1
        where lines > FileMax
        select $"{file}: {lines} lines; split it by concept, {FileMax} at most");

    [Fact]
    public void There_are_no_regions() => AssertNone(Banned(SourceFiles.Under("src").Concat(SourceFiles.Under("tests")), Region(), "no regions"));

    [Fact]
    public void A_type_is_named_for_what_it_is() => AssertNone(
        from file in SourceFiles.Under("src")
        from type in Declaration().Matches(SourceFiles.Code(SourceFiles.Text(file)))
        where VagueEnding().IsMatch(type.Groups["name"].Value)
        select $"{file}: '{type.Groups["name"].Value}' says nothing; name the noun or the verb");

    [Fact]
    public void Money_is_never_binary_floating_point() => AssertNone(Banned(
        SourceFiles.Under("src/Pricing").Concat(SourceFiles.Under("src/Rating")).Where(f => !MayUseFloatingPoint.ContainsKey(f)),
        FloatingPoint(), "use decimal"));

    [Fact]
    public void Rates_and_usage_do_not_depend_on_the_day_the_machine_or_chance() => AssertNone(
        from room in (string[])["Usage", "Pricing", "Rating", "Estate", "Patterns", "Planning"]
        from hit in Banned(SourceFiles.Under($"src/{room}"), Surroundings(), "pass the time, the seed or the value in")
        select hit);

    [Fact]
    public void An_interface_has_two_implementations_from_its_first_day()
    {
        var sources = SourceFiles.Under("src").Select(f => SourceFiles.Code(SourceFiles.Text(f))).ToList();
        var types = sources.SelectMany(Types).ToList();
        AssertNone(
            from type in types
            where type.Kind == "interface"
            let count = types.Count(t => t.Kind != "interface" && t.Bases.Contains(type.Name))
            where count < 2
            select $"{type.Name} has {count} implementation(s) in src; a seam needs two, a simulator counts");
    }

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on() => AssertNone(
        from file in SourceFiles.Tracked()
        where !file.EndsWith($"/{nameof(StyleTests)}.cs", StringComparison.Ordinal) && IsText(file)
        from hit in SourceFiles.Hits(SourceFiles.Text(file), MachinePath()).Concat(SourceFiles.Hits(SourceFiles.Text(file), RegistryHost()))
        select $"{file}:{hit.Number}: '{hit.Match}' belongs to one machine or one registry");

    [Fact]
    public void The_scan_reads_code_and_leaves_words_alone()
    {
        const string text = """"
            // double in a comment
            var a = "double" + $"{Random.Shared}" + @"float ""x""" + 'd'; /* float
            */ double b;
            var c = """float""";
            """";
        var code = SourceFiles.Code(text);
        Assert.Equal(text.Count(c => c == '\n'), code.Count(c => c == '\n'));
        Assert.Equal((3, "double"), Assert.Single(SourceFiles.Hits(code, FloatingPoint())));
        Assert.Single(SourceFiles.Hits(code, Surroundings()));
    }

    [Fact]
    public void The_scan_finds_what_a_type_implements()
    {
        const string text = "interface IDoor; sealed record Front(Func<int> Open, IDoor Not) : Thing, IDoor { } class Back<T>() : IDoor where T : IWall;";
        Assert.Equal(["IDoor:", "Front:Thing IDoor", "Back:IDoor"], Types(text).Select(t => $"{t.Name}:{string.Join(' ', t.Bases)}"));
    }

    static IEnumerable<string> Banned(IEnumerable<string> files, Regex pattern, string instead) =>
        from file in files
        from hit in SourceFiles.Hits(SourceFiles.Code(SourceFiles.Text(file)), pattern)
        select $"{file}:{hit.Number}: '{hit.Match.Trim()}': {instead}";

    // A declaration's header: after its name come type parameters, constructor parameters, then the bases up to the body.
    static IEnumerable<(string Kind, string Name, HashSet<string> Bases)> Types(string code)
    {
        foreach (Match match in Declaration().Matches(code))
        {
            var at = Skip(Skip(match.Index + match.Length, '<', '>'), '(', ')');
            HashSet<string> bases = [];
            if (at < code.Length && code[at] == ':')
            {
                var end = code.IndexOfAny(['{', ';'], at);
                var header = code[(at + 1)..(end < 0 ? code.Length : end)];
                var where = Constraint().Match(header);
                bases = [.. Word().Matches(where.Success ? header[..where.Index] : header).Select(w => w.Value)];
            }
            yield return (match.Groups["kind"].Value, match.Groups["name"].Value, bases);
        }

        int Skip(int at, char open, char close)
        {
            while (at < code.Length && char.IsWhiteSpace(code[at])) at++;
            if (at == code.Length || code[at] != open) return at;
            for (var depth = 0; at < code.Length; at++)
            {
                if (code[at] == open) depth++;
                if (code[at] == close && --depth == 0) break;
            }
            for (at++; at < code.Length && char.IsWhiteSpace(code[at]); at++) { }
            return at;
        }
    }

    static bool IsText(string file) => Path.GetExtension(file) is not (".gz" or ".png" or ".jpg" or ".ico" or ".woff2" or ".pdf" or ".parquet" or ".zip");

    static void AssertNone(IEnumerable<string> faults)
    {
        var all = faults.ToList();
        Assert.True(all.Count == 0, $"{all.Count} place(s) break the rule:\n{string.Join('\n', all.Take(50))}");
    }

    [GeneratedRegex(@"^\s*#\s*region\b", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\b(?<kind>class|interface|enum|record\s+struct|record\s+class|record|struct)\s+(?!struct\b|class\b)(?<name>[A-Z]\w*)")]
    private static partial Regex Declaration();

    // A knowledge base is AWS's own name for a thing.
    [GeneratedRegex("(Manager|Helpers?|Util|Utils|Utility|Utilities|(?<!Knowledge)Base|Impl|Dto|Data)$")]
    private static partial Regex VagueEnding();

    [GeneratedRegex(@"\b(double|float)\b")]
    private static partial Regex FloatingPoint();

    [GeneratedRegex(@"\bDateTime(Offset)?\s*\.\s*(Now|UtcNow|Today)\b|\bStopwatch\b|\bRandom\b|\bRandomNumberGenerator\b|\bGuid\s*\.\s*(NewGuid|CreateVersion7)\b"
        + @"|(?<![\w.])Environment\s*\.|\bTimeProvider\s*\.\s*System\b")]
    private static partial Regex Surroundings();

    [GeneratedRegex(@"(?<![\w.:/\-*}])/(work|root|home|Users|opt/nuget)/\w|\b[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\b(api\.nuget\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|files\.pythonhosted\.org|deb\.debian\.org|proxy\.golang\.org)\b")]
    private static partial Regex RegistryHost();

    [GeneratedRegex(@"\bwhere\b")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
