namespace Assay.Estate;

/// <summary>Where Bedrock puts logs in a bucket: <c>AWSLogs/ACCOUNT/BedrockModelInvocationLogs/REGION/YYYY/MM/DD/HH/</c>.</summary>
static class SampleLayout
{
    public static string Root(Place place) => $"AWSLogs/{place.Account}/BedrockModelInvocationLogs";
    public static string Hour(Place place, DateTime time) => $"{Root(place)}/{place.Region}/{time:yyyy'/'MM'/'dd'/'HH}";
    public static string BodyFolder(Place place, DateTime time) => Hour(place, time) + "/data";
    public static string BodyAddress(Place place, DateTime time) => $"s3://example-bedrock-logs-{place.Region}/{BodyFolder(place, time)}";
    public static string PermissionCheck(Place place) => Root(place) + "/amazon-bedrock-logs-permission-check";

    public static string Log(Place place, DateTime hour, DateTime delivered, int milliseconds, ulong hash) =>
        $"{Hour(place, hour)}/{delivered:yyyyMMdd'T'HHmmss}{milliseconds:000}Z_{hash:x16}.json.gz";
}
