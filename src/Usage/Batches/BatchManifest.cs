using System.Globalization;
using System.Text.Json;

namespace Assay.Usage.Batches;

/// <summary>What <c>manifest.json.out</c> says of a job. A count it leaves out is null.</summary>
public sealed record BatchManifest(
    long? TotalRecords, long? ProcessedRecords, long? SucceededRecords, long? FailedRecords, long? InputTokens, long? OutputTokens,
    string ModelId)
{
    internal static bool Is(ReadOnlySpan<byte> content) =>
        content.IndexOf("\"totalRecordCount\""u8) >= 0 || content.IndexOf("\"processedRecordCount\""u8) >= 0;

    /// <exception cref="FormatException">It is broken.</exception>
    internal static BatchManifest Read(ReadOnlySpan<byte> content)
    {
        using var document = BatchJson.Parse(content, "manifest");
        var root = document.RootElement;
        long? Count(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out var count) ? count : null;
        return new(Count("totalRecordCount"), Count("processedRecordCount"), Count("successRecordCount"), Count("errorRecordCount"),
            Count("inputTokenCount"), Count("outputTokenCount"), BatchJson.Text(root, "modelId"));
    }

    /// <summary>Where records do not add up to this, in words.</summary>
    public IEnumerable<string> Differences(BatchTotals totals)
    {
        if (Differs(SucceededRecords, totals.Succeeded)) yield return Line("records that succeeded", SucceededRecords, totals.Succeeded);
        if (Differs(FailedRecords, totals.Failed)) yield return Line("records that failed", FailedRecords, totals.Failed);
        if (ProcessedRecords is not null && SucceededRecords is null && Differs(ProcessedRecords, totals.Succeeded + totals.Failed))
            yield return Line("records", ProcessedRecords, totals.Succeeded + totals.Failed);
        // Whether cached tokens count as input there is not documented: either sum will do.
        if (Differs(InputTokens, totals.InputTokens) && Differs(InputTokens, totals.PromptTokens))
            yield return Line("input tokens", InputTokens, totals.InputTokens);
        if (Differs(OutputTokens, totals.OutputTokens)) yield return Line("output tokens", OutputTokens, totals.OutputTokens);
    }

    static bool Differs(long? said, long counted) => said is { } count && count != counted;

    static string Line(string what, long? said, long counted) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}: the manifest says {said:#,##0}, the output has {counted:#,##0}");
}

/// <summary>What GetModelInvocationJob says of a job: the model, the region in its ARN, when it ended.</summary>
sealed record BatchDescription(string ModelId, string Region, string Account, string JobId, string Principal, DateTime? Time)
{
    public static bool Is(ReadOnlySpan<byte> content) =>
        content.IndexOf("\"jobArn\""u8) >= 0 && content.IndexOf("\"modelId\""u8) >= 0;

    /// <exception cref="FormatException">It is broken.</exception>
    public static BatchDescription Read(ReadOnlySpan<byte> content)
    {
        using var document = BatchJson.Parse(content, "job description");
        var root = document.RootElement;
        // arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/abc123
        var arn = BatchJson.Text(root, "jobArn").Split(':');
        var role = BatchJson.Text(root, "roleArn");
        return new(BatchJson.Text(root, "modelId"), arn.ElementAtOrDefault(3) ?? "", arn.ElementAtOrDefault(4) ?? "",
            arn[^1][(arn[^1].LastIndexOf('/') + 1)..], role[(role.LastIndexOf('/') + 1)..],
            TimeOf(root, "endTime") ?? TimeOf(root, "submitTime"));
    }

    static DateTime? TimeOf(JsonElement root, string name)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        var text = BatchJson.Text(root, name);
        return text is [_, _, _, _, '-', ..] && DateTime.TryParse(text, CultureInfo.InvariantCulture, utc, out var time) ? time : null;
    }
}

static class BatchJson
{
    public static JsonDocument Parse(ReadOnlySpan<byte> content, string what)
    {
        try
        {
            var document = JsonDocument.Parse(content.TrimStart("\uFEFF"u8).ToArray());
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // Named below.
        }
        throw new FormatException($"the {what} of a batch job is broken JSON");
    }

    public static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
