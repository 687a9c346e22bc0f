using Assay.Usage;

namespace Assay.Patterns.Prompts;

/// <summary>How many tokens a text has, and between what nine in ten such texts lie.</summary>
readonly record struct TextTokens(double Likely, double Least, double Most);

/// <summary>
/// What a prompt, or a part of it, would come to in tokens if its writing were the usual: four bytes of words to a token, two and a half of
/// other scripts, two of figures and signs, 1,500 tokens an image or document.
/// </summary>
readonly record struct UsualTokens(double Words, double Foreign, double Dense, double Others)
{
    const double WordToken = .25, ForeignToken = .4, DenseToken = .5, OtherTokens = 1_500;

    public double Text => Words + Foreign + Dense;

    /// <summary>Of so many bytes of a block.</summary>
    public static UsualTokens Of(PromptBlock block, double bytes)
    {
        if (block.Kind == BlockKind.CachePoint) return default;
        if (block.Kind == BlockKind.Other) return new(0, 0, 0, OtherTokens);
        // What a tool is called with is JSON of which only the length is kept: every fourth byte is a sign.
        if (block.Kind == BlockKind.ToolUse) return new(bytes * WordToken * .75, 0, bytes * DenseToken * .25, 0);
        var (foreign, dense) = (block.Foreign / 255.0, block.Dense / 255.0);
        return new(bytes * (1 - foreign - dense) * WordToken, bytes * foreign * ForeignToken, bytes * dense * DenseToken, 0);
    }

    public static UsualTokens Of(IReadOnlyList<PromptBlock> prompt)
    {
        var all = default(UsualTokens);
        for (var i = 0; i < prompt.Count; i++) all += Of(prompt[i], prompt[i].Bytes);
        return all;
    }

    public static UsualTokens operator +(UsualTokens x, UsualTokens y) =>
        new(x.Words + y.Words, x.Foreign + y.Foreign, x.Dense + y.Dense, x.Others + y.Others);

    public static UsualTokens operator *(UsualTokens x, double factor) =>
        new(x.Words * factor, x.Foreign * factor, x.Dense * factor, x.Others * factor);
}

/// <summary>
/// Tokens of a text that many prompts carry, out of what whole prompts were charged. Where what stands beside it varies in length, the
/// charges settle it; where that hardly varies, what is usual of such writing decides, and how far it may be off tells the bounds. Both are
/// one least-squares fit in which each unknown density is drawn to the usual one; calls far off the line are left out.
/// </summary>
static class TokenFit
{
    const int SampleMax = 200, Rounds = 2, Unknowns = 6;

    // Half the width of an interval that holds nine in ten, in standard deviations.
    const double NineInTen = 1.645;

    // How far densities stray from the usual: the tokenizer's, of other scripts, of figures and signs, of images, of this text beside
    // others of its kind, and of what stands beside it.
    static readonly double[] Strays = [.2, .3, .3, .8, .06, .1];

    /// <param name="calls">Of the workload.</param>
    /// <param name="carriers">Indices of those that carry the text.</param>
    /// <param name="text">What it usually comes to.</param>
    public static TextTokens Of(IReadOnlyList<UsageRecord> calls, IReadOnlyList<int> carriers, UsualTokens text)
    {
        var rows = Rows(calls, carriers, text);
        var solved = new double[Unknowns];
        var spread = new double[Unknowns, Unknowns];
        var scale = 1.0;
        for (var round = 0; round < Rounds; round++)
        {
            Solve(rows, scale, solved, spread);
            // As noisy as the middle one of the calls; what is four times as far off is of another make.
            double[] off = [.. rows.Select(r => Math.Abs(r.OffBy(solved)) / r.Noise).Order()];
            if (off.Length == 0) break;
            scale = Math.Max(.1, 1.4826 * off[off.Length / 2]);
            foreach (var row in rows) row.IsOut = Math.Abs(row.OffBy(solved)) > 4 * scale * row.Noise;
        }
        Solve(rows, scale, solved, spread);
        double[] parts = [text.Text, text.Foreign, text.Dense, text.Others, text.Text, 0];
        var (tokens, variance) = (text.Text + text.Others, 0.0);
        for (var i = 0; i < Unknowns; i++)
        {
            tokens += parts[i] * solved[i];
            for (var j = 0; j < Unknowns; j++) variance += parts[i] * parts[j] * spread[i, j];
        }
        var most = rows.Count == 0 ? double.MaxValue : rows.Max(r => r.Charged);
        tokens = Math.Clamp(tokens, 0, most);
        var half = NineInTen * Math.Sqrt(Math.Max(0, variance));
        return new(tokens, Math.Max(0, tokens - half), Math.Min(most, tokens + half));
    }

    sealed class Row
    {
        public required double Charged { get; init; }
        public required double Usual { get; init; }
        public required double Noise { get; init; }
        public required double[] Parts { get; init; }
        public bool IsOut { get; set; }

        public double OffBy(double[] solved)
        {
            var off = Charged - Usual;
            for (var i = 0; i < Unknowns; i++) off -= Parts[i] * solved[i];
            return off;
        }
    }

    static List<Row> Rows(IReadOnlyList<UsageRecord> calls, IReadOnlyList<int> carriers, UsualTokens text)
    {
        var rows = new List<Row>(Math.Min(carriers.Count, SampleMax));
        var step = Math.Max(1.0, (double)carriers.Count / SampleMax);
        for (var at = 0.0; (int)at < carriers.Count; at += step)
        {
            var call = calls[carriers[(int)at]];
            if (call.Tokens.Prompt == 0 || call.Content?.Prompt is not { Count: > 0 } prompt) continue;
            var all = UsualTokens.Of(prompt);
            var beside = Math.Max(0, all.Text - text.Text);
            rows.Add(new()
            {
                Charged = call.Tokens.Prompt, Usual = all.Text + all.Others,
                // Five tokens, and what writing and images differ from one call to the next.
                Noise = Math.Sqrt(25 + Math.Pow(.05 * beside, 2) + Math.Pow(.1 * all.Others, 2)),
                Parts = [all.Text, all.Foreign, all.Dense, all.Others, Math.Min(text.Text, all.Text), beside],
            });
        }
        return rows;
    }

    // The normal equations, each unknown held by a spring to its usual value, and their inverse.
    static void Solve(List<Row> rows, double scale, double[] solved, double[,] spread)
    {
        var left = new double[Unknowns, Unknowns];
        var right = new double[Unknowns];
        for (var i = 0; i < Unknowns; i++) left[i, i] = 1 / (Strays[i] * Strays[i]);
        foreach (var row in rows)
        {
            if (row.IsOut) continue;
            var weight = 1 / (scale * scale * row.Noise * row.Noise);
            for (var i = 0; i < Unknowns; i++)
            {
                right[i] += weight * row.Parts[i] * (row.Charged - row.Usual);
                for (var j = 0; j <= i; j++) left[i, j] += weight * row.Parts[i] * row.Parts[j];
            }
        }
        for (var i = 0; i < Unknowns; i++)
            for (var j = i + 1; j < Unknowns; j++) left[i, j] = left[j, i];
        Invert(left, spread);
        for (var i = 0; i < Unknowns; i++)
        {
            solved[i] = 0;
            for (var j = 0; j < Unknowns; j++) solved[i] += spread[i, j] * right[j];
        }
    }

    // By elimination; what is inverted is symmetric and, for its springs, never singular.
    static void Invert(double[,] matrix, double[,] inverse)
    {
        for (var i = 0; i < Unknowns; i++)
            for (var j = 0; j < Unknowns; j++) inverse[i, j] = i == j ? 1 : 0;
        for (var pivot = 0; pivot < Unknowns; pivot++)
        {
            var by = 1 / matrix[pivot, pivot];
            for (var j = 0; j < Unknowns; j++) (matrix[pivot, j], inverse[pivot, j]) = (matrix[pivot, j] * by, inverse[pivot, j] * by);
            for (var i = 0; i < Unknowns; i++)
            {
                if (i == pivot || matrix[i, pivot] is not (var factor and not 0)) continue;
                for (var j = 0; j < Unknowns; j++)
                {
                    matrix[i, j] -= factor * matrix[pivot, j];
                    inverse[i, j] -= factor * inverse[pivot, j];
                }
            }
        }
    }
}
