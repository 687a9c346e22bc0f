using Assay.Testing;

namespace Assay.Ledger.Tests.Bills;

/// <summary>The reviewed list of usage types and what they are: every example must come out as its class, on a bill.</summary>
public sealed class UsageTypeClassesTests : IDisposable
{
    readonly SomeBills bills = new();

    public void Dispose() => bills.Dispose();

    // The class as the list names it → the unit such rows come in, and how the house says it.
    static readonly Dictionary<string, (string Unit, string Said)> Classes = new()
    {
        ["provisioned-throughput"] = ("hour", "model_unit_hour"),
        ["custom-model-import CMU-minute"] = ("minute", "custom_unit_minute"),
        ["custom model storage"] = ("month", "storage_month"),
        ["customisation training"] = ("1K tokens", "training"),
        ["reserved tier input TPM-hour"] = ("1K TPM Hour", "input_tpm_hour"),
        ["reserved tier output TPM-hour"] = ("1K TPM Hour", "output_tpm_hour"),
        ["guardrail text units"] = ("TextUnit", "guardrail_content"),
        ["prompt optimisation"] = ("1K tokens", "prompt optimisation"),
        ["web grounding"] = ("Requests", "web grounding"),
        ["data automation standard"] = ("images", "data automation"),
        ["image"] = ("images", "image"),
        ["speech"] = ("1K tokens", "input"),
        ["embeddings"] = ("1K tokens", "input"),
        ["cache read"] = ("1M tokens", "cache_read"),
        ["cache write 1h"] = ("1M tokens", "cache_write_1h"),
        ["cache write 5m"] = ("1M tokens", "cache_write_5m"),
        ["batch input"] = ("1M tokens", "input batch"),
        ["batch output"] = ("1M tokens", "output batch"),
    };

    [Fact]
    public void Every_example_of_the_list_is_of_its_class()
    {
        var list = Path.Combine(Repository.NeedsShared(), "data", "cur", "bedrock-usage-type-classes.csv");
        List<string> wrong = [];
        var read = 0;
        foreach (var fields in File.ReadLines(list).Skip(1).Select(l => l.Split(',')))
            foreach (var example in fields[^1].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                read++;
                var (unit, said) = Classes[fields[^2]];
                var isSold = example.Contains("MP:", StringComparison.Ordinal);
                // The Marketplace's rows name their model beside the usage type.
                var row = isSold
                    ? SomeBills.Sold("x", said == "image" ? "Stable Image Core" : "Claude Sonnet 4.5", example, "2", "", "1", unit)
                    : SomeBills.Native("x", example, "2", unit, "1");
                var line = Assert.Single(SomeBills.Read(bills.Cur("bill.csv", row)).Lines);
                var words = line.Usage is null ? line.Unclassified! : string.Join(' ', SomeBills.Usage(line).Split(' ').Where(w => !w.All(char.IsAsciiDigit)));
                if (!said.Split(' ').All(w => words.Split(' ', '\'').Contains(w))) wrong.Add($"{example}: {words}, not {said}");
            }
        Assert.Equal([], wrong);
        Assert.True(read >= 17, $"{read} examples read");
    }
}
