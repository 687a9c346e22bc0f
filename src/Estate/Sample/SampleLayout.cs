using System.IO.Compression;

namespace Assay.Estate;

/// <summary>Where Bedrock puts logs in a bucket: <c>AWSLogs/ACCOUNT/BedrockModelInvocationLogs/REGION/YYYY/MM/DD/HH/</c>.</summary>
static class SampleLayout
{
    // The level is named by number, because what 'fastest' and 'optimal' stand for may change.
    static readonly ZLibCompressionOptions Zipping = new() { CompressionLevel = 4 };

    public static string Root(Place place) => $"AWSLogs/{place.Account}/BedrockModelInvocationLogs";
    public static string Hour(Place place, DateTime time) => $"{Root(place)}/{place.Region}/{time:yyyy'/'MM'/'dd'/'HH}";
    public static string BodyFolder(Place place, DateTime time) => Hour(place, time) + "/data";
    public static string BodyAddress(Place place, DateTime time) => $"s3://example-bedrock-logs-{place.Region}/{BodyFolder(place, time)}";
    public static string PermissionCheck(Place place) => Root(place) + "/amazon-bedrock-logs-permission-check";

    public static string Log(Place place, DateTime hour, DateTime delivered, int milliseconds, ulong hash) =>
        $"{Hour(place, hour)}/{delivered:yyyyMMdd'T'HHmmss}{milliseconds:000}Z_{hash:x16}.json.gz";

    /// <summary>The calls of an hour and place in order of time, in files of so many lines.</summary>
    public static IEnumerable<(DateTime Delivered, List<Call> Calls)> Parts(DateTime hour, IEnumerable<Call> calls, int linesMax)
    {
        var sorted = calls.OrderBy(c => c.Entry.Record.Time).ThenBy(c => c.Entry.Record.RequestId.Key).ToList();
        // Full files are delivered at once, the rest when the hour ends; names must rise with delivery.
        for (var at = 0; at < sorted.Count; at += linesMax)
        {
            var part = sorted.GetRange(at, Math.Min(linesMax, sorted.Count - at));
            yield return (at + linesMax < sorted.Count ? part[^1].Entry.Record.Time : hour.AddSeconds(3599), part);
        }
    }

    public static void Zip(Stream stream, Action<Stream> write)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, Zipping, leaveOpen: true)) write(zip);
        // The tenth byte names the operating system that zipped (RFC 1952); 255 says unknown, so that every machine writes the same.
        bytes.GetBuffer()[9] = 255;
        stream.Write(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
