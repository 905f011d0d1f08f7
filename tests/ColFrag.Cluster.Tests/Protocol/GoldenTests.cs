using System.Text;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol;
using ColFrag.Protocol.Batches;
using ColFrag.Protocol.Messages;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>
/// The bytes on the wire are those in tests/golden. A file is a list of names with bytes in hexadecimal; with
/// COLFRAG_GOLDEN=write a run writes it anew, which is a change of the protocol and needs a reason in the commit.
/// </summary>
public sealed class GoldenTests
{
    [Fact]
    public void Frames_have_the_golden_bytes()
    {
        List<(string, byte[])> frames = [];
        foreach (FrameKind kind in Enum.GetValues<FrameKind>())
        {
            using ByteWriter bytes = kind switch
            {
                FrameKind.Hello => FrameWriter.Of(kind, 0, Samples.Of(typeof(Hello), true)),
                FrameKind.Welcome => FrameWriter.Of(kind, 0, Samples.Of(typeof(Welcome), true)),
                FrameKind.Request => Request(),
                FrameKind.Item => FrameWriter.Of(kind, 7, Samples.Of(typeof(ResultHeader), true)),
                FrameKind.Data => Data(),
                FrameKind.Reply => FrameWriter.Of(kind, 7, Done.Instance),
                FrameKind.Failure => FrameWriter.Of(kind, 7, Samples.Of(typeof(Failure), true)),
                FrameKind.Credit => Credit(),
                FrameKind.Ping or FrameKind.Pong or FrameKind.Goodbye => FrameWriter.Empty(kind),
                _ => FrameWriter.Empty(kind, 7),
            };
            frames.Add((kind.ToString(), bytes.ToArray()));
        }
        Compare("frames.txt", "Whole frames, one of each kind.", frames);
    }

    [Fact]
    public void Messages_have_the_golden_bytes()
    {
        List<(string, byte[])> messages = [];
        foreach ((ushort number, Type type) in MessageRegistry.All)
        {
            using ByteWriter bytes = new();
            Samples.Of(type, isFull: true).Write(new MessagePackWriter(bytes));
            messages.Add(($"{number} {type.Name}", bytes.ToArray()));
        }
        Compare("messages.txt", "Messages by number, with contents in all fields.", messages);
    }

    [Fact]
    public unsafe void Batches_have_the_golden_bytes()
    {
        using Arena arena = new(MemoryAccount.Untracked);
        List<(string, byte[])> batches = [];
        foreach ((string name, LogicalType type, Value[] values) in Columns())
        {
            ColumnVector vector = new(type);
            VectorBuilder.Build(vector, values, arena);
            Add($"flat {name}", new Batch([vector]) { Count = values.Length });
            ColumnVector constant = new(type);
            VectorBuilder.BuildConstant(constant, values[0], 5, arena);
            Add($"constant {name}", new Batch([constant]) { Count = 5 });
        }
        ColumnVector narrow = new(LogicalType.BigInt);
        narrow.ResetNarrow(PhysicalType.UInt16, -1000);
        narrow.Count = 3;
        for (int i = 0; i < 3; i++) narrow.As<ushort>()[i] = (ushort)(i * 300);
        Add("narrow BIGINT", new Batch([narrow]) { Count = 3 });
        ColumnVector entries = new(LogicalType.Varchar);
        VectorBuilder.Build(entries, [Value.Text("a"), Value.Text("bc")], arena);
        using VectorDictionary dictionary = new(entries, isSorted: true);
        ColumnVector codes = new(LogicalType.Varchar);
        codes.ResetDictionary(PhysicalType.UInt8, dictionary);
        codes.Count = 3;
        for (int i = 0; i < 3; i++) codes.Data[i] = (byte)(i % 2);
        codes.SetNull(2);
        Add("dictionary VARCHAR, twice", new Batch([codes]) { Count = 3 }, times: 2);
        Batch masked = new(new Schema(new Field("n", LogicalType.Integer))) { Count = 4 };
        VectorBuilder.Build(
            masked.Columns[0], [.. Enumerable.Range(1, 4).Select(i => Value.Integer(LogicalType.Integer, i))], arena);
        masked.BeginMask()[1] = false;
        Add("masked INTEGER", masked);
        Compare("batches.txt", "Bodies of data frames with batches, from an empty stream each.", batches);

        void Add(string name, Batch batch, int times = 1)
        {
            using (batch)
            using (BatchWriter writer = new(origin: 0))
            using (ByteWriter bytes = new())
            {
                for (int i = 0; i < times; i++) writer.Write(batch, bytes);
                batches.Add((name, bytes.ToArray()));
            }
        }
    }

    private static IEnumerable<(string Name, LogicalType Type, Value[] Values)> Columns()
    {
        yield return (
            "BIGINT", LogicalType.BigInt, [Value.BigInt(-1), Value.Null(LogicalType.BigInt), Value.BigInt(2)]);
        yield return ("BOOLEAN", LogicalType.Boolean, [Value.Boolean(true), Value.Boolean(false)]);
        yield return ("DOUBLE", LogicalType.Double, [Value.Float(LogicalType.Double, 1.5)]);
        yield return ("DECIMAL(38,2)", LogicalType.Decimal(38, 2), [Value.Integer(LogicalType.Decimal(38, 2), -12345)]);
        yield return ("INTERVAL", LogicalType.Interval, [Value.OfInterval(new Interval(1, 2, 3))]);
        yield return (
            "VARCHAR", LogicalType.Varchar, [Value.Text("Zürich"), Value.Null(LogicalType.Varchar), Value.Text("")]);
        yield return ("NULL", LogicalType.Null, [Value.Null(LogicalType.Null)]);
        LogicalType list = LogicalType.List(LogicalType.SmallInt);
        yield return ("SMALLINT[]", list,
        [
            Value.Nested(list, [Value.Integer(LogicalType.SmallInt, 7), Value.Null(LogicalType.SmallInt)]),
            Value.Null(list), Value.Nested(list, []),
        ]);
        LogicalType array = LogicalType.Array(LogicalType.TinyInt, 2);
        yield return ("TINYINT[2]", array,
            [Value.Nested(array, [Value.Integer(LogicalType.TinyInt, 1), Value.Integer(LogicalType.TinyInt, 2)])]);
        LogicalType pair =
            LogicalType.Struct([new Field("a", LogicalType.Integer), new Field("b", LogicalType.Varchar)]);
        yield return ("STRUCT", pair,
            [Value.Nested(pair, [Value.Integer(LogicalType.Integer, 9), Value.Text("x")]), Value.Null(pair)]);
    }

    private static ByteWriter Request()
    {
        ByteWriter frame = FrameWriter.Begin(FrameKind.Request, 7, MessageRegistry.NumberOf(Done.Instance));
        MessagePackWriter target = new(frame);
        new RequestEnvelope(30_000, 8 << 20, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").Write(target);
        Done.Instance.Write(target);
        return FrameWriter.Seal(frame);
    }

    private static ByteWriter Data()
    {
        ByteWriter frame = FrameWriter.Begin(FrameKind.Data, 7, (ushort)DataType.Copy);
        frame.WriteBytes("1\tone\n"u8);
        return FrameWriter.Seal(frame);
    }

    private static ByteWriter Credit()
    {
        ByteWriter frame = FrameWriter.Begin(FrameKind.Credit, 7);
        frame.WriteUInt32(2 << 20);
        return FrameWriter.Seal(frame);
    }

    private static void Compare(string file, string title, List<(string Name, byte[] Bytes)> actual)
    {
        string path = Repository.PathOf("tests", "golden", file);
        StringBuilder text = new($"# {title}\n");
        foreach ((string name, byte[] bytes) in actual)
        {
            text.Append(name).Append('\n');
            foreach (string line in Convert.ToHexStringLower(bytes).Chunk(96).Select(chunk => new string(chunk)))
                text.Append("  ").Append(line).Append('\n');
        }
        if (Environment.GetEnvironmentVariable("COLFRAG_GOLDEN") == "write") File.WriteAllText(path, text.ToString());
        Assert.Equal(File.ReadAllText(path), text.ToString());
    }
}
