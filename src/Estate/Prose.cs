using System.Text;

namespace Assay.Estate;

/// <summary>Plain sentences of a wanted length. They mean little, compress well, and have the length their token count implies.</summary>
static class Prose
{
    static readonly string[] Openings =
    [
        "The customer", "Our warehouse", "The second invoice", "A returned parcel", "The billing team", "This contract", "The night shift",
        "Your account", "The delivery partner", "An older order", "The weekly report", "The support desk", "Each region", "The audit",
        "A new supplier", "The refund", "The price list", "Our policy", "The mobile app", "The shipment", "The agreement",
        "A duplicate entry",
        "The ledger", "The reviewer",
    ];

    static readonly string[] Middles =
    [
        "was checked against", "does not match", "must be confirmed with", "refers to", "was delayed by", "is covered under", "replaces",
        "should be compared with", "was escalated because of", "depends on", "was closed after", "is waiting for", "was split from",
        "may be refunded under", "was approved together with", "is limited by", "has been moved to", "was reopened for", "is listed in",
        "contradicts", "must never be shared with", "was archived with", "is a copy of", "was signed before",
    ];

    static readonly string[] Ends =
    [
        "the terms of sale", "clause", "the order of last week", "the delivery note", "the northern depot", "ticket", "the service credit",
        "the warranty period", "the signed form", "the exchange rate of that day", "the carrier's answer", "the loyalty programme",
        "section", "the earlier complaint", "the tax certificate", "the credit limit", "the quarterly forecast", "the maintenance window",
        "the export licence", "item", "the data-protection notice", "the second reminder", "the regional manager", "batch",
    ];

    /// <summary>Characters that so many tokens have. 930 characters were 219 tokens in a real log: 4.25 each.</summary>
    public static int Characters(long tokens) => (int)(tokens * 17 / 4);

    /// <summary>A sentence of its own, then paragraphs of a common stock: real support mail repeats itself too, if not as much.</summary>
    public static string Text(SeededRandom random, long tokens)
    {
        var length = Math.Max(1, Characters(tokens));
        var text = new StringBuilder(length + 800);
        AppendSentence(text, random.NextBits(), numbered: true);
        while (text.Length < length) text.Append(Paragraphs[random.Below(Paragraphs.Length)]);
        return text.ToString(0, length);
    }

    // 24 paragraphs are some 15,000 characters: they stay within the 32 KB that gzip looks back.
    static readonly string[] Paragraphs = MakeParagraphs();

    static string[] MakeParagraphs()
    {
        var random = new SeededRandom(4);
        var paragraphs = new string[24];
        for (var i = 0; i < paragraphs.Length; i++)
        {
            var text = new StringBuilder();
            while (text.Length < 600) AppendSentence(text, random.NextBits(), numbered: false);
            paragraphs[i] = text.ToString();
        }
        return paragraphs;
    }

    static void AppendSentence(StringBuilder text, ulong bits, bool numbered)
    {
        text.Append(Openings[bits % 24]).Append(' ').Append(Middles[(bits >> 8) % 24]).Append(' ').Append(Ends[(bits >> 16) % 24]);
        if (numbered) text.Append(' ').Append((bits >> 24) % 900_000 + 100_000);
        text.Append(". ");
    }
}
