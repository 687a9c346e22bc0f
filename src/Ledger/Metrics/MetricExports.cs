using System.Globalization;
using System.Text.Json;
using Assay.Ledger.Bills;
using Assay.Usage;

namespace Assay.Ledger.Metrics;

/// <summary>What the user says of metrics that do not say it themselves: answers of GetMetricData name no account and no region.</summary>
public sealed record MetricStatement(string Account, string Region)
{
    public static readonly MetricStatement Nothing = new("", "");
}

/// <summary>What CloudWatch counted for a model in an account and region, in one step of time.</summary>
/// <param name="Usage">A sum of many calls: it counts as no request.</param>
/// <param name="Invocations">How many calls; zero where the export leaves that metric out.</param>
public sealed record MetricPoint(UsageRecord Usage, decimal Invocations);

/// <summary>Metrics of Bedrock, and what was passed over.</summary>
public sealed record MetricReading
{
    /// <summary>In order of time, account, region and model.</summary>
    public required IReadOnlyList<MetricPoint> Points { get; init; }

    /// <summary>Datapoints of other services, of metrics that count no usage, and of finer dimensions than the model.</summary>
    public long Others { get; init; }

    /// <summary>Datapoints delivered before: the larger stands, for a sum only grows.</summary>
    public long Duplicates { get; init; }
    public IReadOnlyList<BillNote> Skipped { get; init; } = [];
}

/// <summary>
/// Reads exports of CloudWatch metrics: JSON lines of a metric stream, and answers of GetMetricData whose labels name metric and model.
/// They count what invocation logs count, also where nobody switched logging on.
/// https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring.html
/// </summary>
public static class MetricExports
{
    /// <summary>True for the first bytes of such an export.</summary>
    public static bool IsExport(ReadOnlySpan<byte> start) =>
        start.TrimStart("\uFEFF \r\n\t"u8) is [(byte)'{', ..] && (start.IndexOf("\"MetricDataResults\""u8) >= 0
            || start.IndexOf("\"metric_stream_name\""u8) >= 0 || start.IndexOf("\"metric_name\""u8) >= 0);

    /// <exception cref="BillException">A file cannot be read, or holds nothing of the kind.</exception>
    public static MetricReading Read(IReadOnlyList<string> paths, ModelCatalog catalog,
        IReadOnlyDictionary<string, MappedProfile> profiles, MetricStatement stated, CancellationToken cancel)
    {
        var gathered = new Gathered(catalog, profiles, stated);
        foreach (var path in paths)
        {
            try
            {
                Read(path, gathered, cancel);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw new BillException($"{path}: cannot be read ({BillText.Quoted(fault.Message)}). Check the path, or fetch it again.");
            }
        }
        return gathered.Reading();
    }

    static void Read(string path, Gathered gathered, CancellationToken cancel)
    {
        using var raw = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        var isGzip = raw.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && Gzip.Is(magic);
        raw.Position = 0;
        using var plain = isGzip ? Gzip.Open(raw) : raw;
        using var text = new StreamReader(plain);
        var all = "";
        if (text.Peek() < 0) throw Foreign(path);
        long row = 0;
        var isFirst = true;
        while (text.ReadLine() is { } line)
        {
            cancel.ThrowIfCancellationRequested();
            row++;
            if (line.AsSpan().Trim().IsEmpty) continue;
            if (isFirst && !line.Contains("\"metric_name\"", StringComparison.Ordinal)) { all = line + "\n" + text.ReadToEnd(); break; }
            isFirst = false;
            gathered.AddLine(path, row, line);
        }
        if (all.Length > 0) gathered.AddAnswer(path, all);
    }

    static BillException Foreign(string path) => new(
        $"{path}: not an export of metrics. Accepted are the JSON lines of a CloudWatch metric stream and what "
        + "'aws cloudwatch get-metric-data' prints, with labels that name the metric and the model.");

    readonly record struct PointKey(DateTime Time, string Account, string Region, string Model);

    sealed class Gathered(ModelCatalog catalog, IReadOnlyDictionary<string, MappedProfile> profiles, MetricStatement stated)
    {
        readonly Dictionary<(PointKey Key, string Metric), decimal> sums = [];
        readonly List<BillNote> skipped = [];
        long others, duplicates;

        // {"namespace":"AWS/Bedrock","metric_name":"InputTokenCount","dimensions":{"ModelId":"…"},"timestamp":1782864000000,
        // "value":{"sum":1200.0,…}}
        public void AddLine(string path, long row, string line)
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                if (root.ValueKind != JsonValueKind.Object) { Skip(path, row, "no datapoint of a metric stream"); return; }
                var metric = Metric(Text(root, "metric_name"));
                if (Text(root, "namespace") != "AWS/Bedrock" || metric is null || ModelOf(root) is not { } model) { others++; return; }
                if (!root.TryGetProperty("timestamp", out var stamp) || !stamp.TryGetInt64(out var milliseconds)
                    || milliseconds is < 946_684_800_000 or > 4_102_444_800_000)
                    Skip(path, row, "the timestamp is no number of milliseconds since 1970");
                else if (!root.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.Object
                    || !value.TryGetProperty("sum", out var sum))
                    Skip(path, row, "the datapoint has no sum");
                else
                    Add(path, row, new(DateTime.UnixEpoch.AddMilliseconds(milliseconds), Or(Text(root, "account_id"), stated.Account),
                        Or(Text(root, "region"), stated.Region), model), metric, sum);
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException)
            {
                Skip(path, row, "not JSON, or of another shape than a datapoint");
            }
        }

        // The same calls are counted once more by image size, tier and whatever comes next: only the model alone is a whole.
        static string? ModelOf(JsonElement root) =>
            root.TryGetProperty("dimensions", out var dimensions) && dimensions.ValueKind == JsonValueKind.Object
            && dimensions.EnumerateObject().Count() == 1 && Text(dimensions, "ModelId") is { Length: > 0 } model ? model : null;

        public void AddAnswer(string path, string text)
        {
            JsonDocument document;
            try
            {
                document = JsonDocument.Parse(text);
            }
            catch (JsonException)
            {
                throw Foreign(path);
            }
            using (document)
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object
                    || !document.RootElement.TryGetProperty("MetricDataResults", out var results)
                    || results.ValueKind != JsonValueKind.Array)
                    throw Foreign(path);
                long row = 0;
                foreach (var result in results.EnumerateArray()) AddResult(path, ++row, result);
            }
        }

        void AddResult(string path, long row, JsonElement result)
        {
            if (result.ValueKind != JsonValueKind.Object) { Skip(path, row, "no result"); return; }
            var label = Text(result, "Label");
            var words = label.Split([' ', ',', ';', '|'], StringSplitOptions.RemoveEmptyEntries);
            var metric = words.Select(Metric).FirstOrDefault(m => m is not null);
            var model = words.FirstOrDefault(w => w.StartsWith("arn:", StringComparison.Ordinal)
                || ModelIdentity.Resolve(w, catalog, profiles).Facts is not null);
            if (metric is null || model is null)
            {
                Skip(path, row, $"the label {BillText.Quoted(label)} names no metric and model, as "
                    + "'InputTokenCount amazon.nova-lite-v1:0' does");
                return;
            }
            JsonElement[] times = [.. List(result, "Timestamps")], values = [.. List(result, "Values")];
            if (times.Length != values.Length) { Skip(path, row, $"{times.Length} timestamps and {values.Length} values"); return; }
            for (var i = 0; i < times.Length; i++)
            {
                var said = times[i].ValueKind == JsonValueKind.String ? times[i].GetString()! : times[i].GetRawText();
                if (BillText.Time(said, out var time)) Add(path, row, new(time, stated.Account, stated.Region, model), metric, values[i]);
                else Skip(path, row, $"the timestamp {BillText.Quoted(said)} is no time such as 2026-07-01T00:00:00Z");
            }
        }

        void Add(string path, long row, PointKey key, string metric, JsonElement value)
        {
            var text = value.GetRawText();
            if (key.Region.Length == 0) Skip(path, row, "names no region; say it with --region REGION");
            else if (value.ValueKind != JsonValueKind.Number || !BillText.Number(text, out var sum) || sum is not (>= 0 and <= 1e15m)
                || decimal.Truncate(sum.Value) != sum)
                Skip(path, row, $"{metric} is {BillText.Quoted(text)}, not a count");
            else if (!sums.TryAdd((key, metric), sum.Value))
            {
                duplicates++;
                sums[(key, metric)] = Math.Max(sums[(key, metric)], sum.Value);
            }
        }

        void Skip(string path, long row, string reason) => skipped.Add(new(path, row, reason));

        public MetricReading Reading()
        {
            Dictionary<CallKind, CallKind> kinds = [];
            var points = sums.GroupBy(s => s.Key.Key)
                .OrderBy(g => g.Key.Time).ThenBy(g => g.Key.Account, StringComparer.Ordinal)
                .ThenBy(g => g.Key.Region, StringComparer.Ordinal).ThenBy(g => g.Key.Model, StringComparer.Ordinal)
                .Select(g => Point(g.Key, g.ToDictionary(s => s.Key.Metric, s => s.Value), kinds));
            return new() { Points = [.. points], Others = others, Duplicates = duplicates, Skipped = skipped };
        }

        MetricPoint Point(PointKey key, Dictionary<string, decimal> counts, Dictionary<CallKind, CallKind> kinds)
        {
            long Count(string metric) => decimal.ToInt64(counts.GetValueOrDefault(metric));
            var profile = profiles.GetValueOrDefault(key.Model);
            var model = ModelIdentity.Resolve(key.Model, catalog, profiles);
            var caller = new Caller(key.Account, "", profile?.App ?? "", profile?.Team ?? "", profile?.Env ?? "", TagValues.None);
            var mode = model.Kind switch
            {
                ModelKind.Provisioned => Mode.Provisioned,
                ModelKind.Custom => Mode.Custom,
                _ => Mode.OnDemand,
            };
            // What band and tier a call was in does not show in a sum of calls.
            var kind = new CallKind(caller, key.Region, model) { Mode = mode, Context = ContextBand.Standard, IsSum = true };
            var (read, write) = (Count("cache_read"), Count("cache_write"));
            var input = Count("input");
            if (model.Facts is { GrossInput: true }) input = Math.Max(0, input - read - write);
            var images = counts.GetValueOrDefault("image");
            var usage = new UsageRecord(kinds.TryGetValue(kind, out var known) ? known : kinds[kind] = kind)
            {
                RequestId = RequestId.Parse(string.Join('|', "metric", key.Account, key.Region, key.Model,
                    key.Time.ToString("O", CultureInfo.InvariantCulture))),
                Time = key.Time,
                Tokens = new() { Input = input, Output = Count("output"), CacheRead = read, CacheWriteUnknown = write },
                Amounts = images > 0 ? [new(Meter.Image, images)] : null,
            };
            return new(usage, counts.GetValueOrDefault("invocations"));
        }

        static string? Metric(string name) => name switch
        {
            "InputTokenCount" => "input",
            "OutputTokenCount" => "output",
            "CacheReadInputTokens" or "CacheReadInputTokenCount" => "cache_read",
            "CacheWriteInputTokens" or "CacheWriteInputTokenCount" => "cache_write",
            "OutputImageCount" => "image",
            "Invocations" => "invocations",
            _ => null,
        };

        static string Or(string text, string other) => text.Length > 0 ? text : other;

        static string Text(JsonElement parent, string name) =>
            parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

        static JsonElement.ArrayEnumerator List(JsonElement parent, string name) =>
            parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;
    }
}
