namespace Assay.Pricing.Importers;

/// <summary>What an import could not classify, as data beside the book it made: reviewed with it, and never dropped.</summary>
public static class UnclassifiedFile
{
    public const string Header = "sku,usagetype,reason";

    public static void Write(TextWriter text, IEnumerable<Unclassified> unclassified)
    {
        text.Write(Header + "\n");
        foreach (var row in unclassified) text.Write($"{Field(row.Sku)},{Field(row.UsageType)},{Field(row.Reason)}\n");
    }

    static string Field(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0
            ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal).ReplaceLineEndings(" ")}\"";
}
