using System.Numerics;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using Comparison = ColFrag.Engine.Kernels.Comparison;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// Compares two vectors of one type, row by row, into a mask: whole vectors at a time for numbers of equal lanes, by
/// code where both sides share a dictionary.
/// </summary>
internal sealed unsafe class VectorComparison : IDisposable
{
    private readonly ComparisonOperator _operator;
    private readonly ColumnVector _flatLeft;
    private readonly ColumnVector _flatRight;
    private readonly NativeBuffer _scratch;

    public VectorComparison(ComparisonOperator op, LogicalType left, LogicalType right, MemoryAccount account)
    {
        _operator = op;
        _flatLeft = new ColumnVector(left, account);
        _flatRight = new ColumnVector(right, account);
        _scratch = NativeBuffer.Allocate(2 * Batch.MaxRows * 16, account);
    }

    /// <summary>
    /// Clears the bits of rows for which the comparison is false. Rows whose bit is set have both values.
    /// </summary>
    public void AndInto(ColumnVector left, ColumnVector right, RowMask mask)
    {
        if (mask.IsEmpty) return;
        if (TryByCode(left, right, mask)) return;
        left = WithoutCodes(left, _flatLeft);
        right = WithoutCodes(right, _flatRight);
        switch (left.Type.Physical)
        {
            case PhysicalType.Float32:
                Floats<float>(left, right, mask);
                break;
            case PhysicalType.Float64:
                Floats<double>(left, right, mask);
                break;
            case PhysicalType.Utf8:
                Texts(left, right, mask);
                break;
            case PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array:
                Others(left, right, mask);
                break;
            default:
                Integers(left, right, mask);
                break;
        }
    }

    public void Dispose()
    {
        _flatLeft.Dispose();
        _flatRight.Dispose();
        _scratch.Release();
    }

    private static ColumnVector WithoutCodes(ColumnVector vector, ColumnVector flat)
    {
        if (vector.Shape != VectorShape.Dictionary) return vector;
        vector.Flatten(flat);
        return flat;
    }

    private bool TryByCode(ColumnVector left, ColumnVector right, RowMask mask)
    {
        if (left.Shape != VectorShape.Dictionary || !ReferenceEquals(left.Dictionary, right.Dictionary)) return false;
        bool isOrdered = _operator is not (ComparisonOperator.Equal or ComparisonOperator.NotEqual);
        if (isOrdered && !left.Dictionary!.IsSorted) return false;
        Integers<uint>(left.Data, left.Lane, 0, right.Data, right.Lane, 0, mask);
        return true;
    }

    private void Integers(ColumnVector left, ColumnVector right, RowMask mask)
    {
        if (left.IsConstant && right.IsConstant)
        {
            if (!Holds(left.GetInteger(0).CompareTo(right.GetInteger(0)))) mask.ClearAll(mask.Count);
            return;
        }
        if (left.Lane == right.Lane && left.Base == right.Base && !left.IsConstant && !right.IsConstant)
        {
            SameLanes(left, right, mask);
            return;
        }
        switch (left.Type.Physical)
        {
            case PhysicalType.Int8 or PhysicalType.Int16 or PhysicalType.Int32 or PhysicalType.UInt8
                or PhysicalType.UInt16:
                Integers<int>(left, right, mask);
                break;
            case PhysicalType.UInt64:
                Integers<ulong>(left, right, mask);
                break;
            case PhysicalType.Int128 when !FitsInt64(left) || !FitsInt64(right):
                Integers<Int128>(left, right, mask);
                break;
            default:
                // A decimal of few digits can stand against one of many.
                if (right.Type.Physical == PhysicalType.Int128 && !FitsInt64(right))
                    Integers<Int128>(left, right, mask);
                else Integers<long>(left, right, mask);
                break;
        }
    }

    private static bool FitsInt64(ColumnVector vector)
    {
        IntegerOperand operand = IntegerOperand.Of(vector, vector.Count);
        return operand.Min >= long.MinValue && operand.Max <= long.MaxValue;
    }

    private void SameLanes(ColumnVector left, ColumnVector right, RowMask mask)
    {
        switch (left.Lane)
        {
            case PhysicalType.UInt8: Compare(left.Data, right.Data, mask); break;
            case PhysicalType.UInt16: Compare((ushort*)left.Data, (ushort*)right.Data, mask); break;
            case PhysicalType.UInt32: Compare((uint*)left.Data, (uint*)right.Data, mask); break;
            case PhysicalType.UInt64: Compare((ulong*)left.Data, (ulong*)right.Data, mask); break;
            case PhysicalType.Int8: Compare((sbyte*)left.Data, (sbyte*)right.Data, mask); break;
            case PhysicalType.Int16: Compare((short*)left.Data, (short*)right.Data, mask); break;
            case PhysicalType.Int32: Compare((int*)left.Data, (int*)right.Data, mask); break;
            case PhysicalType.Int64: Compare((long*)left.Data, (long*)right.Data, mask); break;
            default: Compare((Int128*)left.Data, (Int128*)right.Data, mask); break;
        }
    }

    private void Integers<T>(ColumnVector left, ColumnVector right, RowMask mask) where T : unmanaged, IBinaryInteger<T>
    {
        if (right.IsConstant) Integers<T>(left, T.CreateTruncating(right.GetInteger(0)), _operator, mask);
        else if (left.IsConstant) Integers<T>(right, T.CreateTruncating(left.GetInteger(0)), _operator.Mirror(), mask);
        else Integers<T>(left.Data, left.Lane, left.Base, right.Data, right.Lane, right.Base, mask);
    }

    private void Integers<T>(ColumnVector vector, T constant, ComparisonOperator op, RowMask mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        IntegerLanes.Convert(vector.Data, vector.Lane, mask.Count, vector.Base, sizeof(T), _scratch.Pointer);
        Compare((T*)_scratch.Pointer, constant, op, mask);
    }

    private void Integers<T>(
        byte* left, PhysicalType leftLane, Int128 leftBase, byte* right, PhysicalType rightLane, Int128 rightBase,
        RowMask mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        byte* second = _scratch.Pointer + (Batch.MaxRows * 16);
        IntegerLanes.Convert(left, leftLane, mask.Count, leftBase, sizeof(T), _scratch.Pointer);
        IntegerLanes.Convert(right, rightLane, mask.Count, rightBase, sizeof(T), second);
        Compare((T*)_scratch.Pointer, (T*)second, mask);
    }

    private void Compare<T>(T* x, T* y, RowMask mask) where T : unmanaged, IBinaryInteger<T>
    {
        int count = mask.Count;
        switch (_operator)
        {
            case ComparisonOperator.Equal: Comparison.Mask<T, IsEqual<T>>(x, y, count, mask.Words, true); break;
            case ComparisonOperator.NotEqual: Comparison.Mask<T, IsNotEqual<T>>(x, y, count, mask.Words, true); break;
            case ComparisonOperator.Less: Comparison.Mask<T, IsLess<T>>(x, y, count, mask.Words, true); break;
            case ComparisonOperator.LessOrEqual: Comparison.Mask<T, IsLessOrEqual<T>>(x, y, count, mask.Words, true);
                break;
            case ComparisonOperator.Greater: Comparison.Mask<T, IsGreater<T>>(x, y, count, mask.Words, true); break;
            default: Comparison.Mask<T, IsGreaterOrEqual<T>>(x, y, count, mask.Words, true); break;
        }
    }

    private static void Compare<T>(T* x, T y, ComparisonOperator op, RowMask mask) where T : unmanaged,
        IBinaryInteger<T>
    {
        int count = mask.Count;
        switch (op)
        {
            case ComparisonOperator.Equal: Comparison.Mask<T, IsEqual<T>>(x, y, count, mask.Words, true); break;
            case ComparisonOperator.NotEqual: Comparison.Mask<T, IsNotEqual<T>>(x, y, count, mask.Words, true); break;
            case ComparisonOperator.Less: Comparison.Mask<T, IsLess<T>>(x, y, count, mask.Words, true); break;
            case ComparisonOperator.LessOrEqual: Comparison.Mask<T, IsLessOrEqual<T>>(x, y, count, mask.Words, true);
                break;
            case ComparisonOperator.Greater: Comparison.Mask<T, IsGreater<T>>(x, y, count, mask.Words, true); break;
            default: Comparison.Mask<T, IsGreaterOrEqual<T>>(x, y, count, mask.Words, true); break;
        }
    }

    private void Floats<T>(ColumnVector left, ColumnVector right, RowMask mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* x = left.As<T>();
        T* y = right.As<T>();
        int count = mask.Count;
        if (left.IsConstant)
        {
            new Span<T>((T*)_scratch.Pointer, count).Fill(x[0]);
            x = (T*)_scratch.Pointer;
        }
        if (right.IsConstant)
        {
            T* copies = (T*)(_scratch.Pointer + (Batch.MaxRows * 16));
            new Span<T>(copies, count).Fill(y[0]);
            y = copies;
        }
        switch (_operator)
        {
            case ComparisonOperator.Equal: Comparison.Mask<T, IsFloatEqual<T>>(x, y, count, mask.Words, true); break;
            case ComparisonOperator.NotEqual: Comparison.Mask<T, IsFloatNotEqual<T>>(x, y, count, mask.Words, true);
                break;
            case ComparisonOperator.Less: Comparison.Mask<T, IsFloatLess<T>>(x, y, count, mask.Words, true); break;
            case ComparisonOperator.LessOrEqual:
                Comparison.Mask<T, IsFloatLessOrEqual<T>>(x, y, count, mask.Words, true);
                break;
            case ComparisonOperator.Greater: Comparison.Mask<T, IsFloatGreater<T>>(x, y, count, mask.Words, true);
                break;
            default: Comparison.Mask<T, IsFloatGreaterOrEqual<T>>(x, y, count, mask.Words, true); break;
        }
    }

    private void Texts(ColumnVector left, ColumnVector right, RowMask mask)
    {
        Utf8View* x = (Utf8View*)left.Data;
        Utf8View* y = (Utf8View*)right.Data;
        int stepX = left.IsConstant ? 0 : 1;
        int stepY = right.IsConstant ? 0 : 1;
        bool isEquality = _operator is ComparisonOperator.Equal or ComparisonOperator.NotEqual;
        for (int w = 0; w < mask.WordCount; w++)
        {
            for (ulong word = mask.Words[w]; word != 0; word &= word - 1)
            {
                int bit = BitOperations.TrailingZeroCount(word);
                int row = (w << 6) + bit;
                bool holds = isEquality
                    ? x[row * stepX].SameAs(y[row * stepY]) == (_operator == ComparisonOperator.Equal)
                    : Holds(x[row * stepX].CompareTo(y[row * stepY]));
                if (!holds) mask.Words[w] &= ~(1UL << bit);
            }
        }
    }

    private void Others(ColumnVector left, ColumnVector right, RowMask mask)
    {
        for (int row = 0; row < mask.Count; row++)
        {
            if (mask[row] && !Holds(ValueComparison.Compare(left, row, right, row))) mask[row] = false;
        }
    }

    private bool Holds(int order) => _operator.Accepts(order);
}
