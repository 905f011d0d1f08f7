using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// One side of integer arithmetic as <c>value[i] = Base + lane[i]</c>, with bounds that its values keep; a constant has
/// only a base.
/// </summary>
internal unsafe ref struct IntegerOperand
{
    public byte* Data;
    public PhysicalType Lane;
    public Int128 Base;
    public Int128 Min;
    public Int128 Max;
    public bool IsConstant;

    /// <summary>
    /// Looks at every row, whether it counts or not: one pass over the lanes, and mostly good enough.
    /// </summary>
    public static IntegerOperand Of(ColumnVector vector, int count)
    {
        IntegerOperand operand = default;
        operand.Data = vector.Data;
        operand.Lane = vector.Lane;
        operand.Base = vector.Base;
        if (vector.IsConstant)
        {
            operand.IsConstant = true;
            operand.Base += VectorValues.LoadInteger(vector.Data, vector.Lane, 0);
            operand.Min = operand.Max = operand.Base;
            return operand;
        }
        if (count == 0) return operand;
        (operand.Min, operand.Max) = IntegerLanes.FindRange(vector.Data, vector.Lane, count);
        operand.Min += operand.Base;
        operand.Max += operand.Base;
        return operand;
    }

    /// <summary>Bounds of only the rows that count; elements of others can be anything.</summary>
    public void Narrow(ulong* rows, int count)
    {
        if (IsConstant) return;
        bool any = false;
        Int128 min = 0, max = 0;
        switch (Lane)
        {
            case PhysicalType.Int32:
                any = Extremes.TryFindMasked((int*)Data, rows, count, out int min32, out int max32);
                (min, max) = (min32, max32);
                break;
            case PhysicalType.Int64:
                any = Extremes.TryFindMasked((long*)Data, rows, count, out long min64, out long max64);
                (min, max) = (min64, max64);
                break;
            case PhysicalType.UInt32:
                any = Extremes.TryFindMasked((uint*)Data, rows, count, out uint minU32, out uint maxU32);
                (min, max) = (minU32, maxU32);
                break;
            default:
                for (int i = 0; i < count; i++)
                {
                    if (!Bitmap.IsSet(rows, i)) continue;
                    Int128 value = VectorValues.LoadInteger(Data, Lane, i);
                    min = any ? Int128.Min(min, value) : value;
                    max = any ? Int128.Max(max, value) : value;
                    any = true;
                }
                break;
        }
        (Min, Max) = any ? (Base + min, Base + max) : (0, 0);
    }

    /// <summary>Bytes of a lane in which the operand's values can be computed with.</summary>
    public readonly int SizeBytes => IsConstant ? 1
        : Lane == PhysicalType.Int128 ? (Min >= long.MinValue && Max <= long.MaxValue ? 8 : 16) : Lane.SizeBytes();

    /// <summary>The lanes with a number added, in a width; the operand's own where nothing changes.</summary>
    public readonly byte* Lanes(int sizeBytes, Int128 add, int count, byte* scratch)
    {
        Int128 modulus = sizeBytes >= 16 ? 0 : (Int128)1 << (8 * sizeBytes);
        if (Lane.SizeBytes() == sizeBytes && (sizeBytes >= 16 ? add == 0 : (add & (modulus - 1)) == 0)) return Data;
        IntegerLanes.Convert(Data, Lane, count, add, sizeBytes, scratch);
        return scratch;
    }
}
