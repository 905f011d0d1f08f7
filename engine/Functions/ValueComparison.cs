using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions;

/// <summary>
/// The order of SQL values, one pair at a time: what every kernel, hash and sort must agree with. Numbers by value with
/// NaN the largest, text and blobs by bytes, lists and structs element by element with NULL last.
/// </summary>
internal static unsafe class ValueComparison
{
    /// <summary>Compares two rows that are not NULL, of vectors of one type.</summary>
    public static int Compare(ColumnVector left, int leftRow, ColumnVector right, int rightRow)
    {
        switch (left.Type.Physical)
        {
            case PhysicalType.Utf8:
                return left.GetUtf8(leftRow).CompareTo(right.GetUtf8(rightRow));
            case PhysicalType.Float32 or PhysicalType.Float64:
                return CompareFloats(left.GetDouble(leftRow), right.GetDouble(rightRow));
            case PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array:
                return Compare(left.GetValue(leftRow), right.GetValue(rightRow));
            case PhysicalType.None:
                return 0;
            default:
                return left.GetInteger(leftRow).CompareTo(right.GetInteger(rightRow));
        }
    }

    /// <summary>Compares two values that are not NULL, of one type.</summary>
    public static int Compare(Value left, Value right)
    {
        switch (left.Type.Physical)
        {
            case PhysicalType.Utf8:
                return left.AsBytes.SequenceCompareTo(right.AsBytes);
            case PhysicalType.Float32 or PhysicalType.Float64:
                return CompareFloats(left.AsDouble, right.AsDouble);
            case PhysicalType.Interval:
                return left.AsInterval.CompareTo(right.AsInterval);
            case PhysicalType.List or PhysicalType.Struct or PhysicalType.Array:
                return CompareElements(left, right);
            case PhysicalType.None:
                return 0;
            default:
                return left.AsInteger.CompareTo(right.AsInteger);
        }
    }

    /// <summary>Numbers in order, -0 equal to 0, NaN equal to itself and above all.</summary>
    public static int CompareFloats(double left, double right)
    {
        if (left < right) return -1;
        if (left > right) return 1;
        if (left == right) return 0;
        return double.IsNaN(left) ? (double.IsNaN(right) ? 0 : 1) : -1;
    }

    private static int CompareElements(Value left, Value right)
    {
        int count = Math.Min(left.Elements.Length, right.Elements.Length);
        for (int i = 0; i < count; i++)
        {
            (Value a, Value b) = (left.Elements[i], right.Elements[i]);
            int order = a.IsNull || b.IsNull ? a.IsNull.CompareTo(b.IsNull) : Compare(a, b);
            if (order != 0) return order;
        }
        Invariant.Holds(left.Type.Kind == right.Type.Kind);
        return left.Elements.Length.CompareTo(right.Elements.Length);
    }
}
