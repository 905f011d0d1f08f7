using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Statistics;

/// <summary>
/// The hash under sketches and bloom filters in files: fixed for ever, unlike the execution hash. Integers go through
/// Murmur3's finalizer, texts through XXH64 with seed 0.
/// </summary>
internal static unsafe class SketchHash
{
    private const ulong Odd1 = 0xFF51AFD7ED558CCD, Odd2 = 0xC4CEB9FE1A85EC53, NotANumber = 0x7FF8000000000000;

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
        x = (x ^ (x >> 33)) * Odd1;
        x = (x ^ (x >> 33)) * Odd2;
        return x ^ (x >> 33);
    }

    /// <summary>The hash of a float: -0 as 0, every NaN alike.</summary>
    public static ulong OfDouble(double value) => OfInteger(
        double.IsNaN(value) ? (long)NotANumber : BitConverter.DoubleToInt64Bits(value + 0.0));

    /// <summary><c>hashes[i] = OfInteger(values[i])</c></summary>
    public static void OfIntegers(long* values, int count, ulong* hashes)
    {
        int i = 0;
        // Without the processor's 64-bit products, whole vectors are no faster.
        if (Avx512DQ.IsSupported)
        {
            for (; i <= count - 8; i += 8) Mix(Vector512.Load((ulong*)values + i)).Store(hashes + i);
        }
        for (; i < count; i++) hashes[i] = OfInteger(values[i]);
    }

    /// <summary><c>hashes[i] = OfDouble(values[i])</c></summary>
    public static void OfDoubles(double* values, int count, ulong* hashes)
    {
        int i = 0;
        if (Avx512DQ.IsSupported)
        {
            for (; i <= count - 8; i += 8)
            {
                Vector512<double> value = Vector512.Load(values + i) + Vector512<double>.Zero;
                Vector512<ulong> bits = Vector512.ConditionalSelect(
                    Vector512.Equals(value, value).AsUInt64(), value.AsUInt64(), Vector512.Create(NotANumber));
                Mix(bits).Store(hashes + i);
            }
        }
        for (; i < count; i++) hashes[i] = OfDouble(values[i]);
    }

    /// <summary>The hash of a text.</summary>
    public static ulong OfText(ReadOnlySpan<byte> text) => XxHash64.Hash(text);

    private static Vector512<ulong> Mix(Vector512<ulong> x)
    {
        x = (x ^ (x >>> 33)) * Vector512.Create(Odd1);
        x = (x ^ (x >>> 33)) * Vector512.Create(Odd2);
        return x ^ (x >>> 33);
    }
}
