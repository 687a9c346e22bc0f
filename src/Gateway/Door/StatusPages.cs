using System.Text.Json;
using Assay.Gateway.Metering;
using Assay.Pricing;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Door;

/// <summary>What a gateway says of itself: to load balancers, to people, and to clients that ask which models there are.</summary>
static class StatusPages
{
    /// <returns>False where the path is none of these.</returns>
    public static async Task<bool> TryAnswer(HttpContext http, string target, Live live, Journal journal, TimeProvider time)
    {
        // Clients page through lists; ours is whole at once.
        switch (target.Split('?')[0])
        {
            case "/health":
                await Text(http, 200, "alive\n").ConfigureAwait(false);
                return true;
            case "/ready":
                var stuck = journal.IsStuck;
                await Text(http, stuck is null ? 200 : 503, stuck is null ? "ready\n"
                    : "not ready: the journal cannot be written\n").ConfigureAwait(false);
                return true;
            case "/v1/models":
                var now = time.GetUtcNow().UtcDateTime;
                var verdict = live.Ring.Find(Reception.SecretOf(http.Request.Headers), now, out var holder);
                var known = verdict == Identity.KeyVerdict.Good ? holder : null;
                await Json(http, json => Models(json, ModelList.Of(live, known, now))).ConfigureAwait(false);
                return true;
            // Who may have them was answered before it came here.
            case Telemetry.Collecting.Path:
                await Text(http, 403, "from another machine this page wants a key of the gateway: Authorization: Bearer KEY\n")
                    .ConfigureAwait(false);
                return true;
            // Whoever has a key may see what is spent; nobody else.
            case "/assay/budgets":
                var secret = Reception.SecretOf(http.Request.Headers);
                if (live.Ring.Find(secret, time.GetUtcNow().UtcDateTime, out _) != Identity.KeyVerdict.Good)
                    await Text(http, 403, "this page wants a key of the gateway: Authorization: Bearer KEY\n").ConfigureAwait(false);
                else await Json(http, json => Budgets(json, live, time.GetUtcNow().UtcDateTime)).ConfigureAwait(false);
                return true;
            default:
                return false;
        }
    }

    static async Task Text(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text).ConfigureAwait(false);
    }

    static async Task Json(HttpContext http, Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text)) write(json);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = text.Length;
        await http.Response.Body.WriteAsync(text.ToArray()).ConfigureAwait(false);
    }

    static void Models(Utf8JsonWriter json, IEnumerable<ListedModel> models)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var (id, owner) in models)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("object"u8, "model"u8);
            json.WriteString("owned_by"u8, owner);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Budgets(Utf8JsonWriter json, Live live, DateTime now)
    {
        var state = live.Budgets.Snapshot(now);
        json.WriteStartObject();
        json.WriteString("at"u8, state.At);
        json.WriteStartArray("budgets"u8);
        foreach (var counter in state.Counters)
        {
            json.WriteStartObject();
            json.WriteString("budget"u8, counter.Budget);
            json.WriteString("of"u8, counter.Value);
            json.WriteString("window"u8, counter.Window.ToString());
            json.WriteString("stop"u8, counter.Stop.ToString().ToLowerInvariant());
            json.WriteString("limit_usd"u8, Usd.Plain(counter.Limit));
            json.WriteString("spent_usd"u8, Usd.Plain(counter.Spent));
            json.WriteString("reserved_usd"u8, Usd.Plain(counter.Reserved));
            json.WriteString("held_usd"u8, Usd.Plain(counter.Held));
            json.WriteString("window_start"u8, counter.WindowStart);
            json.WriteString("window_end"u8, counter.WindowEnd);
            json.WriteNumber("unpriced"u8, counter.Unpriced);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
