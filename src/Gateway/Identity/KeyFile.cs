using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Gateway.Identity;

/// <summary>The keys on disk, hashed: read and written as a whole, so that a reader never sees half of it.</summary>
sealed record KeyFile(string Path)
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    };

    sealed record Content(IReadOnlyList<VirtualKey> Keys);

    /// <summary>Every key, the revoked ones too; none where there is no file.</summary>
    /// <exception cref="GatewayException">The file is damaged.</exception>
    public IReadOnlyList<VirtualKey> Read()
    {
        try
        {
            if (!File.Exists(Path)) return [];
            var keys = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(Path), Json)?.Keys ?? throw Damaged("it is empty");
            if (keys.FirstOrDefault(k => !IsHash(k.Hash) || (k.PreviousHash is { } previous && !IsHash(previous))) is { } wrong)
                throw Damaged($"key '{wrong.Name}' has a hash that is not 64 hexadecimal digits");
            return keys;
        }
        catch (JsonException broken)
        {
            throw Damaged($"line {broken.LineNumber + 1}: {broken.Message.Split(" Path:")[0]}");
        }
    }

    static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);

    public void Write(IReadOnlyList<VirtualKey> keys)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        var next = Path + ".next";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(next, options))
        {
            JsonSerializer.Serialize(stream, new Content(keys), Json);
            stream.Flush(flushToDisk: true);
        }
        File.Move(next, Path, overwrite: true);
    }

    /// <summary>Changes the keys under a lock that other commands wait for.</summary>
    public T Change<T>(Func<List<VirtualKey>, T> change)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        using var gate = Locked();
        var keys = Read().ToList();
        var result = change(keys);
        Write(keys);
        return result;
    }

    FileStream Locked()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new(Path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (tries < 100)
            {
                Thread.Sleep(50);
            }
        }
    }

    GatewayException Damaged(string what) =>
        new($"{Path} cannot be read as keys: {what}. Restore the file, or move it away and make new keys with "
            + "'assay gateway keys create'.");
}
