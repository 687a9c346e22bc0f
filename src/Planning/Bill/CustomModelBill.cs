using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>A model of the user's own: trained, stored, served.</summary>
sealed class CustomModelBill(DescribedEstate estate, CustomModel model)
{
    const decimal HoursPerMonth = 720m;
    const string Category = BillCategories.Customisation;

    readonly CallKind custom = new(Caller.Nobody, estate.Region, model.Base) { Mode = Mode.Custom, Context = ContextBand.Standard };
    readonly CallKind anyCustom = new(Caller.Nobody, estate.Region, new("", Scope.InRegion, ModelKind.Foundation, null))
    {
        Mode = Mode.Custom, Context = ContextBand.Standard,
    };
    readonly CallKind units = new(Caller.Nobody, estate.Region, model.Base)
    {
        Mode = Mode.Provisioned, Term = model.Term, Context = ContextBand.Standard,
    };

    public void AddTo(Tally tally)
    {
        var (draw, name) = (tally.Draw, model.Name);
        var trained = model.TrainingTokens.In(draw) * model.Epochs.In(draw) * model.TrainingsPerYear.In(draw) / ModelledBill.MonthsPerYear;
        if (trained > 0m)
        {
            tally.Add($"{name}: training", Category, RateOwnOrAny(tally, Meter.Training, trained, $"{name}: training"),
                tally.WithLines ? $"{model.TrainingsPerYear.In(draw):0.##} a year, spread over its months" : "");
        }
        tally.Add($"{name}: storage", Category, RateOwnOrAny(tally, Meter.StorageMonth, 1m, $"{name}: storage"), "one model");
        Serve(tally);
    }

    void Serve(Tally tally)
    {
        var (draw, line) = (tally.Draw, $"{model.Name}: serving");
        if (model.OnDemandServing)
        {
            var calls = model.CallsPerMonth.In(draw);
            var record = new UsageRecord(custom)
            {
                Time = tally.Time,
                Tokens = new() { Input = Whole(calls * model.InputTokens.In(draw)), Output = Whole(calls * model.OutputTokens.In(draw)) },
            };
            tally.Add(line, Category, tally.Rate(record, line, Category), "on demand, by the token");
            return;
        }
        // A custom model that is not served on demand needs a unit at least, every hour.
        var count = Math.Max(1m, model.Units.In(draw));
        var hours = count * HoursPerMonth;
        if (model.UnitUsdPerHour is { } stated)
            tally.AddStated(line, Category, hours * stated.In(draw), tally.WithLines ? $"{Units(count)}, at the price stated" : "");
        else
            tally.Add(line, Category, tally.Rate(units, Meter.ModelUnitHour, hours, line, Category),
                tally.WithLines ? Units(count) : "");
    }

    // Books price training and storage by base model, or once for all of them.
    Priced RateOwnOrAny(Tally tally, Meter meter, decimal amount, string line)
    {
        var probe = new Tally(estate, tally.Book, DateOnly.FromDateTime(tally.Time), tally.Draw, withLines: false);
        var own = probe.Rate(custom, meter, amount, line, Category);
        if (probe.FirstReason is null) return own;
        probe.Begin();
        var any = probe.Rate(anyCustom, meter, amount, line, Category);
        return probe.FirstReason is null ? any : tally.Rate(custom, meter, amount, line, Category);
    }

    static string Units(decimal count) => $"{count:0.##} unit{(count == 1m ? "" : "s")}, every hour";

    static long Whole(decimal tokens) => (long)decimal.Round(tokens, MidpointRounding.ToEven);
}
