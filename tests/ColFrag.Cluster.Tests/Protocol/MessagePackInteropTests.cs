using ColFrag.Engine.Bytes;
using ColFrag.Protocol;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>Another implementation reads what we write, and we read what it writes.</summary>
public sealed class MessagePackInteropTests
{
    [JudgedFact(Judge.MessagePack)]
    public void Every_kind_of_value_means_the_same_to_another_implementation()
    {
        (Action<MessagePackWriter> Write, string Meaning)[] samples =
        [
            (t => t.WriteNil(), "nil"),
            (t => t.Write(true), "true"),
            (t => t.Write(false), "false"),
            .. ((long[])[0, 1, 127, 128, 255, 256, 65_535, 65_536, uint.MaxValue, 1L + uint.MaxValue, long.MaxValue,
                -1, -32, -33, -128, -129, -32_768, -32_769, int.MinValue, -1L + int.MinValue, long.MinValue])
                .Select(number => ((Action<MessagePackWriter>)(t => t.Write(number)), $"{number}")),
            (t => t.Write(ulong.MaxValue), $"{ulong.MaxValue}"),
            (t => t.Write(-0.1), "float -0.1"),
            (t => t.Write(1.5f), "float 1.5"),
            (t => t.Write(""), "\"\""),
            (t => t.Write("Zürich 🏔"), "\"Zürich 🏔\""),
            .. ((int[])[31, 32, 255, 256, 65_535, 65_536])
                .Select(length => ((Action<MessagePackWriter>)(t => t.Write(new string('x', length))),
                    $"\"{new string('x', length)}\"")),
            (t => t.WriteBinary([1, 2, 255]), "bytes 0102ff"),
            (t => t.WriteBinary(new byte[300]), $"bytes {new string('0', 600)}"),
            (t => t.WriteList([1, 2, 3]), "[1, 2, 3]"),
            (t => t.WriteList(Enumerable.Repeat(7L, 20).ToArray()), $"[{string.Join(", ", Enumerable.Repeat(7, 20))}]"),
            (t =>
            {
                t.WriteMapHeader(2);
                t.Write("a");
                t.Write(1);
                t.Write("b");
                t.WriteArrayHeader(0);
            }, "{\"a\": 1, \"b\": []}"),
            (t => t.Write(new DateTime(2026, 11, 21, 8, 30, 0, DateTimeKind.Utc)), "time 2026-11-21T08:30:00.000Z"),
            (t => t.Write(new DateTime(2026, 11, 21, 8, 30, 0, 5, DateTimeKind.Utc)), "time 2026-11-21T08:30:00.005Z"),
            (t => t.Write(new DateTime(1900, 1, 1, 0, 0, 0, 500, DateTimeKind.Utc)), "time 1900-01-01T00:00:00.500Z"),
            (t => t.WriteExtension(5, [1, 2, 3]), "extension 5 010203"),
            (t => t.Write(12.50m), "\"12.50\""),
            (t => t.Write(Guid.Empty), $"\"{Guid.Empty}\""),
        ];
        string[] answers = Ask([.. samples.Select(sample => Bytes(sample.Write))]);
        Assert.Equal(samples.Length, answers.Length);
        for (int i = 0; i < samples.Length; i++) Assert.Equal(samples[i].Meaning, answers[i].Split('\t')[0]);
    }

    [JudgedFact(Judge.MessagePack)]
    public void Every_message_survives_the_way_through_another_implementation()
    {
        (ushort Number, byte[] Bytes)[] messages = [.. MessageRegistry.All.Select(
            static entry => (entry.Number, Bytes(Samples.Of(entry.Type, isFull: true).Write)))];
        string[] answers = Ask([.. messages.Select(static message => message.Bytes)]);
        for (int i = 0; i < messages.Length; i++)
        {
            byte[] rewritten = Convert.FromHexString(answers[i].Split('\t')[1]);
            IMessage read = MessageRegistry.Read(messages[i].Number, new MessagePackReader(rewritten, "judge"));
            Assert.Equal(messages[i].Bytes, Bytes(read.Write));
        }
    }

    private static string[] Ask(byte[][] values)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(path, values.Select(static bytes => Convert.ToHexStringLower(bytes)));
            return Judge.RunNode("msgpack.mjs", path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Bytes(Action<MessagePackWriter> write)
    {
        using ByteWriter bytes = new();
        write(new MessagePackWriter(bytes));
        return bytes.ToArray();
    }
}
