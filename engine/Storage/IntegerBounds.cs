using ColFrag.Engine.Encodings;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Storage;

/// <summary>What values a type's physical form can hold.</summary>
internal static class IntegerBounds
{
    /// <summary>Checks that the smallest value of a block is one of the type.</summary>
    public static void Check(ref NodeReader source, LogicalType type, Int128 smallest)
    {
        (Int128 min, Int128 max) = Of(type);
        source.Bytes.ThrowUnless(smallest >= min && smallest <= max, "value outside its type");
    }

    /// <summary>The smallest and largest value.</summary>
    public static (Int128 Min, Int128 Max) Of(LogicalType type) => type.Physical switch
    {
        PhysicalType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        PhysicalType.Int16 => (short.MinValue, short.MaxValue),
        PhysicalType.Int32 => (int.MinValue, int.MaxValue),
        PhysicalType.Int64 => (long.MinValue, long.MaxValue),
        PhysicalType.UInt8 => (0, type.Kind == TypeKind.Boolean ? 1 : byte.MaxValue),
        PhysicalType.UInt16 => (0, ushort.MaxValue),
        PhysicalType.UInt32 => (0, uint.MaxValue),
        PhysicalType.UInt64 => (0, ulong.MaxValue),
        _ => (Int128.MinValue, Int128.MaxValue),
    };
}
