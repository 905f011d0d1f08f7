using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Statistics;

/// <summary>
/// The hash under sketches and bloom filters in files: fixed for ever, unlike the execution hash. Integers go through
/// Murmur3's finalizer, texts through XXH64 with seed 0.
/// </summary>
internal static class SketchHash
{
    /// <summary>The hash of an integer of up to 64 bits, sign-extended; of larger ones by both halves.</summary>
    public static ulong OfInteger(Int128 value)
    {
        long low = (long)value;
        ulong hash = OfInteger(low);
        return low == value ? hash : OfInteger((long)(hash ^ (ulong)(value >> 64)));
    }

    /// <summary>The hash of a 64-bit integer.</summary>
    public static ulong OfInteger(long value)
    {
        ulong x = (ulong)value;
        x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD;
        x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53;
        return x ^ (x >> 33);
    }

    /// <summary>The hash of a float: -0 as 0, every NaN alike.</summary>
    public static ulong OfDouble(double value) => OfInteger(
        double.IsNaN(value) ? 0x7FF8000000000000 : BitConverter.DoubleToInt64Bits(value + 0.0));

    /// <summary>The hash of a text.</summary>
    public static ulong OfText(ReadOnlySpan<byte> text) => XxHash64.Hash(text);
}
