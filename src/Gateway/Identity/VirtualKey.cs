using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Assay.Gateway.Identity;

/// <summary>Whose calls come with a key, and what they may ask for. What the key says of its owner no caller can change.</summary>
sealed record VirtualKey
{
    /// <summary>The name rules, reports and people use; unique among keys that are not revoked.</summary>
    public required string Name { get; init; }

    /// <summary>The first characters of the secret: enough to find a key in a configuration, too little to use it.</summary>
    public required string Shown { get; init; }

    /// <summary>SHA-256 of the secret, in hexadecimal. The secret is 256 random bits, so nothing slower is needed.</summary>
    public required string Hash { get; init; }
    public required DateTime Created { get; init; }
    public DateTime? Expires { get; init; }
    public DateTime? Revoked { get; init; }

    /// <summary>After a rotation: the secret before, and until when it is still taken.</summary>
    public string? PreviousHash { get; init; }
    public DateTime? PreviousUntil { get; init; }

    public string App { get; init; } = "";
    public string Team { get; init; } = "";
    public string Env { get; init; } = "";

    /// <summary>Patterns of the models it may ask for; empty for all that the policy permits.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <inheritdoc cref="Models"/>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Some of <c>bedrock</c>, <c>openai</c>, <c>anthropic</c>; empty for all.</summary>
    public IReadOnlyList<string> Dialects { get; init; } = [];

    [JsonIgnore]
    public bool IsRevoked => Revoked is not null;

    public bool IsExpired(DateTime utcNow) => Expires is { } end && end <= utcNow;
}

/// <summary>The text a client sends. It is shown once, when it is made, and nowhere kept.</summary>
static class KeySecret
{
    /// <summary>Tells keys of ours from AWS's and others' at a glance, to people and to secret scanners.</summary>
    public const string Prefix = "assay_";

    const int Bytes = 32;
    const int CharactersShown = 12;

    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static string HashOf(ReadOnlySpan<char> secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(secret, hash);
        return Convert.ToHexStringLower(hash);
    }

    public static string ShownOf(string secret) => secret[..CharactersShown];

    /// <summary>The hash of a secret as a client sent it; false where it is too long to be one.</summary>
    public static bool Hash(ReadOnlySpan<char> secret, Span<byte> into)
    {
        Span<byte> utf8 = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(secret, utf8, out var length) && SHA256.TryHashData(utf8[..length], into, out _);
    }
}
