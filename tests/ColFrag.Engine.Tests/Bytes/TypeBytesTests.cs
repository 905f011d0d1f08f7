using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Bytes;

public sealed class TypeBytesTests
{
    private static readonly LogicalType[] Types =
    [
        LogicalType.Null, LogicalType.Boolean, LogicalType.TinyInt, LogicalType.SmallInt, LogicalType.Integer,
        LogicalType.BigInt, LogicalType.HugeInt, LogicalType.UTinyInt, LogicalType.USmallInt, LogicalType.UInteger,
        LogicalType.UBigInt, LogicalType.Decimal(38, 10), LogicalType.Real, LogicalType.Double, LogicalType.Date,
        LogicalType.Time, LogicalType.TimestampSeconds, LogicalType.TimestampMilliseconds, LogicalType.Timestamp,
        LogicalType.TimestampNanoseconds, LogicalType.TimestampTz, LogicalType.Interval, LogicalType.Varchar,
        LogicalType.Blob, LogicalType.Uuid, LogicalType.Json, LogicalType.Bit, LogicalType.TimeTz,
        LogicalType.Enum(["red", "grün"]),
        LogicalType.List(LogicalType.List(LogicalType.Integer)), LogicalType.Array(LogicalType.Double, 3),
        LogicalType.Map(LogicalType.Varchar, LogicalType.BigInt),
        LogicalType.Struct([new Field("a", LogicalType.Date), new Field("b c", LogicalType.Decimal(5, 2), false)]),
    ];

    private static readonly Value[] Values =
    [
        Value.Null(LogicalType.Date), Value.Boolean(true), Value.Integer(LogicalType.HugeInt, Int128.MinValue),
        Value.Integer(LogicalType.Decimal(20, 2), 12345), Value.Float(LogicalType.Real, 1.5f),
        Value.Float(LogicalType.Double, double.NaN), Value.Text("Zürich"), Value.Bytes(LogicalType.Blob, [0, 255]),
        Value.OfInterval(new Interval(-1, 2, 3)),
        Value.Nested(LogicalType.List(LogicalType.Varchar), [Value.Text("x"), Value.Null(LogicalType.Varchar)]),
        Value.Nested(LogicalType.Struct([new Field("a", LogicalType.BigInt)]), [Value.BigInt(7)]),
    ];

    [Fact]
    public void Every_type_reads_back_equal()
    {
        Assert.Equal(Enum.GetValues<TypeKind>().Order(), Types.Select(t => t.Kind).Distinct().Order());
        foreach (LogicalType type in Types)
        {
            using ByteWriter writer = new();
            TypeBytes.Write(writer, type);
            ByteReader reader = new(writer.WrittenSpan, "test");
            Assert.Equal(type, TypeBytes.Read(ref reader));
            reader.ExpectEnd();
        }
    }

    [Fact]
    public void Every_value_reads_back_equal()
    {
        foreach (Value value in Values)
        {
            using ByteWriter writer = new();
            ValueBytes.Write(writer, value);
            ByteReader reader = new(writer.WrittenSpan, "test");
            Assert.Equal(value, ValueBytes.Read(ref reader, value.Type));
            reader.ExpectEnd();
        }
    }

    [Fact]
    public void Damaged_bytes_give_corrupt_data_or_another_type()
    {
        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            using ByteWriter writer = new();
            LogicalType type = Types[random.Next(Types.Length)];
            TypeBytes.Write(writer, type);
            byte[] bytes = writer.ToArray();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                ByteReader reader = new(bytes.AsSpan(0, random.Next(bytes.Length + 1)), "test");
                TypeBytes.Read(ref reader);
            }
            catch (CorruptDataException)
            {
                continue;
            }
        }
    }

    [Fact]
    public void Endless_nesting_is_refused()
    {
        byte[] bytes = new byte[1000];
        Array.Fill(bytes, (byte)TypeKind.List);
        Assert.Throws<CorruptDataException>(() =>
        {
            ByteReader reader = new(bytes, "test");
            TypeBytes.Read(ref reader);
        });
    }
}
