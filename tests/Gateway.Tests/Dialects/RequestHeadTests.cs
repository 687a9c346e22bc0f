using static Assay.Gateway.Tests.Dialects.Speech;

namespace Assay.Gateway.Tests.Dialects;

public sealed class RequestHeadTests
{
    [Fact]
    public void What_decides_the_route_is_read_in_one_pass()
    {
        var head = RequestHead.Read("""
            {"messages":[{"model":"no","stream":false}],"stream":true,"model":"a\u002fb","max_tokens":5,"max_completion_tokens":7,"stream_options":{"x":[1],"include_usage":true},"tools":{"a":{"max_tokens":1}}}
            """u8, out var error);
        Assert.Null(error);
        Assert.Equal(new RequestHead("a/b", true, 7, true), head);
        Assert.Equal(new RequestHead("m", false, null, false), RequestHead.Read("""{"model":"m","max_tokens":null,"stream_options":null}"""u8, out _));
    }

    [Theory]
    [InlineData(""), InlineData("[]"), InlineData("{\"model\":\"m\""), InlineData("{\"model\":7}"), InlineData("{}"), InlineData("{\"model\":\"\"}")]
    public void A_body_without_a_model_is_refused(string body)
    {
        Assert.Null(RequestHead.Read(Bytes(body), out var error));
        Assert.Equal(DialectFault.WrongRequest, error!.Fault);
    }

    [Fact]
    public void Anything_is_read_or_refused() =>
        Gen.Byte.Array[0, 60].Sample(bytes => RequestHead.Read([.. "{\"model\":\"m\","u8, .. bytes, (byte)'}'], out var error) is null ? error is not null : error is null);
}
