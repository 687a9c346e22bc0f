namespace Assay.Planning.Tests.Plans.Attack;

/// <summary>What was planted in a hostile estate: an action of a lever, and the saving that hand arithmetic gives.</summary>
sealed record Planted(Lever Lever, ActionKind Kind, decimal Saving, string To = "");

/// <summary>
/// Estates of other seeds and shapes than the built-in one, with faults planted and sound work beside them. The truth is computed where the
/// calls are made, from list prices written down here.
/// </summary>
public partial class AttackTests
{
    const decimal Within = .05m;

    const string Sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", Opus = "us.anthropic.claude-opus-4-5-20251101-v1:0";
    const string Haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";

    // USD a token: Claude through us. profiles, others on demand.
    const decimal SonnetInput = 3.30e-6m, SonnetOutput = 16.50e-6m, SonnetRead = .33e-6m, SonnetWrite5m = 4.125e-6m, SonnetWrite1h = 6.60e-6m;
    const decimal OpusInput = 5.50e-6m, OpusOutput = 27.50e-6m, HaikuInput = 1.10e-6m, HaikuOutput = 5.50e-6m;

    public static TheoryData<string, int> SinsAndSeeds => Cross(Sins.Keys);
    public static TheoryData<string, int> SoundAndSeeds => Cross(Sound.Keys);

    static TheoryData<string, int> Cross(IEnumerable<string> names)
    {
        var data = new TheoryData<string, int>();
        foreach (var name in names)
            foreach (var seed in (int[])[1, 77]) data.Add(name, seed);
        return data;
    }

    [Theory, MemberData(nameof(SinsAndSeeds))]
    public void What_was_planted_is_found_with_its_saving(string sin, int seed)
    {
        var log = new AttackLog(seed);
        var planted = Sins[sin](log);
        var plan = log.Planned();
        var found = plan.Actions.Where(a => a.Lever == planted.Lever && a.Kind == planted.Kind && a.Workload.Principal == "Sinner").ToList();
        var others = string.Join("; ", plan.Actions.Select(a => $"{a.Workload.Principal} {a.Lever} {a.Kind} {a.To} {a.PeriodSaving:0.0000}"));
        Assert.True(found.Count == 1, $"the truth is {planted.Saving:0.0000}, found {found.Count} times; "
            + $"{plan.Workloads.FirstOrDefault(w => w.Key.Principal == "Sinner")?.Why}; {others}");
        if (planted.Kind == ActionKind.Warning) return;
        if (planted.To.Length > 0) Assert.Equal(planted.To, found[0].To);
        Assert.True(Math.Abs(found[0].PeriodSaving - planted.Saving) <= planted.Saving * Within,
            $"the truth is {planted.Saving:0.0000}, found {found[0].PeriodSaving:0.0000}; {found[0].To}; {others}");
    }

    [Theory, MemberData(nameof(SoundAndSeeds))]
    public void What_is_sound_is_not_accused(string sound, int seed)
    {
        var log = new AttackLog(seed);
        Sound[sound](log);
        var plan = log.Planned();
        // A wider scope asks for consent, and a word on the form of answers claims no saving: neither accuses.
        var accused = plan.Actions.Where(a => a.Lever != Lever.Scope && !(a.Lever == Lever.Output && a.PeriodSaving == 0m))
            .Select(a => $"{a.Workload.Principal} {a.Lever} {a.Kind} {a.From} -> {a.To} {a.PeriodSaving:0.0000}: {a.Evidence.Text}").ToList();
        Assert.True(accused.Count == 0, string.Join('\n', accused));
    }
}
