using Assay.Usage;

namespace Assay.Ledger.Export;

/// <summary>Assay's own columns: the names that <c>assay rate</c> uses, a row a sum.</summary>
static class ChargeColumns
{
    public static IReadOnlyList<ExportColumn> For(ExportTerms terms) =>
    [
        new("start", ColumnKind.Moment, (r, _) => r.Start),
        new("end", ColumnKind.Moment, (r, _) => r.End),
        Text("billing_account", (r, t) => BillingAccount(r, t)),
        Text("account", (r, _) => r.Caller.Account),
        Text("principal", (r, _) => r.Caller.Principal),
        Text("app", (r, _) => r.Caller.App),
        Text("team", (r, _) => r.Caller.Team),
        Text("env", (r, _) => r.Caller.Env),
        .. terms.TagKeys.Select((key, i) => Text("tag:" + key, (r, _) => i < r.Caller.Tags.Count ? r.Caller.Tags[i] : null)),
        Text("charge", (r, _) => r.Charge.ToString().ToLowerInvariant()),
        Text("description", (r, _) => r.Description),
        Text("model", (r, _) => r.Model?.Id),
        Text("region", (r, _) => r.Region),
        Text("meter", (r, _) => r.Meter?.Name()),
        Text("mode", (r, _) => r.Meter is null ? null : r.Mode.Name()),
        Text("tier", (r, _) => r.Meter is null ? null : r.Tier.Name()),
        Text("scope", (r, _) => r.Meter is null ? null : r.Model?.Scope.Name()),
        Text("context", (r, _) => r.Meter is null ? null : r.Context.Name()),
        Text("term", (r, _) => r.Meter is null ? null : r.Term.Name()),
        new("quantity", ColumnKind.Amount, (r, _) => r.Meter is null ? null : r.Quantity),
        Text("unit", (r, _) => r.Meter?.Unit()),
        new("rate", ColumnKind.Amount, (r, _) => r.Rate),
        new("cost", ColumnKind.Amount, (r, _) => r.Cost),
        new("cost_max", ColumnKind.Amount, (r, _) => r.CostMax),
        new("requests", ColumnKind.Count, (r, _) => r.Requests),
        Text("sku", (r, _) => r.Sku),
        Text("book", (r, _) => r.Book),
        Text("unpriced", (r, _) => r.Unpriced),
    ];

    public static string BillingAccount(ExportRow row, ExportTerms terms) =>
        row.BillingAccount.Length > 0 ? row.BillingAccount
        : terms.BillingAccount.Length > 0 ? terms.BillingAccount
        : "";

    static ExportColumn Text(string name, Func<ExportRow, ExportTerms, string?> of) =>
        new(name, ColumnKind.Text, (row, terms) => of(row, terms) is { Length: > 0 } text ? text : null);
}
