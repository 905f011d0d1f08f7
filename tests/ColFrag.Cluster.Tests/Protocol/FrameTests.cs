using System.Buffers.Binary;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;

namespace ColFrag.Cluster.Tests.Protocol;

public sealed class FrameTests
{
    [Fact]
    public void A_frame_reads_back()
    {
        using ByteWriter bytes = FrameWriter.Begin(FrameKind.Data, 0x1122334455667788, type: 0x0102);
        bytes.WriteBytes([9, 8, 7]);
        FrameWriter.Seal(bytes);
        using Frame frame = Frame.Read(bytes.WrittenSpan, 3, "test");
        Assert.Equal(FrameKind.Data, frame.Kind);
        Assert.Equal(0x0102, frame.Type);
        Assert.Equal(0x1122334455667788UL, frame.Correlation);
        Assert.Equal([9, 8, 7], frame.Body.ToArray());
        Assert.Equal(FrameHeader.Size + 3, bytes.Length);
        Assert.StartsWith("03000000020105008877665544332211", Convert.ToHexStringLower(bytes.WrittenSpan));
    }

    [Fact]
    public void A_length_beyond_the_limit_is_rejected_by_its_header_alone()
    {
        byte[] header = new byte[FrameHeader.Size];
        BinaryPrimitives.WriteUInt32LittleEndian(header, uint.MaxValue);
        header[6] = (byte)FrameKind.Data;
        CorruptDataException error = Assert.Throws<CorruptDataException>(
            () => FrameHeader.Read(header, RpcLimits.MaxBodyBytes, "peer"));
        Assert.Contains("4294967295 bytes, at most 67108864", error.Message, StringComparison.Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(header, 101);
        Assert.Throws<CorruptDataException>(() => FrameHeader.Read(header, 100, "peer"));
        BinaryPrimitives.WriteUInt32LittleEndian(header, 100);
        Assert.Equal(100, FrameHeader.Read(header, 100, "peer").BodyLength);
    }

    [Fact]
    public void Flags_that_no_one_defined_are_rejected()
    {
        byte[] header = new byte[FrameHeader.Size];
        foreach (ushort flags in (ushort[])[0, 14, 0x0100 | (ushort)FrameKind.Data, 0xFFFF])
        {
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), flags);
            Assert.Throws<CorruptDataException>(() => FrameHeader.Read(header, 100, "peer"));
        }
    }

    [Fact]
    public void Every_flipped_bit_is_seen()
    {
        using ByteWriter bytes = FrameWriter.Of(FrameKind.Item, 5, TestNodes.Say("the quick brown fox"));
        byte[] frame = bytes.ToArray();
        Frame.Read(frame, 1000, "peer").Dispose();
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<CorruptDataException>(() => Frame.Read(frame, 1000, "peer"));
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_frame_cut_anywhere_is_rejected()
    {
        using ByteWriter bytes = FrameWriter.Of(FrameKind.Item, 5, TestNodes.Say("text"));
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] part = bytes.WrittenSpan[..length].ToArray();
            Assert.Throws<CorruptDataException>(() => Frame.Read(part, 1000, "peer"));
        }
    }

    [Fact]
    [Trait("Budget", "fuzz")]
    public void Mutated_frames_are_read_or_rejected_and_nothing_else()
    {
        using ByteWriter bytes = FrameWriter.Of(FrameKind.Request, 5, TestNodes.Say("text"));
        DateTime end = DateTime.UtcNow + TestBudget.Share("fuzz", 10);
        for (int seed = 0; seed < 200_000 && (seed < 2000 || DateTime.UtcNow < end); seed++)
        {
            Random random = new(seed);
            byte[] damaged = bytes.ToArray();
            for (int i = random.Next(1, 5); i > 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            // The checksum is made right again, so that what lies behind it is tried too.
            if (random.Next(2) == 0)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(
                    damaged.AsSpan(FrameHeader.ChecksumOffset),
                    FrameHeader.ChecksumOf(damaged, damaged.AsSpan(FrameHeader.Size)));
            }
            try
            {
                using Frame frame = Frame.Read(damaged, 1000, "peer");
                MessagePackReader source = new(frame.Body, "peer");
                if (frame.Kind == FrameKind.Request) RequestEnvelope.Read(source);
                MessageRegistry.Read(frame.Type, source);
            }
            catch (Exception error) when (error is CorruptDataException or ClusterException)
            {
                // Rejected; a number that no message has is the business of versions, not of damage.
            }
        }
    }

    [Fact]
    public void A_body_longer_than_any_peer_accepts_is_not_sent()
    {
        ByteWriter frame = FrameWriter.Begin(FrameKind.Data, 1);
        frame.Append(RpcLimits.MaxBodyBytes + 1);
        QueryException error = Assert.Throws<QueryException>(() => FrameWriter.Seal(frame));
        Assert.Equal(SqlStates.ProgramLimitExceeded, error.SqlState);
    }
}
