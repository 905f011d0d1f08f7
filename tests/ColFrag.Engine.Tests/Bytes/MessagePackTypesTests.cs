using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Bytes;

public sealed class MessagePackTypesTests
{
    public static TheoryData<Value> Values =>
    [
        Value.Null(LogicalType.Null),
        Value.Null(LogicalType.Varchar),
        Value.Boolean(true),
        Value.Integer(LogicalType.TinyInt, -128),
        Value.Integer(LogicalType.UBigInt, ulong.MaxValue),
        Value.Integer(LogicalType.Uuid, Int128.MinValue),
        Value.Integer(LogicalType.Decimal(38, 10), -12345),
        Value.Integer(LogicalType.Enum(["a", "b"]), 1),
        Value.Float(LogicalType.Real, 1.5),
        Value.Float(LogicalType.Double, double.NegativeInfinity),
        Value.OfInterval(new Interval(1, -2, 3)),
        Value.Text("Zürich"),
        Value.Bytes(LogicalType.Blob, [0xFF, 0]),
        Value.Nested(LogicalType.List(LogicalType.BigInt), [Value.BigInt(1), Value.Null(LogicalType.BigInt)]),
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_reads_back_with_its_type(Value value)
    {
        using ByteWriter bytes = new();
        MessagePackWriter target = new(bytes);
        target.WriteValue(value);
        target.WriteType(value.Type);
        MessagePackReader source = new(bytes.WrittenMemory, "test");
        Assert.Equal(value, source.ReadValue());
        Assert.Equal(value.Type, source.ReadType());
        source.Finish();
    }

    [Fact]
    public void A_schema_reads_back()
    {
        Schema schema = new(
            new Field("id", LogicalType.BigInt, IsNullable: false),
            new Field("tags", LogicalType.List(LogicalType.Varchar)));
        using ByteWriter bytes = new();
        new MessagePackWriter(bytes).WriteSchema(schema);
        MessagePackReader source = new(bytes.WrittenMemory, "test");
        Assert.Equal(schema, source.ReadSchema());
        source.Finish();
    }

    [Fact]
    public void A_value_that_its_type_cannot_hold_is_damage()
    {
        foreach (Value wrong in (Value[])[
            Value.Integer(LogicalType.TinyInt, 128), Value.Integer(LogicalType.Boolean, 2),
            Value.Integer(LogicalType.Enum(["a"]), 1), Value.Integer(LogicalType.UInteger, -1),
            Value.Integer(LogicalType.Date, 1L << 31), Value.Bytes(LogicalType.Varchar, [0xC3, 0x28])])
        {
            using ByteWriter bytes = new();
            new MessagePackWriter(bytes).WriteValue(wrong);
            Assert.Throws<CorruptDataException>(() => new MessagePackReader(bytes.WrittenMemory, "test").ReadValue());
        }
    }

    [Fact]
    public void Bytes_after_a_value_or_inside_its_binary_are_damage()
    {
        using ByteWriter bytes = new();
        new MessagePackWriter(bytes).WriteBinary([(byte)TypeKind.Null, 0, 9]);
        CorruptDataException error = Assert.Throws<CorruptDataException>(
            () => new MessagePackReader(bytes.WrittenMemory, "frame", baseOffset: 100).ReadValue());
        Assert.Equal(104, error.Offset);
    }
}
