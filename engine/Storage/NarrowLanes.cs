using ColFrag.Engine.Encodings;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>Delivers integers in the narrowest lane that holds their offsets, else flat.</summary>
internal static unsafe class NarrowLanes
{
    /// <summary>Decodes into a vector of an integer-like type.</summary>
    /// <param name="values">The stream.</param>
    /// <param name="start">The value of offset 0.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="target">The vector.</param>
    /// <param name="owner">The buffer that the stream's bytes lie in, for lanes that are used where they are.</param>
    public static void Read(
        IntegerDecoder values, Int128 start, int first, int count, ColumnVector target,
        NativeBuffer? owner = null)
    {
        int size = target.Type.Physical.SizeBytes();
        int lane = values.Bits <= 8 ? 1 : values.Bits <= 16 ? 2 : values.Bits <= 32 ? 4 : 8;
        int capacity = Math.Max(count, Batch.MaxRows);
        if (lane < size && lane < 8)
        {
            PhysicalType laneType =
                lane switch { 1 => PhysicalType.UInt8, 2 => PhysicalType.UInt16, _ => PhysicalType.UInt32 };
            if (owner is not null && values.TryBorrow(first, lane) is var borrowed && borrowed is not null)
            {
                target.ResetBorrowed(VectorShape.Narrow, laneType, borrowed, null, count, owner, valueBase: start);
                return;
            }
            target.ResetNarrow(laneType, start, capacity);
            values.Decode(first, count, 0, target.Data, lane);
            return;
        }
        target.ResetFlat(capacity);
        if (size <= 8)
        {
            values.Decode(first, count, (ulong)(UInt128)start, target.Data, size);
            return;
        }
        // 128-bit target: the offsets lie in its second half until they are widened from the front.
        ulong* offsets = (ulong*)target.Data + count;
        values.Decode(first, count, 0, (byte*)offsets, sizeof(ulong));
        Int128* wide = (Int128*)target.Data;
        for (int i = 0; i < count; i++) wide[i] = start + offsets[i];
    }
}
