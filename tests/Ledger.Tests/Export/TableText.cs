using DuckDB.NET.Data;

namespace Assay.Ledger.Tests.Export;

/// <summary>A CSV or Parquet file as text, read back by a reader that is not ours. Absent values are null.</summary>
sealed record TableText(IReadOnlyList<string> Columns, IReadOnlyList<Dictionary<string, string?>> Rows, IReadOnlyDictionary<string, string> Types)
{
    public static TableText Read(string path)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using (var zone = connection.CreateCommand())
        {
            zone.CommandText = "SET TimeZone = 'UTC'";
            zone.ExecuteNonQuery();
        }
        var source = path.EndsWith(".parquet") ? $"read_parquet('{path}')" : $"read_csv('{path}', header = true, all_varchar = true, allow_quoted_nulls = false)";
        Dictionary<string, string> types = [];
        using var describe = connection.CreateCommand();
        describe.CommandText = $"DESCRIBE SELECT * FROM {source}";
        using (var reader = describe.ExecuteReader())
            while (reader.Read()) types[reader.GetString(0)] = reader.GetString(1);
        using var select = connection.CreateCommand();
        select.CommandText = $"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM {source}";
        List<Dictionary<string, string?>> rows = [];
        string[] names = [.. types.Keys];
        using (var reader = select.ExecuteReader())
        {
            while (reader.Read())
                rows.Add(names.Select((n, i) => (n, Text: reader.IsDBNull(i) ? null : reader.GetString(i))).ToDictionary(p => p.n, p => p.Text));
        }
        return new(names, rows, types);
    }
}
