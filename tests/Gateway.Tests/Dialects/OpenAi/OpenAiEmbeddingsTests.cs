using System.Buffers;
using System.Text;
using Assay.Gateway.Dialects.OpenAi;
using static Assay.Gateway.Tests.Dialects.Speech;

namespace Assay.Gateway.Tests.Dialects.OpenAi;

public sealed class OpenAiEmbeddingsTests
{
    const string Titan = "amazon.titan-embed-text-v2:0", Cohere = "cohere.embed-english-v3", CohereFour = "us.cohere.embed-v4:0";

    static OpenAiEmbeddings Asked(string json, string model)
    {
        var asked = OpenAiEmbeddings.Translate(Bytes(json), model, out var error);
        Assert.Null(error);
        return asked!;
    }

    [Fact]
    public void Titan_is_called_once_for_each_text()
    {
        var asked = Asked("""{"model":"e","input":["a","b\n"],"dimensions":256,"user":"u"}""", Titan);
        Assert.Equal(["""{"inputText":"a","dimensions":256}""", """{"inputText":"b\n","dimensions":256}"""], asked.Bodies.Select(Text));
        Assert.Equal("u", asked.Tags["user"]);
    }

    [Fact]
    public void Cohere_is_called_once_for_96_texts()
    {
        var asked = Asked($$$$"""{"model":"e","input":[{{{{string.Join(',', Enumerable.Repeat("\"a\"", 100))}}}}],"dimensions":512}""", CohereFour);
        Assert.Equal([96, 4], asked.Bodies.Select(b => Json(b).GetProperty("texts").GetArrayLength()));
        Assert.Equal("""{"texts":["a","a","a","a"],"input_type":"search_document","output_dimension":512}""", Text(asked.Bodies[1]));
        Assert.Equal("""{"texts":["a"],"input_type":"search_query"}""", Text(Asked("""{"model":"e","input":"a","input_type":"search_query"}""", Cohere).Bodies[0]));
    }

    [Fact]
    public void Answers_are_put_together_in_the_order_of_the_texts()
    {
        ArrayBufferWriter<byte> into = new();
        var answers = new[] { """{"embedding":[0.5,-1],"inputTextTokenCount":3}""", """{"embeddings":{"float":[[1,2]]},"response_type":"embeddings_by_type"}""", """{"embeddings":[[3,4],[5,6]]}""" };
        Assert.Null(Asked("""{"model":"e","input":"a"}""", Titan).Write([.. answers.Select(a => (ReadOnlyMemory<byte>)Bytes(a))], 7, into));
        Assert.Equal("""
            {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1]},{"object":"embedding","index":1,"embedding":[1,2]},{"object":"embedding","index":2,"embedding":[3,4]},{"object":"embedding","index":3,"embedding":[5,6]}],"model":"e","usage":{"prompt_tokens":7,"total_tokens":7}}
            """, Encoding.UTF8.GetString(into.WrittenSpan));
    }

    [Fact]
    public void Base64_holds_little_endian_floats()
    {
        ArrayBufferWriter<byte> into = new();
        Assert.Null(Asked("""{"model":"e","input":"a","encoding_format":"base64"}""", Titan).Write([Bytes("""{"embedding":[0.5,-1]}""")], 1, into));
        var packed = Json(into.WrittenMemory).GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal([0.5f, -1f], [BitConverter.ToSingle(packed, 0), BitConverter.ToSingle(packed, 4)]);
    }

    [Theory]
    [InlineData("""{"model":"e","input":[1,2]}""", Titan, "input[0]")]
    [InlineData("""{"model":"e","input":[]}""", Titan, "input")]
    [InlineData("""{"model":"e","input":["a",""]}""", Titan, "input[1]")]
    [InlineData("""{"model":"e"}""", Titan, "input")]
    [InlineData("""{"model":"e","input":"a"}""", Nova, "model")]
    [InlineData("""{"model":"e","input":"a","dimensions":9}""", Cohere, "dimensions")]
    [InlineData("""{"model":"e","input":"a","encoding_format":"int8"}""", Cohere, "encoding_format")]
    public void What_cannot_be_translated_names_the_member(string json, string model, string param)
    {
        Assert.Null(OpenAiEmbeddings.Translate(Bytes(json), model, out var error));
        Assert.Equal(param, error!.Param);
    }

    [Fact]
    public void An_answer_without_a_vector_is_an_error_and_writes_nothing()
    {
        ArrayBufferWriter<byte> into = new();
        Assert.NotNull(Asked("""{"model":"e","input":"a"}""", Titan).Write([Bytes("""{"embedding":[1]}"""), Bytes("{}")], 1, into));
        Assert.Equal(0, into.WrittenCount);
    }
}
