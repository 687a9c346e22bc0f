using Assay.Pricing;
using Assay.Usage;
using DuckDB.NET.Data;

namespace Assay.Bench;

/// <summary>
/// DuckDB doing the same work: the JSON read with its columns declared, joined with a table of the same rates, summed as decimals.
/// </summary>
sealed class DuckDbPeer : IDisposable
{
    readonly DuckDBConnection connection = new("DataSource=:memory:");

    public DuckDbPeer(PriceBook book, BenchPlace place)
    {
        _ = place;
        connection.Open();
        Run("SET threads=1; SET preserve_insertion_order=false");
        Run("CREATE TABLE prices(model VARCHAR, scope VARCHAR, region VARCHAR, input DECIMAL(18,12), output DECIMAL(18,12), "
            + "cache_read DECIMAL(18,12), write_5m DECIMAL(18,12), write_1h DECIMAL(18,12))");
        var day = new DateOnly(2026, 7, 10);
        foreach (var model in book.Rates.Select(r => r.Key.Model).Distinct().Where(m => m.Length > 0))
            foreach (var scope in Enum.GetValues<Scope>())
            {
                decimal? Of(Meter meter) => book.Find(
                    new(model, meter, Mode.OnDemand, Tier.Standard, scope, ContextBand.Standard, "us-east-1", Term.None), day)?.UsdPerUnit;
                if (Of(Meter.Input) is not { } input) continue;
                Run($"INSERT INTO prices VALUES ('{model}', '{scope.Name()}', 'us-east-1', {input}, {Of(Meter.Output) ?? 0m}, "
                    + $"{Of(Meter.CacheRead) ?? 0m}, {Of(Meter.CacheWrite5m) ?? 0m}, {Of(Meter.CacheWrite1h) ?? 0m})");
            }
    }

    const string Scoped = """
        CASE WHEN starts_with(modelId, 'global.') THEN 'global' WHEN starts_with(modelId, 'us.') THEN 'geo' ELSE 'in_region' END
        """;

    const string Sum = """
        sum(u.input * p.input) + sum(u.output * p.output) + sum(u.cache_read * p.cache_read)
        + sum(u.write_5m * p.write_5m) + sum(u.write_1h * p.write_1h)
        """;

    /// <summary>Logs to a total, de-duplicated by request id.</summary>
    public decimal RateLogs(string[] files)
    {
        var list = string.Join(", ", files.Select(f => $"'{f}'"));
        return Total($$"""
            WITH log AS (
              SELECT DISTINCT ON (requestId) requestId, region, {{Scoped}} AS scope, regexp_replace(modelId, '^(global|us)\.', '') AS model,
                "input".inputTokenCount AS input, "output".outputTokenCount AS output,
                "input".cacheReadInputTokenCount AS cache_read, "input".cacheWriteInputTokenCount AS cache_write,
                coalesce(list_sum(list_transform(
                  list_filter("output".outputBodyJson.usage.cacheDetails, lambda d: d.ttl = '1h'), lambda d: d.inputTokens)), 0)::BIGINT
                  AS write_1h
              FROM read_json([{{list}}], format='newline_delimited', columns={
                requestId: 'VARCHAR', region: 'VARCHAR', modelId: 'VARCHAR', timestamp: 'VARCHAR', accountId: 'VARCHAR',
                identity: 'STRUCT(arn VARCHAR)', requestMetadata: 'STRUCT(app VARCHAR, team VARCHAR, env VARCHAR)',
                "input": 'STRUCT(inputTokenCount BIGINT, cacheReadInputTokenCount BIGINT, cacheWriteInputTokenCount BIGINT)',
                "output": 'STRUCT(outputTokenCount BIGINT,
                  outputBodyJson STRUCT("usage" STRUCT(cacheDetails STRUCT(ttl VARCHAR, inputTokens BIGINT)[])))'})
            ), u AS (SELECT *, cache_write - write_1h AS write_5m FROM log)
            SELECT {{Sum}} FROM u JOIN prices p ON p.model = u.model AND p.scope = u.scope AND p.region = u.region
            """);
    }

    /// <summary>Puts the same rows into a table, so that rating alone is measured.</summary>
    public void Load(UsageRecord[] records)
    {
        Run("CREATE TABLE usage(model VARCHAR, scope VARCHAR, region VARCHAR, input BIGINT, output BIGINT, "
            + "cache_read BIGINT, write_5m BIGINT, write_1h BIGINT)");
        using var appender = connection.CreateAppender("usage");
        foreach (ref readonly var record in records.AsSpan())
        {
            var t = record.Tokens;
            appender.CreateRow().AppendValue(record.Model.Id).AppendValue(record.Model.Scope.Name()).AppendValue(record.Region)
                .AppendValue(t.Input).AppendValue(t.Output)
                .AppendValue(t.CacheRead).AppendValue(t.CacheWrite5m + t.CacheWriteUnknown).AppendValue(t.CacheWrite1h).EndRow();
        }
    }

    public decimal RateRows() => Total(
        $"SELECT {Sum} FROM usage u JOIN prices p ON p.model = u.model AND p.scope = u.scope AND p.region = u.region");

    decimal Total(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (decimal)command.ExecuteScalar()!;
    }

    void Run(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose() => connection.Dispose();
}
