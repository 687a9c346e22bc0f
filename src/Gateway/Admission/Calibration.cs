using Assay.Gateway.Calls;

namespace Assay.Gateway.Admission;

/// <summary>
/// What calls turned out to be, so that the next ones can be foretold: tokens a byte of the body, and tokens of an answer. One a
/// model and key, by their names: another reading of the configuration goes on with it. Counts are taken without a lock, and old ones
/// fade.
/// </summary>
sealed class Calibration(TimeProvider time)
{
    /// <summary>Models and keys that are remembered at once, some 600 bytes each. What was not used for longest goes first.</summary>
    public const int Most = 20_000;

    static readonly TimeSpan Idle = TimeSpan.FromDays(7);
    static readonly Habits Unseen = new();

    readonly RecentMemory<(string Upstream, string Model, string Key), Habits> habits = new(Most, Idle, time);

    public int Count => habits.Count;

    /// <summary>The habits of a model's calls with a key. Asking leaves no trace: clients ask for whatever they like.</summary>
    public Habits Of(ModelTarget target, string key) => habits.Find((target.Upstream.Name, target.Id, key)) ?? Unseen;

    /// <summary>A call that was answered.</summary>
    /// <inheritdoc cref="Habits.Learn"/>
    public void Learn(ModelTarget target, string key, long bytes, long input, long output) =>
        habits.Of((target.Upstream.Name, target.Id, key)).Learn(bytes, input, output);
}

/// <summary>The habits of one model's calls with one key.</summary>
sealed class Habits
{
    // Four buckets to a doubling: a quantile is off by a fifth at most, and always upwards.
    const int PerDoubling = 4;
    const int OutputBuckets = 24 * PerDoubling;
    const int RatioBuckets = 10 * PerDoubling;
    const double RatioMin = 1.0 / 256;
    const int Fades = 4_096;
    const int Enough = 20;
    const double TokensPerByte = 0.4;

    readonly int[] outputs = new int[OutputBuckets];
    readonly int[] ratios = new int[RatioBuckets];
    int seen;
    long inputs, inputBytes;

    public int Seen => Volatile.Read(ref seen);

    /// <summary>Whether enough was seen to foretell by.</summary>
    public bool IsKnown => Seen >= Enough;

    /// <summary>A call that was answered.</summary>
    /// <param name="bytes">Of the body, without pictures.</param>
    /// <param name="input">All tokens the model read.</param>
    public void Learn(long bytes, long input, long output)
    {
        Interlocked.Increment(ref outputs[Bucket(output + 1, OutputBuckets)]);
        if (bytes > 0 && input > 0)
        {
            Interlocked.Increment(ref ratios[Bucket(input / (double)bytes / RatioMin, RatioBuckets)]);
            Interlocked.Add(ref inputs, input);
            Interlocked.Add(ref inputBytes, bytes);
        }
        if (Interlocked.Increment(ref seen) % Fades == 0) Fade();
    }

    /// <summary>The tokens that so large a share of the answers stay within; the most allowed where too little was seen.</summary>
    public long Output(double share, long most) =>
        Seen < Enough ? most : (long)Math.Min(most, Math.Ceiling(Top(Quantile(outputs, share))));

    /// <summary>The tokens that so large a share of bodies of this length stay within.</summary>
    public long Input(double share, long bytes) =>
        (long)Math.Ceiling(bytes * (Seen < Enough ? TokensPerByte : Math.Min(1, Top(Quantile(ratios, share)) * RatioMin)));

    /// <summary>Tokens read by a call: ten times as many is not an ordinary one. Null where too little was seen.</summary>
    public double? InputOnAverage => Seen < Enough ? null : Interlocked.Read(ref inputs) / (double)Seen;

    static int Bucket(double value, int buckets) =>
        Math.Clamp((int)Math.Ceiling(Math.Log2(Math.Max(value, 1)) * PerDoubling), 0, buckets - 1);

    static double Top(int bucket) => Math.Pow(2, bucket / (double)PerDoubling);

    static int Quantile(int[] counts, double share)
    {
        long all = 0;
        foreach (var count in counts) all += count;
        var wanted = (long)Math.Ceiling(all * share);
        long sum = 0;
        for (var i = 0; i < counts.Length; i++)
            if ((sum += counts[i]) >= wanted) return i;
        return counts.Length - 1;
    }

    void Fade()
    {
        foreach (ref var count in outputs.AsSpan()) count /= 2;
        foreach (ref var count in ratios.AsSpan()) count /= 2;
    }
}
