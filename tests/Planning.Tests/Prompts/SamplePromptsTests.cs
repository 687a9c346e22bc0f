using System.IO.Compression;
using Assay.Estate;
using Assay.Patterns.Prompts;
using Assay.Patterns.Sessions;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Planning.Tests.Prompts;

/// <summary>What is planted in the sample estate's prompts is found there, and nobody else is accused.</summary>
public sealed class SamplePromptsTests
{
    const int Minimum = 1024;

    static readonly Lazy<ILookup<string, UsageRecord>> Workloads = new(() =>
    {
        List<UsageRecord> records = [];
        var reader = new InvocationLogReader(LogReaderOptions.For(ModelCatalog.Empty) with { WithContent = true, Profiles = SampleEstate.Profiles });
        foreach (var file in SampleEstate.Generate(new() { Days = 8, Profiles = SampleEstate.Profiles }).Files.Where(f => f.Kind == EstateFileKind.Log))
        {
            using var packed = new MemoryStream();
            file.Write(packed);
            packed.Position = 0;
            using var log = new GZipStream(packed, CompressionMode.Decompress);
            reader.Read(log, file.Path, batch => records.AddRange(batch), TestContext.Current.CancellationToken);
        }
        return records.DistinctBy(r => r.RequestId).OrderBy(r => r.Time).ToLookup(r => r.Caller.Principal);
    });

    static List<UsageRecord> Of(string principal)
    {
        List<UsageRecord> calls = [.. Workloads.Value[principal]];
        Assert.NotEmpty(calls);
        return calls;
    }

    [Fact]
    public void Support_chat_begins_with_the_same_four_thousand_tokens()
    {
        var shared = Assert.Single(SharedPrompts.Of(Of("SupportChatRole")).All, s => s.Tokens >= Minimum);
        Assert.True(shared.StandsFirst);
        Assert.InRange(shared.Tokens, 3_600, 4_400);
        Assert.InRange(shared.Share, 0.9, 1);
    }

    [Fact]
    public void Offer_writer_has_three_thousand_tokens_behind_a_line_that_varies()
    {
        var calls = Of("OfferWriterRole");
        var shared = Assert.Single(SharedPrompts.Of(calls).All, s => s.Tokens >= Minimum);
        Assert.False(shared.StandsFirst);
        Assert.InRange(shared.Tokens, 2_600, 3_300);
        Assert.InRange(shared.BytesBefore, 40, 700);
        Assert.Contains(CacheLayouts.Worth(calls, Minimum), l => l.Kind == CacheLayoutKind.Moved);
    }

    [Theory, InlineData("ContractsRole"), InlineData("ana"), InlineData("bram"), InlineData("DataScienceNotebookRole")]
    public void Who_shares_nothing_worth_caching_is_not_accused(string principal)
    {
        var calls = Of(principal);
        Assert.DoesNotContain(SharedPrompts.Of(calls).All, s => s.Tokens >= Minimum);
        Assert.All(CacheLayouts.Worth(calls, Minimum), l => Assert.Equal(CacheLayoutKind.AsMarked, l.Kind));
    }

    [Fact]
    public void Ops_agent_takes_three_to_eight_calls_unless_it_runs_away()
    {
        var calls = Of("OpsAgentRole");
        var conversations = Conversations.Of(calls);
        var loops = Loops.Of(calls, conversations, maxCalls: 20);
        Assert.InRange(loops.Quantile(0.5), 3, 8);
        Assert.Equal(4, loops.Runaways.Count);
        Assert.All(loops.Runaways, id => Assert.InRange(conversations.All[id].Calls.Count, 30, 200));
        Assert.All(loops.CallsPerTask.SkipLast(4), count => Assert.InRange(count, 1, 8));
        Assert.Equal(loops.Runaways.Order(), loops.Repeats.Where(r => r.Times >= 20).Select(r => r.Conversation).Order());
        Assert.Equal(loops.Beyond.Count, loops.Runaways.Sum(id => conversations.All[id].Calls.Count - 20));
    }
}
