using ColFrag.Cluster.Tests.Protocol;
using ColFrag.Protocol;
using MessagePack;
using ByteWriter = ColFrag.Engine.Bytes.ByteWriter;
using Reader = ColFrag.Engine.Bytes.MessagePackReader;
using Wire = ColFrag.Protocol.Messages.Cluster;
using Writer = ColFrag.Engine.Bytes.MessagePackWriter;

namespace ColFrag.Packages.Tests.Messages;

/// <summary>Control messages between ColFrag and the package MessagePack, both ways.</summary>
public sealed class MessagePackTests
{
    [Fact]
    public void A_type_of_the_package_reads_and_writes_a_heartbeat()
    {
        Wire.Heartbeat ours = new(Worker: 7, Incarnation: -1, FreeBytes: 1L << 40, StoredBytes: 300, RunningTasks: 2);
        Heartbeat theirs = MessagePackSerializer.Deserialize<Heartbeat>(BytesOf(ours));
        Assert.Equal(new Heartbeat(7, -1, 1L << 40, 300, 2), theirs);
        byte[] written = MessagePackSerializer.Serialize(theirs);
        Assert.Equal(BytesOf(ours), written);
        Assert.Equal(ours, Wire.Heartbeat.Read(new Reader(written, "package")));
    }

    [Fact]
    public void A_type_of_the_package_reads_and_writes_texts_and_identifiers()
    {
        Guid disk = new("00112233-4455-6677-8899-aabbccddeeff");
        Wire.RegisterWorker ours = new(3, disk, "10.0.0.7:7490", "zone ä", 1L << 42, "ColFrag 0.1");
        RegisterWorker theirs = MessagePackSerializer.Deserialize<RegisterWorker>(BytesOf(ours));
        Assert.Equal(new RegisterWorker(3, disk, "10.0.0.7:7490", "zone ä", 1L << 42, "ColFrag 0.1"), theirs);
        Assert.Equal(BytesOf(ours), MessagePackSerializer.Serialize(theirs));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_message_survives_the_way_through_the_package(bool isFull)
    {
        Assert.NotEmpty(MessageRegistry.All);
        foreach ((ushort number, Type type) in MessageRegistry.All)
        {
            byte[] bytes = BytesOf(Samples.Of(type, isFull));
            object? value = MessagePackSerializer.Deserialize<object?>(bytes);
            byte[] rewritten = MessagePackSerializer.Serialize(value);
            IMessage read = MessageRegistry.Read(number, new Reader(rewritten, "package"));
            Assert.Equal(bytes, BytesOf(read));
        }
    }

    private static byte[] BytesOf(IMessage message)
    {
        using ByteWriter bytes = new();
        message.Write(new Writer(bytes));
        return bytes.ToArray();
    }
}
