using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>Values as the file has them to elements of a vector's lane.</summary>
internal static unsafe class ParquetConverter
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>Julian day number of 1970-01-01.</summary>
    private const long JulianDayOfEpoch = 2_440_588;

    /// <summary>Bytes of a value before the conversion: a view for byte arrays.</summary>
    public static int SourceBytes(ParquetLeaf leaf) =>
        leaf.Physical is ParquetType.ByteArray or ParquetType.FixedLengthByteArray ? sizeof(Utf8View) : leaf.Width;

    /// <summary>True when the elements are the file's values.</summary>
    public static bool IsCopy(ParquetLeaf leaf) =>
        leaf.Conversion is ParquetConversion.Copy or ParquetConversion.Text or ParquetConversion.Bytes;

    /// <summary>Converts values; source and target do not overlap.</summary>
    public static void Convert(ParquetLeaf leaf, byte* source, byte* target, int count, ParquetPage page)
    {
        switch (leaf.Conversion)
        {
            case ParquetConversion.Narrow when leaf.Type.Physical.SizeBytes() == 1:
                for (int i = 0; i < count; i++) target[i] = (byte)((int*)source)[i];
                break;
            case ParquetConversion.Narrow:
                for (int i = 0; i < count; i++) ((short*)target)[i] = (short)((int*)source)[i];
                break;
            case ParquetConversion.Widen:
                for (int i = 0; i < count; i++) ((long*)target)[i] = ((int*)source)[i];
                break;
            case ParquetConversion.MillisToMicros when leaf.Physical == ParquetType.Int32:
                for (int i = 0; i < count; i++) ((long*)target)[i] = ((int*)source)[i] * 1_000L;
                break;
            case ParquetConversion.MillisToMicros:
                for (int i = 0; i < count; i++) ((long*)target)[i] = Saturate(((long*)source)[i]);
                break;
            case ParquetConversion.NanosToMicros:
                for (int i = 0; i < count; i++) ((long*)target)[i] = FloorDivide(((long*)source)[i], 1_000);
                break;
            case ParquetConversion.Int96ToMicros:
                for (int i = 0; i < count; i++, source += 12) ((long*)target)[i] = FromInt96(source);
                break;
            case ParquetConversion.Half:
                for (int i = 0; i < count; i++)
                    ((float*)target)[i] = (float)Unsafe.ReadUnaligned<Half>(((Utf8View*)source)[i].Pointer);
                break;
            case ParquetConversion.BigEndian64:
                for (int i = 0; i < count; i++)
                    ((long*)target)[i] = (long)FromBigEndian(((Utf8View*)source)[i], leaf, page);
                break;
            case ParquetConversion.BigEndian128:
                for (int i = 0; i < count; i++)
                    ((Int128*)target)[i] = FromBigEndian(((Utf8View*)source)[i], leaf, page);
                break;
            case ParquetConversion.BigEndianDouble:
                double divisor = Math.Pow(10, leaf.Scale);
                for (int i = 0; i < count; i++)
                    ((double*)target)[i] =
                    (double)new BigInteger(((Utf8View*)source)[i].Span, isBigEndian: true) / divisor;
                break;
            case ParquetConversion.Uuid:
                // The first bit is flipped, so that signed order is text order.
                for (int i = 0; i < count; i++)
                {
                    ((Int128*)target)[i] = (Int128)(BinaryPrimitives.ReadUInt128BigEndian(
                        ((Utf8View*)source)[i].Span) ^ (UInt128.One << 127));
                }
                break;
            case ParquetConversion.Interval:
                for (int i = 0; i < count; i++) ((Interval*)target)[i] = FromInterval(((Utf8View*)source)[i].Pointer);
                break;
        }
    }

    // Times out of the range of microseconds become the farthest, which read as infinity.
    private static long Saturate(long milliseconds)
    {
        Int128 micros = (Int128)milliseconds * 1_000;
        return micros > long.MaxValue ? long.MaxValue : micros < long.MinValue ? long.MinValue : (long)micros;
    }

    private static long FloorDivide(long value, long divisor)
    {
        long quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }

    private static long FromInt96(byte* value)
    {
        long nanoseconds = Unsafe.ReadUnaligned<long>(value);
        long day = Unsafe.ReadUnaligned<uint>(value + 8);
        // 32 bits of days times the microseconds of one stay far below 2^63 / 2.
        return unchecked(((day - JulianDayOfEpoch) * MicrosecondsPerDay) + FloorDivide(nanoseconds, 1_000));
    }

    private static Int128 FromBigEndian(Utf8View bytes, ParquetLeaf leaf, ParquetPage page)
    {
        int length = bytes.Length;
        byte* at = bytes.Pointer;
        if (length == 0) return 0;
        // More bytes than a number of 38 digits needs only repeat the sign.
        byte sign = (byte)((sbyte)*at >> 7);
        for (; length > 16; length--, at++)
        {
            if (*at != sign) throw page.Corrupt($"decimal of column {leaf.Path}");
        }
        UInt128 value = sign == 0 ? 0 : UInt128.MaxValue;
        for (int i = 0; i < length; i++) value = (value << 8) | at[i];
        Int128 unscaled = (Int128)value;
        if (leaf.Conversion == ParquetConversion.BigEndian64 && (unscaled > long.MaxValue || unscaled < long.MinValue))
        {
            throw page.Corrupt($"decimal of column {leaf.Path}");
        }
        return unscaled;
    }

    private static Interval FromInterval(byte* value) => new(
        Unsafe.ReadUnaligned<int>(value), Unsafe.ReadUnaligned<int>(value + 4),
        Unsafe.ReadUnaligned<uint>(value + 8) * 1_000L);
}
