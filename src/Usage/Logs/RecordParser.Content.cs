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
