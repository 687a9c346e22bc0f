using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Ledger.Tests.Making;

/// <summary>
/// The last days of a month, or the first of it, in four places: models with and without a cache, of both lifetimes, scopes and price bands, some calls
/// guarded. Each application keeps to one lifetime, as applications do.
/// </summary>
static class SomeTraffic
{
    public static readonly DateOnly Period = new(2026, 8, 1);

    static readonly (string Model, string Ttl)[] Apps =
    [
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "1h"), ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "5m"),
        ("amazon.nova-pro-v1:0", "5m"), ("anthropic.claude-3-haiku-20240307-v1:0", ""),
    ];

    static readonly (string Account, string Region)[] Places =
        [("111122223333", "us-east-1"), ("111122223333", "us-west-2"), ("444455556666", "us-east-1"), ("444455556666", "us-west-2")];

    public static List<UsageRecord> Days(int seed, int days = 3, bool fromTheFirst = false)
    {
        var random = new Random(seed);
        var calls = new List<UsageRecord>();
        var end = (fromTheFirst ? Period.AddDays(days) : Period.AddMonths(1)).ToDateTime(default, DateTimeKind.Utc);
        foreach (var (account, region) in Places)
            foreach (var (model, ttl) in Apps)
            {
                var caller = new Caller(account, "Role", "app", "", "", TagValues.None);
                var kind = new CallKind(caller, region, ModelIdentity.Resolve(model, Books.Catalog, LogReaderOptions.NoProfiles), "Converse");
                for (var hour = end.AddDays(-days); hour < end; hour = hour.AddHours(1))
                {
                    // The period's last hour has calls early in it: a bill that ends with it has all arrived.
                    if (hour == end.AddHours(-1)) calls.Add(A_call(random, kind, ttl, hour.AddMinutes(random.Next(40)), calls.Count));
                    for (var more = random.Next(4); more > 0; more--)
                        calls.Add(A_call(random, kind, ttl, hour.AddSeconds(random.Next(3600)), calls.Count));
                }
            }
        return calls;
    }

    static UsageRecord A_call(Random random, CallKind kind, string ttl, DateTime time, int number)
    {
        var caches = ttl.Length > 0 && random.Next(3) > 0;
        var write = caches && random.Next(2) == 0 ? random.Next(1000, 9000) : 0;
        var isLong = kind.Model.Facts!.HasLongBand && random.Next(40) == 0;
        return new UsageRecord(kind)
        {
            RequestId = RequestId.Parse($"call-{number}"), Time = time,
            Tokens = new()
            {
                Input = isLong ? random.Next(200_001, 260_000) : random.Next(1, 9000), Output = random.Next(1, 900),
                CacheRead = caches ? random.Next(1, 30_000) : 0, CacheWrite5m = ttl == "5m" ? write : 0, CacheWrite1h = ttl == "1h" ? write : 0,
            },
            Amounts = random.Next(3) == 0 ? [new(Meter.GuardrailContent, random.Next(1, 9)), new(Meter.GuardrailTopic, random.Next(1, 9))] : null,
        };
    }
}
