using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.CompilerServices;
using Assay.Gateway.Calls;

namespace Assay.Gateway.Routing;

/// <summary>What a request looks like, as far as it tells how hard it is.</summary>
/// <param name="Length">Characters of the words said last; of long ones about.</param>
/// <param name="Demands">Words that ask for thought: prove, design, debug, compare.</param>
/// <param name="Chores">Words that ask for handiwork: translate, classify, extract, list.</param>
/// <param name="Conditions">Words that bind the answer: must, exactly, without, at least.</param>
readonly record struct Looks(
    int Length, int Demands, int Chores, int Questions, int Conditions, bool HasCode, bool HasMathematics, int Turns, int Tools, int Media);

/// <summary>
/// How hard a request is, for the choice between two or three models: points for what it looks like. What is looked at is the words said
/// last and the shape of the call, never its meaning, so a rule is worth a trial in shadow before it decides. Here a router that has
/// learned from a customer's own feedback takes over, with the same looks and another sum.
/// </summary>
static class Difficulty
{
    /// <summary>Beginning and end of the words are looked at: a request pasted around a document says what it wants there.</summary>
    const int LookedAt = 4_000;

    // From so many points on the middle and the hard tier of three; the hard one of two.
    const int Ordinary = 3, Hard = 8, HardOfTwo = 5;

    enum Sign : byte { Demand, Chore, Question, Condition, Mathematics, Code }

    // A word is known by its first eight letters, so that its forms are one.
    static readonly FrozenDictionary<ulong, Sign> Signs = Words(
        (Sign.Demand, "prove proof derive design architect optimize optimise optimiza analyze analyse analysis analytic evaluate assess "
            + "compare contrast debug diagnose investigate refactor implement strategy tradeoff tradeoffs reason reasoning justify "
            + "critique plan simulate algorithm complexity theorem forecast negotiate synthesize synthesise reconcile migrate why"),
        (Sign.Chore, "translate summarize summarise summary classify extract rephrase reword spell label tag list convert format lookup "
            + "greet yes hello hi thanks title sort count"),
        (Sign.Question, "what who whom when where which how whose"),
        (Sign.Condition, "must should exactly only without never always least most ensure avoid except unless constraint require required "
            + "within between satisfy both cannot"),
        (Sign.Mathematics, "integral equation matrix probability derivative polynomial theorem eigenvalue logarithm modulo"),
        (Sign.Code, "function class import return select async public static const struct exception stacktrace compile regex"));

    static FrozenDictionary<ulong, Sign> Words(params (Sign Sign, string Words)[] lists)
    {
        Dictionary<ulong, Sign> signs = [];
        foreach (var (sign, words) in lists)
            foreach (var word in words.Split(' ')) signs[KeyOf(word)] = sign;
        return signs.ToFrozenDictionary();
    }

    static ulong KeyOf(string word)
    {
        var key = 0ul;
        foreach (var letter in word.AsSpan(0, Math.Min(word.Length, sizeof(ulong)))) key = (key << 8) | letter;
        return key;
    }

    /// <summary>Looks at a call. Nothing is allocated.</summary>
    public static Looks LookAt(CallFacts facts, ReadOnlySpan<byte> body)
    {
        var said = facts.LastUserText.IsNone ? default : body.Slice(facts.LastUserText.Start, facts.LastUserText.Length);
        var tally = new Tally();
        if (said.Length <= LookedAt) tally.Read(said);
        else
        {
            tally.Read(said[..(LookedAt / 2)]);
            tally.Read(said[^(LookedAt / 2)..]);
        }
        return new(tally.LengthOf(said.Length), tally.Of(Sign.Demand), tally.Of(Sign.Chore),
            Math.Max(tally.Of(Sign.Question), tally.QuestionMarks), tally.Of(Sign.Condition) + tally.Items, tally.IsCode,
                tally.IsMathematics, (facts.Messages + 1) / 2, facts.Tools,
            facts.Images + facts.Unbounded);
    }

    /// <summary>The points of a call: none for a greeting, a dozen for a task of many parts.</summary>
    public static int Points(in Looks looks)
    {
        var points = looks.Length switch { < 200 => 0, < 800 => 1, < 3_000 => 2, < 12_000 => 3, _ => 4 };
        points += Math.Min(2 * looks.Demands, 6) + Math.Min(looks.Conditions / 2, 3) + Math.Max(0, Math.Min(looks.Questions, 4) - 2);
        if (looks.HasCode) points += 2;
        if (looks.HasMathematics) points += 2;
        if (looks.Tools > 0) points += looks.Tools > 5 ? 2 : 1;
        if (looks.Turns > 6) points++;
        if (looks.Media > 0) points++;
        // Handiwork on a long text is handiwork still.
        if (looks.Chores > 0 && looks.Demands == 0) points -= 2;
        return Math.Max(points, 0);
    }

    /// <summary>The tier for so many points: 0 is the cheapest.</summary>
    /// <param name="tiers">Two or three.</param>
    public static int TierOf(int points, int tiers) => tiers switch
    {
        < 2 => 0,
        2 => points >= HardOfTwo ? 1 : 0,
        _ => points >= Hard ? 2 : points >= Ordinary ? 1 : 0,
    };

    /// <summary>A tier and the looks that speak for it: <c>ordinary: 1,840 characters, code, 3 tools</c>.</summary>
    public static string Explain(in Looks looks, int tier, int tiers)
    {
        var name = tier == 0 ? "simple" : tier == tiers - 1 ? "hard" : "ordinary";
        var text = new DefaultInterpolatedStringHandler(96, 10, CultureInfo.InvariantCulture);
        text.AppendLiteral(name);
        text.AppendLiteral(": ");
        text.AppendFormatted(looks.Length, "N0");
        text.AppendLiteral(" characters");
        Say(ref text, looks.Demands, "reasoning word");
        Say(ref text, looks.Chores, "plain task");
        Say(ref text, looks.Conditions, "condition");
        if (looks.HasCode) text.AppendLiteral(", code");
        if (looks.HasMathematics) text.AppendLiteral(", mathematics");
        Say(ref text, looks.Tools, "tool");
        if (looks.Turns > 1) Say(ref text, looks.Turns, "turn");
        Say(ref text, looks.Media, "picture or document", "pictures or documents");
        return text.ToStringAndClear();
    }

    static void Say(ref DefaultInterpolatedStringHandler text, int count, string one, string? many = null)
    {
        if (count == 0) return;
        text.AppendLiteral(", ");
        text.AppendFormatted(count);
        text.AppendLiteral(" ");
        text.AppendLiteral(count == 1 ? one : many ?? one);
        if (count > 1 && many is null) text.AppendLiteral("s");
    }

    /// <summary>Counts signs in text as it stands in JSON: <c>\n</c> is two characters there.</summary>
    ref struct Tally
    {
        // A symbol in thirty is prose with brackets; more is code or a formula.
        const int CodeSymbolsMin = 6, CodeShare = 30, DigitsShare = 8, NumbersMin = 3;

        int length, characters, codeSymbols, mathSymbols, equalSigns, digits, numbers, fences;
        Counts counts;

        [InlineArray(6)]
        struct Counts
        {
            int first;
        }

        public int QuestionMarks { get; private set; }

        /// <summary>Numbered or dashed lines: each asks for something of its own.</summary>
        public int Items { get; private set; }

        public readonly int Of(Sign sign) => counts[(int)sign];

        public readonly bool IsCode => fences > 0 || Of(Sign.Code) > 2
            || (codeSymbols >= CodeSymbolsMin && codeSymbols * CodeShare > length);

        // Three numbers and a question are a sum in words.
        public readonly bool IsMathematics => Of(Sign.Mathematics) > 0 || Formulas > 3 || (Formulas > 0 && digits * DigitsShare > length)
            || (numbers >= NumbersMin && Of(Sign.Question) + QuestionMarks > 0 && !IsCode);

        // In code it assigns.
        readonly int Formulas => mathSymbols + (IsCode ? 0 : equalSigns);

        /// <summary>
        /// Characters of a text of which this much was read, so that a script of many bytes a letter is not taken for a long text.
        /// </summary>
        public readonly int LengthOf(int bytes) => length == 0 ? 0 : (int)((long)bytes * characters / length);

        public void Read(ReadOnlySpan<byte> text)
        {
            length += text.Length;
            var (word, letters) = (0ul, 0);
            for (var i = 0; i < text.Length; i++)
            {
                var one = text[i];
                if ((one & 0xC0) != 0x80 && one != '\\') characters++;
                if (char.IsAsciiLetter((char)one))
                {
                    if (letters++ < sizeof(ulong)) word = (word << 8) | (uint)(one | 0x20);
                    continue;
                }
                if (letters > 0) End(ref word, ref letters);
                if (one == '\\' && i + 1 < text.Length) Escape(text, ref i);
                else Symbol(text, i);
            }
            if (letters > 0) End(ref word, ref letters);
        }

        // An escape is no word; a line that begins with a dash or a number is an item.
        void Escape(ReadOnlySpan<byte> text, ref int at)
        {
            characters++;
            switch (text[++at])
            {
                case (byte)'u': at += 4; break;
                case (byte)'\\': mathSymbols++; break;
                case (byte)'n' when at + 2 < text.Length && IsItem(text[at + 1], text[at + 2]): Items++; break;
            }
        }

        static bool IsItem(byte first, byte second) =>
            (first is (byte)'-' or (byte)'*' && second == ' ')
            || (first is >= (byte)'1' and <= (byte)'9' && second is (byte)'.' or (byte)')');

        void End(ref ulong word, ref int letters)
        {
            if (letters > 1 && Signs.TryGetValue(word, out var sign)) counts[(int)sign]++;
            (word, letters) = (0, 0);
        }

        void Symbol(ReadOnlySpan<byte> text, int at)
        {
            switch (text[at])
            {
                case (byte)'?': QuestionMarks++; break;
                case (byte)'{' or (byte)'}' or (byte)';' or (byte)'<' or (byte)'>' or (byte)'[' or (byte)']' or (byte)'_':
                    codeSymbols++;
                    break;
                case (byte)'(' when at + 1 < text.Length && text[at + 1] == ')': codeSymbols++; break;
                case (byte)'=': codeSymbols++; equalSigns++; break;
                case (byte)'^' or (byte)'+': mathSymbols++; break;
                // Before a digit it is money.
                case (byte)'$' when at + 1 < text.Length && !char.IsAsciiDigit((char)text[at + 1]): mathSymbols++; break;
                case (byte)'`' when text[at..].StartsWith("```"u8): fences++; break;
                case >= (byte)'0' and <= (byte)'9':
                    digits++;
                    if (at == 0 || !char.IsAsciiDigit((char)text[at - 1])) numbers++;
                    break;
            }
        }
    }
}
