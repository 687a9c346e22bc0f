namespace Assay.Control.Files;

/// <summary>Where something stands in a file people write. Lines and columns are counted from 1.</summary>
public sealed record Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}";
}

/// <summary>Something a file says that cannot be meant.</summary>
/// <param name="Message">What was wrong, with the value in quotes, and what is accepted.</param>
public sealed record FileError(Place Place, string Message)
{
    public override string ToString() =>
        $"{Place.File}:{Place.Line}:{Place.Column}: {Message}{(Message.EndsWith('?') ? "" : ".")}";
}
