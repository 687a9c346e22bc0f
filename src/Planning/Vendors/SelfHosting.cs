using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Planning.Vendors;

/// <summary>Published weights on rented hardware. Every figure is the user's: none has a default.</summary>
/// <param name="Where">What is rented: <c>ec2</c> by the GPU, <c>sagemaker</c> by the instance.</param>
/// <param name="UsdPerHour">USD an hour of one GPU or instance.</param>
/// <param name="Units">GPUs or instances of one replica.</param>
/// <param name="TokensPerSecond">What one replica carries at full load, input and output together.</param>
/// <param name="Utilisation">Share of that it is kept busy, 0 to 1: nights, peaks and head room take the rest.</param>
/// <param name="PeopleUsdPerMonth">What running it takes of people, a month.</param>
public sealed record SelfHosting(
    string Where, decimal UsdPerHour, decimal Units, decimal TokensPerSecond, decimal Utilisation, decimal PeopleUsdPerMonth);

/// <summary>One point of the curve: a monthly volume and what a million tokens cost at it, either way.</summary>
public sealed record HostingPoint(
    decimal TokensPerMonth, long Replicas, decimal UsdPerMonth, decimal UsdPerMTok, decimal BedrockUsdPerMTok);

/// <summary>Self-hosting beside Bedrock, for one model.</summary>
/// <param name="Model">The model on Bedrock.</param>
/// <param name="Weights">The published weights that would be served.</param>
/// <param name="MonthlyTokens">Tokens of the model a month, of every token meter.</param>
/// <param name="MonthlyBedrockUsd">What they cost on Bedrock a month.</param>
/// <param name="CapacityPerReplica">Tokens a month one replica carries at the stated utilisation.</param>
/// <param name="ReplicaUsdPerMonth">What its 720 hours cost.</param>
/// <param name="BreakEvenTokens">The monthly volume from which it costs no more than Bedrock; null where no volume does that.</param>
public sealed record HostedQuote(
    SelfHosting Terms, string Model, string Weights, decimal MonthlyTokens, decimal MonthlyBedrockUsd, decimal CapacityPerReplica,
    decimal ReplicaUsdPerMonth, decimal? BreakEvenTokens)
{
    const decimal HoursPerMonth = 720m;
    const decimal Million = 1_000_000m;

    /// <summary>What a million tokens of this mix cost on Bedrock.</summary>
    public decimal BedrockUsdPerMTok => MonthlyBedrockUsd * Million / MonthlyTokens;

    /// <summary>The point of the usage itself.</summary>
    public HostingPoint Yours => At(MonthlyTokens);

    /// <summary>What self-hosting saves of Bedrock's cost at that volume; negative where it costs more.</summary>
    public double SavedShare => MonthlyBedrockUsd == 0m ? 0 : (double)((MonthlyBedrockUsd - Yours.UsdPerMonth) / MonthlyBedrockUsd);

    /// <summary>
    /// Round volumes from a tenth to five times of where the curves meet (of what one replica carries, where they never do), the usage
    /// itself and the break-even among them.
    /// </summary>
    public IReadOnlyList<HostingPoint> Curve
    {
        get
        {
            var middle = BreakEvenTokens ?? CapacityPerReplica;
            decimal[] marked = BreakEvenTokens is { } even ? [MonthlyTokens, even] : [MonthlyTokens];
            return [.. Volumes(middle / 10m, middle * 5m).Concat(marked).Distinct().Order().Select(At)];
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">A figure that must be above zero is not.</exception>
    public static HostedQuote Of(SelfHosting terms, Equivalent weights, decimal monthlyTokens, decimal monthlyBedrockUsd)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(terms.UsdPerHour);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(terms.Units);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(terms.TokensPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(terms.Utilisation);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(monthlyTokens);
        var capacity = terms.TokensPerSecond * terms.Utilisation * 3600m * HoursPerMonth;
        var replica = HoursOfAMonth(terms);
        return new(terms, weights.Model, weights.VendorModel, monthlyTokens, monthlyBedrockUsd, capacity, replica,
            BreakEven(terms.PeopleUsdPerMonth, replica, capacity, monthlyBedrockUsd / monthlyTokens));
    }

    /// <summary>What a monthly volume costs: whole replicas and the people.</summary>
    public HostingPoint At(decimal tokens)
    {
        var replicas = Math.Max(1m, decimal.Ceiling(tokens / CapacityPerReplica));
        var usd = (replicas * ReplicaUsdPerMonth) + Terms.PeopleUsdPerMonth;
        return new(tokens, (long)replicas, usd, usd / tokens * Million, BedrockUsdPerMTok);
    }

    // The user's price is a book of one rate: hours are rated like everything else.
    static decimal HoursOfAMonth(SelfHosting terms)
    {
        var model = new ModelRef($"{Equivalent.SelfHosted}:{terms.Where}", Scope.InRegion, ModelKind.Foundation, null);
        var key = new RateKey(model.Id, Meter.ModelUnitHour, Mode.Provisioned, Tier.Standard, Scope.InRegion, ContextBand.Standard,
            RateKey.EveryRegion, Term.None);
        var rate = new Rate($"stated:{model.Id}", key, "hour", terms.UsdPerHour, null, null, "stated by the user");
        var book = new PriceBook("stated", [new PriceSource("stated", DateOnly.MinValue, false, [rate])]);
        var hours = new UsageRecord
        {
            Caller = Caller.Nobody, Region = "", Model = model, Mode = Mode.Provisioned, Operation = "",
            Amounts = [new(Meter.ModelUnitHour, terms.Units * HoursPerMonth)],
        };
        return Rater.Rate(hours, book).OfType<Outcome.Rated>().Sum(r => r.Cost.Amount);
    }

    // With n replicas the cost is fixed up to n times the capacity of one. The fewest replicas that can earn back themselves and the
    // people decide where the line of Bedrock's cost is first met.
    static decimal? BreakEven(decimal people, decimal replica, decimal capacity, decimal bedrockPerToken)
    {
        var earned = (capacity * bedrockPerToken) - replica;
        if (earned < 0m || (earned == 0m && people > 0m)) return null;
        var replicas = earned == 0m ? 1m : Math.Max(1m, decimal.Ceiling(people / earned));
        return decimal.Ceiling((people + (replicas * replica)) / bedrockPerToken);
    }

    // 1, 2, 5, 10 …
    static IEnumerable<decimal> Volumes(decimal low, decimal high)
    {
        decimal[] steps = [2m, 2.5m, 2m];
        var volume = 1m;
        for (var i = 0; volume <= high; i++)
        {
            if (volume >= low) yield return volume;
            volume *= steps[i % 3];
        }
    }
}
