using System.Collections;
using System.Runtime.InteropServices;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>The calls of a workload that are answered with next to nothing, and whether what they are answered with are labels.</summary>
sealed class SimpleCalls
{
    // An answer of a word or two is eight tokens at most in any vocabulary; what the reader knows for a label may be longer.
    const int ShortTokens = 8, LabelTokens = 16;

    // A short object; and the same as arguments of a tool, with what calling one takes.
    const int ObjectTokens = 24, ToolTokens = 64;

    // So many answers must be seen to tell whether they come back.
    const int AnswersMin = 4;

    // Labels are few: so many make nearly all answers, each met three times at the least. Any few answers are met by chance where
    // there are only some hundred to choose from, as with dates.
    const double NearlyAll = .9;
    const int FewMin = 8, FewMax = 100, CallsALabel = 3;

    // Of the normal distribution, for 95 %.
    const double Deviations = 1.959964;

    readonly BitArray which;
    readonly Dictionary<ulong, int> answers = [];
    ulong first;
    bool isChoice;

    public SimpleCalls(RecordedWorkload workload)
    {
        var calls = workload.Span;
        which = new(calls.Length);
        for (var i = 0; i < calls.Length; i++)
        {
            var output = calls[i].Tokens.Output;
            if (output == 0) continue;
            Answered++;
            var answer = calls[i].Content?.Answer ?? AnswerShape.Unknown;
            if (output > Most(answer, calls[i].Content?.Prompt)) continue;
            which[i] = true;
            Count++;
            Longest = Math.Max(Longest, output);
            if (answer.Form == AnswerForm.Unknown) continue;
            Seen++;
            var said = answer.Form == AnswerForm.ToolUse ? answer.Calls[0] : answer.Hash;
            if (Seen == 1) first = said;
            isChoice |= said != first;
            // The same label with another confidence is the same label.
            CollectionsMarshal.GetValueRefOrAddDefault(answers, answer.WithoutScores != 0 ? answer.WithoutScores : answer.Hash, out _)++;
        }
    }

    /// <summary>One bit a call.</summary>
    public BitArray Which => which;
    public int Count { get; }

    /// <summary>Calls with an answer, simple or not.</summary>
    public int Answered { get; }

    /// <summary>Simple answers that stand in the log.</summary>
    public int Seen { get; }

    /// <summary>How many of those differ.</summary>
    public int Different => answers.Count;

    /// <summary>Tokens of the longest of them.</summary>
    public long Longest { get; }

    public double Share => Answered == 0 ? 0 : (double)Count / Answered;

    /// <summary>
    /// True where a few answers, and more than one, make nearly all: labels come back again and again; words that do not are answers,
    /// however short. What is not in the log may be labels.
    /// </summary>
    public bool AreLabels
    {
        get
        {
            if (Seen < AnswersMin) return true;
            if (!isChoice || answers.Values.Where(times => times > 1).Sum() * 2 < Seen) return false;
            var few = Math.Clamp(Seen / CallsALabel, FewMin, FewMax);
            return answers.Values.OrderDescending().Take(few).Sum() >= NearlyAll * Seen;
        }
    }

    /// <summary>Between what the share lies, as sure as 95 %, in words.</summary>
    public string Bounds
    {
        get
        {
            var (low, high) = Interval(Count, Answered);
            return FormattableString.Invariant($"{100 * low:0.#} to {100 * high:0.#} %");
        }
    }

    /// <summary>How sure it is.</summary>
    public IReadOnlyList<(string Name, string Value)> Figures =>
    [
        ("calls that look simple", FormattableString.Invariant($"{100 * Share:0.#} % of {Say.Count(Answered)}")),
        ("95 % interval", Bounds),
    ];

    /// <summary>Wilson's interval of a share.</summary>
    internal static (double Low, double High) Interval(int count, int of)
    {
        if (of == 0) return (0, 1);
        var (share, z) = ((double)count / of, Deviations * Deviations / of);
        var (middle, half) = (share + (z / 2), Deviations * Math.Sqrt(((share * (1 - share)) + (z / 4)) / of));
        // At none and at all the bound is that itself, but for the last digits.
        return (count == 0 ? 0 : (middle - half) / (1 + z), count == of ? 1 : (middle + half) / (1 + z));
    }

    // A label may come with a full stop, in an object of its own, or as what a tool is called with; zero for what is no label.
    static int Most(AnswerShape answer, IReadOnlyList<PromptBlock>? prompt) => answer.Form switch
    {
        AnswerForm.Json => ObjectTokens,
        AnswerForm.Label => LabelTokens,
        AnswerForm.Empty => 0,
        // A step of an agent has others before it.
        AnswerForm.ToolUse => answer.WithoutScores != 0 && prompt?.Any(b => b.Kind is BlockKind.ToolUse or BlockKind.ToolResult) == false
            ? ToolTokens : 0,
        _ => ShortTokens,
    };
}
