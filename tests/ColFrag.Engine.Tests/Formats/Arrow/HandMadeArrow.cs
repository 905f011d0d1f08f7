using ColFrag.Engine.Bytes;
using ColFrag.Engine.Formats.Arrow;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>A stream in layouts that we read and do not write: views, run ends, list views, big-endian.</summary>
static class HandMadeArrow
{
    private const int RowCount = 3;

    [ThreadStatic]
    private static bool s_isBigEndian;

    /// <summary>Three rows of (v utf8_view, r run_end_encoded of int32, lv list_view of int32).</summary>
    public static byte[] Stream(bool isBigEndian = false)
    {
        s_isBigEndian = isBigEndian;
        ArrowField integer = new("item", ArrowKind.Int) { Width = 32, Type = LogicalType.Integer };
        ArrowField[] fields =
        [
            new("v", ArrowKind.Utf8View) { Type = LogicalType.Varchar },
            new("r", ArrowKind.RunEndEncoded)
            {
                Type = LogicalType.Integer,
                Children = [integer with { Name = "run_ends", IsNullable = false }, integer with { Name = "values" }],
            },
            new("lv", ArrowKind.ListView) { Type = LogicalType.List(LogicalType.Integer), Children = [integer] },
        ];
        using ByteWriter target = new();
        FlatBuilder schema = new();
        int vector = ArrowSchema.WriteFields(schema, fields);
        schema.Begin(4);
        schema.Int16(0, isBigEndian ? (short)1 : (short)0);
        schema.Offset(1, vector);
        WriteMessage(target, schema, 1, schema.End(), []);

        using ByteWriter nodes = new(), buffers = new(), body = new();
        AddNode(nodes, RowCount, 1);
        AddBuffer(buffers, body, [0b101]);
        AddBuffer(buffers, body, Views());
        AddBuffer(buffers, body, "--a text of more than twelve bytes"u8);
        AddNode(nodes, RowCount, 0);
        AddIntegers(nodes, buffers, body, 2, 3);
        AddIntegers(nodes, buffers, body, 7, 8);
        AddNode(nodes, RowCount, 0);
        AddBuffer(buffers, body, []);
        AddBuffer(buffers, body, Bytes(2, 0, 0));
        AddBuffer(buffers, body, Bytes(2, 3, 0));
        AddIntegers(nodes, buffers, body, 1, 2, 3, 4);

        FlatBuilder batch = new();
        int nodePlace = batch.Structs(nodes.WrittenSpan, nodes.Length / 16);
        int bufferPlace = batch.Structs(buffers.WrittenSpan, buffers.Length / 16);
        int variadic = batch.Structs(BitConverter.GetBytes(1L), 1);
        batch.Begin(5);
        batch.Int64(0, RowCount);
        batch.Offset(1, nodePlace);
        batch.Offset(2, bufferPlace);
        batch.Offset(4, variadic);
        WriteMessage(target, batch, 3, batch.End(), body.ToArray());
        return target.ToArray();
    }

    private static byte[] Views()
    {
        using ByteWriter views = new();
        views.WriteBytes(Bytes(5));
        views.WriteBytes("short\0\0\0\0\0\0\0"u8);
        views.WriteBytes(new byte[16]);
        views.WriteBytes(Bytes(32));
        views.WriteBytes("a te"u8);
        views.WriteBytes(Bytes(0, 2));
        return views.ToArray();
    }

    private static void AddIntegers(ByteWriter nodes, ByteWriter buffers, ByteWriter body, params int[] values)
    {
        AddNode(nodes, values.Length, 0);
        AddBuffer(buffers, body, []);
        AddBuffer(buffers, body, Bytes(values));
    }

    private static byte[] Bytes(params int[] values) => [.. values.SelectMany(
        v => BitConverter.GetBytes(s_isBigEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(v) : v))];

    private static void AddNode(ByteWriter nodes, long length, long nulls)
    {
        nodes.WriteInt64(length);
        nodes.WriteInt64(nulls);
    }

    private static void AddBuffer(ByteWriter buffers, ByteWriter body, ReadOnlySpan<byte> bytes)
    {
        buffers.WriteInt64(body.Length);
        buffers.WriteInt64(bytes.Length);
        body.WriteBytes(bytes);
        body.AlignTo(8);
    }

    private static void WriteMessage(ByteWriter target, FlatBuilder metadata, byte kind, int header, byte[] body)
    {
        metadata.Begin(5);
        metadata.Int64(3, body.Length);
        metadata.Offset(2, header);
        metadata.Int16(0, 4);
        metadata.Byte(1, kind);
        ReadOnlySpan<byte> bytes = metadata.Finish(metadata.End());
        target.WriteInt32(-1);
        target.WriteInt32(bytes.Length);
        target.WriteBytes(bytes);
        target.WriteBytes(body);
    }
}
