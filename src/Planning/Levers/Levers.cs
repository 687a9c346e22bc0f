namespace Assay.Planning;

/// <summary>All levers, asked in turn. A lever of its own file is added here.</summary>
static class Levers
{
    /// <summary>The ways to set each lever, for each workload.</summary>
    public static IReadOnlyList<IReadOnlyList<LeverOption>> Of(IReadOnlyList<WorkloadView> views, CancellationToken cancel)
    {
        var options = new List<LeverOption>[views.Count];
        Parallel.For(0, views.Count, new() { CancellationToken = cancel }, i => options[i] =
        [
            .. AgentsLever.Options(views[i]), .. CachingLever.Options(views[i]), .. RoutingLever.Options(views[i]),
            .. BatchLever.Options(views[i]),
            .. ScopeLever.Options(views[i]), .. TierLever.Options(views[i]), .. OutputLever.Options(views[i]),
            .. KnowledgeBaseLever.Options(views[i]),
        ]);
        CachePools.Join(views, options, cancel);
        CacheReaders.Spare(views, options);
        return options;
    }

}
