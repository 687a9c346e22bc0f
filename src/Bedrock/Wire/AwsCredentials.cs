using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace Assay.Bedrock;

/// <summary>What proves to AWS who is calling: a bearer key, or a pair of keys to sign with.</summary>
public abstract record AwsIdentity
{
    AwsIdentity() { }

    /// <summary>A Bedrock API key, sent as <c>Authorization: Bearer</c>.</summary>
    public sealed record Bearer(string Key) : AwsIdentity
    {
        public override string ToString() => "a Bedrock API key";
    }

    /// <summary>Keys to sign with; temporary ones come with a session token.</summary>
    public sealed record Keys(string AccessKeyId, string SecretKey, string? SessionToken = null) : AwsIdentity
    {
        public override string ToString() => $"the access key '{AccessKeyId}'";
    }
}

/// <summary>Where the identity comes from. Temporary keys are renewed before they expire; asking is cheap, so ask for every call.</summary>
public sealed class AwsCredentials
{
    /// <summary>The environment variable in which every AWS SDK looks for a Bedrock API key.</summary>
    public const string BearerVariable = "AWS_BEARER_TOKEN_BEDROCK";

    readonly AwsIdentity? fixedIdentity;
    readonly Lazy<AWSCredentials>? chain;

    // The last keys of the chain: while they are the same, so is the object, and the signer need not derive its key again.
    AwsIdentity.Keys? lastKeys;

    AwsCredentials(AwsIdentity identity) => fixedIdentity = identity;
    AwsCredentials(Func<AWSCredentials> source) => chain = new(source);

    /// <summary>A Bedrock API key.</summary>
    public static AwsCredentials FromBearer(string key) => new(new AwsIdentity.Bearer(key));

    /// <summary>Keys that do not change.</summary>
    public static AwsCredentials FromKeys(string accessKeyId, string secretKey, string? sessionToken = null) =>
        new(new AwsIdentity.Keys(accessKeyId, secretKey, sessionToken));

    /// <summary>
    /// As every AWS SDK finds them: the API key in the environment, else environment keys, web identity, the shared configuration
    /// (SSO, profiles), the container's or the machine's role. Nothing is looked up before the first call.
    /// </summary>
    public static AwsCredentials Default() =>
        Environment.GetEnvironmentVariable(BearerVariable) is { Length: > 0 } key ? FromBearer(key) : DefaultKeys();

    /// <summary>The default chain without the API key, which cannot assume a role.</summary>
    public static AwsCredentials DefaultKeys() => new(static () => DefaultAWSCredentialsIdentityResolver.GetCredentials());

    /// <summary>The keys of a role, got with this identity and renewed before they expire.</summary>
    /// <param name="sessionName">What the role's session is called in CloudTrail and in invocation logs.</param>
    /// <exception cref="InvalidOperationException">This is an API key, which cannot assume a role.</exception>
    public AwsCredentials AssumeRole(string roleArn, string sessionName, string? externalId = null, TimeSpan? duration = null)
    {
        var options = new AssumeRoleAWSCredentialsOptions { ExternalId = externalId };
        if (duration is { } length) options.DurationSeconds = (int)length.TotalSeconds;
        Func<AWSCredentials> source = fixedIdentity switch
        {
            AwsIdentity.Keys { SessionToken: { } token } keys => () => new SessionAWSCredentials(keys.AccessKeyId, keys.SecretKey, token),
            AwsIdentity.Keys keys => () => new BasicAWSCredentials(keys.AccessKeyId, keys.SecretKey),
            AwsIdentity.Bearer => throw new InvalidOperationException(
                $"A Bedrock API key cannot assume the role '{roleArn}'. Give access keys, a profile or a machine's role instead."),
            _ => () => chain!.Value,
        };
        return new(() => new AssumeRoleAWSCredentials(source(), roleArn, sessionName, options));
    }

    /// <summary>The identity to use now.</summary>
    public ValueTask<AwsIdentity> Get(CancellationToken cancel) => fixedIdentity is { } identity ? new(identity) : new(FromChain(cancel));

    async Task<AwsIdentity> FromChain(CancellationToken cancel)
    {
        var found = await chain!.Value.GetCredentialsAsync().WaitAsync(cancel).ConfigureAwait(false);
        var keys = new AwsIdentity.Keys(found.AccessKey, found.SecretKey, found.UseToken ? found.Token : null);
        return lastKeys is { } last && last == keys ? last : lastKeys = keys;
    }
}
