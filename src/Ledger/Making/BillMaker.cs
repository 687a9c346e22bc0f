using System.Globalization;
using Assay.Ledger.Bills;
using Assay.Ledger.Reconciling;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Making;

/// <summary>
/// Makes the bill AWS would send for calls: a line an hour, account, region and usage type, quantities in the unit of the rate's source,
/// costs to ten decimals. There is no public sample of a bill with Bedrock on it; this is what the readers and the reconciliation are
/// tried on. Faults are put in as ordered, and what each of them moved is written down.
/// </summary>
public static class BillMaker
{
    /// <summary>Digits after the point of costs and quantities on a bill.</summary>
    public const int Decimals = 10;

    /// <param name="calls">Rated or not, with lifetimes of cache writes known; calls outside the period make no line.</param>
    public static MadeBill Make(IReadOnlyList<UsageRecord> calls, PriceBook book, BillOrder order)
    {
        var making = new Making(calls, book, order);
        making.Calls();
        making.Hidden();
        making.Lines();
        making.Ledger();
        return making.Bill();
    }

    /// <summary>One row of the bill before it is written: what hour, whose, of which rate.</summary>
    readonly record struct Row(DateTime Hour, Place Place, string UsageType, string Product, Meter Meter);

    sealed class Billed(CallKind kind, ContextBand context, Rate rate, bool isMantle, string? hidden)
    {
        public decimal Quantity;
        public readonly CallKind Kind = kind;
        public readonly ContextBand Context = context;
        public readonly Rate Rate = rate;
        public readonly bool IsMantle = isMantle;

        /// <summary>The cause of rows no log has, whose whole cost is the difference.</summary>
        public readonly string? Hidden = hidden;
    }

    sealed class Making(IReadOnlyList<UsageRecord> calls, PriceBook book, BillOrder order)
    {
        readonly FaultPlan plan = new(order, calls, book);
        readonly Random random = new(order.Seed + 1);
        readonly Dictionary<Row, Billed> rows = [];
        readonly List<UsageRecord> logs = [];
        readonly List<BillLine> lines = [];
        readonly Dictionary<Injected, decimal> truth = [];
        readonly Dictionary<(string, string, Scope, ContextBand, Mode, Tier, Term, Meter, bool), string> spelled = [];
        readonly Charge[] charges = new Charge[Rater.ChargesMax];

        bool Has(BillFaults fault) => order.Faults.HasFlag(fault);

        public MadeBill Bill() => new()
        {
            Lines = lines, Logs = logs, Truth = truth.Where(t => t.Value != 0m).ToDictionary(t => t.Key, t => t.Value),
        };

        public void Calls()
        {
            foreach (var call in calls)
            {
                var place = new Place(call.Caller.Account, call.Region);
                if (plan.IsLogged(place, call.Time)) logs.Add(Logged(call, place));
                var count = Rater.Rate(call, book, charges);
                for (var i = 0; i < count; i++)
                    if (charges[i].Rate is not null) Call(call, place, charges[i]);
            }
        }

        UsageRecord Logged(in UsageRecord call, Place place)
        {
            var record = call;
            var tokens = call.Tokens;
            if (!plan.TellsLifetimes(place.Account) && tokens.CacheWrite5m + tokens.CacheWrite1h > 0)
                record = record with
                {
                    Tokens = tokens with
                    {
                        CacheWriteUnknown = tokens.CacheWrite5m + tokens.CacheWrite1h, CacheWrite5m = 0, CacheWrite1h = 0,
                    },
                };
            if (call.Amounts is { } amounts && !plan.TracesGuardrails(place))
                record = record with { Amounts = amounts.Where(a => !a.Meter.IsGuardrail()).ToArray() is [_, ..] left ? left : null };
            return record;
        }

        // One meter of one call: what is billed for it, and what each fault made of it.
        void Call(in UsageRecord call, Place place, in Charge charge)
        {
            var (kind, context, meter, quantity) = (call.Kind, charge.Context, charge.Meter, charge.Quantity);
            var hour = plan.BilledAt(call.Time);
            var (logDay, billDay) = (DateOnly.FromDateTime(call.Time), DateOnly.FromDateTime(hour));
            var (isLogged, isOnBill) = (plan.IsLogged(place, call.Time), plan.IsOnBill(hour));
            if (isOnBill)
            {
                Bill(hour, place, kind, context, meter, quantity);
                if (IsCache(meter) && plan.IsDoubled(place, call.Model) && RateOn(kind, context, billDay, Meter.Input) is { } input)
                {
                    Bill(hour, place, kind, context, Meter.Input, quantity);
                    Note(Cause.DoubleChargedCache, place, billDay, Spelled(place, kind, context, Meter.Input), quantity * input.UsdPerUnit);
                }
            }
            decimal At(Meter row, DateOnly day) => quantity * (RateOn(kind, context, day, row)?.UsdPerUnit ?? 0m);
            string Type(Meter row) => Spelled(place, kind, context, row);

            if (meter.IsGuardrail() && !plan.TracesGuardrails(place))
            {
                if (isOnBill) Note(Cause.Guardrails, place, billDay, Type(meter), At(meter, billDay));
                return;
            }
            var isOpen = meter == Meter.CacheWrite1h && !plan.TellsLifetimes(place.Account);
            var row = isOpen ? Meter.CacheWrite5m : meter;
            if (!isLogged)
            {
                if (isOnBill) Note(Cause.MissingLogHours, place, billDay, Type(meter), At(meter, billDay));
                return;
            }
            if (!isOnBill)
            {
                var cause = plan.Cut is null ? Cause.TimeZoneEdge : Cause.MissingBillRows;
                Note(cause, place, logDay, Type(row), -At(row, logDay));
                return;
            }
            if (logDay != billDay)
            {
                Note(Cause.TimeZoneEdge, place, logDay, Type(row), -At(row, logDay));
                Note(Cause.TimeZoneEdge, place, billDay, Type(row), At(row, billDay));
            }
            if (!isOpen) return;
            Note(Cause.TtlUnknown, place, billDay, Type(row), -At(row, billDay));
            Note(Cause.TtlUnknown, place, billDay, Type(meter), At(meter, billDay));
        }

        /// <summary>What no log has: mantle calls, batch jobs, bought capacity.</summary>
        public void Hidden()
        {
            for (var i = 0; i < calls.Count; i++)
            {
                var call = calls[i];
                var place = new Place(call.Caller.Account, call.Region);
                var hour = FaultPlan.Hour(call.Time);
                if (!plan.IsOnBill(hour)) continue;
                if (Has(BillFaults.Mantle) && i % 11 == 0) Tokens(call, place, hour, call.Kind, isMantle: true, Cause.Mantle);
                if (Has(BillFaults.Batch) && i % 13 == 0)
                    Tokens(call, place, hour, call.Kind with { Mode = Mode.Batch }, isMantle: false, Cause.Batch);
                if (Has(BillFaults.Capacity) && i % 17 == 0) Bought(call, place, hour);
            }
        }

        void Tokens(in UsageRecord call, Place place, DateTime hour, CallKind kind, bool isMantle, string cause)
        {
            var day = DateOnly.FromDateTime(hour);
            foreach (var (meter, quantity) in ((Meter, long)[])[(Meter.Input, call.Tokens.Input), (Meter.Output, call.Tokens.Output)])
                if (quantity > 0 && RateOn(kind, ContextBand.Standard, day, meter) is not null)
                    Bill(hour, place, kind, ContextBand.Standard, meter, quantity, isMantle, cause);
        }

        void Bought(in UsageRecord call, Place place, DateTime hour)
        {
            var day = DateOnly.FromDateTime(hour);
            foreach (var (mode, term, meter, cause) in ((Mode, Term, Meter, string)[])[
                (Mode.Provisioned, Term.None, Meter.ModelUnitHour, Cause.Capacity),
                (Mode.Provisioned, Term.OneMonth, Meter.ModelUnitHour, Cause.Capacity),
                (Mode.Reserved, Term.OneMonth, Meter.InputTpmHour, Cause.Capacity),
                (Mode.Custom, Term.None, Meter.StorageMonth, Cause.Customisation)])
            {
                var kind = call.Kind with { Mode = mode, Term = term, Tier = Tier.Standard };
                if (RateOn(kind, ContextBand.Standard, day, meter) is not null)
                    Bill(hour, place, kind, ContextBand.Standard, meter, meter == Meter.InputTpmHour ? 100_000m : 1m, false, cause);
            }
        }

        void Bill(DateTime hour, Place place, CallKind kind, ContextBand context, Meter meter, decimal quantity, bool isMantle = false,
            string? hidden = null)
        {
            var rate = RateOn(kind, context, DateOnly.FromDateTime(hour), meter);
            if (rate is null) return;
            // The Marketplace's usage types name no model; guardrails have none.
            var product = meter.IsGuardrail() ? "" : FaultPlan.Product(kind.Model);
            var row = new Row(hour, place, Spelled(place, kind, context, meter, isMantle), product, meter);
            if (!rows.TryGetValue(row, out var billed)) rows[row] = billed = new(kind, context, rate, isMantle, hidden);
            billed.Quantity += quantity;
        }

        /// <summary>Writes the rows as lines, at the prices of the bill.</summary>
        public void Lines()
        {
            foreach (var (row, billed) in rows.OrderBy(r => r.Key.Hour).ThenBy(r => r.Key.Place.Account, StringComparer.Ordinal)
                .ThenBy(r => r.Key.Place.Region, StringComparer.Ordinal).ThenBy(r => r.Key.UsageType, StringComparer.Ordinal)
                .ThenBy(r => r.Key.Product, StringComparer.Ordinal))
            {
                var day = DateOnly.FromDateTime(row.Hour);
                var (change, tenfold) = billed.Hidden is not null || row.Meter.IsGuardrail() ? (1m, 1m)
                    : (plan.Change(billed.Kind.Model, day), plan.IsTenfold(billed.Kind.Model, row.Meter, row.Place.Region) ? 10m : 1m);
                var line = Line(row, billed, change * tenfold);
                lines.Add(line);
                var list = billed.Quantity * billed.Rate.UsdPerUnit;
                if (billed.Hidden is { } hidden) Note(hidden, row.Place, day, row.UsageType, line.Cost);
                else if (change == 1m && tenfold == 1m) Note(Cause.Rounding, row.Place, day, row.UsageType, line.Cost - list);
                else
                {
                    Note(Cause.PriceOutOfLine, row.Place, day, row.UsageType, line.Cost - (line.Cost / tenfold));
                    Note(Cause.PriceChange, row.Place, day, row.UsageType, (line.Cost / tenfold) - list);
                }
            }
        }

        BillLine Line(in Row row, Billed billed, decimal factor)
        {
            var scale = SourceUnits.Scale(billed.Rate.SourceUnit);
            var price = billed.Rate.UsdPerUnit * factor;
            var quantity = Round(billed.Quantity / scale);
            var words = LineWords.Of(row.UsageType, row.Meter, billed.Kind.Model, billed.Rate.SourceUnit, price * scale, row.Place.Region);
            var line = words with
            {
                Id = NextId(), Charge = BillCharge.Usage, ChargeName = "Usage", Start = row.Hour, End = row.Hour.AddHours(1),
                Period = order.Period, Account = row.Place.Account, PayerAccount = order.Payer, Region = row.Place.Region,
                Quantity = quantity, Cost = Round(billed.Quantity * price), IsMantle = billed.IsMantle,
            };
            var caller = Caller.Nobody with { Account = row.Place.Account };
            var kind = row.Meter.IsGuardrail()
                ? new CallKind(caller, row.Place.Region, new("", Scope.InRegion, ModelKind.Foundation, null)) { IsSum = true }
                : new CallKind(caller, row.Place.Region, BilledModel(billed))
                {
                    Mode = billed.Kind.Mode, Tier = billed.Kind.Tier, Term = billed.Kind.Term, Context = billed.Context, IsSum = true,
                };
            return line with
            {
                Usage = new UsageRecord(kind)
                {
                    RequestId = RequestId.Parse(line.Id), Time = row.Hour, Amounts = [new(row.Meter, quantity * scale)],
                },
            };
        }

        // A usage type says Global or nothing.
        static ModelRef BilledModel(Billed billed) => billed.Kind.Model with
        {
            Scope = billed.Rate.Key.Scope == Scope.Global ? Scope.Global : Scope.InRegion,
        };

        /// <summary>Lines that are no usage of a model, and lines that should not be there.</summary>
        public void Ledger()
        {
            var usage = lines.ToList();
            var first = usage.Count == 0 ? plan.Period : usage[0].Start.Date;
            if (Has(BillFaults.DuplicateLines))
                foreach (var line in usage.Where(_ => random.Next(60) == 0))
                {
                    lines.Add(line with { Id = NextId() });
                    Note(Cause.DuplicateLineItems, new(line.Account, line.Region), DateOnly.FromDateTime(line.Start), line.UsageType,
                        line.Cost);
                }
            foreach (var account in usage.GroupBy(l => l.Account).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                var total = account.Sum(l => l.Cost);
                if (Has(BillFaults.UnclassifiedUsageTypes)) Unclassified(account.First());
                if (Has(BillFaults.Credit)) Money(BillCharge.Credit, "Credit", Cause.Credit, account.Key, first, -total * 0.0321m);
                if (Has(BillFaults.Refund))
                    Money(BillCharge.Refund, "Refund", Cause.Refund, account.Key, first.AddDays(1), -total * 0.011m);
                if (Has(BillFaults.Tax)) Money(BillCharge.Tax, "Tax", Cause.Tax, account.Key, plan.Period, total * 0.0775m);
                foreach (var day in account.GroupBy(l => l.Start.Date).OrderBy(g => g.Key))
                {
                    var spent = day.Sum(l => l.Cost);
                    if (Has(BillFaults.PrivateDiscount))
                        Money(BillCharge.PrivateDiscount, "PrivateRateDiscount", Cause.PrivateDiscount, account.Key, day.Key,
                            -spent * 0.05m);
                    if (Has(BillFaults.ProgrammeDiscount))
                        Money(BillCharge.ProgrammeDiscount, "EdpDiscount", Cause.ProgrammeDiscount, account.Key, day.Key, -spent * 0.09m);
                }
            }
        }

        void Unclassified(BillLine beside)
        {
            var code = beside.UsageType[..(beside.UsageType.IndexOf('-', StringComparison.Ordinal) + 1)];
            var line = beside with
            {
                Id = NextId(), UsageType = code + "DataAutomation-Standard-ImagesProcessed", Usage = null, ServiceCode = "AmazonBedrock",
                BillingEntity = "AWS", ProductName = "Amazon Bedrock", Unclassified = "data automation has no meter", Quantity = 40m,
                Unit = "ImagesProcessed", Cost = 0.12m, IsMantle = false, Description = "$0.003 per image processed",
            };
            lines.Add(line);
            Note(Cause.UnclassifiedUsageType, new(line.Account, line.Region), DateOnly.FromDateTime(line.Start), line.UsageType, line.Cost);
        }

        void Money(BillCharge charge, string name, string cause, string account, DateTime start, decimal usd)
        {
            var line = new BillLine
            {
                Id = NextId(), Charge = charge, ChargeName = name, Start = start, End = start.AddDays(1), Period = order.Period,
                Account = account, PayerAccount = order.Payer, ServiceCode = "AmazonBedrock", ProductName = "Amazon Bedrock",
                BillingEntity = "AWS", Cost = Round(usd), Description = name switch
                {
                    "EdpDiscount" => "Enterprise programme discount on Amazon Bedrock",
                    "PrivateRateDiscount" => "Private rate discount on Amazon Bedrock",
                    _ => $"{name} for Amazon Bedrock",
                },
            };
            if (line.Cost == 0m) return;
            lines.Add(line);
            Note(cause, new(account, ""), DateOnly.FromDateTime(start), "", line.Cost);
        }

        Rate? RateOn(CallKind kind, ContextBand context, DateOnly day, Meter meter) => book.CardFor(kind, context, day)[meter];

        string Spelled(Place place, CallKind kind, ContextBand context, Meter meter, bool isMantle = false)
        {
            var at = (place.Region, kind.Model.Id, kind.Model.Scope, context, kind.Mode, kind.Tier, kind.Term, meter, isMantle);
            if (spelled.TryGetValue(at, out var known)) return known;
            var rate = RateOn(kind, context, order.Period, meter) ?? RateOn(kind, context, order.Period.AddMonths(1), meter);
            return spelled[at] = BillSpelling.Of(kind, context, meter, place.Region, rate?.Key.Scope == Scope.Global,
                isMantle ? UsageTypeStyle.Mantle : order.Marketplace)
                ?? throw new InvalidOperationException($"No style of usage type has words for {meter} of {kind}.");
        }

        void Note(string cause, Place place, DateOnly day, string usageType, decimal usd)
        {
            var at = new Injected(cause, place.Account, day, usageType);
            truth[at] = truth.GetValueOrDefault(at) + usd;
        }

        // Ids look like AWS's and follow from the seed.
        string NextId() => string.Create(CultureInfo.InvariantCulture, $"{(uint)order.Seed:x8}{random.NextInt64():x16}{lines.Count:x8}");

        static bool IsCache(Meter meter) => meter is Meter.CacheRead or Meter.CacheWrite5m or Meter.CacheWrite30m or Meter.CacheWrite1h;
        static decimal Round(decimal value) => Usd.Shortest(decimal.Round(value, Decimals, MidpointRounding.AwayFromZero));
    }
}
