using System.Globalization;
using Assay.Usage;

namespace Assay.Desk.Input;

/// <summary>Looks for one request: by its id, or by a beginning of it that is no other's.</summary>
sealed class RequestSearch
{
    /// <summary>A shorter beginning is anybody's.</summary>
    public const int LengthMin = 8;

    const int Named = 4;
    const int GuidLength = 36;
    const string GuidForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    readonly string wanted;
    readonly RequestId exact;
    readonly (UInt128 First, UInt128 Last)? span;
    readonly SortedDictionary<string, UsageRecord> begun = new(StringComparer.Ordinal);
    UsageRecord? found;

    public RequestSearch(string wanted)
    {
        (this.wanted, exact) = (wanted, RequestId.Parse(wanted));
        TakesBeginnings = wanted.Length >= LengthMin;
        if (TakesBeginnings && IsOfGuid(wanted)) span = SpanOf(wanted);
    }

    public RequestId Exact => exact;
    public bool TakesBeginnings { get; }

    /// <summary>Whether a request may be the one: by its whole id, or by a beginning of it.</summary>
    /// <returns>True when it is, and nothing further need be looked at.</returns>
    public bool Offer(in UsageRecord record)
    {
        if (record.RequestId == exact)
        {
            found = record;
            return true;
        }
        if (TakesBeginnings && Begins(record.RequestId)) begun.TryAdd(record.RequestId.ToString(), record);
        return false;
    }

    /// <summary>The request; null where there is none.</summary>
    /// <exception cref="InputException">Several begin so.</exception>
    public UsageRecord? Result
    {
        get
        {
            if (found is not null || begun.Count == 0) return found;
            if (begun.Count == 1) return begun.Values.First();
            var named = string.Join(", ", begun.Keys.Take(Named).Select(k => $"'{k}'"));
            var more = begun.Count > Named ? $" and {begun.Count - Named} more" : "";
            throw new InputException($"{begun.Count} requests begin with '{wanted}': {named}{more}. Give more of the id.");
        }
    }

    // A GUID is compared by its bits: a hundred million ids need not be spelled out.
    bool Begins(RequestId id) => id.IsGuid ? span is var (first, last) && id.Key >= first && id.Key <= last
        : id.ToString().StartsWith(wanted, StringComparison.Ordinal);

    static bool IsOfGuid(string text)
    {
        if (text.Length >= GuidLength) return false;
        for (var i = 0; i < text.Length; i++)
            if (GuidForm[i] == '-' ? text[i] != '-' : !char.IsAsciiHexDigitLower(text[i])) return false;
        return true;
    }

    static (UInt128 First, UInt128 Last) SpanOf(string beginning)
    {
        const int digits = 32;
        var given = beginning.Replace("-", "", StringComparison.Ordinal);
        return (Read(given.PadRight(digits, '0')), Read(given.PadRight(digits, 'f')));

        static UInt128 Read(string text) => UInt128.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
