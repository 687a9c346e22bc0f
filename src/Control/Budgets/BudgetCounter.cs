namespace Assay.Control.Budgets;

/// <summary>What is spent, reserved and held in one slice of time: a day, a month, a sixtieth of a rolling window.</summary>
sealed class BudgetSlice(long start, long end)
{
    public long Start { get; } = start;
    public long End { get; } = end;
    public decimal Spent;
    public decimal Reserved;
    public decimal Held;
    public int Unpriced;

    /// <summary>The three together, kept so that admission adds nothing up.</summary>
    public decimal Used;

    /// <summary>The spend at which the next step is told. Zero for: look.</summary>
    public decimal NextStep;
}

/// <summary>What the slices of a window come to.</summary>
struct WindowSums
{
    public long Start;
    public long End;
    public decimal Spent;
    public decimal Reserved;
    public decimal Held;
    public decimal Used;
    public int Unpriced;
}

/// <summary>
/// The sums of one budget for one value, by slices of time. A calendar window is one slice; a rolling window is the slice of a moment and
/// the 60 before it: one more than its length, so that no stretch of that length, wherever it begins, holds more than was admitted
/// together.
/// </summary>
/// <remarks>Not locked: the book's lock holds.</remarks>
sealed class BudgetCounter(string name, string value, BudgetWindow window)
{
    // Windows long past are nobody's concern. The oldest go first, so whatever the order of a replay, the newest are complete.
    const int SlicesMax = 128;

    readonly List<BudgetSlice> slices = [];
    readonly long sliceTicks = window.Hours * TimeSpan.TicksPerMinute * (60 / BudgetWindow.Slices);
    BudgetSlice? current;

    // The sums of the window that ends with one slice, kept up to date by every change: admission adds nothing up.
    BudgetSlice? summed;
    decimal used;
    decimal spent;

    // Steps told of: in which window, and up to which share. A rolling window is told of once in its length.
    readonly Dictionary<long, decimal> told = [];

    public string Name { get; } = name;
    public string Value { get; } = value;
    public BudgetWindow Window { get; } = window;
    bool IsRolling => Window.Kind == WindowKind.Rolling;

    /// <summary>The slice of a time, made where there is none.</summary>
    public BudgetSlice At(long ticks) => Find(ticks) ?? Add(ticks, isLive: true)!;

    /// <summary>The slice of a time, made where there is none; null for a time that is forgotten.</summary>
    public BudgetSlice? Past(long ticks) => Find(ticks) ?? Add(ticks, isLive: false);

    /// <summary>The slice of a time; null where there is none.</summary>
    public BudgetSlice? Find(long ticks)
    {
        if (current is { } last && last.Start <= ticks && ticks < last.End) return last;
        var at = LastBefore(ticks);
        return at >= 0 && ticks < slices[at].End ? current = slices[at] : null;
    }

    BudgetSlice? Add(long ticks, bool isLive)
    {
        var at = LastBefore(ticks) + 1;
        if (slices.Count == SlicesMax)
        {
            if (at == 0 && !isLive) return null;
            if (ReferenceEquals(summed, slices[0])) summed = null;
            told.Remove(slices[0].Start);
            slices.RemoveAt(0);
            if (at > 0) at--;
        }
        var (start, end) = Bounds(ticks);
        slices.Insert(at, current = new(start, end));
        return current;
    }

    // The place of the last slice that starts no later than a time; -1 for none.
    int LastBefore(long ticks)
    {
        int low = 0, high = slices.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (slices[middle].Start <= ticks) low = middle + 1;
            else high = middle - 1;
        }
        return high;
    }

    (long Start, long End) Bounds(long ticks)
    {
        if (IsRolling) return (ticks / sliceTicks * sliceTicks, (ticks / sliceTicks + 1) * sliceTicks);
        var time = new DateTime(ticks, DateTimeKind.Utc);
        if (Window.Kind == WindowKind.Day) return (time.Date.Ticks, time.Date.AddDays(1).Ticks);
        var first = new DateTime(time.Year, time.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        return (first.Ticks, first.AddMonths(1).Ticks);
    }

    /// <summary>Where the window of a moment begins and ends, in ticks.</summary>
    public (long Start, long End) WindowOf(long ticks)
    {
        var (start, end) = Bounds(ticks);
        return IsRolling ? (Math.Max(0, start - BudgetWindow.Slices * sliceTicks), end) : (start, end);
    }

    /// <summary>What is still free in the fullest window a slice belongs to.</summary>
    public decimal Headroom(decimal limit, BudgetSlice slice)
    {
        if (!IsRolling) return limit - slice.Used;
        Sum(slice);
        var most = used;
        // Only a clock that went back finds slices later than its own: their windows hold this slice too.
        for (var i = slices.Count - 1; i >= 0 && slices[i].Start > slice.Start; i--)
            if (slices[i].Start - slice.Start <= BudgetWindow.Slices * sliceTicks)
                most = Math.Max(most, Sums(slices[i].Start).Used);
        return limit - most;
    }

    public void Reserve(BudgetSlice slice, decimal amount)
    {
        slice.Reserved += amount;
        slice.Used += amount;
        if (IsRolling && IsSummed(slice)) used += amount;
    }

    public void Hold(BudgetSlice slice, decimal amount)
    {
        slice.Held += amount;
        slice.Used += amount;
        if (IsRolling && IsSummed(slice)) used += amount;
    }

    public void Spend(BudgetSlice slice, decimal cost)
    {
        slice.Spent += cost;
        slice.Used += cost;
        if (!IsRolling || !IsSummed(slice)) return;
        used += cost;
        spent += cost;
    }

    bool IsSummed(BudgetSlice slice) =>
        summed is { } end && slice.Start <= end.Start && end.Start - slice.Start <= BudgetWindow.Slices * sliceTicks;

    void Sum(BudgetSlice end)
    {
        if (ReferenceEquals(summed, end)) return;
        var sums = Sums(end.Start);
        (summed, used, spent) = (end, sums.Used, sums.Spent);
    }

    /// <summary>The sums of the window that holds a moment (and ends with its slice, when it rolls).</summary>
    public WindowSums Sums(long ticks)
    {
        var (start, end) = WindowOf(ticks);
        var sums = new WindowSums { Start = start, End = end };
        for (var i = LastBefore(ticks); i >= 0 && slices[i].Start >= start; i--)
        {
            sums.Spent += slices[i].Spent;
            sums.Reserved += slices[i].Reserved;
            sums.Held += slices[i].Held;
            sums.Used += slices[i].Used;
            sums.Unpriced += slices[i].Unpriced;
        }
        return sums;
    }

    /// <summary>When an amount will fit, at latest, if nothing more is spent; null when it is more than the limit itself.</summary>
    public DateTime? FitsAt(decimal limit, decimal amount, long ticks)
    {
        if (amount > limit) return null;
        var (start, end) = WindowOf(ticks);
        if (!IsRolling) return new(end, DateTimeKind.Utc);
        var left = 0m;
        foreach (var slice in slices) left += slice.Start >= start ? slice.Used : 0m;
        foreach (var slice in slices)
        {
            if (slice.Start < start) continue;
            left -= slice.Used;
            end = slice.End + BudgetWindow.Slices * sliceTicks;
            if (left + amount <= limit) break;
        }
        return new(end, DateTimeKind.Utc);
    }

    /// <summary>Adds the steps that spend has reached and nobody was told of: in the slice's window, which for a rolling budget is the one
    /// that ends with the newest call, where that holds the slice.</summary>
    public void Tell(BudgetRule rule, BudgetSlice slice, DateTime time, List<BudgetEvent>? events)
    {
        var reached = slice.Spent;
        if (IsRolling)
        {
            // Adding up anew for each call that was admitted a slice ago would cost more than the call's admission.
            if (IsSummed(slice)) slice = summed!;
            else Sum(slice);
            reached = spent;
        }
        if (reached < slice.NextStep) return;
        var since = ToldSince(slice);
        var highest = told.GetValueOrDefault(since);
        slice.NextStep = decimal.MaxValue;
        foreach (var step in rule.Steps)
        {
            if (step <= highest) continue;
            if (reached < step * rule.Usd || reached == 0m)
            {
                slice.NextStep = step * rule.Usd;
                break;
            }
            told[since] = step;
            events?.Add(new(Name, Value, new(WindowOf(slice.Start).Start, DateTimeKind.Utc), step, reached, rule.Usd, time));
        }
    }

    // For a rolling window the first slice that told, as long as its window lasts; then telling begins anew.
    long ToldSince(BudgetSlice slice)
    {
        if (!IsRolling) return slice.Start;
        foreach (var since in told.Keys)
            if (Math.Abs(since - slice.Start) <= BudgetWindow.Slices * sliceTicks) return since;
        foreach (var past in told.Keys.Where(s => s < slice.Start).ToList()) told.Remove(past);
        return slice.Start;
    }

    /// <summary>Another limit: steps above the share that is spent of it will be told again.</summary>
    public void Limit(decimal usd)
    {
        foreach (var since in told.Keys.ToList())
            told[since] = usd == 0m ? 0m : Math.Min(told[since], Sums(since).Spent / usd);
    }

    /// <summary>Other steps or another limit: the next step is looked up anew.</summary>
    public void LookAgain()
    {
        foreach (var slice in slices) slice.NextStep = 0m;
    }
}
