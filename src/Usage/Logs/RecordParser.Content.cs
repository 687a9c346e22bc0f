using System.Text;

namespace Assay.Usage.Logs;

/// <summary>What a call said never costs its record: a member is passed over first, then looked at within its bounds.</summary>
sealed partial class RecordParser
{
    // Null unless asked for: without it a body's words are passed over.
    readonly ContentReader? content = options.WithContent ? new() : null;

    bool ReadServingRegion(ref JsonScanner json)
    {
        var value = json;
        if (!json.Skip()) return false;
        content!.ReadServingRegion(value.UpTo(json.Position), names);
        return true;
    }

    // More than a model reads, and than one prompt may hold.
    const int BodyBytesMax = 32 * 1024 * 1024;

    byte[] longBody = [];

    bool ReadBodyOnS3(ref JsonScanner json, bool isAnswer)
    {
        var value = json;
        if (!json.Skip()) return false;
        if (options.OpenBody is null || value.Peek() != (byte)'"' || !value.TakeText(out var raw)) return true;
        var path = Encoding.UTF8.GetString(raw);
        try
        {
            using var body = options.OpenBody(path);
            if (body is null) return true;
            if (Fill(body) is not { } length)
            {
                options.BodyUnread?.Invoke(path, null);
                return true;
            }
            var scanner = new JsonScanner(longBody, 0, length);
            if (isAnswer) content!.ReadAnswer(scanner);
            else content!.ReadPrompt(scanner);
        }
        // A body that cannot be read is a prompt that is not known; the record stands.
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            options.BodyUnread?.Invoke(path, fault);
        }
        return true;
    }

    // The buffer serves every long body of this reader. Null for what is too long to be one.
    int? Fill(Stream body)
    {
        var length = 0;
        while (true)
        {
            if (length == longBody.Length)
            {
                if (length >= BodyBytesMax) return null;
                Array.Resize(ref longBody, Math.Clamp(length * 2, 1024 * 1024, BodyBytesMax));
            }
            var read = body.Read(longBody, length, longBody.Length - length);
            if (read == 0) return length;
            length += read;
        }
    }

    bool ReadPrompt(ref JsonScanner json)
    {
        var body = json;
        if (!json.Skip()) return false;
        content?.ReadPrompt(body.UpTo(json.Position));
        return true;
    }

    bool ReadAnswer(ref JsonScanner json, ref Draft draft)
    {
        var body = json;
        if (!BodyReader.Read(ref json, ref draft.Body, names)) return false;
        content?.ReadAnswer(body.UpTo(json.Position));
        return true;
    }
}
