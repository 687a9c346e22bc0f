using System.Diagnostics;
using Assay.Desk.Books;
using Assay.Estate;
using Assay.Planning;
using Assay.Usage;

namespace Assay.Bench;

/// <summary>An estate of 200 workloads: modelled with every mode weighed, and its total drawn again and again.</summary>
static class EstateBenches
{
    const int Workloads = 200;
    const int Rounds = 7;
    const int Draws = 10_000;

    public static BenchResult Modelled(BenchPlace place)
    {
        var (estate, sources) = Made(place);
        for (var warm = 0; warm < 3; warm++) ModelledEstate.Of(estate, sources);
        var times = Times(Rounds, () => ModelledEstate.Of(estate, sources), 1_000d);
        return new("estate-model", times[Rounds / 2], times[0], times[^1], "nothing", "<=100",
            $"milliseconds to bill {Workloads} workloads and to weigh their modes, median of {Rounds}");
    }

    public static BenchResult Drawn(BenchPlace place)
    {
        var (estate, sources) = Made(place);
        var model = new EstateModel(estate, sources);
        Outlook.Of(estate.Ranges, model.Total, 200, 1, 2, null, CancellationToken.None);
        var times = Times(3, () => Outlook.Of(estate.Ranges, model.Total, Draws, 17, 2, null, CancellationToken.None), 1d);
        return new("estate-draws", times[1], times[0], times[^1], "nothing", "<=10",
            $"seconds for {Draws:#,##0} draws of {Workloads} workloads on two threads; "
            + $"{times[1] * 2e6 / Draws / Workloads:0.0} microseconds a workload and draw on one");
    }

    static double[] Times(int rounds, Action work, double scale)
    {
        var times = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            times[round] = Stopwatch.GetElapsedTime(start).TotalSeconds * scale;
        }
        Array.Sort(times);
        return times;
    }

    static (DescribedEstate Estate, BillSources Sources) Made(BenchPlace place)
    {
        var shelf = new BookShelf(Path.Combine(place.Root, "prices"));
        string[] ids =
        [
            "anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-lite-v1:0",
            "meta.llama3-3-70b-instruct-v1:0",
        ];
        var models = ids.Select(id => new ModelRef(id, Scope.Geo, ModelKind.Foundation, shelf.Catalog.Find(id))).ToArray();
        var estate = new DescribedEstate
        {
            Name = "bench", File = "bench.yaml", Region = "us-east-1", Baseline = models[0],
            Ranges = [.. Enumerable.Range(0, Workloads).Select(i =>
                new FigureRange($"workloads.w{i}.requests", "bench.yaml", i, 50_000, 100_000, 400_000))],
            Workloads =
            [
                .. Enumerable.Range(0, Workloads).Select(i => new DescribedWorkload
                {
                    Name = $"w{i}", Models = [new(models[i % models.Length], 1m)], RequestsPerMonth = new(100_000m, i),
                    InputTokens = new(6_000m, 12_000m), OutputTokens = new(400m), BatchShare = i % 3 * 0.2m,
                    Prefix = new(4_500m, IsCached: i % 2 == 0, TimeSpan.FromMinutes(5), null, 20m),
                }),
            ],
        };
        return (estate, new(shelf.Open(BookShelf.Default), shelf.Regions));
    }
}
