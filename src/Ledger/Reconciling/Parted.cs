namespace Assay.Ledger.Reconciling;

/// <summary>
/// One meter's difference in one slot, taken apart: what moved across the end of a day, and the rest with its cause, null where there is
/// none.
/// </summary>
readonly record struct Parted(decimal Edge, decimal Rest, string? Cause)
{
    public static readonly Parted Nothing = new(0m, 0m, null);
}

/// <summary>How a slot stands, as far as causes depend on it.</summary>
/// <param name="IsLost">The account logged nothing at all in the region.</param>
/// <param name="IsLate">The bill has nothing of this time yet, or nothing of this account.</param>
readonly record struct Standing(bool IsLost, bool IsLate);

/// <summary>
/// Takes the differences of the last hour of a day and the first of the next apart, together: calls of a day's last minutes may be billed
/// in the next, so that what one hour lacks the other has too much of.
/// </summary>
static class DayEdge
{
    /// <param name="logged">By the logs, in the last hour and in the first.</param>
    /// <param name="billed">By the bill.</param>
    /// <param name="isLastOfPeriod">True where the next day is on another bill.</param>
    public static (Parted Last, Parted First) Take(
        (decimal Last, decimal First) logged, (decimal Last, decimal First) billed, Standing last, Standing first, bool isLastOfPeriod)
    {
        var (lacking, extra) = (billed.Last - logged.Last, billed.First - logged.First);
        if (lacking == 0m && (extra == 0m || isLastOfPeriod)) return (Parted.Nothing, Parted.Nothing);
        if (isLastOfPeriod)
            return (!last.IsLost && lacking < 0m && !last.IsLate ? new(lacking, 0m, null) : Alone(lacking, last), Parted.Nothing);
        if (last.IsLate || first.IsLate)
            // What moved into a day that has not arrived is as absent as that day.
            return (lacking < 0m ? new(0m, lacking, Cause.MissingBillRows) : Alone(lacking, last), Alone(extra, first));
        if (lacking <= 0m && lacking + extra == 0m) return (new(lacking, 0m, null), new(extra, 0m, null));
        // The minutes before midnight are lost with their hour, whatever day they are billed in.
        if (last.IsLost) return (Alone(lacking, last), extra > 0m ? new(0m, extra, Cause.MissingLogHours) : Alone(extra, first));
        if (first.IsLost && lacking <= 0m && extra >= -lacking)
            return (new(lacking, 0m, null), new(-lacking, extra + lacking, Cause.MissingLogHours));
        return (Alone(lacking, last), Alone(extra, first));
    }

    /// <summary>A difference that no neighbour shares.</summary>
    public static Parted Alone(decimal difference, Standing standing) => difference switch
    {
        0m => Parted.Nothing,
        < 0m when standing.IsLate => new(0m, difference, Cause.MissingBillRows),
        > 0m when standing.IsLost => new(0m, difference, Cause.MissingLogHours),
        _ => new(0m, difference, null),
    };
}
