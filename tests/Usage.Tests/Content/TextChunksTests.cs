using System.Text;
using static Assay.Usage.Tests.Content.TheContent;

namespace Assay.Usage.Tests.Content;

/// <summary>Text is cut where its own content says so.</summary>
public sealed class TextChunksTests
{
    static TextChunk[] Cut(string text) => TextChunks.Of(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Chunks_add_up_to_the_text_and_keep_their_lengths() => Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 5000]).Sample((seed, length) =>
    {
        var chunks = Cut(Prose(seed, length));
        Assert.Equal(length, chunks.Sum(c => c.Bytes));
        Assert.All(chunks, c => Assert.InRange(c.Bytes, 1, TextChunks.BytesMax));
        Assert.All(chunks.SkipLast(1), c => Assert.InRange(c.Bytes, TextChunks.BytesMin, TextChunks.BytesMax));
    }, iter: 300);

    [Fact]
    public void The_same_text_behind_different_texts_has_nearly_the_same_chunks() => Gen.Select(Gen.Int[0, 300], Gen.Int[0, 300], Gen.Int[0, 50]).Sample((one, other, seed) =>
    {
        var same = Prose(seed, 8000);
        var first = Cut(Prose(seed + 1000, one) + same).Select(c => c.Hash).ToHashSet();
        var second = Cut(Prose(seed + 2000, other) + same);
        return second.Where(c => first.Contains(c.Hash)).Sum(c => c.Bytes) >= 8000 - (3 * TextChunks.BytesMax);
    }, iter: 300);

    [Fact]
    public void Deep_inside_a_long_text_its_chunks_are_coarser_and_still_its_own()
    {
        var same = Prose(1, 100_000);
        var first = Cut(Prose(2, 40_000) + same);
        var second = Cut(Prose(3, 40_123) + same).Select(c => c.Hash).ToHashSet();
        Assert.True(first.Where(c => second.Contains(c.Hash)).Sum(c => c.Bytes) > 90_000);
        Assert.InRange(first.Length, 150, 600);
    }

    [Fact]
    public void Chunks_of_prose_are_some_160_bytes() => Assert.InRange(Cut(Prose(7, 15_000)).Average(c => c.Bytes), 120, 220);

    [Fact]
    public void A_text_of_one_letter_is_cut_all_the_same() => Assert.Equal(10_000, Cut(new string('a', 10_000)).Sum(c => c.Bytes));
}
