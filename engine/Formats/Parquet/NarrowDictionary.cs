using System.Numerics;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// The integers of a dictionary as offsets from the least, in the narrowest lane that holds them all: rows are looked
/// up into narrow vectors, which cost less to write and to compute with than 64-bit values.
/// </summary>
internal sealed unsafe class NarrowDictionary : IDisposable
{
    private readonly NativeBuffer _offsets;
    private readonly int _count;

    private NarrowDictionary(NativeBuffer offsets, int count, PhysicalType lane, Int128 least)
    {
        _offsets = offsets;
        _count = count;
        Lane = lane;
        Base = least;
    }

    /// <summary>The form of the offsets.</summary>
    public PhysicalType Lane { get; }

    /// <summary>The least value.</summary>
    public Int128 Base { get; }

    /// <summary>
    /// Finds the offsets; null where the type is no number to compute with, or no lane is narrower than it.
    /// </summary>
    public static NarrowDictionary? TryMake(LogicalType type, byte* elements, int count, MemoryAccount account)
    {
        if (count == 0 || type.Kind is TypeKind.Boolean or TypeKind.Uuid or TypeKind.Enum) return null;
        return type.Physical switch
        {
            PhysicalType.Int16 => TryMake((short*)elements, count, account),
            PhysicalType.Int32 => TryMake((int*)elements, count, account),
            PhysicalType.Int64 => TryMake((long*)elements, count, account),
            PhysicalType.Int128 => TryMake((Int128*)elements, count, account),
            PhysicalType.UInt16 => TryMake((ushort*)elements, count, account),
            PhysicalType.UInt32 => TryMake((uint*)elements, count, account),
            PhysicalType.UInt64 => TryMake((ulong*)elements, count, account),
            _ => null,
        };
    }

    /// <summary>Writes the offsets of codes, all of which are in the dictionary.</summary>
    public void LookUp<TCode>(TCode* codes, int count, byte* target) where TCode : unmanaged, IBinaryInteger<TCode>
    {
        byte* offsets = _offsets.Pointer;
        switch (Lane)
        {
            case PhysicalType.UInt8: Gather.Codes(offsets, _count, codes, count, target); break;
            case PhysicalType.UInt16: Gather.Codes((ushort*)offsets, _count, codes, count, (ushort*)target); break;
            default: Gather.Codes((uint*)offsets, _count, codes, count, (uint*)target); break;
        }
    }

    public void Dispose() => _offsets.Release();

    private static NarrowDictionary? TryMake<T>(T* values, int count, MemoryAccount account)
        where T : unmanaged, IBinaryInteger<T>
    {
        (T min, T max) = Extremes.Find(values, count);
        UInt128 span = UInt128.CreateTruncating(max) - UInt128.CreateTruncating(min);
        PhysicalType lane = span <= byte.MaxValue ? PhysicalType.UInt8
            : span <= ushort.MaxValue ? PhysicalType.UInt16 : PhysicalType.UInt32;
        if (span > uint.MaxValue || lane.SizeBytes() >= sizeof(T)) return null;
        NativeBuffer offsets = NativeBuffer.Allocate((long)count * lane.SizeBytes(), account);
        byte* target = offsets.Pointer;
        switch (lane)
        {
            case PhysicalType.UInt8: Subtract(values, count, min, target); break;
            case PhysicalType.UInt16: Subtract(values, count, min, (ushort*)target); break;
            default: Subtract(values, count, min, (uint*)target); break;
        }
        return new NarrowDictionary(offsets, count, lane, Int128.CreateTruncating(min));
    }

    private static void Subtract<T, TLane>(T* values, int count, T min, TLane* target)
        where T : unmanaged, IBinaryInteger<T> where TLane : unmanaged, IBinaryInteger<TLane> =>
        Widening.Convert(values, count, unchecked(TLane.Zero - TLane.CreateTruncating(min)), target);
}
