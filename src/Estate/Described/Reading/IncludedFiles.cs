namespace Assay.Estate;

/// <summary>An estate file and those it includes, each once, the including file before the included.</summary>
static class IncludedFiles
{
    const int FilesMax = 64;

    public static List<MapNode> Read(string path, string text, Func<string, string?> openInclude, List<EstateError> errors)
    {
        var files = new List<MapNode>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { Normal(path) };
        Add(path, text, [path]);
        return files;

        void Add(string file, string content, string[] chain)
        {
            if (YamlTree.Read(file, content, FileWords.Estate, errors) is not { } top) return;
            files.Add(top);
            foreach (var include in Includes(top))
            {
                if (include.Text.Length == 0) Wrong(include, "'include' names no file; accepted: the path of a YAML file beside this one");
                else Open(include, file, chain);
            }
        }

        void Open(TextNode include, string from, string[] chain)
        {
            var target = Beside(from, include.Text);
            var normal = Normal(target);
            if (chain.Any(f => Normal(f) == normal))
                Wrong(include, $"{Quoted.Text(include.Text)} leads back to a file that is being read: "
                    + $"{string.Join(" → ", [.. chain, target])}; take one of the includes out");
            else if (!seen.Add(normal)) return; // Included by two files: read once.
            else if (seen.Count > FilesMax) Wrong(include, $"{Quoted.Text(include.Text)} is one file too many; accepted: up to {FilesMax}");
            else if (openInclude(target) is { } content) Add(target, content, [.. chain, target]);
            else Wrong(include, $"{Quoted.Text(include.Text)} cannot be opened (as '{Quoted.Cut(target)}'); "
                + "accepted: a path relative to this file");
        }

        void Wrong(TextNode include, string message) => errors.Add(new(include.File, include.Line, message));
    }

    // Wrong kinds of nodes are told of by whoever reads the section.
    static IEnumerable<TextNode> Includes(MapNode top) => top.Entries.FirstOrDefault(e => e.Key == "include")?.Value switch
    {
        TextNode one => [one],
        ListNode several => several.Items.OfType<TextNode>(),
        _ => [],
    };

    static string Beside(string file, string include)
    {
        if (include.StartsWith('/')) return include;
        var slash = file.LastIndexOfAny(['/', '\\']);
        return slash < 0 ? include : file[..(slash + 1)] + include;
    }

    /// <summary>A path without '.' and '..', so that two ways of writing it are one file.</summary>
    static string Normal(string path)
    {
        var kept = new List<string>();
        foreach (var part in path.Replace('\\', '/').Split('/'))
        {
            if (part == "." || part.Length == 0 && kept.Count > 0) continue;
            if (part == ".." && kept.Count > 0 && kept[^1] is not (".." or "")) kept.RemoveAt(kept.Count - 1);
            else kept.Add(part);
        }
        return string.Join('/', kept);
    }
}
