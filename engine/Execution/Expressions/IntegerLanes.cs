using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>Integers of any lane as lanes of a chosen width: the door from vectors to kernels of one type.</summary>
internal static unsafe class IntegerLanes
{
    /// <summary>The unsigned lane of a size in bytes.</summary>
    public static PhysicalType Unsigned(int sizeBytes) => sizeBytes switch
    {
        1 => PhysicalType.UInt8,
        2 => PhysicalType.UInt16,
        4 => PhysicalType.UInt32,
        _ => PhysicalType.UInt64,
    };

    /// <summary>Bytes of the narrowest unsigned lane that holds 0 to <paramref name="span"/>.</summary>
    public static int SizeFor(UInt128 span) => span <= byte.MaxValue ? 1
        : span <= ushort.MaxValue ? 2 : span <= uint.MaxValue ? 4 : span <= ulong.MaxValue ? 8 : 16;

    /// <summary><c>target[i] = source[i] + add</c>, modulo the target's size.</summary>
    public static void Convert(byte* source, PhysicalType lane, int count, Int128 add, int targetSize, byte* target)
    {
        switch (targetSize)
        {
            case 1: ConvertTo(source, lane, count, unchecked((byte)add), target); break;
            case 2: ConvertTo(source, lane, count, unchecked((ushort)add), (ushort*)target); break;
            case 4: ConvertTo(source, lane, count, unchecked((uint)add), (uint*)target); break;
            case 8: ConvertTo(source, lane, count, unchecked((ulong)add), (ulong*)target); break;
            default: ConvertTo(source, lane, count, add, (Int128*)target); break;
        }
    }

    /// <summary>Smallest and largest of the lanes, each row counted, whether it has a value or not.</summary>
    public static (Int128 Min, Int128 Max) FindRange(byte* source, PhysicalType lane, int count) => lane switch
    {
        PhysicalType.UInt8 => Widen(Extremes.Find(source, count)),
        PhysicalType.UInt16 => Widen(Extremes.Find((ushort*)source, count)),
        PhysicalType.UInt32 => Widen(Extremes.Find((uint*)source, count)),
        PhysicalType.UInt64 => Widen(Extremes.Find((ulong*)source, count)),
        PhysicalType.Int8 => Widen(Extremes.Find((sbyte*)source, count)),
        PhysicalType.Int16 => Widen(Extremes.Find((short*)source, count)),
        PhysicalType.Int32 => Widen(Extremes.Find((int*)source, count)),
        PhysicalType.Int64 => Widen(Extremes.Find((long*)source, count)),
        PhysicalType.Int128 => Extremes.Find((Int128*)source, count),
        _ => throw Invariant.Unreachable($"integer lane {lane}"),
    };

    private static (Int128, Int128) Widen<T>((T Min, T Max) range) where T : IBinaryInteger<T> =>
        (Int128.CreateTruncating(range.Min), Int128.CreateTruncating(range.Max));

    private static void ConvertTo<T>(byte* source, PhysicalType lane, int count, T add, T* target)
        where T : unmanaged, IBinaryInteger<T>
    {
        switch (lane)
        {
            case PhysicalType.UInt8: Widening.Convert(source, count, add, target); break;
            case PhysicalType.UInt16: Widening.Convert((ushort*)source, count, add, target); break;
            case PhysicalType.UInt32: Widening.Convert((uint*)source, count, add, target); break;
            case PhysicalType.UInt64: Widening.Convert((ulong*)source, count, add, target); break;
            case PhysicalType.Int8: Widening.Convert((sbyte*)source, count, add, target); break;
            case PhysicalType.Int16: Widening.Convert((short*)source, count, add, target); break;
            case PhysicalType.Int32: Widening.Convert((int*)source, count, add, target); break;
            case PhysicalType.Int64: Widening.Convert((long*)source, count, add, target); break;
            case PhysicalType.Int128: Widening.Convert((Int128*)source, count, add, target); break;
            default: throw Invariant.Unreachable($"integer lane {lane}");
        }
    }
}
