using System.Buffers.Binary;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>Elements of a fixed width that do not lie as ours do.</summary>
internal static unsafe class ArrowConversions
{
    private const int Milliseconds = 1, Microseconds = 2, Nanoseconds = 3;

    /// <summary>Bytes of an element.</summary>
    public static int WidthOf(ArrowField field) => field.Kind switch
    {
        ArrowKind.Int or ArrowKind.Decimal => field.Width / 8,
        ArrowKind.Float => 2 << field.Precision,
        ArrowKind.Date => field.Unit == 0 ? 4 : 8,
        ArrowKind.Time => field.Width / 8,
        ArrowKind.Interval => field.Unit switch { 0 => 4, 1 => 8, _ => 16 },
        ArrowKind.FixedBinary => field.Width,
        _ => 8,
    };

    /// <summary>True when the elements are ours as they lie.</summary>
    public static bool IsCopy(ArrowField field) => field.Kind switch
    {
        ArrowKind.Int => true,
        ArrowKind.Float => field.Precision is 1 or 2,
        ArrowKind.Date => field.Unit == 0,
        ArrowKind.Time => field.Unit == Microseconds && field.Width == 64,
        ArrowKind.Timestamp => field.TimeZone is null || field.Unit == Microseconds,
        ArrowKind.Decimal => (field.Width == 128 && field.Type.Physical == PhysicalType.Int128) ||
            (field.Width == 64 && field.Type.Physical == PhysicalType.Int64),
        _ => false,
    };

    /// <summary>Converts elements; false when one has no form of ours, which may be one of a NULL row.</summary>
    public static bool TryConvert(ArrowField field, byte* source, int count, byte* target)
    {
        bool isValid = true;
        switch (field.Kind)
        {
            case ArrowKind.Float:
                for (int i = 0; i < count; i++) ((float*)target)[i] = (float)((Half*)source)[i];
                return true;
            case ArrowKind.Date:
                for (int i = 0; i < count; i++) ((int*)target)[i] = (int)FloorDivide(((long*)source)[i], 86_400_000);
                return true;
            case ArrowKind.Time:
                for (int i = 0; i < count; i++) ((long*)target)[i] = TimeOf(field, source, i, ref isValid);
                return isValid;
            case ArrowKind.Timestamp:
                for (int i = 0; i < count; i++) ((long*)target)[i] = ToMicroseconds(
                    ((long*)source)[i], field.Unit, ref isValid);
                return isValid;
            case ArrowKind.Duration:
                for (int i = 0; i < count; i++)
                {
                    ((Interval*)target)[i] = new Interval(
                        0, 0, ToMicroseconds(((long*)source)[i], field.Unit, ref isValid));
                }
                return isValid;
            case ArrowKind.Interval:
                for (int i = 0; i < count; i++) ((Interval*)target)[i] = IntervalOf(field.Unit, source, i);
                return true;
            case ArrowKind.FixedBinary:
                for (int i = 0; i < count; i++)
                {
                    UInt128 text = BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>(source + (i * 16), 16));
                    ((Int128*)target)[i] = (Int128)(text ^ (UInt128.One << 127));
                }
                return true;
            default:
                return TryConvertDecimals(field, source, count, target);
        }
    }

    private static bool TryConvertDecimals(ArrowField field, byte* source, int count, byte* target)
    {
        bool isValid = true;
        for (int i = 0; i < count; i++)
        {
            Int128 value = field.Width switch
            {
                32 => ((int*)source)[i],
                64 => ((long*)source)[i],
                128 => ((Int128*)source)[i],
                _ => Low(source + (i * 32), ref isValid),
            };
            if (field.Type.Physical == PhysicalType.Int128) ((Int128*)target)[i] = value;
            else ((long*)target)[i] = (long)value;
        }
        return isValid;
    }

    // The upper half only repeats the sign of a number that fits.
    private static Int128 Low(byte* value, ref bool isValid)
    {
        Int128 low = ((Int128*)value)[0];
        isValid &= ((Int128*)value)[1] == (low < 0 ? -1 : 0);
        return low;
    }

    private static long TimeOf(ArrowField field, byte* source, int index, ref bool isValid)
    {
        long value = field.Width == 32 ? ((int*)source)[index] : ((long*)source)[index];
        return ToMicroseconds(value, field.Unit, ref isValid);
    }

    private static long ToMicroseconds(long value, int unit, ref bool isValid)
    {
        if (unit == Nanoseconds) return FloorDivide(value, 1_000);
        Int128 scaled = (Int128)value * (unit == Microseconds ? 1 : unit == Milliseconds ? 1_000 : 1_000_000);
        isValid &= scaled == (long)scaled;
        return (long)scaled;
    }

    private static Interval IntervalOf(int unit, byte* source, int index) => unit switch
    {
        0 => new Interval(((int*)source)[index], 0, 0),
        1 => new Interval(0, ((int*)source)[index * 2], ((int*)source)[(index * 2) + 1] * 1_000L),
        _ => new Interval(
            ((int*)source)[index * 4], ((int*)source)[(index * 4) + 1],
                FloorDivide(((long*)source)[(index * 2) + 1], 1_000)),
    };

    private static long FloorDivide(long value, long divisor)
    {
        long quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }
}
