using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>The smallest and largest integer forms that a type allows.</summary>
internal static class IntegerRange
{
    private static readonly Int128[] s_powers = MakePowers();

    /// <summary>10 to a power from 0 to 38.</summary>
    public static Int128 PowerOfTen(int exponent) => s_powers[exponent];

    /// <summary>The bounds; a DECIMAL is bounded by its digits.</summary>
    public static (Int128 Min, Int128 Max) Of(LogicalType type)
    {
        if (type.Kind == TypeKind.Decimal)
        {
            Int128 most = s_powers[type.Precision] - 1;
            return (-most, most);
        }
        return type.Physical switch
        {
            PhysicalType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            PhysicalType.Int16 => (short.MinValue, short.MaxValue),
            PhysicalType.Int32 => (int.MinValue, int.MaxValue),
            PhysicalType.Int64 => (long.MinValue, long.MaxValue),
            PhysicalType.UInt8 => (0, byte.MaxValue),
            PhysicalType.UInt16 => (0, ushort.MaxValue),
            PhysicalType.UInt32 => (0, uint.MaxValue),
            PhysicalType.UInt64 => (0, ulong.MaxValue),
            _ => (Int128.MinValue, Int128.MaxValue),
        };
    }

    private static Int128[] MakePowers()
    {
        Int128[] powers = new Int128[39];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
