using System.Buffers;
using System.Text.Json;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>Charges as JSON lines, one a meter: what <c>assay rate</c> prints.</summary>
public sealed class ChargeLines : IDisposable
{
    const int FlushAbove = 64 * 1024;

    readonly Stream into;
    readonly PriceBook book;
    readonly Charge[] charges = new Charge[Rater.ChargesMax];
    readonly ArrayBufferWriter<byte> buffer = new(FlushAbove * 2);
    readonly Utf8JsonWriter json;

    public ChargeLines(Stream into, PriceBook book)
    {
        this.into = into;
        this.book = book;
        json = new Utf8JsonWriter(buffer,
            new() { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public long Unpriced { get; private set; }
    public long Failed { get; private set; }

    /// <summary>Calls that did not fail and yet count nothing: no tokens, no units.</summary>
    public long Uncounted { get; private set; }
    public decimal Total { get; private set; }

    public void Add(ReadOnlySpan<UsageRecord> records)
    {
        foreach (ref readonly var record in records)
        {
            if (record.Failed) Failed++;
            var count = Rater.Rate(record, book, charges);
            if (count == 0 && !record.Failed) Uncounted++;
            for (var i = 0; i < count; i++) Write(record, charges[i]);
            if (buffer.WrittenCount > FlushAbove) Flush();
        }
    }

    void Write(in UsageRecord usage, in Charge charge)
    {
        json.WriteStartObject();
        json.WriteString("request_id"u8, usage.RequestId.ToString());
        json.WriteString("time"u8, usage.Time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK"));
        json.WriteString("account"u8, usage.Caller.Account);
        json.WriteString("region"u8, usage.Region);
        json.WriteString("principal"u8, usage.Caller.Principal);
        json.WriteString("app"u8, usage.Caller.App);
        json.WriteString("team"u8, usage.Caller.Team);
        json.WriteString("env"u8, usage.Caller.Env);
        json.WriteString("model"u8, usage.Model.Id);
        json.WriteString("meter"u8, charge.Meter.Name());
        json.WriteString("mode"u8, usage.Mode.Name());
        json.WriteString("tier"u8, usage.Tier.Name());
        json.WriteString("scope"u8, usage.Model.Scope.Name());
        json.WriteString("context"u8, charge.Context.Name());
        json.WriteNumber("quantity"u8, charge.Quantity);
        if (charge.Rate is { } rate)
        {
            Total += charge.Cost;
            json.WriteString("rate"u8, Usd.Plain(rate.UsdPerUnit));
            json.WriteString("cost"u8, Usd.Plain(charge.Cost));
            if (charge.CostMax is { } max) json.WriteString("cost_max"u8, Usd.Plain(max));
            json.WriteString("sku"u8, rate.Sku);
            json.WriteString("book"u8, book.Id);
        }
        else
        {
            Unpriced++;
            json.WriteString("unpriced"u8, Rater.Reason(usage, charge, book));
        }
        json.WriteEndObject();
        json.Flush();
        json.Reset();
        buffer.Write("\n"u8);
    }

    public void Flush()
    {
        into.Write(buffer.WrittenSpan);
        into.Flush();
        buffer.ResetWrittenCount();
    }

    public void Dispose() => json.Dispose();
}
