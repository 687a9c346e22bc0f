using System.Text;

namespace Assay.Planning;

/// <summary>The four costs a row states.</summary>
public readonly record struct StatedCosts(decimal Billed, decimal Effective, decimal Contracted, decimal List);

/// <summary>One row of an agreement's bill: the event it stands for, what it states to cost, and where it stands.</summary>
/// <param name="Line">Its line in the file.</param>
/// <param name="Currency">The currency it is billed in, as the file writes it.</param>
public sealed record AgreementRow(int Line, AgreementEvent Event, StatedCosts Stated, string Currency);

/// <summary>A derived charge beside the row it was derived for.</summary>
public sealed record CheckedRow(AgreementRow Row, AgreementCharge Charge)
{
    /// <summary>True when all four costs are the same to the cent.</summary>
    public bool Agrees => Cents(Charge.Billed) == Cents(Row.Stated.Billed) && Cents(Charge.Effective) == Cents(Row.Stated.Effective)
        && Cents(Charge.Contracted) == Cents(Row.Stated.Contracted) && Cents(Charge.List) == Cents(Row.Stated.List);

    static decimal Cents(decimal usd) => decimal.Round(usd, 2, MidpointRounding.ToEven);
}

/// <summary>One contract of a file: its terms, and its rows in the order in which they happen.</summary>
public sealed record AgreementContract(AgreementTerms Terms, IReadOnlyList<AgreementRow> Rows);

/// <summary>
/// The bill of spend agreements in FOCUS columns, read for its inputs: quantities, unit prices, charge categories, periods. The cost
/// columns are only what the derived costs are held against.
/// </summary>
/// <param name="Contracts">Told apart by account, issuer and currency, and by service and period where several commitments run.</param>
/// <param name="Findings">Where the file contradicts itself, a sentence each.</param>
public sealed record AgreementFile(IReadOnlyList<AgreementContract> Contracts, IReadOnlyList<string> Findings)
{
    static readonly string[] Needed =
    [
        "BilledCost", "EffectiveCost", "ContractedCost", "ListCost", "ChargeCategory", "ChargeFrequency",
        "PricingQuantity", "ListUnitPrice", "ContractedUnitPrice",
    ];

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="FormatException">It is no such file; the message names the line and what was expected.</exception>
    public static AgreementFile Read(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        var records = Records(text.TrimStart('\uFEFF'), name).ToList();
        if (records.Count == 0) throw new FormatException($"{name}: is empty. Accepted: a CSV of FOCUS columns with a header.");
        var columns = records[0].Cells.Select((c, i) => (Name: c.Trim(), Index: i))
            .GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => g.First().Index, StringComparer.OrdinalIgnoreCase);
        if (Needed.FirstOrDefault(n => !columns.ContainsKey(n)) is { } missing)
            throw new FormatException($"{name}:1: has no column '{missing}'. Accepted: a CSV of FOCUS columns with a header.");
        List<FocusRow> rows = [.. records.Skip(1).Where(r => r.Cells.Any(c => c.Trim().Length > 0))
            .Select(r => new FocusRow(name, r.Line, r.Cells, columns))];
        if (rows.Count == 0) throw new FormatException($"{name}: has a header and no rows.");
        return Of(rows);
    }

    /// <summary>Every row derived from its contract's terms and what happened before it, in the order of the file.</summary>
    public IReadOnlyList<CheckedRow> Check() =>
    [
        .. Contracts.SelectMany(contract =>
        {
            SpendAgreement agreement = new(contract.Terms);
            return contract.Rows.Select(row => new CheckedRow(row, agreement.Charge(row.Event))).ToList();
        }).OrderBy(checkedRow => checkedRow.Row.Line),
    ];

    static AgreementFile Of(List<FocusRow> rows)
    {
        var bills = rows.GroupBy(r => (r.Account, r.Issuer, r.Currency)).ToList();
        List<string> findings = [];
        List<AgreementContract> contracts = [];
        foreach (var bill in bills)
            foreach (var contract in AgreementContracts.Of([.. bill], findings)) contracts.Add(contract);
        findings.AddRange(rows.Select(r => r.BilledLate).OfType<string>());
        return new(contracts, findings);
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
