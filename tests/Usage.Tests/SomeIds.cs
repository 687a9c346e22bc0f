namespace Assay.Usage.Tests;

static class SomeIds
{
    // Like a random GUID, but the same on every run.
    public static UInt128 Spread(int number)
    {
        unchecked
        {
            var x = ((ulong)number + 1) * 0x9E3779B97F4A7C15UL;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x ^= x >> 27;
            var y = (x + 0x632BE59BD9B4E019UL) * 0x94D049BB133111EBUL;
            return new UInt128(x, y ^ (y >> 31));
        }
    }
}
