using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// The plan of a described estate: every way to buy each workload is rated from the usage it describes, as its bill is, and the cheapest
/// lawful one is taken. No call was recorded, so nothing is said of loops, of what prompts share, or of answers.
/// </summary>
public static class EstatePlan
{
    /// <param name="catalog">The models a smaller one may be chosen among; null: none is looked for.</param>
    public static Plan Of(ModelledEstate modelled, PlanConstraints constraints, ModelCatalog? catalog = null)
    {
        var (estate, bill) = (modelled.Model.Estate, modelled.Bill);
        var month = new DateTime(modelled.Model.Day, TimeOnly.MinValue, DateTimeKind.Utc);
        var seen = new Seen(modelled, constraints, month);
        var workloads = estate.Workloads.Select((w, i) => (Workload: w, Weighed: modelled.Workloads[i], Today: seen.Inference(w))).ToList();
        var frontiers = workloads.Select(w => seen.Frontier(w.Workload, w.Weighed, w.Today)).ToList();
        var (choices, gap) = JointChoice.Of(frontiers, constraints.MaxActions);
        var chosen = workloads.Select((w, i) => (w.Workload, w.Today, Arrangement: frontiers[i][choices[i]], Alone: frontiers[i])).ToList();
        List<PlanAction> counted = [.. chosen.SelectMany(c => Seen.Counted(c.Workload, c.Today, c.Arrangement, c.Alone))
            .OrderByDescending(a => a.JointSaving).ThenBy(a => a.Name, StringComparer.Ordinal)];
        var saving = counted.Sum(a => a.JointSaving);
        return new()
        {
            Book = modelled.Model.Sources.Book.Id, From = modelled.Model.Day, To = modelled.Model.Day.AddDays(29), Days = 30,
            Requests = (long)estate.Workloads.Sum(w => w.RequestsPerMonth.In(modelled.Model.Likely)),
            Current = bill.Total, Planned = bill.Total - saving, CurrentMonthly = Planner.Round(bill.Total),
            PlannedMonthly = Planner.Round(bill.Total) - saving,
            SavingMonthly = saving, OptimalGap = gap,
            Actions = [.. counted, .. seen.Stores().Concat(chosen.SelectMany(c => seen.Candidates(c.Workload, c.Arrangement, catalog)))
                .OrderByDescending(a => a.MonthlySaving), .. seen.Warnings()],
            Workloads = [.. chosen.Select(c => seen.Planned(c.Workload, c.Today, c.Arrangement)).OrderByDescending(w => w.Cost)],
            Waterfall = [.. counted.GroupBy(a => a.Lever).OrderBy(g => g.Key)
                .Select(g => new WaterfallStep(g.Key, g.Count(), g.Sum(a => a.PeriodSaving), g.Sum(a => a.JointPeriodSaving)))],
            SumOfAlone = counted.Sum(a => a.PeriodSaving),
            WhyTheyDiffer = counted.Sum(a => a.PeriodSaving) == saving ? ""
                : "Levers take from the same money: what one makes cheaper, the next saves less on.",
            Unpriced = [.. bill.Unpriced.GroupBy(u => u.Reason).Select(g => (g.Key, (long)g.Count()))],
            Notes = [.. seen.Notes()],
        };
    }

    sealed class Seen(ModelledEstate modelled, PlanConstraints constraints, DateTime month)
    {
        readonly Draw likely = modelled.Model.Likely;

        public decimal Inference(DescribedWorkload workload) =>
            modelled.Bill.Lines.Where(l => l.Name == workload.Name && BillCategories.IsInference(l.Category)).Sum(l => l.Cost);

        // What is described without an application goes by its name: two workloads are never one.
        static WorkloadKey Key(DescribedWorkload workload) =>
            new(workload.Account, "", workload.App.Length > 0 ? workload.App : workload.Name, workload.Models[0].Model.Id);

        /// <summary>Today; the cheapest lawful way in today's scope; the cheapest of all, where it is another scope's.</summary>
        public List<Arrangement> Frontier(DescribedWorkload workload, WeighedWorkload weighed, decimal today)
        {
            var rule = constraints.RuleFor(Key(workload));
            List<Arrangement> frontier = [new([], today)];
            if (rule?.IsFixed == true) return frontier;
            var residency = rule?.Residency ?? constraints.Residency;
            var lawful = weighed.Options.Where(o => o.IsAllowed && o.Monthly is not null && Keeps(residency, o.Scope)
                && !(rule?.MaxWait == TimeSpan.Zero && (o.BatchShare > 0m || o.Tier == Tier.Flex))).ToList();
            var (least, minimum) = (today, constraints.MinimumMonthlySaving);
            if (lawful.Where(o => o.Scope == weighed.Scope).MinBy(o => o.Monthly) is { } same && today - same.Monthly >= minimum)
            {
                least = same.Monthly!.Value;
                frontier.Add(new([Option(workload, weighed, same)], least));
            }
            if (lawful.Where(o => o.Scope != weighed.Scope).MinBy(o => o.Monthly) is not { } other
                || least - other.Monthly < minimum) return frontier;
            List<LeverOption> wider = [.. frontier.Count > 1 ? frontier[1].Options : [], Wider(workload, weighed, other)];
            if (frontier.Count == 1 || IsSameWay(lawful, weighed, other)) frontier.Add(new(wider, other.Monthly!.Value));
            return frontier;
        }

        // The other scope's cheapest is the same way to buy: then it is a change of scope beside the first.
        static bool IsSameWay(List<ModeOption> lawful, WeighedWorkload weighed, ModeOption other) =>
            lawful.Where(o => o.Scope == weighed.Scope).MinBy(o => o.Monthly) is { } same
            && (same.Mode, same.Tier, same.Term, same.Cache, same.BatchShare) == (other.Mode, other.Tier, other.Term, other.Cache,
            other.BatchShare);

        static bool Keeps(Residency? residency, Scope scope) => residency switch
        {
            Residency.Region => scope == Scope.InRegion, Residency.Geography => scope != Scope.Global, _ => true,
        };

        LeverOption Option(DescribedWorkload workload, WeighedWorkload weighed, ModeOption option) => new()
        {
            Lever = option.Mode switch
            {
                BillCategories.Batch => Lever.Batch, BillCategories.Caching => Lever.Caching,
                BillCategories.Provisioned or BillCategories.Reserved => Lever.Provisioned, _ when option.Tier != workload.Tier =>
                    Lever.Tier,
                _ when workload.Prefix is { IsCached: true } => Lever.Caching, _ => Lever.Batch,
            },
            Kind = ActionKind.Saving, From = string.Join(" and ", weighed.InUse.Select(Words)), To = Words(option),
            Confidence = Confidence.Medium, Effort = option.Mode == BillCategories.Batch ? Effort.Medium : Effort.Low,
            Breaks = Breaks(option), Setup = Setup(option),
            Evidence = Evidence(workload, option.Why.Length > 0 ? $"Rated from the usage described: {option.Why}."
                : "Rated from the usage described."),
        };

        static string Breaks(ModeOption option) => option.Mode switch
        {
            BillCategories.Batch => "answers come within 24 hours instead of seconds; what reads them must not expect them earlier",
            BillCategories.Provisioned or BillCategories.Reserved when option.Term != Term.None =>
                "the term is paid to its end, used or not; fewer calls than described, and it costs more than it saves",
            BillCategories.Provisioned or BillCategories.Reserved => "it is paid by the hour, used or not",
            _ when option.Tier == Tier.Flex => "answers wait while others are served first",
            _ when option.Tier == Tier.Standard => "nothing: answers stay the same",
            _ => "",
        };

        static string Setup(ModeOption option) => option.Mode switch
        {
            BillCategories.Batch => "write the prompts as JSON lines to S3 and start them with CreateModelInvocationJob",
            BillCategories.Caching => $"a cache point (cachePoint, cache_control) behind what the prompts share, for {option.Cache}",
            BillCategories.Provisioned => "CreateProvisionedModelThroughput, and call its ARN",
            BillCategories.Reserved => "reserve the tokens a minute with the account team",
            _ when option.Tier == Tier.Flex => "\"serviceTier\": {\"type\": \"flex\"}",
            _ when option.Tier == Tier.Standard => "leave serviceTier out of the request",
            _ => "",
        };

        LeverOption Wider(DescribedWorkload workload, WeighedWorkload weighed, ModeOption option) => new()
        {
            Lever = Lever.Scope, Kind = ActionKind.Saving, From = Say.Scope(weighed.Scope), To = Say.Scope(option.Scope),
            Confidence = Confidence.High, Effort = Effort.Low, Breaks = "calls may be computed in more places, as the estate's "
                + "residency allows",
            Evidence = Evidence(workload, "The estate's residency allows it, and a token costs less there."),
        };

        DateTime End => month.AddDays(30).AddSeconds(-1);

        Evidence Evidence(DescribedWorkload workload, string text) =>
            new((long)workload.RequestsPerMonth.In(likely), month, End, text);

        static string Words(string mode) => mode.Replace('_', ' ');

        static string Words(ModeOption option)
        {
            var words = Words(option.Mode);
            if (option.Tier != Tier.Standard) words += $", {Words(option.Tier.Name())}";
            if (option.Term != Term.None) words += $", {Words(option.Term.Name())}";
            if (option.Cache is { } cache) words += $", cached {cache}";
            return option.BatchShare is > 0m and < 1m ? words + FormattableString.Invariant($", {option.BatchShare:0.#%} in batch") : words;
        }

        public static IEnumerable<PlanAction> Counted(
            DescribedWorkload workload, decimal today, Arrangement arrangement, List<Arrangement> frontier)
        {
            var before = today;
            for (var i = 0; i < arrangement.Options.Count; i++)
            {
                var option = arrangement.Options[i];
                var after = i == arrangement.Options.Count - 1 ? arrangement.Cost : frontier[i + 1].Cost;
                var joint = Planner.Round(before - after);
                before = after;
                yield return new()
                {
                    Lever = option.Lever, Kind = ActionKind.Saving, Workload = Key(workload), Name = workload.Name, From = option.From,
                        To = option.To,
                    PeriodSaving = joint, JointPeriodSaving = joint, MonthlySaving = joint, JointSaving = joint,
                        Confidence = option.Confidence,
                    Effort = option.Effort, Breaks = option.Breaks, Setup = option.Setup, Evidence = option.Evidence,
                };
            }
        }

        /// <summary>What needs a trial: a smaller model for labels, a lower limit of answers.</summary>
        public IEnumerable<PlanAction> Candidates(DescribedWorkload workload, Arrangement arrangement, ModelCatalog? catalog)
        {
            var rule = constraints.RuleFor(Key(workload));
            if (rule?.IsFixed == true) yield break;
            var (output, asked) = (workload.OutputTokens, workload.MaxTokens?.In(likely) ?? 0m);
            var most = output.P95?.In(likely) ?? output.Mean.In(likely);
            if (catalog is not null && EstateRouting.Of(modelled.Model, workload, arrangement.Cost, rule?.Approved ?? constraints.Approved,
                catalog) is var (smaller, alone, after) && alone >= constraints.MinimumMonthlySaving)
            {
                yield return new()
                {
                    Lever = Lever.Routing, Kind = ActionKind.Candidate, Workload = Key(workload), Name = workload.Name,
                    From = ModelNames.Short(workload.Models[0].Model.Id), To = ModelNames.Short(smaller.Id),
                    PeriodSaving = Planner.Round(alone), MonthlySaving = Planner.Round(alone),
                    AfterPlan = after is { } beside ? Planner.Round(beside) : null,
                    Confidence = Confidence.Low, Effort = Effort.Low, Breaks = "some labels may change",
                    Quality = "not measured: try it on some hundred of these calls and compare the labels before moving",
                    Setup = "modelId: " + CallableFrom.IdOf(smaller, workload.Region ?? modelled.Model.Estate.Region,
                        modelled.Model.Sources.Regions),
                    Evidence = Evidence(workload, FormattableString.Invariant($"Answers of {most:0.#} tokens at most, as described, look ")
                        + "like labels; logs tell whether they are. The same usage, rated on demand on both models."),
                };
            }
            // Four times what nineteen in twenty answers take: less is prudence.
            if (most > 0m && asked >= 4m * most && asked >= 256m)
            {
                var enough = Math.Max(64m, decimal.Ceiling(most * 2m / 64m) * 64m);
                yield return new()
                {
                    Lever = Lever.Output, Kind = ActionKind.Candidate, Workload = Key(workload), Name = workload.Name,
                    From = FormattableString.Invariant($"maxTokens {asked:0}"), To = FormattableString.Invariant($"maxTokens {enough:0}"),
                    Confidence = Confidence.Low, Effort = Effort.Low,
                    Breaks = "answers longer than described would be cut off",
                    Setup = FormattableString.Invariant($"\"inferenceConfig\": {{\"maxTokens\": {enough:0}}}"),
                    Evidence = Evidence(workload, $"Each call sets {Say.Count((long)asked)} tokens of the quota aside for an answer of "
                        + $"{Say.Count((long)most)}; no token less is paid, and more calls fit."),
                };
            }
        }

        /// <summary>Knowledge bases that would cost less elsewhere: floor against use.</summary>
        public IEnumerable<PlanAction> Stores()
        {
            foreach (var stores in modelled.KnowledgeBases)
            {
                if (stores.Choices.FirstOrDefault(c => c.IsUsed) is not { MonthlyUsd: { } today } used) continue;
                if (stores.Choices.Where(c => c is { IsUsed: false, MonthlyUsd: not null })
                    .MinBy(c => c.MonthlyUsd) is not { } best) continue;
                if (today - best.MonthlyUsd is not { } saving || saving < constraints.MinimumMonthlySaving) continue;
                var each = stores.Queries > 0m ? $"{Say.Usd(today / stores.Queries * 1_000m)} per 1,000 queries" : "no query is described";
                yield return new()
                {
                    Lever = Lever.KnowledgeBase, Kind = ActionKind.Candidate, Workload = new("", "", stores.KnowledgeBase, ""),
                    Name = stores.KnowledgeBase, From = used.Name, To = best.Name,
                    PeriodSaving = Planner.Round(saving), MonthlySaving = Planner.Round(saving),
                    Confidence = Confidence.Medium, Effort = Effort.High, Breaks = "documents are embedded again and searched by "
                        + "another engine: try its answers first",
                    Evidence = new((long)stores.Queries, month, End,
                        $"{used.Name} costs {Say.Usd(today)} a month whatever is asked of it ({used.Note}): {each}. {best.Name}: "
                            + $"{best.Note}."),
                };
            }
        }

        public IEnumerable<PlanAction> Warnings()
        {
            foreach (var risk in modelled.Throttling.Where(r => r.HoursAtRisk > 0m))
            {
                var workload = modelled.Model.Estate.Workloads.First(w => w.Name == risk.Workload);
                yield return Warning(Key(workload), risk.Workload, WarningCause.Throttling, "above its quota",
                    string.Join("; ", risk.Escapes.Select(e => e.Name)) is { Length: > 0 } ways ? ways : "a higher quota",
                    $"In {risk.HoursAtRisk:0.#} hours a month its busiest minute asks for more than the quota.", risk.AtRiskUsd,
                    (long)workload.RequestsPerMonth.In(likely));
            }
            foreach (var line in modelled.Bill.Unpriced.GroupBy(u => (u.Line, u.Reason)))
                yield return Warning(new("", "", line.Key.Line, ""), line.Key.Line, WarningCause.Unpriced, "no price", "a price",
                    $"{line.Key.Reason}.", null, (long)modelled.Model.Estate.Workloads.Where(w => w.Name == line.Key.Line)
                        .Sum(w => w.RequestsPerMonth.In(likely)));
        }

        PlanAction Warning(WorkloadKey key, string name, WarningCause cause, string from, string to, string text, decimal? atStake,
            long requests) => new()
        {
            Lever = Lever.Governance, Kind = ActionKind.Warning, Warning = cause, Workload = key, Name = name, From = from, To = to,
            Confidence = Confidence.Medium, Evidence = new(requests, month, End, text) { AtStake = atStake },
        };

        public PlannedWorkload Planned(DescribedWorkload workload, decimal today, Arrangement arrangement) => new()
        {
            Key = Key(workload), Name = workload.Name, Requests = (long)workload.RequestsPerMonth.In(likely), Failed = 0, Cost = today,
            Planned = arrangement.Cost,
            Tokens = (long)(ExpectedUsage.Calls(workload, likely)
                * (ExpectedUsage.InputOf(workload, likely).Mean + workload.OutputTokens.Mean.In(likely))),
            WithoutPrice = modelled.Bill.Unpriced.FirstOrDefault(u => u.Line == workload.Name)?.Reason,
            Urgency = workload.Deadline switch
            {
                null => workload.BatchShare.In(likely) >= 1m ? Urgency.BatchEligible : Urgency.RealTime,
                { } wait when wait >= TimeSpan.FromHours(24) => Urgency.BatchEligible,
                _ => Urgency.NearTime,
            },
            Why = workload.Deadline is { } deadline ? $"described: answers may take {Say.Lifetime(deadline)}"
                : "described without a deadline",
            From = workload.Models.Count == 1 ? ModelNames.Short(workload.Models[0].Model.Id) : $"{workload.Models.Count} models",
            To = arrangement.Options.Count == 0 ? "as it is" : string.Join(", ", arrangement.Options.Select(o => o.To)),
        };

        public IEnumerable<string> Notes()
        {
            yield return "No call was recorded: each figure is the usage the estate describes, rated on other terms. Logs show loops, "
                + "shared prefixes and answers.";
            foreach (var warning in modelled.Bill.Warnings) yield return warning;
            foreach (var agent in modelled.Agents.Where(a => a.CallsP95 > constraints.MaxCalls))
                yield return $"'{agent.Workload}': one request in twenty takes {agent.CallsP95:0.#} model calls or more, "
                    + $"{Say.Usd(agent.RequestP95)} each; "
                    + $"a cap of {constraints.MaxCalls} needs recorded calls to be judged.";
        }
    }
}
