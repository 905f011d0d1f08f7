using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>Equality of a value in a vector and one in a buffer; two NULLs are equal here.</summary>
internal static unsafe class JoinKeyEquality
{
    public static bool AreEqual(ColumnVector vector, int at, ColumnBuffer buffer, uint row)
    {
        bool isValid = vector.IsValid(at);
        if (isValid != buffer.IsValid(row)) return false;
        if (!isValid) return true;
        switch (buffer.Type.Physical)
        {
            case PhysicalType.Utf8:
                return vector.GetUtf8(at).SameAs(buffer.Element<Utf8View>(row));
            case PhysicalType.Float32:
                return ValueComparison.CompareFloats(vector.GetDouble(at), buffer.Element<float>(row)) == 0;
            case PhysicalType.Float64:
                return ValueComparison.CompareFloats(vector.GetDouble(at), buffer.Element<double>(row)) == 0;
            case PhysicalType.Int8:
                return vector.GetInteger(at) == buffer.Element<sbyte>(row);
            case PhysicalType.Int16:
                return vector.GetInteger(at) == buffer.Element<short>(row);
            case PhysicalType.Int32:
                return vector.GetInteger(at) == buffer.Element<int>(row);
            case PhysicalType.Int64:
                return vector.GetInteger(at) == buffer.Element<long>(row);
            case PhysicalType.Int128:
                return vector.GetInteger(at) == buffer.Element<Int128>(row);
            case PhysicalType.UInt8:
                return vector.GetInteger(at) == buffer.Element<byte>(row);
            case PhysicalType.UInt16:
                return vector.GetInteger(at) == buffer.Element<ushort>(row);
            case PhysicalType.UInt32:
                return vector.GetInteger(at) == buffer.Element<uint>(row);
            case PhysicalType.UInt64:
                return vector.GetInteger(at) == buffer.Element<ulong>(row);
            case PhysicalType.None:
                return true;
            default:
                using (ColumnVector one = new(buffer.Type))
                {
                    buffer.Gather(&row, 1, one);
                    return ValueComparison.Compare(vector.GetValue(at), one.GetValue(0)) == 0;
                }
        }
    }
}
