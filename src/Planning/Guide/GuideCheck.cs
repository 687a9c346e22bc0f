namespace Assay.Planning;

/// <summary>A claim, the figure the engine derives for it, and what that makes of it.</summary>
/// <param name="Derived">From the guide's own prices and statements.</param>
/// <param name="Judgement">By <see cref="ClaimRule"/>.</param>
/// <param name="Today">The same with today's prices; without a result where none enters or one is missing, and it says which.</param>
/// <param name="TodayJudgement">What today's figure makes of the claim; null where there is none.</param>
public sealed record CheckedClaim(
    GuideClaim Claim, Derivation Derived, Judgement Judgement, Derivation Today, Judgement? TodayJudgement);

/// <summary>Derives every claim of the guide from its own prices and what it states, and judges it.</summary>
public static class GuideCheck
{
    static readonly Dictionary<string, Func<Worksheet, Derivation>> Derivations =
        PriceClaims.All.Concat(CapacityClaims.All).Concat(CacheClaims.All).Concat(AncillaryClaims.All).Concat(RoutingClaims.All)
            .Concat(ScenarioClaims.All).Concat(CommitmentClaims.All).ToDictionary(StringComparer.Ordinal);

    /// <summary>Every claim, in the order of its table.</summary>
    public static IReadOnlyList<CheckedClaim> All(IReadOnlyList<GuideClaim> claims, GuideSources sources) =>
        [.. claims.Select(claim => One(claim, sources))];

    public static CheckedClaim One(GuideClaim claim, GuideSources sources)
    {
        var (derived, today) = (Derive(claim, new(sources, isToday: false)), Derive(claim, new(sources, isToday: true)));
        return new(claim, derived,
            derived.Result is { } figure ? ClaimRule.Judge(claim, figure) : new(ClaimVerdict.NoSource, derived.Missing!),
            today, today.Result is { } now ? ClaimRule.Judge(claim, now) : null);
    }

    static Derivation Derive(GuideClaim claim, Worksheet sheet) => Derivations.TryGetValue(claim.Id, out var derive)
        ? derive(sheet)
        : new(sheet.Book.Id, null, "nothing says how to derive it", [], []);
}
