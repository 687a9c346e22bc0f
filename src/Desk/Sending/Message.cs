using System.Security.Cryptography;
using System.Text;

namespace Assay.Desk.Sending;

/// <summary>Something to send to one receiver, whole: sending it again a week later needs nothing else.</summary>
/// <param name="Key">The same for the same report to the same receiver: what nothing is sent twice by. Receivers are told it.</param>
/// <param name="Destination">Which of the destinations it is for. No secret: addresses that are secrets stand there as a digest.</param>
/// <param name="Body">As it goes over the wire.</param>
sealed record Message(string Key, string Destination, string Title, DateTimeOffset Made, string Body)
{
    /// <param name="report">What is sent: its kind, its period, and the fingerprint of what it was made from.</param>
    /// <param name="again">Makes it another message than the one sent before; empty for the first.</param>
    public static Message Of(string report, string title, IDestination destination, string body, DateTimeOffset made, string again = "") =>
        new(Digest($"{report}\n{destination.Id}\n{again}"), destination.Id, title, made, body);

    /// <summary>What a text is known by: 32 hexadecimal digits.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}

/// <summary>How an attempt to deliver ended.</summary>
abstract record Delivery
{
    Delivery() { }

    /// <summary>The receiver has it.</summary>
    public sealed record Done(string Answer) : Delivery;

    /// <summary>Not now: it may go well the next time.</summary>
    /// <param name="After">How long the receiver asks to be left alone; null when it does not say.</param>
    public sealed record NotNow(string Reason, TimeSpan? After = null) : Delivery;

    /// <summary>Not like this: trying again changes nothing.</summary>
    public sealed record Refused(string Reason) : Delivery;
}

/// <summary>Where messages go.</summary>
interface IDestination
{
    /// <summary>The same in every run, and no secret.</summary>
    string Id { get; }

    /// <summary>What people are told: no secret either.</summary>
    string Name { get; }

    /// <summary>Makes one attempt. Faults of the network and of the receiver are outcomes.</summary>
    Task<Delivery> Deliver(Message message, CancellationToken cancel);
}
