using System.Globalization;
using System.Text;

namespace Assay.Planning;

/// <summary>The four costs a row states.</summary>
public readonly record struct StatedCosts(decimal Billed, decimal Effective, decimal Contracted, decimal List);

/// <summary>One row of an agreement's bill: the event it stands for, what it states to cost, and where it stands.</summary>
/// <param name="Line">Its line in the file.</param>
public sealed record AgreementRow(int Line, AgreementEvent Event, StatedCosts Stated);

/// <summary>A derived charge beside the row it was derived for.</summary>
public sealed record CheckedRow(AgreementRow Row, AgreementCharge Charge)
{
    /// <summary>True when all four costs are the same to the cent.</summary>
    public bool Agrees => Cents(Charge.Billed) == Cents(Row.Stated.Billed) && Cents(Charge.Effective) == Cents(Row.Stated.Effective)
        && Cents(Charge.Contracted) == Cents(Row.Stated.Contracted) && Cents(Charge.List) == Cents(Row.Stated.List);

    static decimal Cents(decimal usd) => decimal.Round(usd, 2, MidpointRounding.ToEven);
}

/// <summary>
/// The bill of a spend agreement in FOCUS columns, read for its inputs: quantities, unit prices, charge categories, periods. The cost
/// columns are only what the derived costs are held against.
/// </summary>
/// <param name="Findings">Where the file contradicts itself, a sentence each.</param>
public sealed record AgreementFile(AgreementTerms Terms, IReadOnlyList<AgreementRow> Rows, IReadOnlyList<string> Findings)
{
    static readonly string[] Needed =
    [
        "BilledCost", "EffectiveCost", "ContractedCost", "ListCost", "ChargeCategory", "ChargeFrequency", "ChargeDescription",
        "PricingQuantity", "ListUnitPrice", "ContractedUnitPrice",
    ];

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="FormatException">It is no such file; the message names the line and what was expected.</exception>
    public static AgreementFile Read(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        var records = Records(text.TrimStart('\uFEFF'), name).ToList();
        if (records.Count == 0) throw new FormatException($"{name}: is empty. Accepted: a CSV of FOCUS columns with a header.");
        var columns = records[0].Cells.Select((c, i) => (Name: c.Trim(), Index: i)).GroupBy(c => c.Name)
            .ToDictionary(g => g.Key, g => g.First().Index, StringComparer.OrdinalIgnoreCase);
        if (Needed.FirstOrDefault(n => !columns.ContainsKey(n)) is { } missing)
            throw new FormatException($"{name}:1: has no column '{missing}'. Accepted: a CSV of FOCUS columns with a header.");
        List<Row> rows = [.. records.Skip(1).Where(r => r.Cells.Any(c => c.Trim().Length > 0))
            .Select(r => new Row(name, r.Line, r.Cells, columns))];
        if (rows.Count == 0) throw new FormatException($"{name}: has a header and no rows.");
        return Of(rows);
    }

    /// <summary>Every row derived from the terms and the rows before it.</summary>
    public IReadOnlyList<CheckedRow> Check()
    {
        SpendAgreement agreement = new(Terms);
        return [.. Rows.Select(row => new CheckedRow(row, agreement.Charge(row.Event)))];
    }

    static AgreementFile Of(List<Row> rows)
    {
        List<string> findings = [];
        var isPrepaid = rows.Any(r => r.IsPurchase) && rows.Any(r => !r.IsPurchase);
        var tokenUsd = rows.Select(r => r.TokenUsd).FirstOrDefault(p => p is not null);
        AgreementTerms terms = new()
        {
            Payment = isPrepaid ? AgreementPayment.UpFront : AgreementPayment.AsYouGo,
            CommitmentUsd = rows.FirstOrDefault(r => r.IsUnusedFee)?.Number("ContractedUnitPrice"),
            TokenUsd = tokenUsd,
            // Tokens are bought in one file and used in others.
            TokensHeld = null,
        };
        List<AgreementRow> read = [.. rows.Select(r => new AgreementRow(r.Line, r.Event(isPrepaid), r.Stated))];
        foreach (var row in rows)
        {
            if (row.TokenUsd is { } own && tokenUsd is { } first && own != first)
            {
                findings.Add($"line {row.Line}: its unit prices make a token {own.List} at list and {own.Contracted} as contracted, "
                    + $"rows before it {first.List} and {first.Contracted}.");
            }
            if (row.BilledLate is { } late) findings.Add(late);
        }
        var (billed, cost) = (read.Sum(r => r.Stated.Billed), read.Sum(r => r.Stated.Effective));
        if (isPrepaid && rows.Any(r => r.IsUnusedFee) && billed != cost)
        {
            findings.Add($"it invoices {billed} in all for a cost of {cost}: the commitment is paid up front, and its unused part is "
                + "invoiced once more at the end.");
        }
        return new(terms, read, findings);
    }

    sealed class Row(string file, int line, string[] cells, Dictionary<string, int> columns)
    {
        public int Line => line;
        public bool IsPurchase => Cell("ChargeCategory").Equals("Purchase", StringComparison.OrdinalIgnoreCase);

        /// <summary>A one-time charge of the category usage that consumed nothing.</summary>
        public bool IsUnusedFee => !IsPurchase && Cell("ConsumedQuantity").Length == 0
            && Cell("ChargeFrequency").Equals("One-Time", StringComparison.OrdinalIgnoreCase);

        bool IsToken => Cell("PricingCurrency").Length > 0;

        bool IsPricedInTokens => IsToken && !Cell("PricingCurrency").Equals(Cell("BillingCurrency"), StringComparison.OrdinalIgnoreCase);

        UnitPrice Usd => new(Number("ListUnitPrice"), Number("ContractedUnitPrice"));
        UnitPrice Tokens => new(Number("PricingCurrencyListUnitPrice"), Number("PricingCurrencyContractedUnitPrice"));

        /// <summary>What this row's prices make a token cost; null where it says nothing of it.</summary>
        public UnitPrice? TokenUsd => !IsToken ? null
            : !IsPricedInTokens ? Usd
            : Tokens is { List: > 0m, Contracted: > 0m } each ? new(Usd.List / each.List, Usd.Contracted / each.Contracted)
            : null;

        public StatedCosts Stated => new(Number("BilledCost"), Number("EffectiveCost"), Number("ContractedCost"), Number("ListCost"));

        public AgreementEvent Event(bool isPrepaid)
        {
            var (what, quantity) = (Cell("ChargeDescription"), Number("PricingQuantity"));
            return Cell("ChargeCategory").ToUpperInvariant() switch
            {
                "PURCHASE" => new AgreementEvent.Purchase(what, quantity, Usd, IsDrawnDown: isPrepaid || IsToken) { IsTokens = IsToken },
                "USAGE" when IsUnusedFee => new AgreementEvent.End(what),
                "USAGE" when IsPricedInTokens => new AgreementEvent.UseOfTokens(what, quantity, Tokens),
                "USAGE" => new AgreementEvent.Use(what, quantity, Usd),
                _ => throw new FormatException($"{file}:{line}: ChargeCategory '{Cell("ChargeCategory")}' is not derived here. "
                    + "Accepted: Purchase, Usage."),
            };
        }

        /// <summary>Called paid up front, and billed after its period began.</summary>
        public string? BilledLate =>
            IsPurchase && Cell("ChargeDescription").Contains("upfront", StringComparison.OrdinalIgnoreCase)
            && Day("BillingPeriodStart") is { } billed && Day("ChargePeriodStart") is { } from && billed > from
                ? $"line {line}: called an upfront payment for a period from {from:yyyy-MM-dd}, and billed in full in the month of "
                    + $"{billed:yyyy-MM-dd}."
                : null;

        public decimal Number(string column)
        {
            var text = Cell(column).Replace("$", "", StringComparison.Ordinal).Trim();
            if (text.Length == 0) return 0m;
            return decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number
                : throw new FormatException($"{file}:{line}: {column} '{Cell(column)}' is not a number.");
        }

        DateOnly? Day(string column) => DateTime.TryParse(Cell(column), CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? DateOnly.FromDateTime(day) : null;

        string Cell(string column) => columns.TryGetValue(column, out var at) && at < cells.Length ? cells[at].Trim() : "";
    }

    // RFC 4180: quoted cells may hold commas, line ends and doubled quotes.
    static IEnumerable<(int Line, string[] Cells)> Records(string text, string name)
    {
        var (line, first, quoted) = (1, 1, false);
        List<string> cells = [];
        StringBuilder cell = new();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n') line++;
            if (quoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') { cell.Append('"'); i++; }
                else quoted = false;
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c is ',' or '\n')
            {
                cells.Add(cell.ToString());
                cell.Clear();
                if (c == ',') continue;
                yield return (first, [.. cells]);
                cells.Clear();
                first = line;
            }
            else if (c != '\r')
            {
                cell.Append(c);
            }
        }
        if (quoted) throw new FormatException($"{name}:{first}: a quoted cell is not closed.");
        if (cell.Length == 0 && cells.Count == 0) yield break;
        yield return (first, [.. cells, cell.ToString()]);
    }
}
