using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>Compares elements of column buffers of one type by value. For one thread.</summary>
internal sealed unsafe class ElementOrder(LogicalType type) : IDisposable
{
    private readonly ColumnVector? _left = Scratch(type);
    private readonly ColumnVector? _right = Scratch(type);

    /// <summary>Negative, zero or positive; neither element is NULL.</summary>
    public int Compare(ColumnBuffer left, uint leftRow, ColumnBuffer right, uint rightRow)
    {
        switch (type.Physical)
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
                left.Gather(&leftRow, 1, _left!);
                right.Gather(&rightRow, 1, _right!);
                return ValueComparison.Compare(_left!, 0, _right!, 0);
            default:
                throw Invariant.Unreachable($"order of {type}");
        }
    }

    public void Dispose()
    {
        _left?.Dispose();
        _right?.Dispose();
    }

    private static ColumnVector? Scratch(LogicalType type) =>
        type.IsNested || type.Kind == TypeKind.Interval ? new ColumnVector(type) : null;
}
