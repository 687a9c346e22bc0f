namespace Assay.Estate;

public enum EstateFileKind : byte { Log, Body, PermissionCheck, Profiles }

/// <summary>A file of an estate, not yet anywhere: whoever has a disk calls <see cref="Write"/> on a stream, from any thread.</summary>
/// <param name="Path">Relative, with forward slashes.</param>
public sealed record EstateFile(string Path, EstateFileKind Kind, Action<Stream> Write);
