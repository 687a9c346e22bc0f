using System.Collections.Frozen;
using System.Text;

namespace Assay.Ledger.Bills;

/// <summary>What is read of a row of a bill, whatever its format calls it.</summary>
enum BillField : byte
{
    Id, Start, End, Period, PeriodEnd, Account, PayerAccount, Region, Location, UsageType, Meter, Operation, ServiceCode, ProductCode,
    ProductName, Model, Description, BillingEntity, LegalEntity, Publisher, InvoiceId, ResourceId, Principal,
    Quantity, Unit, PricingQuantity, PricingUnit, Cost, NetCost, ListCost, Currency,
    Charge, ChargeClass, CommitmentId, CommitmentStatus, SkuId, SkuPriceId,

    // Maps, as JSON text.
    Product, ResourceTags, Tags, SkuDetails,
}

/// <summary>A column that holds the value of one tag.</summary>
readonly record struct TagColumn(string Key, int Column);

/// <summary>
/// Which column of a file holds which field. Columns are told by name alone, in CUR 2.0's spelling, in that of the older reports
/// (<c>lineItem/UsageType</c>), and in FOCUS's, whose case exporters do not agree on.
/// </summary>
sealed class BillColumns
{
    public const string CurTags = "resource_tags_";

    readonly int[] columnOf = new int[Enum.GetValues<BillField>().Length];

    public required BillFormat Format { get; init; }
    public required IReadOnlyList<string> Names { get; init; }
    public IReadOnlyList<string> Unknown { get; private set; } = [];
    public IReadOnlyList<TagColumn> TagColumns { get; private set; } = [];

    /// <summary>The column of a field, or -1.</summary>
    public int Of(BillField field) => columnOf[(int)field];

    public bool Has(BillField field) => Of(field) >= 0;

    /// <summary>The format that has such columns, or null when it is no bill.</summary>
    public static BillFormat? FormatOf(IEnumerable<string> columns)
    {
        HashSet<string> cur = [], focus = [];
        foreach (var column in columns)
        {
            cur.Add(CurName(column));
            focus.Add(FocusName(column));
        }
        var curSigns = ((string[])["line_item_usage_type", "line_item_unblended_cost", "line_item_usage_start_date",
            "identity_line_item_id", "bill_billing_period_start_date", "line_item_line_item_type"]).Count(cur.Contains);
        if (curSigns >= 2) return BillFormat.Cur2;
        var focusSigns = ((string[])["billedcost", "chargeperiodstart", "chargecategory", "billingperiodstart"]).Count(focus.Contains);
        return focusSigns >= 3 ? BillFormat.Focus : null;
    }

    /// <exception cref="BillException">A column is missing without which nothing can be said.</exception>
    public static BillColumns Read(IReadOnlyList<string> names, BillFormat format, string path)
    {
        var columns = new BillColumns { Format = format, Names = names };
        Array.Fill(columns.columnOf, -1);
        var isCur = format == BillFormat.Cur2;
        var spellings = isCur ? CurSpellings : FocusSpellings;
        List<string> unknown = [];
        List<TagColumn> tags = [];
        // Of two spellings of one field the one listed first wins, wherever its column stands.
        var ranks = new int[columns.columnOf.Length];
        Array.Fill(ranks, int.MaxValue);
        for (var i = 0; i < names.Count; i++)
        {
            var name = isCur ? CurName(names[i]) : FocusName(names[i]);
            if (spellings.TryGetValue(name, out var known))
            {
                if (known.Rank >= ranks[(int)known.Field]) continue;
                ranks[(int)known.Field] = known.Rank;
                columns.columnOf[(int)known.Field] = i;
            }
            else if (isCur && TagOf(names[i], name) is { } tag) tags.Add(new(tag, i));
            else if (!(isCur ? IsOfCur(name) : FocusColumns.Contains(name))) unknown.Add(names[i]);
        }
        (columns.Unknown, columns.TagColumns) = (unknown, tags);
        foreach (var (field, name) in isCur ? CurNeeds : FocusNeeds)
            if (!columns.Has(field))
                throw new BillException($"{path}: a {(isCur ? "cost and usage report" : "FOCUS export")} without the column '{name}'. "
                    + $"Needed are {string.Join(", ", (isCur ? CurNeeds : FocusNeeds).Select(n => n.Name))}. "
                    + "Add it to the export in AWS's Billing console and fetch the file again; see docs/bills.md.");
        return columns;
    }

    static readonly (BillField Field, string Name)[] CurNeeds =
    [
        (BillField.UsageType, "line_item_usage_type"), (BillField.Start, "line_item_usage_start_date"),
        (BillField.Cost, "line_item_unblended_cost"),
    ];

    static readonly (BillField Field, string Name)[] FocusNeeds =
        [(BillField.Start, "ChargePeriodStart"), (BillField.Cost, "BilledCost"), (BillField.ProductName, "ServiceName")];

    static readonly FrozenDictionary<string, (BillField Field, int Rank)> CurSpellings = Ranked(
    [
        (BillField.Id, ["identity_line_item_id"]),
        (BillField.Start, ["line_item_usage_start_date"]),
        (BillField.End, ["line_item_usage_end_date"]),
        (BillField.Period, ["bill_billing_period_start_date"]),
        (BillField.PeriodEnd, ["bill_billing_period_end_date"]),
        (BillField.Account, ["line_item_usage_account_id"]),
        (BillField.PayerAccount, ["bill_payer_account_id"]),
        (BillField.Region, ["product_region_code", "product_region"]),
        (BillField.Location, ["product_location"]),
        (BillField.UsageType, ["line_item_usage_type"]),
        (BillField.Operation, ["line_item_operation"]),
        (BillField.ServiceCode, ["product_servicecode"]),
        (BillField.ProductCode, ["line_item_product_code"]),
        (BillField.ProductName, ["product_product_name", "product_name", "product_servicename"]),
        (BillField.Model, ["product_model"]),
        (BillField.Description, ["line_item_line_item_description"]),
        (BillField.BillingEntity, ["bill_billing_entity"]),
        (BillField.LegalEntity, ["line_item_legal_entity"]),
        (BillField.InvoiceId, ["bill_invoice_id"]),
        (BillField.ResourceId, ["line_item_resource_id"]),
        (BillField.Principal, ["line_item_iam_principal"]),
        (BillField.Quantity, ["line_item_usage_amount"]),
        (BillField.Unit, ["pricing_unit"]),
        (BillField.Cost, ["line_item_unblended_cost"]),
        (BillField.NetCost, ["line_item_net_unblended_cost"]),
        (BillField.ListCost, ["pricing_public_on_demand_cost"]),
        (BillField.Currency, ["line_item_currency_code", "pricing_currency"]),
        (BillField.Charge, ["line_item_line_item_type"]),
        (BillField.Product, ["product"]),
        (BillField.ResourceTags, ["resource_tags"]),
        (BillField.Tags, ["tags"]),
    ]);

    static readonly FrozenDictionary<string, (BillField Field, int Rank)> FocusSpellings = Ranked(
    [
        (BillField.Id, ["xlineitemid"]),
        (BillField.Start, ["chargeperiodstart"]),
        (BillField.End, ["chargeperiodend"]),
        (BillField.Period, ["billingperiodstart"]),
        (BillField.PeriodEnd, ["billingperiodend"]),
        (BillField.Account, ["subaccountid"]),
        (BillField.PayerAccount, ["billingaccountid"]),
        (BillField.Region, ["regionid", "region"]),
        (BillField.Location, ["regionname"]),
        (BillField.UsageType, ["xusagetype"]),
        (BillField.Meter, ["skumeter"]),
        (BillField.Operation, ["xoperation"]),
        (BillField.ServiceCode, ["xservicecode"]),
        (BillField.ProductName, ["servicename"]),
        (BillField.Description, ["chargedescription"]),
        // 1.3 renames provider and publisher.
        (BillField.BillingEntity, ["providername", "serviceprovidername", "provider"]),
        (BillField.LegalEntity, ["invoiceissuername", "invoiceissuer"]),
        (BillField.Publisher, ["publishername", "hostprovidername", "publisher"]),
        (BillField.InvoiceId, ["invoiceid"]),
        (BillField.ResourceId, ["resourceid"]),
        (BillField.Principal, ["xiamprincipal", "xprincipal"]),
        (BillField.Quantity, ["consumedquantity"]),
        (BillField.Unit, ["consumedunit"]),
        (BillField.PricingQuantity, ["pricingquantity"]),
        (BillField.PricingUnit, ["pricingunit"]),
        (BillField.Cost, ["billedcost"]),
        (BillField.ListCost, ["listcost"]),
        (BillField.Currency, ["billingcurrency"]),
        (BillField.Charge, ["chargecategory"]),
        (BillField.ChargeClass, ["chargeclass"]),
        (BillField.CommitmentId, ["commitmentdiscountid"]),
        (BillField.CommitmentStatus, ["commitmentdiscountstatus"]),
        (BillField.SkuId, ["skuid"]),
        (BillField.SkuPriceId, ["skupriceid"]),
        (BillField.SkuDetails, ["skupricedetails"]),
        (BillField.Tags, ["tags"]),
    ]);

    // Columns of FOCUS 1.0 to 1.3 that carry nothing a line of a bill needs here, and AWS's own beside them.
    static readonly FrozenSet<string> FocusColumns = FrozenSet.Create(StringComparer.Ordinal,
    [
        "availabilityzone", "billingaccountname", "billingaccounttype", "capacityreservationid", "capacityreservationstatus",
        "chargefrequency", "commitmentdiscountcategory", "commitmentdiscountname", "commitmentdiscountquantity", "commitmentdiscounttype",
        "commitmentdiscountunit", "contractedcost", "contractedunitprice", "effectivecost", "listunitprice", "pricingcategory",
        "pricingcurrency", "pricingcurrencycontractedunitprice", "pricingcurrencyeffectivecost", "pricingcurrencylistunitprice",
        "resourcename", "resourcetype", "servicecategory", "servicesubcategory", "subaccountname", "subaccounttype",
        "allocatedmethodid", "allocatedmethoddetails", "allocatedresourceid", "allocatedresourcename", "allocatedtags",
        "contractapplied", "xcostcategories", "xdiscounts",
    ]);

    // CUR has hundreds of columns in these families, and adds more.
    static readonly string[] CurFamilies =
    [
        "identity_", "bill_", "line_item_", "pricing_", "product_", "reservation_", "savings_plan_", "split_line_item_",
        "capacity_reservation_", "cost_category",
    ];

    static bool IsOfCur(string name) =>
        name is "discount" or "billing_period" || name.StartsWith("discount_", StringComparison.Ordinal)
        || CurFamilies.Any(f => name.StartsWith(f, StringComparison.Ordinal));

    // resourceTags/user:app of the older reports, resource_tags_user_app of their tables in Athena.
    static string? TagOf(string column, string name)
    {
        const string older = "resourceTags/";
        if (column.StartsWith(older, StringComparison.Ordinal)) return column[older.Length..];
        return name.StartsWith(CurTags, StringComparison.Ordinal) ? name[CurTags.Length..] : null;
    }

    // lineItem/UsageType is line_item_usage_type.
    internal static string CurName(string column)
    {
        var name = new StringBuilder(column.Length + 8);
        for (var i = 0; i < column.Length; i++)
        {
            var c = column[i];
            if (char.IsAsciiLetterUpper(c))
            {
                // Not before the second capital of two, as in "ARN".
                if (i > 0 && char.IsAsciiLetterOrDigit(column[i - 1]) && !char.IsAsciiLetterUpper(column[i - 1])) name.Append('_');
                name.Append(char.ToLowerInvariant(c));
            }
            else name.Append(c is '/' or ':' or ' ' ? '_' : c);
        }
        return name.ToString();
    }

    static string FocusName(string column) =>
        string.Concat(column.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    static FrozenDictionary<string, (BillField, int)> Ranked((BillField Field, string[] Names)[] spellings) =>
        spellings.SelectMany(s => s.Names.Select((n, i) => (Name: n, s.Field, Rank: i)))
            .ToFrozenDictionary(s => s.Name, s => (s.Field, s.Rank), StringComparer.Ordinal);
}
