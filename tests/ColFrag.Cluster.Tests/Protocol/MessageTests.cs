using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Protocol;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>What every message must keep, over the whole registry.</summary>
public sealed class MessageTests
{
    public static TheoryData<string> Messages => [.. MessageRegistry.All.Select(static entry => entry.Type.Name)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_reads_back(string name)
    {
        foreach (bool isFull in (bool[])[false, true])
        {
            byte[] bytes = Bytes(Samples.Of(TypeOf(name), isFull));
            IMessage read = Read(name, bytes);
            Assert.Equal(name, read.GetType().Name);
            Assert.Equal(bytes, Bytes(read));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void What_a_newer_peer_adds_to_a_message_is_skipped(string name)
    {
        byte[] bytes = Bytes(Samples.Of(TypeOf(name), isFull: true));
        MessagePackReader source = new(bytes, "test");
        int count = source.ReadArrayHeader();
        using ByteWriter newer = new();
        MessagePackWriter target = new(newer);
        target.WriteArrayHeader(count + 2);
        newer.WriteBytes(bytes.AsSpan((int)source.Offset));
        target.Write("a field to come");
        target.WriteList([1L, 2L]);
        Assert.Equal(bytes, Bytes(Read(name, newer.ToArray())));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_damaged_message_is_read_or_rejected_and_nothing_else(string name)
    {
        byte[] bytes = Bytes(Samples.Of(TypeOf(name), isFull: true));
        for (int length = 0; length < bytes.Length; length++) Try(name, bytes[..length]);
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. bytes];
            for (int i = random.Next(1, 4); i > 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Try(name, damaged);
        }
    }

    [Fact]
    public void No_two_messages_share_a_type() => Assert.Equal(
        MessageRegistry.All.Count(), MessageRegistry.All.Select(static entry => entry.Type).Distinct().Count());

    [Fact]
    public void Every_message_has_a_number()
    {
        // Records that only stand inside other messages have none.
        IEnumerable<Type> top = typeof(IMessage).Assembly.GetTypes()
            .Where(static type => type.IsClass && typeof(IMessage).IsAssignableFrom(type))
            .Where(static type => type.Namespace == "ColFrag.Protocol.Messages");
        Assert.Empty(top.Except(MessageRegistry.All.Select(static entry => entry.Type)));
    }

    private static void Try(string name, byte[] bytes)
    {
        try
        {
            Read(name, bytes);
        }
        catch (CorruptDataException)
        {
            // Seen.
        }
    }

    private static Type TypeOf(string name) => MessageRegistry.All.Single(entry => entry.Type.Name == name).Type;

    private static IMessage Read(string name, byte[] bytes) => MessageRegistry.Read(
        MessageRegistry.All.Single(entry => entry.Type.Name == name).Number, new MessagePackReader(bytes, "test"));

    private static byte[] Bytes(IMessage message)
    {
        using ByteWriter bytes = new();
        message.Write(new MessagePackWriter(bytes));
        return bytes.ToArray();
    }
}
