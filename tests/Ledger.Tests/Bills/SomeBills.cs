using System.IO.Compression;
using System.Text;
using Assay.Ledger.Bills;
using Assay.Testing;
using Assay.Usage;
using DuckDB.NET.Data;

namespace Assay.Ledger.Tests.Bills;

/// <summary>Bills written by hand, in a folder that goes when the test ends.</summary>
sealed class SomeBills : IDisposable
{
    public static readonly ModelCatalog Catalog = ReadCatalog();
    public static readonly IReadOnlyDictionary<string, MappedProfile> NoProfiles = new Dictionary<string, MappedProfile>();

    public const string CurHead = "identity_line_item_id,bill_billing_period_start_date,bill_payer_account_id,bill_billing_entity,"
        + "line_item_usage_account_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,"
        + "line_item_usage_type,line_item_operation,line_item_usage_amount,pricing_unit,line_item_unblended_cost,"
        + "line_item_line_item_description,line_item_resource_id,line_item_currency_code,product,resource_tags";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("assay-bills-");

    public void Dispose() => folder.Delete(recursive: true);

    public string Path(string name) => System.IO.Path.Combine(folder.FullName, name);

    public string Text(string name, params string[] lines) => Bytes(name, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));

    public string Bytes(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path(name), bytes);
        return Path(name);
    }

    public string Gzip(string name, string text)
    {
        using var file = File.Create(Path(name));
        using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(text));
        return Path(name);
    }

    /// <summary>A Parquet file of what a query gives, written by DuckDB.</summary>
    public string Parquet(string name, string query)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"COPY ({query}) TO '{Path(name)}' (FORMAT parquet)";
        command.ExecuteNonQuery();
        return Path(name);
    }

    public string Cur(string name, params string[] rows) => Text(name, [CurHead, .. rows]);

    /// <summary>A row of usage of Bedrock's own: an hour of July in an account of its own.</summary>
    public static string Native(string id, string usageType, string amount, string unit, string cost, string hour = "2026-07-03 04",
        string type = "Usage", string currency = "USD", string tags = "", string resource = "", string description = "") =>
        $"{id},2026-07-01 00:00:00,999900001111,AWS,111122223333,{type},{hour}:00:00,{hour}:59:59,AmazonBedrock,{usageType},"
        + $"InvokeModelInference,{amount},{unit},{cost},{Cell(description)},{resource},{currency},"
        + $"{Cell("{\"product_name\":\"Amazon Bedrock\",\"region_code\":\"us-east-1\",\"servicecode\":\"AmazonBedrock\"}")},{Cell(tags)}";

    /// <summary>A row of the Marketplace: no service code, an opaque product code, the edition in the name.</summary>
    public static string Sold(string id, string name, string usageType, string amount, string description, string cost,
        string unit = "Units") =>
        $"{id},2026-07-01 00:00:00,999900001111,AWS Marketplace,111122223333,Usage,2026-07-03 04:00:00,2026-07-03 05:00:00,"
        + $"c8xqmv0example,{usageType},InvokeModelInference,{amount},{unit},{cost},{Cell(description)},,USD,"
        + $"{Cell($"{{\"product_name\":\"{name} (Amazon Bedrock Edition)\"}}")},";

    public static string Cell(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static BillReading Read(params string[] paths) => Assay.Ledger.Bills.Bills.Read(paths, Catalog, NoProfiles, [], CancellationToken.None);

    /// <summary>What a line's usage says in one line: model, meter, quantity, and what is not everyday.</summary>
    public static string Usage(BillLine line)
    {
        if (line.Usage is not { } usage) return line.Unclassified ?? "no usage";
        var tokens = usage.Tokens;
        List<string> words = [usage.Model.Id];
        foreach (var (name, count) in ((string, long)[])[("input", tokens.Input), ("output", tokens.Output), ("cache_read", tokens.CacheRead),
            ("cache_write_5m", tokens.CacheWrite5m), ("cache_write_30m", tokens.CacheWrite30m), ("cache_write_1h", tokens.CacheWrite1h)])
            if (count != 0) words.Add($"{name} {count}");
        foreach (var amount in usage.Amounts ?? []) words.Add($"{amount.Meter.Name()} {amount.Amount:0.############################}");
        if (usage.Mode != Mode.OnDemand) words.Add(usage.Mode.Name());
        if (usage.Tier != Tier.Standard) words.Add(usage.Tier.Name());
        if (usage.Model.Scope != Scope.InRegion) words.Add(usage.Model.Scope.Name());
        if (usage.Context != ContextBand.Standard) words.Add(usage.Context!.Value.Name());
        if (usage.Term != Term.None) words.Add(usage.Term.Name());
        return string.Join(' ', words);
    }

    static ModelCatalog ReadCatalog()
    {
        using var text = File.OpenText(System.IO.Path.Combine(Repository.Root, "prices", "models.csv"));
        return ModelCatalogFile.Read(text, "models.csv");
    }
}
