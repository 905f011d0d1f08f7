using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// The changes of a column's type that need no rewriting: the new type has every value of the old one as the same
/// number.
/// </summary>
internal static unsafe class TypeWidening
{
    /// <summary>True when values of one type are values of another as they are.</summary>
    public static bool Is(LogicalType from, LogicalType to)
    {
        if (from.Equals(to)) return true;
        if (from.IsInteger && to.IsInteger)
        {
            (int fromBits, bool fromSigned) = Bits(from);
            (int toBits, bool toSigned) = Bits(to);
            return fromSigned == toSigned ? toBits > fromBits : toSigned && toBits > fromBits;
        }
        if (from.Kind == TypeKind.Enum && to.Kind == TypeKind.Enum)
            return to.Labels.AsSpan().StartsWith(from.Labels.AsSpan());
        return from.Kind == TypeKind.Decimal && to.Kind == TypeKind.Decimal && from.Scale == to.Scale &&
            to.Precision > from.Precision;
    }

    /// <summary>Writes the values of a vector as a wider type.</summary>
    public static void Widen(ColumnVector source, ColumnVector target)
    {
        int count = source.Count;
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        for (int row = 0; row < count; row++)
        {
            Int128 value = source.IsValid(row) ? source.GetInteger(row) : 0;
            VectorValues.StoreInteger(target.Data, target.Lane, row, value);
            if (!source.IsValid(row)) target.SetNull(row, Math.Max(count, 1));
        }
    }

    private static (int Bits, bool Signed) Bits(LogicalType type) => type.Kind switch
    {
        TypeKind.TinyInt => (8, true),
        TypeKind.SmallInt => (16, true),
        TypeKind.Integer => (32, true),
        TypeKind.BigInt => (64, true),
        TypeKind.HugeInt => (128, true),
        TypeKind.UTinyInt => (8, false),
        TypeKind.USmallInt => (16, false),
        TypeKind.UInteger => (32, false),
        _ => (64, false),
    };
}
