using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Execution.Support;

/// <summary>Rows as values, from a seed: few distinct values, so that groups and joins meet; NULLs; extremes.</summary>
internal static class RandomRows
{
    /// <summary>Types that most tests go over.</summary>
    public static LogicalType[] CommonTypes =>
    [
        LogicalType.Boolean, LogicalType.TinyInt, LogicalType.SmallInt, LogicalType.Integer, LogicalType.BigInt,
        LogicalType.HugeInt, LogicalType.UBigInt, LogicalType.Decimal(12, 2), LogicalType.Decimal(30, 4),
        LogicalType.Real, LogicalType.Double, LogicalType.Date, LogicalType.Timestamp, LogicalType.Interval,
        LogicalType.Varchar, LogicalType.Uuid,
    ];

    /// <summary>One column of values; about <paramref name="distinct"/> different ones.</summary>
    public static Value[] Column(Random random, LogicalType type, int count, int distinct, double nullShare)
    {
        Value[] domain = [.. Enumerable.Range(0, distinct).Select(i => Next(random, type, distinct))];
        Value[] column = new Value[count];
        for (int i = 0; i < count; i++)
        {
            column[i] = random.NextDouble() < nullShare ? Value.Null(type) : domain[random.Next(distinct)];
        }
        return column;
    }

    /// <summary>One value.</summary>
    public static Value Next(Random random, LogicalType type, int spread)
    {
        switch (type.Physical)
        {
            case PhysicalType.Utf8:
                int length = random.Next(0, random.Next(4) == 0 ? 40 : 6);
                return Value.Text(string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(5)))));
            case PhysicalType.Float32 or PhysicalType.Float64:
                return Value.Float(type, random.Next(20) switch
                {
                    0 => 0.0,
                    1 => -0.0,
                    2 => 1e30,
                    _ => (random.Next(spread * 4) - (spread * 2)) / 8.0,
                });
            case PhysicalType.Interval:
                return Value.OfInterval(new Interval(random.Next(3), random.Next(40), random.Next(5) * 3_600_000_000L));
            case PhysicalType.List:
                return Value.Nested(
                    type, [.. Enumerable.Range(0, random.Next(4)).Select(_ => NextOrNull(random, type.Element!))]);
            case PhysicalType.Array:
                return Value.Nested(
                    type, [.. Enumerable.Range(0, type.Length).Select(_ => NextOrNull(random, type.Element!))]);
            case PhysicalType.Struct:
                return Value.Nested(type, [.. type.Fields.Select(f => NextOrNull(random, f.Type))]);
        }
        if (type.Kind == TypeKind.Boolean) return Value.Boolean(random.Next(2) == 1);
        (Int128 min, Int128 max) = Range(type);
        if (random.Next(16) == 0 && spread > 20) return Value.Integer(type, random.Next(2) == 0 ? min : max);
        Int128 value = random.Next(-spread, spread);
        if (type.Physical.IsUnsigned()) value = Int128.Abs(value);
        return Value.Integer(type, Int128.Clamp(value, min, max));
    }

    private static Value NextOrNull(Random random, LogicalType type) =>
        random.Next(8) == 0 ? Value.Null(type) : Next(random, type, 10);

    /// <summary>Smallest and largest integer of a type.</summary>
    public static (Int128 Min, Int128 Max) Range(LogicalType type)
    {
        if (type.Kind == TypeKind.Decimal)
        {
            Int128 limit = 1;
            for (int i = 0; i < type.Precision; i++) limit *= 10;
            return (1 - limit, limit - 1);
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
}
