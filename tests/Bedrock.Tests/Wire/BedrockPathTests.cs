namespace Assay.Bedrock.Tests;

public class BedrockPathTests
{
    const string Profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";

    [Theory]
    [InlineData("/model/us.anthropic.claude-sonnet-4-5-20250929-v1:0/converse", BedrockOperation.Converse, "us.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("/model/amazon.nova-pro-v1%3A0/converse-stream", BedrockOperation.ConverseStream, "amazon.nova-pro-v1:0")]
    [InlineData("/model/amazon.nova-pro-v1%3a0/invoke?x=1", BedrockOperation.InvokeModel, "amazon.nova-pro-v1:0")]
    [InlineData($"/model/{Profile}/invoke-with-response-stream", BedrockOperation.InvokeModelWithResponseStream, Profile)]
    [InlineData("/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc123/count-tokens", BedrockOperation.CountTokens, Profile)]
    [InlineData("/model/arn:aws:bedrock:us-east-1:123456789012:application-inference-profile%2Fabc123/converse", BedrockOperation.Converse, Profile)]
    [InlineData("/guardrail/gr-1/version/DRAFT/apply", BedrockOperation.ApplyGuardrail, "gr-1")]
    public void A_target_says_its_operation_and_its_model(string target, BedrockOperation operation, string model)
    {
        Assert.Equal(PathFault.None, BedrockPath.TryParse(target, out var path));
        Assert.Equal((operation, model), (path.Operation, path.ModelId));
    }

    [Theory]
    [InlineData("/", PathFault.UnknownRoute)]
    [InlineData("", PathFault.UnknownRoute)]
    [InlineData("*", PathFault.UnknownRoute)]
    [InlineData("http://a/model/m/converse", PathFault.UnknownRoute)]
    [InlineData("/Model/m/converse", PathFault.UnknownRoute)]
    [InlineData("/model/m/Converse", PathFault.UnknownRoute)]
    [InlineData("/model/m/converse/", PathFault.UnknownRoute)]
    [InlineData("/model/m/%63onverse", PathFault.UnknownRoute)]
    [InlineData("/model/converse", PathFault.Traversal)]
    [InlineData("/guardrail/apply", PathFault.UnknownRoute)]
    [InlineData("/guardrail/g/version//apply", PathFault.Traversal)]
    [InlineData("/guardrail/g/version/..%2f/apply", PathFault.BadCharacter)]
    [InlineData("/model//converse", PathFault.Traversal)]
    [InlineData("/model/../converse", PathFault.Traversal)]
    [InlineData("/model/a/../b/converse", PathFault.Traversal)]
    [InlineData("/model/%2e%2e/converse", PathFault.Traversal)]
    [InlineData("/model/a%2F%2E%2e%2Fb/converse", PathFault.Traversal)]
    [InlineData("/model/a//b/converse", PathFault.Traversal)]
    [InlineData("/model/a%2F/converse", PathFault.Traversal)]
    [InlineData("/model/m%253A0/converse", PathFault.EncodedTwice)]
    [InlineData("/model/m%00/converse", PathFault.BadCharacter)]
    [InlineData("/model/m%0d%0ax/converse", PathFault.BadCharacter)]
    [InlineData("/model/m%20x/converse", PathFault.BadCharacter)]
    [InlineData("/model/m%3Fx/converse", PathFault.BadCharacter)]
    [InlineData("/model/m\\x/converse", PathFault.BadCharacter)]
    [InlineData("/model/m x/converse", PathFault.BadCharacter)]
    [InlineData("/model/m\0x/converse", PathFault.BadCharacter)]
    [InlineData("/model/m%/converse", PathFault.BadEscape)]
    [InlineData("/model/m%4/converse", PathFault.BadEscape)]
    [InlineData("/model/m%zz/converse", PathFault.BadEscape)]
    [InlineData("/model/mé/converse", PathFault.NotAscii)]
    [InlineData("/model/m%C3%A9/converse", PathFault.NotAscii)]
    [InlineData("/model/m%C0%AE%C0%AE/converse", PathFault.NotAscii)]
    public void A_target_that_is_not_plain_is_refused(string target, PathFault fault)
    {
        Assert.Equal(fault, BedrockPath.TryParse(target, out var path));
        Assert.Null(path.ModelId);
        Assert.NotEmpty(BedrockPath.Explain(fault));
    }

    [Fact]
    public void An_id_of_2048_characters_is_read_and_one_more_is_too_long()
    {
        Assert.Equal(PathFault.None, BedrockPath.TryParse($"/model/{new string('a', 2_048)}/converse", out _));
        Assert.Equal(PathFault.TooLong, BedrockPath.TryParse($"/model/{new string('a', 2_049)}/converse", out _));
        Assert.Equal(PathFault.TooLong, BedrockPath.TryParse($"/model/{new string('a', 100_000)}/converse", out _));
    }

    [Fact]
    public void A_target_is_written_as_the_AWS_SDKs_encode_it()
    {
        BedrockPath.TryParse("/model/amazon.nova-pro-v1:0/converse-stream", out var path);
        Assert.Equal("/model/amazon.nova-pro-v1%3A0/converse-stream", path.Write());
        Assert.Equal(
            "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc123/converse-stream", path.Write(Profile));
        Assert.Throws<ArgumentException>(() => path.Write("a/../b"));
        Assert.Throws<ArgumentException>(() => path.Write("a%3A"));
    }

    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Select(Gen.Enum<BedrockOperation>(), Gen.Char["abcAZ09-._:"].Array[1, 20].Array[1, 4]).Where(t => t.Item2.All(s => new string(s) is not ("." or "..")))
            .Sample((operation, segments) =>
            {
                var version = operation == BedrockOperation.ApplyGuardrail ? "7" : null;
                var id = string.Join('/', segments.Select(s => new string(s)));
                Assert.Equal(PathFault.None, BedrockPath.TryParse(BedrockPath.Write(operation, id, version), out var path));
                Assert.Equal(new BedrockPath(operation, id, version), path);
            });

    [Fact]
    public void Whatever_is_accepted_names_the_same_thing_when_written_again() =>
        Gen.Char["abc/.%2eEfF:?\\~\0 é"].Array[0, 24].Sample(middle =>
        {
            if (BedrockPath.TryParse($"/model/{new string(middle)}/converse", out var path) != PathFault.None) return;
            Assert.DoesNotContain(path.ModelId.Split('/'), s => s is "" or "." or "..");
            Assert.Equal(PathFault.None, BedrockPath.TryParse(path.Write(), out var again));
            Assert.Equal(path, again);
        });
}
