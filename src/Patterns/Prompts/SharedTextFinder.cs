using System.Runtime.InteropServices;
using Assay.Patterns.Sessions;
using Assay.Usage;

namespace Assay.Patterns.Prompts;

/// <summary>
/// Finds candidates for shared texts in a sample of the calls: pieces met in many calls, then the sequences they come in, as a tree
/// whose branches are the variants.
/// </summary>
sealed class SharedTextFinder
{
    const int SampleMax = 20_000, PiecesMax = 2_000_000, TextsMax = 256;

    // A sequence goes on as long as most who carry it carry the next piece too.
    const double GoesOn = 0.8;

    // What adds less than this to a sequence known is no variant of its own.
    const double NewMin = 0.1;
    const int NewBytesMin = 200;

    readonly List<Node> nodes = [new() { Task = -1, Child = -1, Next = -1 }];
    readonly Dictionary<(int Parent, ulong Hash), int> byStep = [];
    readonly List<(List<int> Path, int Count, int Parent)> paths = [];

    struct Node
    {
        public ulong Hash;
        public int Bytes, Count, Task, Child, Next;
    }

    struct Meeting
    {
        public int Count, Task;
    }

    public static IReadOnlyList<SharedText> Find(IReadOnlyList<UsageRecord> calls, Conversations conversations)
    {
        var sample = Sample(calls);
        if (sample.Count < SharedPrompts.CallsMin) return [];
        var met = Count(calls, conversations, sample);
        var finder = new SharedTextFinder();
        finder.Grow(calls, conversations, sample, met);
        finder.Follow();
        return finder.Texts();
    }

    // Calls with prompts, evenly over the period but at no fixed step: a workload may take turns at just that step. Fewer where prompts
    // are long.
    static List<int> Sample(IReadOnlyList<UsageRecord> calls)
    {
        var (known, looked, pieces) = (0L, 0L, 0L);
        for (var i = 0; i < calls.Count; i++)
        {
            if (calls[i].Content?.Prompt is not { Count: > 0 } prompt) continue;
            known++;
            if (known > SampleMax && Scattered(i) % 16 != 0) continue;
            looked++;
            for (var b = 0; b < prompt.Count; b++) pieces += Math.Max(1, prompt[b].Chunks.Count);
        }
        if (known == 0) return [];
        var wanted = Math.Min(SampleMax, Math.Max(500, PiecesMax * looked / Math.Max(1, pieces)));
        List<int> sample = new((int)Math.Min(known, wanted * 2));
        for (var i = 0; i < calls.Count; i++)
        {
            if (calls[i].Content?.Prompt is not { Count: > 0 }) continue;
            if (known <= wanted || Scattered(i) % (ulong)known < (ulong)wanted) sample.Add(i);
        }
        return sample;
    }

    static ulong Scattered(int call) => Fingerprint.Mix((ulong)call, 1) >> 8;

    static int TaskOf(Conversations conversations, int call) => conversations.Ids[call] is >= 0 and var id ? id : -2 - call;

    // In how many tasks each piece is met: what a conversation repeats to itself counts once.
    static Dictionary<ulong, Meeting> Count(IReadOnlyList<UsageRecord> calls, Conversations conversations, List<int> sample)
    {
        var met = new Dictionary<ulong, Meeting>();
        var again = MetAgain(calls, sample);
        var pieces = new PromptPieces();
        foreach (var call in sample)
        {
            pieces.Read(calls[call].Content!.Prompt!);
            var task = TaskOf(conversations, call);
            foreach (var hash in pieces.Hashes)
            {
                if (!again.Holds(hash)) continue;
                ref var meeting = ref CollectionsMarshal.GetValueRefOrAddDefault(met, hash, out var isKnown);
                if (isKnown && meeting.Task == task) continue;
                meeting.Count++;
                meeting.Task = task;
            }
        }
        return met;
    }

    // Most pieces of most prompts come once: they are told by a bit each before the others are counted. A few that share a bit are counted
    // for nothing.
    static Bits MetAgain(IReadOnlyList<UsageRecord> calls, List<int> sample)
    {
        var (once, again) = (new Bits(), new Bits());
        var pieces = new PromptPieces();
        foreach (var call in sample)
        {
            pieces.Read(calls[call].Content!.Prompt!);
            foreach (var hash in pieces.Hashes)
                if (!once.Add(hash)) again.Add(hash);
        }
        return again;
    }

    /// <summary>A set of fingerprints that may hold some it was not given; half a megabyte.</summary>
    sealed class Bits
    {
        const int Log2 = 22;

        readonly ulong[] words = new ulong[1 << (Log2 - 6)];

        /// <returns>False where it was there already.</returns>
        public bool Add(ulong hash)
        {
            ref var word = ref words[Place(hash)];
            var bit = 1UL << (int)(hash & 63);
            var isNew = (word & bit) == 0;
            word |= bit;
            return isNew;
        }

        public bool Holds(ulong hash) => (words[Place(hash)] >> (int)(hash & 63) & 1) == 1;

        static int Place(ulong hash) => (int)((hash >> 6) & ((1UL << (Log2 - 6)) - 1));
    }

    // Each run of pieces often met is a path from the root.
    void Grow(IReadOnlyList<UsageRecord> calls, Conversations conversations, List<int> sample, Dictionary<ulong, Meeting> met)
    {
        var pieces = new PromptPieces();
        foreach (var call in sample)
        {
            pieces.Read(calls[call].Content!.Prompt!);
            var task = TaskOf(conversations, call);
            var at = 0;
            for (var i = 0; i < pieces.Count; i++)
                at = met.TryGetValue(pieces.Hashes[i], out var meeting) && meeting.Count >= SharedPrompts.CallsMin
                    ? Step(at, pieces.Hashes[i], pieces.Bytes[i], task) : 0;
        }
    }

    int Step(int from, ulong hash, int bytes, int task)
    {
        ref var to = ref CollectionsMarshal.GetValueRefOrAddDefault(byStep, (from, hash), out var isKnown);
        if (!isKnown)
        {
            to = nodes.Count;
            nodes.Add(new() { Hash = hash, Bytes = bytes, Task = -1, Child = -1, Next = nodes[from].Child });
            CollectionsMarshal.AsSpan(nodes)[from].Child = to;
        }
        ref var node = ref CollectionsMarshal.AsSpan(nodes)[to];
        if (node.Count == 0 || node.Task != task) node.Count++;
        node.Task = task;
        return to;
    }

    void Follow()
    {
        var open = new Stack<(List<int> Path, int Node, int Parent)>();
        foreach (var child in Children(0)) open.Push(([], child, -1));
        while (open.TryPop(out var branch))
        {
            var path = new List<int>(branch.Path);
            var at = branch.Node;
            var count = nodes[at].Count;
            path.Add(at);
            while (MostCommon(at) is > 0 and var next && nodes[next].Count >= count * GoesOn)
            {
                path.Add(next);
                at = next;
            }
            var parent = branch.Parent;
            if (IsNew(path, parent))
            {
                paths.Add((path, count, parent));
                parent = paths.Count - 1;
            }
            foreach (var child in Children(at)) open.Push((path, child, parent));
        }
    }

    IEnumerable<int> Children(int node)
    {
        for (var child = nodes[node].Child; child >= 0; child = nodes[child].Next)
            if (nodes[child].Count >= SharedPrompts.CallsMin) yield return child;
    }

    int MostCommon(int node)
    {
        var best = -1;
        foreach (var child in Children(node))
            if (best < 0 || nodes[child].Count > nodes[best].Count) best = child;
        return best;
    }

    bool IsNew(List<int> path, int parent)
    {
        var bytes = path.Sum(n => (long)nodes[n].Bytes);
        if (bytes < SharedPrompts.BytesMin) return false;
        return parent < 0 || bytes - paths[parent].Path.Sum(n => (long)nodes[n].Bytes) >= Math.Max(NewBytesMin, bytes * NewMin);
    }

    // The most common first, and none whose pieces are nearly all known: another cut at the edge makes no other text.
    List<SharedText> Texts()
    {
        var texts = new List<SharedText>();
        var ofPath = new Dictionary<int, SharedText>();
        var known = new HashSet<ulong>();
        var order = Enumerable.Range(0, paths.Count).OrderByDescending(p => paths[p].Count).ThenByDescending(p => paths[p].Path.Count);
        foreach (var number in order)
        {
            var (path, _, parent) = paths[number];
            long total = 0, unseen = 0;
            foreach (var node in path)
            {
                total += nodes[node].Bytes;
                if (!known.Contains(nodes[node].Hash)) unseen += nodes[node].Bytes;
            }
            if (unseen < Math.Max(NewBytesMin, total * NewMin) || texts.Count == TextsMax) continue;
            var text = new SharedText([.. path.Select(n => nodes[n].Hash)], [.. path.Select(n => nodes[n].Bytes)], AnchorOf(path, known),
                ofPath.GetValueOrDefault(parent));
            texts.Add(text);
            ofPath[number] = text;
            foreach (var node in path) known.Add(nodes[node].Hash);
        }
        return texts;
    }

    int AnchorOf(List<int> path, HashSet<ulong> known)
    {
        var (best, length) = (-1, -1);
        for (var i = 0; i < path.Count; i++)
        {
            var node = nodes[path[i]];
            if (known.Contains(node.Hash)) continue;
            // A piece at an edge only if there is no other.
            var weight = i == 0 || i == path.Count - 1 ? 0 : node.Bytes;
            if (weight > length) (best, length) = (i, weight);
        }
        return best;
    }
}
