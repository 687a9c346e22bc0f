using System.Buffers;
using System.Text;

namespace Assay.Bedrock.Tests;

public class BedrockErrorTests
{
    [Theory]
    [InlineData("ThrottlingException")]
    [InlineData("throttlingException")]
    [InlineData("ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/")]
    [InlineData("com.amazonaws.bedrock#ThrottlingException")]
    public void An_error_is_found_by_every_form_of_its_name(string name)
    {
        Assert.Same(BedrockError.Throttling, BedrockError.Find(name));
        Assert.Same(BedrockError.Throttling, BedrockError.Find(Encoding.ASCII.GetBytes(name)));
    }

    [Theory]
    [InlineData("ValidationException", 400)]
    [InlineData("ServiceQuotaExceededException", 400)]
    [InlineData("AccessDeniedException", 403)]
    [InlineData("ResourceNotFoundException", 404)]
    [InlineData("ModelTimeoutException", 408)]
    [InlineData("ModelErrorException", 424)]
    [InlineData("ModelStreamErrorException", 424)]
    [InlineData("ThrottlingException", 429)]
    [InlineData("ModelNotReadyException", 429)]
    [InlineData("InternalServerException", 500)]
    [InlineData("ServiceUnavailableException", 503)]
    public void An_error_has_the_status_AWS_gives_it(string name, int status) => Assert.Equal(status, BedrockError.Find(name)!.Status);

    [Fact]
    public void A_refusal_of_a_budget_is_not_tried_again() => Assert.False(BedrockError.AccessDenied.IsRetried);

    [Fact]
    public void An_apostrophe_in_a_message_is_one()
    {
        var body = new ArrayBufferWriter<byte>();
        BedrockError.WriteBody(body, "'a' & <b> é \"c\"");
        Assert.Equal("""{"message":"'a' & <b> é \"c\""}""", Encoding.UTF8.GetString(body.WrittenSpan));
    }

    [Fact]
    public void An_answer_is_read_as_it_was_written() => Gen.String.Where(s => !s.Any(char.IsSurrogate)).Sample(message =>
    {
        var body = new ArrayBufferWriter<byte>();
        BedrockError.WriteBody(body, message);
        Assert.Equal(("ValidationException", message), BedrockError.Read("ValidationException:x", body.WrittenSpan));
    });

    [Theory]
    [InlineData(null, """{"__type":"a.b#ValidationException","Message":"no"}""", "ValidationException", "no")]
    [InlineData(null, """{"x":{"message":"inner"},"message":"outer"}""", "", "outer")]
    [InlineData("X", "<html>bad gateway</html>", "X", "")]
    [InlineData(null, "", "", "")]
    [InlineData(null, """{"message":"half""", "", "")]
    [InlineData(null, """{"message":7}""", "", "")]
    public void What_an_answer_does_not_say_stays_empty(string? header, string body, string type, string message) =>
        Assert.Equal((type, message), BedrockError.Read(header, Encoding.UTF8.GetBytes(body)));
}
