using Assay.Pricing;

namespace Assay.Gateway.Admission;

/// <summary>Why a call was not let in. The dialects write it as their clients expect.</summary>
enum RefusalKind : byte
{
    /// <summary>No key, or none that is good.</summary>
    NoKey,

    /// <summary>The request makes no sense.</summary>
    Wrong,

    /// <summary>The body is too large.</summary>
    TooLarge,

    /// <summary>There is no such path or model.</summary>
    NotFound,

    /// <summary>A rule, a ceiling or a budget forbids it. Trying again changes nothing, so it must never look like a throttling.</summary>
    Forbidden,

    /// <summary>Too much a minute: the one refusal that waiting helps.</summary>
    TooOften,

    /// <summary>The gateway cannot take calls just now.</summary>
    Unavailable,

    /// <summary>The server behind did not answer.</summary>
    UpstreamFailed,

    /// <summary>The gateway itself failed at the call: a mistake of ours.</summary>
    Failed,
}

/// <param name="Reason">A word for metrics and the journal: <c>budget</c>, <c>ceiling</c>, <c>policy</c>.</param>
/// <param name="Message">Which limit, how much, until when; what to do.</param>
/// <param name="RetryAfter">Seconds, for <see cref="RefusalKind.TooOften"/>.</param>
sealed record Refusal(RefusalKind Kind, string Reason, string Message, int RetryAfter = 0)
{
    /// <summary>The member of the request that is at fault; null where it is none.</summary>
    public string? Param { get; init; }

    /// <summary>The budget that has no room; null where none refuses.</summary>
    public Control.Budgets.Admission? Budget { get; init; }

    /// <summary>A model that no server has, or no price: it is the same to a client, in whichever language it asked.</summary>
    public static string Unknown(string model, PriceBook book) =>
        $"The gateway does not know the model '{model}': no server here has it, or book '{book.Id}' has no price for it. Check its "
        + "name: GET /v1/models lists what can be asked for. 'models' in the gateway's configuration adds names, 'book' prices.";

    public static Refusal Failed(Exception wrong) =>
        new(RefusalKind.Failed, "gateway", $"The gateway failed at this call: {wrong.Message}");
    public static Refusal Wrong(string message) => new(RefusalKind.Wrong, "request", message);
    public static Refusal Forbidden(string reason, string message) => new(RefusalKind.Forbidden, reason, message);
}
