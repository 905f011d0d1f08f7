using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store.Keys;

/// <summary>
/// A key as one number. A key of one column of at most 64 bits is its own number; any other is XXH64 of its canonical
/// bytes (see <see cref="KeyPosition"/>), so that equal numbers are only candidates.
/// </summary>
internal static class KeyNumbers
{
    /// <summary>True for types whose values are their own numbers.</summary>
    public static bool IsNumber(LogicalType type) => type.Physical is
        PhysicalType.Int8 or PhysicalType.Int16 or PhysicalType.Int32 or PhysicalType.Int64 or
        PhysicalType.UInt8 or PhysicalType.UInt16 or PhysicalType.UInt32 or PhysicalType.UInt64;

    /// <summary>The number of a row whose columns are the key's; false when one of them is NULL.</summary>
    public static bool TryGet(
        IReadOnlyList<ColumnVector> key, int row, bool isExact, ByteWriter bytes, out ulong number)
    {
        number = 0;
        foreach (ColumnVector column in key)
        {
            if (!column.IsValid(row)) return false;
        }
        if (isExact)
        {
            number = unchecked((ulong)key[0].GetInteger(row));
            return true;
        }
        bytes.Clear();
        foreach (ColumnVector column in key) KeyPosition.Append(bytes, column, row);
        number = XxHash64.Hash(bytes.WrittenSpan);
        return true;
    }
}
