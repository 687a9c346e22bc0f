using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Util;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace Assay.Bedrock.Tests;

public class AwsSignerTests
{
    const string Profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";
    static readonly AwsIdentity.Keys Example = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    static readonly StoppedClock Clock = new(new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero));

    // The published test suite of Signature Version 4: get-vanilla, post-vanilla, get-vanilla-query-order-key-case.
    [Theory]
    [InlineData("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("GET", "/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    public void The_published_examples_have_the_published_signatures(string method, string target, string signature)
    {
        using var request = new HttpRequestMessage(new(method), AwsSigner.Address("https://example.amazonaws.com", target));
        new AwsSigner("us-east-1", Clock, "service").Sign(request, Example, default);
        Assert.Equal("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            + $"SignedHeaders=host;x-amz-date, Signature={signature}", Authorization(request));
    }

    [Theory]
    [InlineData("amazon.nova-pro-v1:0", "converse", null)]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "invoke-with-response-stream", null)]
    [InlineData(Profile, "converse", null)]
    [InlineData(Profile, "converse-stream", "a-session-token==")]
    public void A_signature_is_the_one_the_AWS_SDK_makes(string model, string operation, string? token)
    {
        var body = """{"messages":[]}"""u8.ToArray();
        var theirs = new DefaultRequest(new AssumeRoleRequest(), "Amazon.Bedrock")
        {
            HttpMethod = "POST",
            Endpoint = new("https://bedrock-runtime.us-east-1.amazonaws.com"),
            ResourcePath = "/model/{modelId}/" + operation,
            Content = body,
            OverrideSigningServiceName = "bedrock",
        };
        theirs.AddPathResource("{modelId}", model);
        theirs.Headers["Content-Type"] = "application/json";
        if (token is not null) theirs.Headers["X-Amz-Security-Token"] = token;
        var config = new AmazonSecurityTokenServiceConfig { AuthenticationRegion = "us-east-1" };
        var expected = new AWS4Signer().SignRequest(
            theirs, config, new RequestMetrics(), Example.AccessKeyId, Example.SecretKey, Clock.GetUtcNow().UtcDateTime);

        BedrockPath.TryParse($"/model/{model}/{operation}", out var path);
        using var ours = new HttpRequestMessage(HttpMethod.Post, AwsSigner.Address("https://bedrock-runtime.us-east-1.amazonaws.com", path.Write()))
        {
            Content = new ByteArrayContent(body),
        };
        ours.Content.Headers.ContentType = new("application/json");
        // Whatever else their signer covers is on the request, so that the two are compared on the same ground.
        foreach (var (name, value) in theirs.Headers)
            if (name is not ("Host" or "host" or "Content-Type")) ours.Headers.TryAddWithoutValidation(name, value);
        new AwsSigner("us-east-1", Clock).Sign(ours, Example with { SessionToken = token }, body);
        Assert.Equal(expected.ForAuthorizationHeader, Authorization(ours));
    }

    [Fact]
    public void Every_header_that_AWS_acts_on_is_signed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, AwsSigner.Address("http://127.0.0.1:8080", "/model/m/invoke"))
        {
            Content = new ByteArrayContent([]),
        };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Amzn-Bedrock-Service-Tier", "flex");
        request.Headers.Add("User-Agent", "anything");
        new AwsSigner("eu-west-1", Clock).Sign(request, Example with { SessionToken = "t" }, default);
        Assert.Contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amzn-bedrock-service-tier,", Authorization(request));
        Assert.Contains("\nhost:127.0.0.1:8080\n", AwsSigner.Canonical(request, default).Request);
    }

    [Fact]
    public void Signing_again_replaces_what_was_signed_before()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, AwsSigner.Address("https://example.amazonaws.com", "/"));
        var signer = new AwsSigner("us-east-1", Clock, "service");
        signer.Sign(request, Example with { SessionToken = "t" }, default);
        signer.Sign(request, Example, default);
        Assert.EndsWith("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", Authorization(request));
        signer.Sign(request, new AwsIdentity.Bearer("key"), default);
        Assert.Equal("Bearer key", Authorization(request));
        Assert.False(request.Headers.Contains("X-Amz-Date"));
    }

    [Fact]
    public void An_encoded_path_is_sent_as_it_is_signed()
    {
        var address = AwsSigner.Address("https://h/", "/model/arn%3Aaws%2Fx/converse");
        Assert.Equal("/model/arn%3Aaws%2Fx/converse", address.PathAndQuery);
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        Assert.StartsWith("POST\n/model/arn%253Aaws%252Fx/converse\n\n", AwsSigner.Canonical(request, default).Request);
    }

    [Fact]
    public async Task A_secret_is_never_in_what_is_printed()
    {
        var keys = await AwsCredentials.FromKeys("AKIDEXAMPLE", "hush", "token").Get(TestContext.Current.CancellationToken);
        Assert.Equal("the access key 'AKIDEXAMPLE'", keys.ToString());
        Assert.DoesNotContain("hush", new AwsIdentity.Bearer("hush").ToString());
    }

    [Fact]
    public void An_API_key_that_should_assume_a_role_is_told_so() => Assert.Contains(
        "cannot assume the role 'arn:aws:iam::1:role/r'",
        Assert.Throws<InvalidOperationException>(() => AwsCredentials.FromBearer("k").AssumeRole("arn:aws:iam::1:role/r", "assay")).Message);

    static string Authorization(HttpRequestMessage request) => string.Join(',', request.Headers.NonValidated["Authorization"]);
}
