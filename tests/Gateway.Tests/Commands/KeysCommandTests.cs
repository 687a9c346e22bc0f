using System.Diagnostics;
using System.Text.Json;
using Assay.Testing;

namespace Assay.Gateway.Tests.Commands;

/// <summary>Keys as people make them: what cannot be meant is refused by name, and what a key may do can be seen.</summary>
public sealed class KeysCommandTests : IDisposable
{
    static readonly string Program = Path.Combine(Repository.Root, "artifacts", "bin", "Gateway",
        Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)), "Assay.Gateway.dll");

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("assay-keys-");

    (int Code, string Output, string Errors) Keys(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in (string[])[Program, "gateway", "keys", .. arguments, "--data", folder.FullName]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    JsonElement Listed() => JsonElement.Parse(Keys("list", "--json").Output);

    [Theory]
    [InlineData("--model", "us.amazon.nova-light-v1:0", "'us.amazon.nova-light-v1:0'; did you mean 'us.amazon.nova-lite-v1:0'?")]
    [InlineData("--model", "nova-lite", "'nova-lite'; did you mean 'amazon.nova-lite-v1:0'?")]
    [InlineData("--model", "amazon.novo-*", "knows no model 'amazon.novo-*'")]
    [InlineData("--region", "us-east-9", "'us-east-9' is not an AWS region; did you mean 'us-east-1'?")]
    [InlineData("--region", "mars-*", "'mars-*' is not an AWS region")]
    public void A_model_or_a_region_that_nobody_knows_is_refused_with_the_nearest(string option, string value, string words)
    {
        var (code, output, errors) = Keys("create", "chatbot", option, value);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(words, errors, StringComparison.Ordinal);
        Assert.Contains("; accepted: ", errors, StringComparison.Ordinal);
        Assert.Empty(Listed().EnumerateArray());
    }

    [Fact]
    public void What_a_key_is_held_to_is_listed()
    {
        Assert.Equal(0, Keys("create", "free", "--team", "red").Code);
        Assert.Equal(0, Keys("create", "held", "--model", "us.amazon.nova-*", "--model", "gpt-5-mini", "--model", "*haiku*", "--region", "eu-*",
            "--dialect", "openai").Code);

        var lines = Keys("list").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal("only models us.amazon.nova-*, gpt-5-mini, *haiku*; regions eu-*; dialects openai", lines[2].Trim());
    }

    [Fact]
    public void A_rotation_says_how_long_the_secret_before_lives_and_how_to_end_it_now()
    {
        Keys("create", "chatbot");
        var (code, output, errors) = Keys("rotate", "chatbot", "--grace-hours", "2");
        Assert.Equal((0, 1), (code, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        var until = Listed()[0].GetProperty("previous_until").GetDateTime();
        Assert.Contains($"is taken until {until:yyyy-MM-dd HH:mm} UTC; 'assay gateway keys revoke chatbot --previous' ends it now.", errors, StringComparison.Ordinal);
        Assert.Contains($"the secret before is taken until {until:yyyy-MM-dd HH:mm} UTC", Keys("list").Output, StringComparison.Ordinal);

        Assert.Equal(0, Keys("revoke", "chatbot", "--previous").Code);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (Listed()[0].GetProperty("previous_until").ValueKind, Listed()[0].GetProperty("revoked").ValueKind));
        Assert.Contains("'chatbot' has one secret only", Keys("revoke", "chatbot", "--previous").Errors, StringComparison.Ordinal);

        Assert.Contains("taken no more", Keys("rotate", "chatbot", "--grace-hours", "0").Errors, StringComparison.Ordinal);
        Assert.Equal(2, Keys("rotate", "chatbot", "--grace-hours", "1e300").Code);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
