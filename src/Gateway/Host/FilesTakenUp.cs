using System.Security.Cryptography;

namespace Assay.Gateway.Host;

/// <summary>The files that a gateway's settings are made of, as they were when they were taken up: what of them is new, in words.</summary>
sealed class FilesTakenUp
{
    Dictionary<string, Seen> before;

    readonly record struct Seen(long Written, string Hash);

    public FilesTakenUp(IReadOnlyList<string> files) => before = Look(files);

    /// <summary>Takes the files as they are now.</summary>
    /// <param name="settings">What the settings come to, in words.</param>
    /// <returns>What a person should know of it; null where no file was touched.</returns>
    public string? TakeUp(IReadOnlyList<string> files, string settings)
    {
        var now = Look(files);
        var gone = before.Keys.Where(f => !now.ContainsKey(f)).ToList();
        var changed = now.Where(f => !before.TryGetValue(f.Key, out var old) || old.Hash != f.Value.Hash).Select(f => f.Key).Concat(gone);
        var touched = now.Where(f => before.TryGetValue(f.Key, out var old) && old.Written != f.Value.Written).Select(f => f.Key);
        var (news, anew) = (Named(changed), Named(touched));
        before = now;
        return news.Length > 0 ? $"{news} changed and {(news.Contains(',') ? "are" : "is")} taken up: {settings}."
            : anew.Length > 0 ? $"{anew} {(anew.Contains(',') ? "were" : "was")} written anew; nothing changed." : null;
    }

    static string Named(IEnumerable<string> files) => string.Join(", ", files.Select(f => $"'{f}'"));

    static Dictionary<string, Seen> Look(IReadOnlyList<string> files) =>
        files.Distinct().ToDictionary(f => f, f => new Seen(File.GetLastWriteTimeUtc(f).Ticks, HashOf(f)));

    // What is not there, or not to be read just now, has a content too: none.
    static string HashOf(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
