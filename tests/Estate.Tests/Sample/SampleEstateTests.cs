using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Usage;

namespace Assay.Estate.Tests.Sample;

public sealed class SampleEstateTests
{
    static readonly SampleOptions Small = new() { Days = 4, Scale = .25 };
    static readonly Lazy<Assay.Estate.Sample> Full = new(() => SampleEstate.Generate(new()));
    static readonly Lazy<HashSet<EstateFile>> FullFiles = new(() => [.. Full.Value.Files]);

    // Written once for all tests: 165 MB of text take seconds.
    static readonly Lazy<Dictionary<string, byte[]>> FullBytes = new(() => Full.Value.Files.ToDictionary(f => f.Path, Write));
    static readonly Lazy<IReadOnlyList<Logged>> FullLines = new(() => [.. Lines(Full.Value)]);

    /// <summary>A good line of a log, parsed by means of no reader of ours.</summary>
    sealed record Logged(string Path, int Line, JsonElement Json)
    {
        public string Id => Json.GetProperty("requestId").GetString()!;
        public JsonElement Input => Json.GetProperty("input");
        public string? Tag(string name) =>
            Json.TryGetProperty("requestMetadata", out var tags) && tags.TryGetProperty(name, out var tag) ? tag.GetString() : null;
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes() =>
        Assert.Equal(Hash(SampleEstate.Generate(Small)), Hash(SampleEstate.Generate(Small)));

    [Fact]
    public void A_tiny_estate_has_the_same_text_on_every_machine_and_runtime()
    {
        var text = string.Concat(SampleEstate.Generate(new() { Days = 1, Scale = .05 }).Files.Where(f => f.Kind == EstateFileKind.Log)
            .Select(Text));
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        Assert.Equal("74F4B284B748B38DB06A8299AEE7AECE", hash[..32]);
    }

    [Fact]
    public void Another_seed_gives_other_bytes() =>
        Assert.NotEqual(Hash(SampleEstate.Generate(Small)), Hash(SampleEstate.Generate(Small with { Seed = 18 })));

    [Fact]
    public void Files_written_twice_or_in_any_order_are_the_same()
    {
        var files = SampleEstate.Generate(Small).Files;
        var backwards = files.Reverse().ToDictionary(f => f.Path, Bytes);
        Assert.All(files, f => Assert.Equal(backwards[f.Path], Bytes(f)));
    }

    [Fact]
    public void Mapped_profiles_change_the_truth_and_not_the_logs()
    {
        var (opaque, mapped) = (SampleEstate.Generate(Small), SampleEstate.Generate(Small with { Profiles = SampleEstate.Profiles }));
        Assert.Equal(Hash(opaque), Hash(mapped));
        Assert.Contains(opaque.Truth.Records, r => r.Model.Kind == ModelKind.OpaqueProfile);
        Assert.DoesNotContain(mapped.Truth.Records, r => r.Model.Kind == ModelKind.OpaqueProfile);
        Assert.Contains(mapped.Truth.Records, r => r.Caller.App == "leaflets" && r.Model.Id == "anthropic.claude-haiku-4-5-20251001-v1:0");
    }

    [Fact]
    public void The_estate_has_the_size_it_promises()
    {
        Assert.InRange(Full.Value.Truth.Records.Count, 20_000, 30_000);
        Assert.InRange(Full.Value.Files.Sum(f => Bytes(f).LongLength), 1, 12_000_000);
        var days = Full.Value.Truth.Records.Select(r => DateOnly.FromDateTime(r.Time)).Distinct().Order().ToList();
        Assert.Equal((14, new DateOnly(2026, 7, 1), new DateOnly(2026, 7, 14)), (days.Count, days[0], days[^1]));
    }

    [Fact]
    public void Paths_rise_ordinally_and_are_those_of_a_bucket()
    {
        var paths = Full.Value.Files.Select(f => f.Path).ToList();
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
        Assert.Equal(paths.Count, paths.Distinct().Count());
        Assert.All(Full.Value.Files.Where(f => f.Kind == EstateFileKind.Log), f => Assert.Matches(
            @"^AWSLogs/\d{12}/BedrockModelInvocationLogs/[a-z0-9-]+/2026/07/\d\d/\d\d/2026\d{4}T\d{9}Z_[0-9a-f]{16}\.json\.gz$", f.Path));
    }

    [Fact]
    public void The_logs_say_what_the_truth_says_record_by_record()
    {
        var seen = new HashSet<string>();
        var first = FullLines.Value.Where(l => seen.Add(l.Id)).ToList();
        var truth = Full.Value.Truth;
        Assert.Equal(truth.Records.Select(r => r.RequestId.ToString()), first.Select(l => l.Id));
        foreach (var (logged, record) in first.Zip(truth.Records)) Assert_same(logged.Json, record);
        Assert.Equal(truth.Duplicates, FullLines.Value.Count - first.Count);
    }

    [Fact]
    public void Totals_of_the_truth_are_the_sums_over_its_records()
    {
        var truth = Full.Value.Truth;
        Assert.Equal(truth.Records.Count, truth.Workloads.Sum(w => w.Requests));
        Assert.Equal(truth.Failed, truth.Workloads.Sum(w => w.Failed));
        Assert.Equal(truth.Records.Sum(r => r.Tokens.Input), truth.Workloads.Sum(w => w.Totals.GetValueOrDefault(Meter.Input)));
        Assert.Equal(truth.Records.Sum(r => r.Tokens.Output), truth.Workloads.Sum(w => w.Totals.GetValueOrDefault(Meter.Output)));
        Assert.Equal(truth.Records.Sum(r => r.Tokens.Prompt + r.Tokens.Output),
            truth.Workloads.Sum(w => w.Totals.Where(t => t.Key <= Meter.CacheWrite1h).Sum(t => t.Value)));
        Assert.Equal(truth.Records.Sum(r => (r.Amounts ?? []).Sum(a => a.Amount)),
            truth.Workloads.Sum(w => w.Totals.Where(t => t.Key.IsGuardrail()).Sum(t => t.Value)));
    }

    [Fact]
    public void Every_record_has_the_members_of_an_invocation_log()
    {
        string[] always = ["timestamp", "accountId", "identity", "region", "requestId", "operation", "modelId", "input", "schemaType",
            "schemaVersion"];
        Assert.All(FullLines.Value, l =>
            Assert.All(always, name => Assert.True(l.Json.TryGetProperty(name, out _), $"{l.Path}:{l.Line} has no '{name}'")));
        Assert.All(FullLines.Value, l =>
            Assert.NotEqual(l.Json.TryGetProperty("errorCode", out _), l.Json.TryGetProperty("output", out _)));
    }

    [Fact]
    public void Broken_lines_stand_where_the_truth_says_and_are_no_records()
    {
        var good = FullLines.Value.Select(l => (l.Path, l.Line)).ToHashSet();
        var broken = Full.Value.Truth.BrokenLines;
        Assert.Equal(["foreign JSON", "not JSON", "truncated"], broken.Select(b => b.What).Distinct().Order());
        Assert.All(broken, b => Assert.DoesNotContain((b.Path, b.Line), good));
        Assert.Equal(good.Count + broken.Count,
            Full.Value.Files.Where(f => f.Kind == EstateFileKind.Log).Sum(f => Text(f).Count(c => c == '\n')));
    }

    [Fact]
    public void Every_sin_names_a_workload_or_the_files_and_every_workload_has_traffic()
    {
        var names = SampleEstate.Workloads.Select(w => w.Name).Append("files").ToHashSet();
        Assert.All(SampleEstate.Sins, s => Assert.Contains(s.Where, names));
        Assert.Equal(SampleEstate.Workloads.Select(w => w.Name).Order(), Full.Value.Truth.Workloads.Select(w => w.Name).Order());
    }

    [Fact]
    public void The_support_prompt_is_shared_and_cached_by_nobody()
    {
        var prompts = Of("support-chat").Select(l => l.Input.GetProperty("inputBodyJson")).ToList();
        Assert.Single(prompts.Select(p => p.GetProperty("system").GetRawText()).Distinct());
        Assert.InRange(prompts[0].GetProperty("system")[0].GetProperty("text").GetString()!.Length / 4.25, 3_900, 4_000);
        Assert.DoesNotContain("cachePoint", prompts[0].GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(Total("support-chat").Totals.Keys, m => m is Meter.CacheRead or Meter.CacheWrite5m or Meter.CacheWrite1h);
    }

    [Fact]
    public void Offers_share_a_long_block_behind_a_first_line_that_varies()
    {
        var systems = Of("offer-writer")
            .Select(l => l.Input.GetProperty("inputBodyJson").GetProperty("system")[0].GetProperty("text").GetString()!)
            .Select(text => text.Split('\n', 2)).ToList();
        Assert.Single(systems.Select(s => s[1]).Distinct());
        Assert.True(systems.Select(s => s[0]).Distinct().Count() > systems.Count * .9);
    }

    [Fact]
    public void Contracts_are_written_to_the_cache_and_never_read()
    {
        Assert.True(Total("contract-reader").Totals[Meter.CacheWrite1h] > 10_000_000);
        Assert.False(Total("contract-reader").Totals.ContainsKey(Meter.CacheRead));
    }

    [Fact]
    public void The_nightly_job_runs_at_two_and_is_throttled()
    {
        var records = Records("nightly-summaries");
        // A retry may come some seconds after the hour.
        Assert.All(records, r => Assert.InRange(r.Time.TimeOfDay, TimeSpan.FromHours(2), new(3, 0, 30)));
        Assert.All(records.Where(r => r.Failed), r => Assert.Equal("ThrottlingException", r.ErrorCode));
        Assert.InRange(Total("nightly-summaries").Failed, 50, 500);
    }

    [Fact]
    public void The_classifier_answers_a_word_from_opus() =>
        Assert.All(Records("ticket-classifier"), r =>
            Assert.True(r.Tokens.Output is >= 1 and <= 3 && r.Model.Id.Contains("opus", StringComparison.Ordinal)));

    [Fact]
    public void Agents_make_three_to_eight_calls_and_runaways_repeat_one_thirty_times()
    {
        var sessions = Of("ops-agent").DistinctBy(l => l.Id).GroupBy(l => l.Tag("session")!).ToDictionary(g => g.Key, g => g.ToList());
        var runaways = Full.Value.Truth.RunawaySessions;
        Assert.Equal(7, runaways.Count);
        foreach (var (id, calls) in sessions)
        {
            if (!runaways.Contains(id)) Assert.InRange(calls.Count, 1, 8);
            else
            {
                Assert.True(calls.Count >= 30);
                var last = calls[^1].Json.GetRawText();
                Assert.True(last.Split("\"name\":\"restart_job\",\"input\":{\"job\":\"ledger-sync\"}").Length - 1 >= 26);
            }
        }
    }

    [Fact]
    public void Dev_works_on_opus_untagged() => Assert.All(Records("dev-assistant"), r =>
        Assert.Equal(("444455556666", "", "", "", "anthropic.claude-opus-4-1-20250805-v1:0"),
            (r.Caller.Account, r.Caller.App, r.Caller.Team, r.Caller.Env, r.Model.Id)));

    [Fact]
    public void One_day_has_ten_times_the_tokens()
    {
        var means = Records("product-enrichment").GroupBy(r => r.Time.Day).ToDictionary(g => g.Key, g => g.Average(r => r.Tokens.Input));
        var usual = means.Where(m => m.Key != 9).Average(m => m.Value);
        Assert.InRange(means[9] / usual, 8, 12);
    }

    [Fact]
    public void Long_prompts_stand_on_S3_and_above_the_band()
    {
        Assert.True(Records("due-diligence").Count(r => r.Tokens.Prompt > 200_000) > 200);
        Assert.All(Of("due-diligence"), l =>
            Assert.StartsWith("s3://", l.Input.GetProperty("inputBodyS3Path").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Only_models_with_the_band_are_asked_more_than_200_000_tokens() =>
        Assert.All(Full.Value.Truth.Records.Where(r => r.Tokens.Prompt > 200_000),
            r => Assert.StartsWith("anthropic.claude-sonnet-4-5", r.Model.Id, StringComparison.Ordinal));

    [Fact]
    public void Guardrails_block_calls_that_still_count_units()
    {
        Assert.Equal(["store-faq", "storefront-assistant"],
            Full.Value.Truth.Workloads.Where(w => w.Blocked > 0).Select(w => w.Name).Order());
        Assert.All(Records("store-faq").Where(r => r.Tokens.IsNone), r => Assert.Equal(3, r.Amounts!.Length));
    }

    [Fact]
    public void Served_tiers_scopes_and_lifetimes_of_every_kind_occur()
    {
        var records = Full.Value.Truth.Records;
        Assert.Equal([Tier.Standard, Tier.Flex, Tier.Priority], records.Select(r => r.Tier).Distinct().Order());
        Assert.Equal([Scope.InRegion, Scope.Geo, Scope.Global], records.Select(r => r.Model.Scope).Distinct().Order());
        Assert.Contains(records, r => r.Tokens.CacheWrite5m > 0);
        Assert.Contains(records, r => r.Tokens.CacheWrite1h > 0);
        Assert.Contains(records, r => r.Tokens.CacheWriteUnknown > 0);
        Assert.True(Total("code-review").Totals[Meter.CacheRead] > 3 * Total("code-review").Totals[Meter.CacheWrite5m]);
    }

    [Fact]
    public void Other_files_are_a_permission_check_an_account_and_bodies()
    {
        var kinds = Full.Value.Files.GroupBy(f => f.Kind).ToDictionary(g => g.Key, g => g.ToList());
        Assert.Equal(3, kinds[EstateFileKind.PermissionCheck].Count);
        Assert.All(kinds[EstateFileKind.Body], f => Assert.Contains("/data/", f.Path, StringComparison.Ordinal));
        using var profiles = JsonDocument.Parse(Bytes(Assert.Single(kinds[EstateFileKind.Profiles])));
        Assert.Equal(SampleEstate.Profiles.Keys.Order(StringComparer.Ordinal), profiles.RootElement.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void Even_a_tiny_estate_of_one_day_holds_together() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 3]).Sample((seed, days) =>
        {
            var sample = SampleEstate.Generate(new() { Seed = seed, Days = days, Scale = .02 });
            var lines = Lines(sample).ToList();
            return lines.Select(l => l.Id).Distinct().Count() == sample.Truth.Records.Count
                && lines.Count == sample.Truth.Records.Count + sample.Truth.Duplicates;
        }, iter: 8);

    // A count at the top level is what a reader believes first; the body must not say otherwise.
    static void Assert_same(JsonElement json, UsageRecord record)
    {
        var tokens = record.Tokens;
        var input = json.GetProperty("input");
        Assert.Equal(record.Time, json.GetProperty("timestamp").GetDateTime());
        Assert.Equal((record.Caller.Account, record.Region, record.Operation),
            (json.GetProperty("accountId").GetString(), json.GetProperty("region").GetString(), json.GetProperty("operation").GetString()));
        Assert.Equal(record.ErrorCode, json.TryGetProperty("errorCode", out var error) ? error.GetString() : null);
        Assert.Contains(record.Caller.Principal, json.GetProperty("identity").GetProperty("arn").GetString(), StringComparison.Ordinal);
        var output = json.TryGetProperty("output", out var o) ? o : default;
        Assert.Equal((tokens.Input, tokens.CacheRead, tokens.Prompt - tokens.Input - tokens.CacheRead, tokens.Output),
            (Count(input, "inputTokenCount"), Count(input, "cacheReadInputTokenCount"), Count(input, "cacheWriteInputTokenCount"),
                Count(output, "outputTokenCount")));
        var raw = output.ValueKind == JsonValueKind.Object ? output.GetRawText() : "";
        Assert.Equal(record.Tier, raw.Contains("\"serviceTier\":{\"type\":\"flex\"}", StringComparison.Ordinal) ? Tier.Flex
            : raw.Contains("\"serviceTier\":{\"type\":\"priority\"}", StringComparison.Ordinal) ? Tier.Priority : Tier.Standard);
        if (tokens.CacheWrite1h > 0) Assert.Contains($"\"cacheDetails\":[{{\"ttl\":\"1h\",\"inputTokens\":{tokens.CacheWrite1h}}}]", raw,
            StringComparison.Ordinal);
        if (tokens.CacheWrite5m > 0) Assert.Contains($"\"cacheDetails\":[{{\"ttl\":\"5m\",\"inputTokens\":{tokens.CacheWrite5m}}}]", raw,
            StringComparison.Ordinal);
        var units = record.Amounts?.FirstOrDefault(a => a.Meter == Meter.GuardrailTopic).Amount ?? 0;
        Assert.Equal(units, raw.Split("\"topicPolicyUnits\":").Skip(1).Sum(t => int.Parse(t[..t.IndexOf(',', StringComparison.Ordinal)])));
    }

    static long Count(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var count) ? count.GetInt64() : 0;

    static IEnumerable<Logged> Of(string workload)
    {
        var ids = Full.Value.Truth.Records.Zip(Full.Value.Truth.WorkloadNames).Where(p => p.Second == workload)
            .Select(p => p.First.RequestId.ToString()).ToHashSet();
        return FullLines.Value.Where(l => ids.Contains(l.Id));
    }

    static List<UsageRecord> Records(string workload) =>
        [.. Full.Value.Truth.Records.Zip(Full.Value.Truth.WorkloadNames).Where(p => p.Second == workload).Select(p => p.First)];

    static WorkloadTruth Total(string workload) => Full.Value.Truth.Workloads.Single(w => w.Name == workload);

    static IEnumerable<Logged> Lines(Assay.Estate.Sample sample)
    {
        var broken = sample.Truth.BrokenLines.Select(b => (b.Path, b.Line)).ToHashSet();
        foreach (var file in sample.Files.Where(f => f.Kind == EstateFileKind.Log))
        {
            var number = 0;
            foreach (var line in Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (broken.Contains((file.Path, ++number))) continue;
                using var json = JsonDocument.Parse(line);
                yield return new(file.Path, number, json.RootElement.Clone());
            }
        }
    }

    static byte[] Bytes(EstateFile file) =>
        FullFiles.Value.Contains(file) ? FullBytes.Value[file.Path] : Write(file);

    static byte[] Write(EstateFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }

    static string Text(EstateFile file)
    {
        using var stream = new GZipStream(new MemoryStream(Bytes(file)), CompressionMode.Decompress);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    static string Hash(Assay.Estate.Sample sample)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in sample.Files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file.Path));
            hash.AppendData(Bytes(file));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
