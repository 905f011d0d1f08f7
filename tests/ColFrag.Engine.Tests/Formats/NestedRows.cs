using System.Globalization;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats;

/// <summary>Rows of nested and rare types with NULLs at every level, made without SQL, and their text.</summary>
static class NestedRows
{
    private static readonly LogicalType s_struct = LogicalType.Struct(
    [
        new Field("x", LogicalType.BigInt), new Field("y", LogicalType.Varchar),
        new Field("z", LogicalType.List(LogicalType.Integer)),
    ]);

    /// <summary>The columns.</summary>
    public static Schema Schema { get; } = new(
        new Field("l", LogicalType.List(LogicalType.Integer)),
        new Field("ll", LogicalType.List(LogicalType.List(LogicalType.Varchar))),
        new Field("st", s_struct),
        new Field("m", LogicalType.Map(LogicalType.Varchar, LogicalType.Integer)),
        new Field("u", LogicalType.Uuid),
        new Field("tm", LogicalType.Time),
        new Field("ns", LogicalType.TimestampNanoseconds),
        new Field("bl", LogicalType.Blob));

    /// <summary>Writes so many rows in batches.</summary>
    public static async Task WriteAsync(FileFormat format, string path, int count)
    {
        await using TableFileWriter writer = TableFileWriter.Create(format, path, null, Schema, new SourceOptions());
        for (int first = 0; first < count; first += 1000)
        {
            using Arena text = new(MemoryAccount.Untracked);
            using Batch batch = new(Schema);
            Fill(batch, first, Math.Min(1000, count - first), text);
            await writer.WriteAsync(batch);
        }
        await writer.FinishAsync();
    }

    /// <summary>Fills a batch with the rows from one on.</summary>
    public static void Fill(Batch batch, int first, int count, Arena text)
    {
        for (int c = 0; c < Schema.Count; c++)
        {
            VectorBuilder.Build(batch.Columns[c], [.. Enumerable.Range(first, count).Select(i => ValueAt(c, i))], text);
            foreach (NativeBuffer block in text.Blocks) batch.Columns[c].KeepAlive(block);
        }
        batch.Count = count;
    }

    /// <summary>All rows as text, values joined by '|', NULL as ∅.</summary>
    public static IEnumerable<string> Texts(int count) => Enumerable.Range(0, count).Select(i => string.Join(
        '|', Enumerable.Range(0, Schema.Count).Select(c => ValueAt(c, i) is { IsNull: false } v ? v.ToString() : "∅")));

    private static Value ValueAt(int column, int i)
    {
        LogicalType type = Schema[column].Type;
        string number = i.ToString(CultureInfo.InvariantCulture);
        switch (column)
        {
            case 0:
                return i % 9 == 4 ? Value.Null(type)
                    : Value.Nested(type, [.. Enumerable.Range(0, i % 6).Select(x => IntegerOr(x == 2, x + i))]);
            case 1:
                if (i % 10 == 5) return Value.Null(type);
                LogicalType texts = type.Element!;
                return Value.Nested(
                    type,
                    [
                        Value.Nested(texts, [Value.Text("a" + number), Value.Null(LogicalType.Varchar)]),
                        Value.Nested(texts, []), Value.Null(texts),
                    ]);
            case 2:
                if (i % 8 == 2) return Value.Null(type);
                Value list = Value.Nested(type.Fields[2].Type, [IntegerOr(false, i), IntegerOr(true, 0)]);
                return Value.Nested(
                    type, [Value.BigInt(i), i % 3 == 1 ? Value.Null(LogicalType.Varchar) : Value.Text("y" + (i % 5)),
                        list]);
            case 3:
                if (i % 6 == 3) return Value.Null(type);
                return Value.Nested(
                    type,
                    [
                        Value.Nested(type.Element!, [Value.Text("k" + number), IntegerOr(false, i)]),
                        Value.Nested(type.Element!, [Value.Text("m"), IntegerOr(true, 0)]),
                    ]);
            case 4:
                return Value.Integer(type, ((Int128)i << 70) - i);
            case 5:
                return i % 5 == 0 ? Value.Null(type) : Value.Integer(type, (long)i * 1_000_001);
            case 6:
                return Value.Integer(type, (long)i * 86_400_000_000_123);
            default:
                return i % 4 == 3 ? Value.Null(type) : Value.Bytes(type, [0xAA, 0, (byte)i]);
        }
    }

    private static Value IntegerOr(bool isNull, int value) =>
        isNull ? Value.Null(LogicalType.Integer) : Value.Integer(LogicalType.Integer, value);
}
