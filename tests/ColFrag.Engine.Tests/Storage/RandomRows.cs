using System.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Storage;

/// <summary>
/// Columns of every type filled with values that repeat, drift, or are random, with and without NULLs.
/// </summary>
internal static class RandomRows
{
    public static LogicalType[] AllTypes { get; } =
    [
        LogicalType.Boolean, LogicalType.TinyInt, LogicalType.SmallInt, LogicalType.Integer, LogicalType.BigInt,
        LogicalType.HugeInt, LogicalType.UTinyInt, LogicalType.USmallInt, LogicalType.UInteger, LogicalType.UBigInt,
        LogicalType.Decimal(9, 2), LogicalType.Decimal(38, 10), LogicalType.Real, LogicalType.Double, LogicalType.Date,
        LogicalType.Time, LogicalType.TimestampSeconds, LogicalType.TimestampMilliseconds, LogicalType.Timestamp,
        LogicalType.TimestampNanoseconds, LogicalType.TimestampTz, LogicalType.Interval, LogicalType.Varchar,
        LogicalType.Blob, LogicalType.Uuid, LogicalType.Json, LogicalType.Enum(["low", "middle", "high"]),
        LogicalType.Null, LogicalType.List(LogicalType.Integer), LogicalType.List(LogicalType.Varchar),
        LogicalType.List(LogicalType.List(LogicalType.BigInt)),
            LogicalType.Map(LogicalType.Varchar, LogicalType.Double),
        LogicalType.Struct([new Field("a", LogicalType.Integer), new Field("b", LogicalType.Varchar)]),
        LogicalType.Array(LogicalType.Real, 3),
        LogicalType.Struct(
            [new Field("x", LogicalType.List(LogicalType.Varchar)), new Field("y", LogicalType.Interval)]),
    ];

    /// <summary>Values of a type in one of several manners; every tenth NULL in odd manners.</summary>
    public static Value[] Make(LogicalType type, int count, int manner, int seed)
    {
        Random random = new(seed);
        Value[] values = new Value[count];
        for (int i = 0; i < count; i++)
        {
            bool isNull = type.Kind == TypeKind.Null || (manner % 2 == 1 && random.Next(10) == 0) ||
                (manner == 3 && i / 200 % 2 == 0);
            values[i] = isNull ? Value.Null(type) : Make(type, i, manner, random);
        }
        return values;
    }

    /// <summary>A batch of some rows of the columns.</summary>
    public static Batch ToBatch(
        IReadOnlyList<LogicalType> types, IReadOnlyList<Value[]> columns, int first, int count, Arena arena)
    {
        Batch batch = new([.. types.Select(t => new ColumnVector(t))]) { Count = count };
        for (int c = 0; c < types.Count; c++) VectorBuilder.Build(
            batch.Columns[c], columns[c].AsSpan(first, count), arena);
        return batch;
    }

    private static Value Make(LogicalType type, int row, int manner, Random random)
    {
        switch (type.Kind)
        {
            case TypeKind.Boolean: return Value.Boolean(manner < 2 ? row / 30 % 2 == 0 : random.Next(2) == 0);
            case TypeKind.Real or TypeKind.Double:
                return Value.Float(type, manner switch
                {
                    0 => row / 4.0, 1 => random.Next(1000) / 100.0, 2 => random.NextDouble() * 1e300, _ =>
                        row % 50 == 0 ? double.NaN : -0.0,
                });
            case TypeKind.Interval:
                return Value.OfInterval(
                    new Interval(random.Next(-3, 40), random.Next(60), random.NextInt64(1L << (10 * manner + 1))));
            case TypeKind.Varchar or TypeKind.Blob or TypeKind.Json:
                return Value.Bytes(type, Encoding.UTF8.GetBytes(manner switch
                {
                    0 => $"city {row / 100}", 1 => $"name {random.Next(20)}", 2 => $"{random.NextInt64()} unique {row}",
                    _ => new string('é', random.Next(4)),
                }));
            case TypeKind.List or TypeKind.Map:
                int length = manner == 0 ? 2 : random.Next(5);
                return Value.Nested(type,
                    [.. Enumerable.Range(0, length).Select(i => Element(type.Element!, row + i, manner, random))]);
            case TypeKind.Array:
                return Value.Nested(type,
                    [.. Enumerable.Range(0, type.Length).Select(i => Element(type.Element!, row + i, manner, random))]);
            case TypeKind.Struct when type.Fields[0].Name == "key":
                // Keys of maps are never NULL.
                return Value.Nested(type, [Make(type.Fields[0].Type, row, manner, random),
                    Element(type.Fields[1].Type, row, manner, random)]);
            case TypeKind.Struct:
                return Value.Nested(type, [.. type.Fields.Select(f => Element(f.Type, row, manner, random))]);
            case TypeKind.Enum:
                return Value.Integer(type, random.Next(type.Labels.Length));
        }
        (Int128 min, Int128 max) = Engine.Storage.IntegerBounds.Of(type);
        if (type.Kind == TypeKind.Decimal && type.Precision <= 18) (min, max) = (-999_999_999, 999_999_999);
        Int128 value = manner switch
        {
            0 => Int128.Min(max, row / 3),
            1 => Int128.Max(min, -5) + random.Next(10),
            2 => random.Next(3) switch { 0 => min, 1 => max, _ => (min / 2) + (max / 2) },
            _ => (Int128)random.NextInt64() % (Int128.Min(max, long.MaxValue) + 1),
        };
        return Value.Integer(type, value);
    }

    private static Value Element(LogicalType type, int row, int manner, Random random) =>
        manner == 1 && random.Next(7) == 0 && !(type.Kind == TypeKind.Struct && type.Fields[0].Name == "key")
            ? Value.Null(type) : Make(type, row, manner, random);
}
