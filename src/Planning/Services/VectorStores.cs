using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>Another place for the vectors of a knowledge base.</summary>
/// <param name="MonthlyUsd">By the book's price or the user's; null where neither is known.</param>
public sealed record VectorStoreChoice(VectorStore Store, string Name, bool IsUsed, decimal? MonthlyUsd, string Note);

/// <summary>A knowledge base with its first embedding, a cost of one time, and the stores it might have.</summary>
public sealed record VectorStores(
    string KnowledgeBase, decimal Queries, decimal? FirstEmbeddingUsd, IReadOnlyList<VectorStoreChoice> Choices)
{
    const decimal HoursPerMonth = 720m;

    public static IReadOnlyList<VectorStores> OfAll(EstateModel model) => [.. model.Estate.KnowledgeBases.Select(k => Of(model, k))];

    static VectorStores Of(EstateModel model, KnowledgeBase store)
    {
        var tally = new Tally(model.Estate, model.Sources.Book, model.Day, model.Likely, withLines: false);
        return new(store.Name, model.Queries(store, model.Likely), FirstEmbedding(),
            [.. Enum.GetValues<VectorStore>().Where(s => s != VectorStore.Other || store.Store == s).Select(Choice)]);

        decimal? FirstEmbedding()
        {
            var tokens = (long)decimal.Round(store.Documents.In(model.Likely) * store.TokensPerDocument.In(model.Likely));
            if (store.EmbeddingModel is not { } embedding || tokens <= 0) return null;
            tally.Begin();
            var record = new UsageRecord(new CallKind(Caller.Nobody, model.Estate.Region, embedding))
            {
                Time = tally.Time, Tokens = new() { Input = tokens },
            };
            var cost = tally.Rate(record, "", "").Cost;
            return tally.FirstReason is null ? cost : null;
        }

        VectorStoreChoice Choice(VectorStore other)
        {
            var name = ServicesBill.NameOf(other);
            var isUsed = other == store.Store;
            if (isUsed && store.StoreUsdPerMonth is { } stated) return new(other, name, true, stated.In(model.Likely), "as stated");
            return other switch
            {
                VectorStore.OpenSearchServerless => Rated(Meter.OcuHour, store.OcuCount.In(model.Likely) * HoursPerMonth,
                    $"{store.OcuCount.In(model.Likely):0.##} OCU, every hour"),
                VectorStore.ManagedIndex when store.IndexGb.In(model.Likely) is > 0m and var size =>
                    Rated(Meter.IndexGbMonth, size, $"{size:0.##} GB"),
                VectorStore.ManagedIndex => new(other, name, isUsed, null, "needs the size of the index"),
                _ => new(other, name, isUsed, null, "needs your price"),
            };

            VectorStoreChoice Rated(Meter meter, decimal amount, string note)
            {
                var any = new CallKind(Caller.Nobody, model.Estate.Region, new("", Scope.InRegion, ModelKind.Foundation, null));
                tally.Begin();
                var cost = tally.Rate(any, meter, amount, "", "").Cost;
                return new(other, name, isUsed, tally.FirstReason is null ? cost : null, tally.FirstReason ?? note);
            }
        }
    }
}
