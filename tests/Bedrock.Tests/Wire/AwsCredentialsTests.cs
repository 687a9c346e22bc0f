using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Assay.Bedrock.Tests;

public class AwsCredentialsTests
{
    const string Role = "arn:aws:iam::111122223333:role/Assay";

    [Fact]
    public async Task A_role_is_assumed_once_and_again_before_its_keys_expire()
    {
        var (asked, life) = (0, TimeSpan.FromHours(1));
        var form = "";
        await using var sts = await TokenService(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            form = await reader.ReadToEndAsync(LocalClient.Cancel);
            await context.Response.WriteAsync(Answer($"ASIA{++asked}", DateTime.UtcNow + life), LocalClient.Cancel);
        });
        var credentials = AwsCredentials.FromKeys("AKIDEXAMPLE", "secret").AssumeRole(Role, "assay-gateway", "external");
        var first = Assert.IsType<AwsIdentity.Keys>(await credentials.Get(LocalClient.Cancel));
        Assert.Equal(("ASIA1", "token"), (first.AccessKeyId, first.SessionToken));
        Assert.Same(first, await credentials.Get(LocalClient.Cancel));
        Assert.Contains("Action=AssumeRole", form);
        Assert.Contains("ExternalId=external", form);
        Assert.Contains("RoleSessionName=assay-gateway", form);

        // Keys with a second to live are as good as expired.
        life = TimeSpan.FromSeconds(1);
        var brief = AwsCredentials.FromKeys("AKIDEXAMPLE", "secret").AssumeRole(Role, "assay-gateway");
        var (one, two) = (await brief.Get(LocalClient.Cancel), await brief.Get(LocalClient.Cancel));
        Assert.NotEqual(one, two);
    }

    static async Task<WebApplication> TokenService(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var sts = builder.Build();
        sts.Run(answer);
        await sts.StartAsync(LocalClient.Cancel);
        // The SDK takes its endpoint from here; no other test calls the token service.
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_STS", sts.Urls.First());
        Environment.SetEnvironmentVariable("AWS_REGION", "us-east-1");
        return sts;
    }

    static string Answer(string key, DateTime until) => $"""
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
        <AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/Assay/assay-gateway</Arn><AssumedRoleId>A:assay-gateway</AssumedRoleId></AssumedRoleUser>
        <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
        <Expiration>{until.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}</Expiration></Credentials>
        </AssumeRoleResult><ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata></AssumeRoleResponse>
        """;
}
