using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Assay.Bedrock.Tests;

public class CleartextHttp2Tests
{
    const string Target = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.amazon.nova-pro-v1%3A0/converse-stream";

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_versions_are_served_on_one_port_and_see_the_raw_target(string version)
    {
        await using var client = await LocalClient.Start();
        using var http = new HttpClient();
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, AwsSigner.Address(client.Local.Address.ToString(), Target))
            {
                Version = new(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent(LocalClient.Body("hi")),
            };
            using var response = await http.SendAsync(request, LocalClient.Cancel);
            Assert.Equal(new(version), response.Version);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.NotEmpty(new LocalReply(200, new Dictionary<string, string>(), await response.Content.ReadAsByteArrayAsync(LocalClient.Cancel)).Events());
        }
        Assert.All(client.Local.Recent, served => Assert.Equal("amazon.nova-pro-v1:0", served.BareModel));
    }

    [Fact]
    public async Task A_first_byte_that_comes_alone_decides_nothing()
    {
        await using var client = await LocalClient.Start();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, client.Local.Address.Port, LocalClient.Cancel);
        socket.NoDelay = true;
        var stream = socket.GetStream();
        foreach (var part in (string[])["P", "O", "ST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"])
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(part), LocalClient.Cancel);
            await Task.Delay(20, LocalClient.Cancel);
        }
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 404", await reader.ReadToEndAsync(LocalClient.Cancel));
    }
}
