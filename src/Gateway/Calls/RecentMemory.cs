namespace Assay.Gateway.Calls;

/// <summary>
/// What is remembered of sessions: bounded, and forgotten when nothing was heard of them for a while. Keys come from clients, so neither
/// their number nor their age may be left to them.
/// </summary>
/// <remarks>
/// Two generations: what is asked for moves to the younger one, and the elder is dropped as a whole. So nothing is ever searched, and an
/// entry lives for one to two idle times after it was last used, unless so many others came that its room was needed.
/// </remarks>
/// <param name="most">Entries at most.</param>
/// <param name="idle">So long at least an entry is kept without being used.</param>
sealed class RecentMemory<TKey, TValue>(int most, TimeSpan idle, TimeProvider time)
    where TKey : notnull
    where TValue : class, new()
{
    readonly Lock gate = new();
    Dictionary<TKey, TValue> young = [];
    Dictionary<TKey, TValue> old = [];
    long turned = time.GetTimestamp();

    public int Count
    {
        get
        {
            lock (gate) return young.Count + old.Count;
        }
    }

    /// <summary>What is remembered; null for nothing.</summary>
    public TValue? Find(TKey key)
    {
        lock (gate)
        {
            Turn();
            return Recall(key);
        }
    }

    /// <summary>What is remembered, made where there is nothing yet.</summary>
    public TValue Of(TKey key)
    {
        lock (gate)
        {
            Turn();
            if (Recall(key) is { } known) return known;
            var made = new TValue();
            young.Add(key, made);
            return made;
        }
    }

    TValue? Recall(TKey key)
    {
        if (young.TryGetValue(key, out var value)) return value;
        if (!old.Remove(key, out value)) return null;
        young.Add(key, value);
        return value;
    }

    void Turn()
    {
        var passed = time.GetElapsedTime(turned);
        if (passed < idle && young.Count < most / 2) return;
        old = passed < idle + idle ? young : [];
        young = [];
        turned = time.GetTimestamp();
    }
}
