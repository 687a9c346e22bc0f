using Assay.Control.Budgets;
using static Assay.Control.Tests.Budgets.SomeBudgets;

namespace Assay.Control.Tests.Budgets;

/// <summary>The book against a model that adds everything up anew each time, over random operations; and against real threads.</summary>
public class BudgetModelTests
{
    sealed class Call(Spender by, DateTime time, decimal worst, decimal likely, Lease lease)
    {
        public Spender By => by;
        public DateTime Time => time;
        public Lease Lease => lease;
        public decimal Reserved(BudgetRule rule) => rule.Stop switch { BudgetStop.Hard => worst, BudgetStop.Soft => likely, _ => 0m };
        public decimal Worst => worst;
        public string State { get; set; } = "open";
        public decimal Cost { get; set; }
    }

    static readonly BudgetRule[] Rules =
    [
        Rule("month", 40m), Rule("day", 12m, BudgetStop.Hard, BudgetPer.Team, BudgetWindow.Day),
        Rule("hour", 5m, BudgetStop.Hard, BudgetPer.Key, BudgetWindow.Rolling(1)),
        Rule("three", 9m, BudgetStop.Soft, BudgetPer.All, BudgetWindow.Rolling(3)) with { Who = Shop },
        Rule("tells", 1m, BudgetStop.Tells, BudgetPer.Team, BudgetWindow.Day),
    ];

    static readonly Spender[] Spenders = [Of("shop", "k1"), Of("shop", "k2"), Of("news", "k1"), Of("news", "k3")];

    // A month's end in a leap year, so that the windows of all kinds change.
    static readonly DateTime Start = At("2028-02-28 20:00");

    sealed class Model
    {
        public List<Call> Calls { get; } = [];

        static bool IsAbout(BudgetRule rule, Spender by, string value) =>
            (rule.Who.Teams.Count == 0 || rule.Who.Teams.Contains(by.Team)) && Value(rule, by) == value;

        static string Value(BudgetRule rule, Spender by) => rule.Per switch { BudgetPer.Key => by.Key, BudgetPer.Team => by.Team, _ => "" };

        static long Slice(BudgetRule rule, DateTime time) => rule.Window.Kind switch
        {
            WindowKind.Month => time.Year * 12 + time.Month,
            WindowKind.Day => time.Date.Ticks / TimeSpan.TicksPerDay,
            _ => time.Ticks / (TimeSpan.TicksPerMinute * rule.Window.Hours),
        };

        public (decimal Spent, decimal Reserved, decimal Held) Sums(BudgetRule rule, string value, long end)
        {
            var first = rule.Window.Kind == WindowKind.Rolling ? end - 60 : end;
            var counted = Calls.Where(c => IsAbout(rule, c.By, value) && Slice(rule, c.Time) >= first && Slice(rule, c.Time) <= end).ToList();
            return (counted.Sum(c => c.Cost), counted.Where(c => c.State == "open").Sum(c => c.Reserved(rule)),
                counted.Where(c => c.State is "held" or "unpriced").Sum(c => c.Reserved(rule)));
        }

        public (decimal Spent, decimal Reserved, decimal Held) Sums(BudgetRule rule, string value, DateTime now) => Sums(rule, value, Slice(rule, now));

        public bool Admits(Spender by, decimal worst, decimal likely, DateTime now) => Rules.All(rule =>
        {
            if (rule.Stop == BudgetStop.Tells || !IsAbout(rule, by, Value(rule, by))) return true;
            var amount = rule.Stop == BudgetStop.Hard ? worst : likely;
            return Ends(rule, by, now).All(end => Used(Sums(rule, Value(rule, by), end)) + amount <= rule.Usd);
        });

        static decimal Used((decimal Spent, decimal Reserved, decimal Held) sums) => sums.Spent + sums.Reserved + sums.Held;

        // Every window that would hold the call: its own, and those of calls that a clock ahead admitted before it.
        IEnumerable<long> Ends(BudgetRule rule, Spender by, DateTime now)
        {
            var own = Slice(rule, now);
            return rule.Window.Kind == WindowKind.Rolling ? Calls.Where(c => IsAbout(rule, c.By, Value(rule, by))).Select(c => Slice(rule, c.Time))
                .Where(s => s > own && s <= own + 60).Append(own).Distinct() : [own];
        }

        public bool IsWithin(BudgetRule rule) => rule.Stop != BudgetStop.Hard || Calls.Select(c => (Value: Value(rule, c.By), Slice: Slice(rule, c.Time)))
            .Distinct().All(w => Used(Sums(rule, w.Value, w.Slice)) <= rule.Usd);
    }

    static readonly Gen<(int Kind, int Which, int Cents, int Seconds)[]> Operations =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 1_000], Gen.Int[0, 350], Gen.OneOf(Gen.Int[-90, 600], Gen.Int[0, 4_000])).Array[10, 160];

    [Fact]
    public void The_book_says_what_adding_everything_up_says_and_no_hard_budget_is_ever_overshot() =>
        Operations.Sample(operations => Run(operations, (book, model, now) =>
            Agrees(book, model, now) && Rules.All(model.IsWithin)), iter: 300);

    [Fact]
    public void Restored_in_any_order_the_book_says_what_it_said_before_the_crash() =>
        Gen.Select(Operations, Gen.Int).Sample((operations, seed) =>
        {
            var ok = true;
            Run(operations, (_, _, _) => true, last: (book, model, now) =>
            {
                var calls = model.Calls.Where(c => c.State != "released").ToArray();
                new Random(seed).Shuffle(calls);
                var again = Book(Rules);
                foreach (var call in calls)
                {
                    if (call.State == "settled") again.Restore(call.By, call.Time, call.Cost, null);
                    else again.Hold(call.By, call.Time, call.Worst);
                }
                // What was reserved is held, at its worst: a soft budget may hold more than it had reserved.
                ok = again.Snapshot(now).Counters.Where(c => c.Stop == BudgetStop.Hard).All(c =>
                    book.Snapshot(now).Counters.Single(o => o.Budget == c.Budget && o.Value == c.Value) is var other
                        && other.Spent == c.Spent && other.Reserved + other.Held == c.Held && c.Reserved == 0m);
            });
            return ok;
        }, iter: 200);

    static bool Run((int Kind, int Which, int Cents, int Seconds)[] operations, Func<BudgetBook, Model, DateTime, bool> holds,
        Action<BudgetBook, Model, DateTime>? last = null)
    {
        var book = new BudgetBook(Rules, null) { LeaseTime = TimeSpan.FromMinutes(30) };
        var (model, now) = (new Model(), Start);
        foreach (var (kind, which, cents, seconds) in operations)
        {
            now = now.AddSeconds(seconds);
            var pending = model.Calls.Where(c => c.State is "open" or "held").ToList();
            var call = pending.Count > 0 ? pending[which % pending.Count] : null;
            switch (kind)
            {
                case <= 5:
                    var (by, worst) = (Spenders[which % Spenders.Length], cents / 100m);
                    var likely = worst * (which % 10) / 10m;
                    var admits = model.Admits(by, worst, likely, now);
                    if (book.TryReserve(book.For(by), worst, likely, now, out var lease).IsAdmitted != admits) return false;
                    if (admits) model.Calls.Add(new(by, now, worst, likely, lease));
                    break;
                case <= 8 when call is not null:
                    call.Cost = call.Worst * (cents % 11) / 10m;
                    call.State = "settled";
                    book.Settle(call.Lease, call.Cost, null);
                    break;
                case 9 when call is not null:
                    call.State = "released";
                    book.Release(call.Lease);
                    break;
                case 10 when call is not null:
                    call.State = "unpriced";
                    book.SettleUnpriced(call.Lease);
                    break;
                default:
                    // Everything done before is done: once more changes nothing.
                    foreach (var done in model.Calls.Where(c => c.State is "settled" or "released" or "unpriced")) book.Settle(done.Lease, 99m, null);
                    model.Calls.RemoveAll(c => c.State == "released");
                    book.Snapshot(now);
                    foreach (var late in model.Calls.Where(c => c.State == "open" && now - c.Time >= book.LeaseTime)) late.State = "held";
                    break;
            }
            if (!holds(book, model, now)) return false;
        }
        last?.Invoke(book, model, now);
        return true;
    }

    static bool Agrees(BudgetBook book, Model model, DateTime now)
    {
        // A snapshot shows late leases as held, so the model looks first.
        foreach (var late in model.Calls.Where(c => c.State == "open" && now - c.Time >= book.LeaseTime)) late.State = "held";
        return book.Snapshot(now).Counters.All(c =>
            model.Sums(Rules.Single(r => r.Name == c.Budget), c.Value, now) == (c.Spent, c.Reserved, c.Held));
    }

    [Fact]
    public void Two_hundred_and_fifty_six_threads_overshoot_by_nothing_and_leave_nothing_behind()
    {
        var rules = new[]
        {
            Rule("all", 50m), Rule("key", 20m, BudgetStop.Hard, BudgetPer.Key, BudgetWindow.Day),
            Rule("hour", 45m, BudgetStop.Hard, BudgetPer.All, BudgetWindow.Rolling(1)), Rule("tells", 1m, BudgetStop.Tells, BudgetPer.Key),
        };
        var book = Book(rules);
        var (settled, overshot, admitted) = (new decimal[256], 0, 0);
        using var start = new Barrier(256);
        var threads = Enumerable.Range(0, 256).Select(i => new Thread(() =>
        {
            var (random, by) = (new Random(i), Of(key: $"k{i % 4}"));
            start.SignalAndWait();
            for (var n = 0; n < 200; n++)
            {
                var worst = random.Next(1, 200) / 1_000m;
                if (!book.TryReserve(book.For(by), worst, worst, Noon, out var lease).IsAdmitted) continue;
                Interlocked.Increment(ref admitted);
                if (n % 50 == 0 && book.Snapshot(Noon).Counters.Any(c => c.Stop == BudgetStop.Hard && c.Spent + c.Reserved + c.Held > c.Limit))
                    Interlocked.Increment(ref overshot);
                if (n % 7 == 0) book.Release(lease);
                else
                {
                    var cost = worst * random.Next(0, 101) / 100m;
                    book.Settle(lease, cost, null);
                    book.Settle(lease, cost, null);
                    settled[i] += cost;
                }
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Equal(0, overshot);
        Assert.True(admitted is > 400 and < 256 * 200);
        var counters = book.Snapshot(Noon).Counters;
        Assert.All(counters, c => Assert.Equal((0m, 0m), (c.Reserved, c.Held)));
        Assert.All(counters.Where(c => c.Stop == BudgetStop.Hard), c => Assert.True(c.Spent <= c.Limit));
        foreach (var rule in rules) Assert.Equal(settled.Sum(), counters.Where(c => c.Budget == rule.Name).Sum(c => c.Spent));
    }

    [Fact]
    public void Sums_are_exact_to_the_last_decimal()
    {
        var book = Book(Rule("b", 1m));
        for (var i = 0; i < 1_000; i++) book.Settle(book.Reserve(0.001m), 0.0009999999999m, null);
        Assert.Equal((0.9999999999m, 0m, 0m), book.Sums("b"));
        Assert.True(book.Ask(0.0000000001m).IsAdmitted);
        Assert.False(book.Ask(0.0000000001m).IsAdmitted);
    }
}
