using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Bytes;

public sealed class ByteReaderTests
{
    [Fact]
    public void What_the_writer_wrote_the_reader_reads()
    {
        using ByteWriter target = new(capacity: 0);
        target.WriteByte(200);
        target.WriteBool(true);
        target.WriteInt16(-2);
        target.WriteUInt16(60_000);
        target.WriteInt32(-3);
        target.WriteUInt32(4_000_000_000);
        target.WriteInt64(long.MinValue);
        target.WriteUInt64(ulong.MaxValue);
        target.WriteInt128(Int128.MinValue);
        target.WriteUInt128(UInt128.MaxValue);
        target.WriteSingle(1.5f);
        target.WriteDouble(-0.1);
        target.WriteString("Zürich 🏔");
        target.WriteInt64s([1, 2, 3]);
        target.WriteInt32s([4, 5]);
        target.WriteDoubles([6.5]);

        ByteReader source = new(target.WrittenSpan, "test");
        Assert.Equal(200, source.ReadByte());
        Assert.True(source.ReadBool());
        Assert.Equal(-2, source.ReadInt16());
        Assert.Equal(60_000, source.ReadUInt16());
        Assert.Equal(-3, source.ReadInt32());
        Assert.Equal(4_000_000_000, source.ReadUInt32());
        Assert.Equal(long.MinValue, source.ReadInt64());
        Assert.Equal(ulong.MaxValue, source.ReadUInt64());
        Assert.Equal(Int128.MinValue, source.ReadInt128());
        Assert.Equal(UInt128.MaxValue, source.ReadUInt128());
        Assert.Equal(1.5f, source.ReadSingle());
        Assert.Equal(-0.1, source.ReadDouble());
        Assert.Equal("Zürich 🏔", source.ReadString());
        Assert.Equal([1, 2, 3], source.ReadInt64s(3).ToArray());
        Assert.Equal([4, 5], source.ReadInt32s(2).ToArray());
        Assert.Equal([6.5], source.ReadDoubles(1).ToArray());
        source.ExpectEnd();
    }

    [Theory]
    [InlineData(0UL, 1)]
    [InlineData(127UL, 1)]
    [InlineData(128UL, 2)]
    [InlineData(16_383UL, 2)]
    [InlineData(16_384UL, 3)]
    [InlineData(ulong.MaxValue, 10)]
    public void A_variable_length_number_reads_back_in_as_few_bytes_as_it_takes(ulong value, int size)
    {
        using ByteWriter target = new();
        target.WriteVarUInt64(value);
        target.WriteVarInt64((long)value);
        ByteReader source = new(target.WrittenSpan, "test");
        Assert.Equal(value, source.ReadVarUInt64());
        Assert.Equal(size, source.Position);
        Assert.Equal((long)value, source.ReadVarInt64());
        Assert.True(source.IsAtEnd);
    }

    [Fact]
    public void Every_read_past_the_end_is_damage_at_the_offset_where_it_began()
    {
        Rejects([1, 2], "4 bytes", (ref ByteReader source) => source.ReadInt32());
        Rejects([], "1 bytes", (ref ByteReader source) => source.ReadByte());
        Rejects(new byte[15], "16 bytes", (ref ByteReader source) => source.ReadInt128());
        Rejects(new byte[15], "24 bytes", (ref ByteReader source) => source.ReadInt64s(3));
        Rejects(new byte[8], "bytes needed", (ref ByteReader source) => source.ReadInt64s(int.MaxValue));
        Rejects(new byte[8], "negative", (ref ByteReader source) => source.ReadInt64s(-1));
        Rejects(new byte[8], "negative", (ref ByteReader source) => source.ReadBytes(-1));
        Rejects([5, 65, 66], "5 bytes", (ref ByteReader source) => source.ReadString());
    }

    [Fact]
    public void A_count_past_its_limit_is_damage()
    {
        Rejects([11, 0, 0, 0], "count 11", (ref ByteReader source) => source.ReadCount(max: 10));
        Rejects([255, 255, 255, 255], "count -1", (ref ByteReader source) => source.ReadCount(max: 10));
        Rejects([11], "count 11", (ref ByteReader source) => source.ReadVarCount(max: 10));
        Rejects(
            [255, 255, 255, 255, 255, 255, 255, 255, 255, 1], "count",
            (ref ByteReader source) => source.ReadVarCount(10));
    }

    [Fact]
    public void Bytes_that_mean_nothing_are_damage()
    {
        Rejects([2], "boolean", (ref ByteReader source) => source.ReadBool());
        Rejects([2, 0xC3, 0x28], "UTF-8", (ref ByteReader source) => source.ReadString());
        Rejects(
            [255, 255, 255, 255, 255, 255, 255, 255, 255, 2], "variable",
            (ref ByteReader source) => source.ReadVarUInt64());
        Rejects(
            [255, 255, 255, 255, 255, 255, 255, 255, 255, 129], "variable",
            (ref ByteReader source) => source.ReadVarUInt64());
        Rejects([1], "left over", (ref ByteReader source) => source.ExpectEnd());
        Rejects([1], "position", (ref ByteReader source) => source.Seek(5));
    }

    [Fact]
    public void A_part_keeps_the_name_and_the_offsets_of_the_whole()
    {
        ByteReader source = new([1, 2, 3, 4, 5, 6], "sales.city", baseOffset: 4096);
        source.Skip(2);
        ByteReader part = source.ReadPart(3);
        Assert.Equal(5, source.Position);
        part.Skip(3);
        Assert.Equal(4101, part.Offset);
        CorruptDataException error = Catch(ref part, (ref ByteReader short_) => short_.ReadByte());
        Assert.Equal("sales.city", error.SourceName);
        Assert.Equal(4101, error.Offset);
    }

    [Fact]
    public void A_place_left_open_is_filled_in_later()
    {
        using ByteWriter target = new();
        target.WriteByte(1);
        int at = target.ReserveInt32();
        target.WriteByte(2);
        target.AlignTo(8);
        target.PatchInt32(at, 7);
        Assert.Equal([1, 7, 0, 0, 0, 2, 0, 0], target.ToArray());
        target.Truncate(1);
        Assert.Equal([1], target.ToArray());
        Assert.Throws<InvariantException>(() => target.PatchInt32(0, 1));
    }

    [Fact]
    public void The_writer_is_a_buffer_writer_that_grows()
    {
        using ByteWriter target = new(capacity: 1);
        for (int i = 0; i < 1000; i++)
        {
            target.GetSpan(3)[..3].Fill((byte)i);
            target.Advance(3);
            target.GetMemory().Span[0] = (byte)i;
            target.Advance(1);
        }
        Assert.Equal(4000, target.Length);
        for (int i = 0; i < 4000; i++) Assert.Equal((byte)(i / 4), target.WrittenSpan[i]);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused_by_name()
    {
        using ByteWriter target = new();
        QueryException error = Assert.Throws<QueryException>(() => target.WriteString("a\ud800b"));
        Assert.Contains("surrogate", error.Message, StringComparison.Ordinal);
    }

    private delegate void Reading(ref ByteReader source);

    private static void Rejects(byte[] bytes, string what, Reading read)
    {
        byte[] before = [0, 0, 0, .. bytes];
        ByteReader source = new(before, "test", baseOffset: 100);
        source.Skip(3);
        CorruptDataException error = Catch(ref source, read);
        Assert.Contains(what, error.What, StringComparison.Ordinal);
        Assert.InRange(error.Offset, 103, 103 + bytes.Length);
    }

    private static CorruptDataException Catch(ref ByteReader source, Reading read)
    {
        try
        {
            read(ref source);
        }
        catch (CorruptDataException error)
        {
            return error;
        }
        Assert.Fail("The damage was not seen.");
        throw Invariant.Unreachable("after Assert.Fail");
    }
}
