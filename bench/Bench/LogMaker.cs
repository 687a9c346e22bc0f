using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Assay.Bench;

/// <summary>Writes believable invocation logs for the benchmarks: the same bytes on every machine.</summary>
static class LogMaker
{
    static readonly string[] Models =
    [
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "global.anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-micro-v1:0",
        "amazon.nova-pro-v1:0", "us.anthropic.claude-opus-4-5-20251101-v1:0", "meta.llama3-3-70b-instruct-v1:0",
    ];

    static readonly string[] Words =
        ("the customer asks whether an invoice from March was paid and we answer that it cleared on \\\"Tuesday\\\"; "
        + "please see\\nthe attached ledger for amounts dates and owners of each charge").Split(' ');

    /// <summary>
    /// Makes <paramref name="files"/> gzip files holding <paramref name="records"/> records together, unless they are there.
    /// </summary>
    /// <param name="bodyBytes">Characters of prose in the bodies of a record; 0 leaves bodies out.</param>
    public static string[] Make(string folder, int files, int records, int bodyBytes)
    {
        Directory.CreateDirectory(folder);
        var paths = Enumerable.Range(0, files).Select(i => Path.Combine(folder, $"{i:00}.json.gz")).ToArray();
        var done = Path.Combine(folder, "done");
        if (File.Exists(done)) return paths;
        for (var file = 0; file < files; file++) Write(paths[file], file, records / files, bodyBytes);
        File.WriteAllText(done, "");
        return paths;
    }

    static void Write(string path, int file, int records, int bodyBytes)
    {
        var random = new Random(17 + file);
        using var gzip = new GZipStream(File.Create(path), CompressionLevel.Optimal);
        using var text = new StreamWriter(gzip, new UTF8Encoding(false), 1 << 16);
        var time = new DateTime(2026, 7, 1, 0, 0, 0, DateTimeKind.Utc);
        var bytes = new byte[16];
        for (var i = 0; i < records; i++)
        {
            time = time.AddSeconds(random.Next(0, 3));
            random.NextBytes(bytes);
            // An application has one team, one role, one account and mostly one model, as in life.
            var app = random.Next(12);
            var model = Models[random.Next(8) == 0 ? random.Next(Models.Length) : app % Models.Length];
            var (input, output) = (random.Next(200, 6000), random.Next(10, 900));
            var caches = model.Contains("claude", StringComparison.Ordinal) && random.Next(3) == 0;
            var (read, write) = caches ? (random.Next(2000, 20000), random.Next(0, 3) == 0 ? random.Next(1000, 4000) : 0) : (0, 0);
            text.Write("{\"schemaType\":\"ModelInvocationLog\",\"schemaVersion\":\"1.0\",\"timestamp\":\"");
            text.Write(time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
            text.Write($"\",\"accountId\":\"{(app % 4 == 0 ? "444455556666" : "111122223333")}\","
                + $"\"identity\":{{\"arn\":\"arn:aws:sts::111122223333:assumed-role/App{app}Role/i-{random.Next():x8}\"}},");
            text.Write($"\"region\":\"us-east-1\",\"requestId\":\"{new Guid(bytes):D}\",\"operation\":\"Converse\",\"modelId\":\"{model}\","
                + $"\"requestMetadata\":{{\"app\":\"app-{app}\",\"team\":\"team-{app % 4}\",\"env\":\"prod\"}},");
            text.Write("\"input\":{\"inputContentType\":\"application/json\",");
            if (bodyBytes > 0)
            {
                text.Write("\"inputBodyJson\":{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"");
                Prose(text, random, bodyBytes * 3 / 4);
                text.Write("\"}]}],\"inferenceConfig\":{\"maxTokens\":1024,\"temperature\":0.2}},");
            }
            text.Write($"\"inputTokenCount\":{input},\"cacheReadInputTokenCount\":{read},\"cacheWriteInputTokenCount\":{write}}},"
                + "\"output\":{\"outputContentType\":\"application/json\",");
            if (bodyBytes > 0)
            {
                text.Write("\"outputBodyJson\":{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"");
                Prose(text, random, bodyBytes / 4);
                text.Write($"\"}}]}}}},\"stopReason\":\"end_turn\",\"metrics\":{{\"latencyMs\":{random.Next(300, 9000)}}},"
                    + $"\"usage\":{{\"inputTokens\":{input},\"outputTokens\":{output},\"totalTokens\":{input + output + read + write},"
                    + $"\"cacheReadInputTokens\":{read},\"cacheWriteInputTokens\":{write}");
                if (write > 0)
                    text.Write($",\"cacheDetails\":[{{\"ttl\":\"{(random.Next(2) == 0 ? "1h" : "5m")}\",\"inputTokens\":{write}}}]");
                text.Write("}},");
            }
            text.Write($"\"outputTokenCount\":{output}}},\"inferenceRegion\":\"us-east-2\"}}\n");
        }
    }

    static void Prose(StreamWriter text, Random random, int length)
    {
        for (var written = 0; written < length;)
        {
            var word = Words[random.Next(Words.Length)];
            text.Write(word);
            // Numbers and made-up names keep the prose from compressing better than real prose does.
            if (random.Next(4) == 0) text.Write(random.Next(100_000).ToString(CultureInfo.InvariantCulture));
            text.Write(' ');
            written += word.Length + 2;
        }
    }
}
