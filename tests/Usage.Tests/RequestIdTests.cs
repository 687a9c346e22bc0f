using System.Text;

namespace Assay.Usage.Tests;

public sealed class RequestIdTests
{
    [Fact]
    public void A_GUID_as_AWS_writes_it_is_its_own_key_and_comes_back() => Gen.Guid.Sample(guid =>
    {
        var id = RequestId.Parse(guid.ToString("D"));
        return id.ToString() == guid.ToString("D") && id.Key == new UInt128(
            ulong.Parse(guid.ToString("N")[..16], System.Globalization.NumberStyles.HexNumber),
            ulong.Parse(guid.ToString("N")[16..], System.Globalization.NumberStyles.HexNumber));
    });

    [Theory]
    [InlineData("0A1B2C3D-4E5F-4A6B-8C7D-0123456789AB"), InlineData("0a1b2c3d4e5f4a6b8c7d0123456789ab"), InlineData("{0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab}")]
    [InlineData("req_7"), InlineData("été 😀"), InlineData("0a1b2c3d-4e5f-4a6b-8c7d_0123456789ab"), InlineData("0a1b2c3d-4e5f-4a6b-8c7d-0123456789ag"), InlineData("")]
    public void Any_other_text_comes_back_as_it_was_and_is_no_GUID(string text)
    {
        var id = RequestId.Parse(text);
        Assert.Equal(text, id.ToString());
        Assert.Equal(id, RequestId.Parse(text));
        Assert.NotEqual(RequestId.Parse("0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab"), id);
    }

    [Fact]
    public void Two_ids_are_equal_exactly_when_their_texts_are() => Gen.Select(Gen.String[0, 40], Gen.String[0, 40]).Sample((a, b) =>
        !Encoding.UTF8.GetBytes(a).SequenceEqual(Encoding.UTF8.GetBytes(b)) == (RequestId.Parse(a) != RequestId.Parse(b))
        && RequestId.Parse(a).GetHashCode() == RequestId.Parse(a).GetHashCode());

    [Fact]
    public void The_GUID_of_zeros_is_an_id_like_any_other() => Assert.Equal(UInt128.Zero, RequestId.Parse("00000000-0000-0000-0000-000000000000").Key);
}
