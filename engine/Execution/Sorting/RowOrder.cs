using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// Compares rows of buffers by value: the whole order, or the keys that a packed key leaves open. For one thread.
/// </summary>
internal sealed unsafe class RowOrder : IDisposable
{
    private readonly SortColumn[] _keys;
    private readonly LogicalType[] _types;
    private readonly RowBuffer[] _buffers;
    private readonly ColumnVector?[] _left;
    private readonly ColumnVector?[] _right;

    public RowOrder(IReadOnlyList<SortColumn> keys, IReadOnlyList<LogicalType> types, IReadOnlyList<RowBuffer> buffers)
    {
        _keys = [.. keys];
        _types = [.. types];
        _buffers = [.. buffers];
        _left = [.. types.Select(Scratch)];
        _right = [.. types.Select(Scratch)];
    }

    /// <summary>Negative, zero or positive, looking at the keys from one on.</summary>
    public int Compare(in SortEntry left, in SortEntry right, int firstKey)
    {
        for (int k = firstKey; k < _keys.Length; k++)
        {
            int column = _keys[k].Column;
            int order = CompareKey(
                k, _buffers[left.Buffer].Columns[column], left.Row, _buffers[right.Buffer].Columns[column], right.Row);
            if (order != 0) return order;
        }
        return 0;
    }

    public void Dispose()
    {
        foreach (ColumnVector? vector in _left) vector?.Dispose();
        foreach (ColumnVector? vector in _right) vector?.Dispose();
    }

    private static ColumnVector? Scratch(LogicalType type) =>
        type.IsNested || type.Kind == TypeKind.Interval ? new ColumnVector(type) : null;

    private int CompareKey(int k, ColumnBuffer left, uint leftRow, ColumnBuffer right, uint rightRow)
    {
        SortColumn key = _keys[k];
        bool hasLeft = left.IsValid(leftRow) && _types[k].Kind != TypeKind.Null;
        bool hasRight = right.IsValid(rightRow) && _types[k].Kind != TypeKind.Null;
        if (!hasLeft || !hasRight)
        {
            if (hasLeft == hasRight) return 0;
            return hasLeft == key.NullsFirst ? 1 : -1;
        }
        int order = CompareValues(k, left, leftRow, right, rightRow);
        return key.IsDescending ? -order : order;
    }

    private int CompareValues(int k, ColumnBuffer left, uint leftRow, ColumnBuffer right, uint rightRow)
    {
        switch (_types[k].Physical)
        {
            case PhysicalType.Utf8:
                return left.Element<Utf8View>(leftRow).CompareTo(right.Element<Utf8View>(rightRow));
            case PhysicalType.Float32:
                return ValueComparison.CompareFloats(left.Element<float>(leftRow), right.Element<float>(rightRow));
            case PhysicalType.Float64:
                return ValueComparison.CompareFloats(left.Element<double>(leftRow), right.Element<double>(rightRow));
            case PhysicalType.Int8:
                return left.Element<sbyte>(leftRow).CompareTo(right.Element<sbyte>(rightRow));
            case PhysicalType.Int16:
                return left.Element<short>(leftRow).CompareTo(right.Element<short>(rightRow));
            case PhysicalType.Int32:
                return left.Element<int>(leftRow).CompareTo(right.Element<int>(rightRow));
            case PhysicalType.Int64:
                return left.Element<long>(leftRow).CompareTo(right.Element<long>(rightRow));
            case PhysicalType.Int128:
                return left.Element<Int128>(leftRow).CompareTo(right.Element<Int128>(rightRow));
            case PhysicalType.UInt8:
                return left.Element<byte>(leftRow).CompareTo(right.Element<byte>(rightRow));
            case PhysicalType.UInt16:
                return left.Element<ushort>(leftRow).CompareTo(right.Element<ushort>(rightRow));
            case PhysicalType.UInt32:
                return left.Element<uint>(leftRow).CompareTo(right.Element<uint>(rightRow));
            case PhysicalType.UInt64:
                return left.Element<ulong>(leftRow).CompareTo(right.Element<ulong>(rightRow));
            case PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array:
                left.Gather(&leftRow, 1, _left[k]!);
                right.Gather(&rightRow, 1, _right[k]!);
                return ValueComparison.Compare(_left[k]!, 0, _right[k]!, 0);
            default:
                throw Invariant.Unreachable($"order of {_types[k]}");
        }
    }
}
