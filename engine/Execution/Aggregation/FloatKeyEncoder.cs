using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>REAL and DOUBLE as the bits of a DOUBLE: -0 is 0, every NaN is the same; NULL is told by a flag.</summary>
internal sealed unsafe class FloatKeyEncoder(LogicalType type, MemoryAccount account) : KeyEncoder(type)
{
    private readonly ColumnVector _flat = new(type, account);
    private bool _flagsNulls;

    public override int Bits => 64;

    public override bool FlagsNulls => _flagsNulls;

    public override bool Prepare(ColumnVector vector, int count)
    {
        if (_flagsNulls || !vector.HasNulls) return false;
        return _flagsNulls = true;
    }

    public override void Translate(ulong* codes, ulong* flags, int count)
    {
    }

    public override void Encode(ColumnVector vector, int count, ulong* codes, ulong* flags)
    {
        if (vector.Shape != VectorShape.Flat)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        if (Type.Physical == PhysicalType.Float32)
        {
            for (int i = 0; i < count; i++) codes[i] = Code(((float*)vector.Data)[i]);
        }
        else
        {
            for (int i = 0; i < count; i++) codes[i] = Code(((double*)vector.Data)[i]);
        }
        if (!_flagsNulls) return;
        for (int i = 0; i < count; i++)
        {
            flags[i] = vector.IsValid(i) ? 0UL : 1;
            if (flags[i] != 0) codes[i] = 0;
        }
    }

    public override void Decode(ulong* codes, ulong* flags, int count, ColumnVector target)
    {
        int capacity = Math.Max(count, 1);
        target.ResetFlat(capacity);
        target.Count = count;
        for (int i = 0; i < count; i++)
        {
            double value = BitConverter.UInt64BitsToDouble(codes[i]);
            if (Type.Physical == PhysicalType.Float32) ((float*)target.Data)[i] = (float)value;
            else ((double*)target.Data)[i] = value;
            if (_flagsNulls && flags[i] != 0) target.SetNull(i, capacity);
        }
    }

    public override void Reset(bool appends)
    {
    }

    public override void Dispose() => _flat.Dispose();

    private static ulong Code(double value) =>
        BitConverter.DoubleToUInt64Bits(double.IsNaN(value) ? double.NaN : value == 0 ? 0.0 : value);
}
