using System.Text;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Bytes;

public sealed class MessagePackTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7f")]
    [InlineData(128, "cc80")]
    [InlineData(255, "ccff")]
    [InlineData(256, "cd0100")]
    [InlineData(65_535, "cdffff")]
    [InlineData(65_536, "ce00010000")]
    [InlineData(uint.MaxValue, "ceffffffff")]
    [InlineData(1L + uint.MaxValue, "cf0000000100000000")]
    [InlineData(long.MaxValue, "cf7fffffffffffffff")]
    [InlineData(-1, "ff")]
    [InlineData(-32, "e0")]
    [InlineData(-33, "d0df")]
    [InlineData(-128, "d080")]
    [InlineData(-129, "d1ff7f")]
    [InlineData(-32_768, "d18000")]
    [InlineData(-32_769, "d2ffff7fff")]
    [InlineData(int.MinValue, "d280000000")]
    [InlineData(-1L + int.MinValue, "d3ffffffff7fffffff")]
    [InlineData(long.MinValue, "d38000000000000000")]
    public void A_whole_number_takes_its_shortest_form(long value, string hex)
    {
        Assert.Equal(hex, Hex(target => target.Write(value)));
        Assert.Equal(value, Reader(hex).ReadInt64());
        if (value >= 0) Assert.Equal((ulong)value, Reader(hex).ReadUInt64());
        else Assert.Throws<CorruptDataException>(() => Reader(hex).ReadUInt64());
    }

    [Theory]
    [InlineData("d005", 5)]
    [InlineData("d10005", 5)]
    [InlineData("d200000005", 5)]
    [InlineData("d30000000000000005", 5)]
    [InlineData("cf0000000000000005", 5)]
    public void A_whole_number_is_read_in_every_form(string hex, long value)
    {
        Assert.Equal(value, Reader(hex).ReadInt64());
        Assert.Equal((ulong)value, Reader(hex).ReadUInt64());
        Assert.Equal((int)value, Reader(hex).ReadInt32());
        Assert.Equal(value, Reader(hex).ReadDouble());
        Assert.Equal((byte)value, Reader(hex).ReadByte());
    }

    [Fact]
    public void Values_outside_the_asked_type_are_damage()
    {
        Assert.Throws<CorruptDataException>(() => Reader("cfffffffffffffffff").ReadInt64());
        Assert.Throws<CorruptDataException>(() => Reader("ce80000000").ReadInt32());
        Assert.Throws<CorruptDataException>(() => Reader("cd0100").ReadByte());
        Assert.Throws<CorruptDataException>(() => Reader("ff").ReadUInt32());
        Assert.Throws<CorruptDataException>(() => Reader("07").ReadCount(max: 6));
        Assert.Throws<CorruptDataException>(() => Reader("cc63").ReadEnum<MessagePackType>());
        Assert.Equal(MessagePackType.Nil, Reader("01").ReadEnum<MessagePackType>());
    }

    [Fact]
    public void Values_of_every_type_read_back()
    {
        Guid guid = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef");
        byte[] bytes = Bytes(target =>
        {
            target.WriteNil();
            target.Write(true);
            target.Write(1.5f);
            target.Write(-0.1);
            target.Write("");
            target.Write((string?)null);
            target.WriteBinary([1, 2, 3]);
            target.Write(79228162514264337593543950335m);
            target.Write(guid);
            target.WriteInt128(Int128.MinValue);
            target.WriteUInt128(UInt128.MaxValue);
            target.WriteExtension(7, [1, 2, 3, 4, 5]);
            target.WriteMapHeader(1);
            target.Write("key");
            target.WriteList(["a", "b"]);
            target.WriteList([1L, -1L]);
        });
        MessagePackReader source = new(bytes, "test");
        Assert.True(source.TryReadNil());
        Assert.False(source.TryReadNil());
        Assert.True(source.ReadBool());
        Assert.Equal(1.5f, source.ReadSingle());
        Assert.Equal(-0.1, source.ReadDouble());
        Assert.Equal("", source.ReadString());
        Assert.Null(source.ReadStringOrNil());
        Assert.Equal([1, 2, 3], source.ReadBinary().ToArray());
        Assert.Equal(79228162514264337593543950335m, source.ReadDecimal());
        Assert.Equal(guid, source.ReadGuid());
        Assert.Equal(Int128.MinValue, source.ReadInt128());
        Assert.Equal(UInt128.MaxValue, source.ReadUInt128());
        Assert.Equal([1, 2, 3, 4, 5], source.ReadExtension(out sbyte type).ToArray());
        Assert.Equal(7, type);
        Assert.Equal(1, source.ReadMapHeader());
        Assert.Equal("key", source.ReadStringOrNil());
        Assert.Equal(["a", "b"], source.ReadStringList());
        Assert.Equal([1L, -1L], source.ReadInt64List());
        source.Finish();

        MessagePackReader skipping = new(bytes, "test");
        skipping.Skip(14);
        skipping.Finish();
    }

    [Theory]
    [InlineData(0, "a0")]
    [InlineData(31, "bf")]
    [InlineData(32, "d920")]
    [InlineData(255, "d9ff")]
    [InlineData(256, "da0100")]
    [InlineData(65_535, "daffff")]
    [InlineData(65_536, "db00010000")]
    public void A_text_takes_its_shortest_head(int length, string head)
    {
        string text = new('x', length);
        string hex = Hex(target => target.Write(text));
        Assert.StartsWith(head, hex, StringComparison.Ordinal);
        Assert.Equal((head.Length / 2) + length, hex.Length / 2);
        Assert.Equal(text, Reader(hex).ReadString());
        Assert.Equal(hex, Hex(target => target.WriteText(Encoding.UTF8.GetBytes(text))));
    }

    [Theory]
    [InlineData(0, "c400")]
    [InlineData(255, "c4ff")]
    [InlineData(256, "c50100")]
    [InlineData(65_536, "c600010000")]
    public void Bytes_take_their_shortest_head(int length, string head)
    {
        string hex = Hex(target => target.WriteBinary(new byte[length]));
        Assert.StartsWith(head, hex, StringComparison.Ordinal);
        Assert.Equal(length, Reader(hex).ReadBinary().Length);
    }

    [Theory]
    [InlineData(15, "9f", "8f")]
    [InlineData(16, "dc0010", "de0010")]
    [InlineData(65_535, "dcffff", "deffff")]
    [InlineData(65_536, "dd00010000", "df00010000")]
    public void Arrays_and_maps_take_their_shortest_head(int count, string array, string map)
    {
        Assert.Equal(array, Hex(target => target.WriteArrayHeader(count)));
        Assert.Equal(map, Hex(target => target.WriteMapHeader(count)));
        byte[] list = Bytes(target => target.WriteList(new long[count]));
        Assert.Equal(count, new MessagePackReader(list, "test").ReadArrayHeader());
    }

    [Theory]
    [InlineData(1, "d4")]
    [InlineData(2, "d5")]
    [InlineData(3, "c703")]
    [InlineData(4, "d6")]
    [InlineData(8, "d7")]
    [InlineData(16, "d8")]
    [InlineData(17, "c711")]
    [InlineData(256, "c80100")]
    [InlineData(65_536, "c900010000")]
    public void Extensions_take_their_shortest_head(int length, string head)
    {
        string hex = Hex(target => target.WriteExtension(9, new byte[length]));
        Assert.StartsWith(head + "09", hex, StringComparison.Ordinal);
        Assert.Equal(length, Reader(hex).ReadExtension(out sbyte type).Length);
        Assert.Equal(9, type);
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", "d6ff00000000")]
    [InlineData("2001-09-09T01:46:40Z", "d6ff3b9aca00")]
    [InlineData("2106-02-07T06:28:15Z", "d6ffffffffff")]
    [InlineData("2106-02-07T06:28:16Z", "d7ff0000000100000000")]
    [InlineData("1970-01-01T00:00:00.0000001Z", "d7ff0000019000000000")]
    [InlineData("2514-05-30T01:53:03.9999999Z", "d7ffee6b2673ffffffff")]
    [InlineData("2514-05-30T01:53:04Z", "c70cff000000000000000400000000")]
    [InlineData("1969-12-31T23:59:59.9Z", "c70cff35a4e900ffffffffffffffff")]
    [InlineData("0001-01-01T00:00:00Z", "c70cff00000000fffffff1886e0900")]
    [InlineData("9999-12-31T23:59:59.9999999Z", null)]
    public void A_point_in_time_takes_its_shortest_form(string text, string? hex)
    {
        DateTime time = DateTime.Parse(text, null, System.Globalization.DateTimeStyles.RoundtripKind);
        string written = Hex(target => target.Write(time));
        if (hex is not null) Assert.Equal(hex, written);
        DateTime read = Reader(written).ReadDateTime();
        Assert.Equal(time, read);
        Assert.Equal(DateTimeKind.Utc, read.Kind);
    }

    [Theory]
    [InlineData("d7ffee6b280000000000")]
    [InlineData("c70cff000000007fffffffffffffff")]
    [InlineData("c70cff000000008000000000000000")]
    [InlineData("d6fe00000000")]
    [InlineData("d5ff0000")]
    public void A_timestamp_that_is_none_is_damage(string hex) =>
        Assert.Throws<CorruptDataException>(() => Reader(hex).ReadDateTime());

    [Fact]
    public void What_a_newer_writer_added_to_a_record_is_skipped()
    {
        MessagePackReader source = new(Bytes(target =>
        {
            target.WriteArrayHeader(3);
            target.WriteArrayHeader(2);
            WriteNewerPoint(target, 1, 2);
            WriteNewerPoint(target, 3, 4);
            WriteNewerPoint(target, 5, 6);
            target.Write("and a field that is not known yet");
        }), "test");
        Assert.Equal(3, source.ReadArrayHeader(min: 2));
        Assert.Equal([(1, 2), (3, 4)], source.ReadList(ReadPoint));
        Assert.Equal((5, 6), source.ReadNested(ReadPoint));
        source.Finish();
    }

    [Fact]
    public void A_record_with_fields_missing_is_damage() =>
        Assert.Throws<CorruptDataException>(() => ReadPoint(Reader("9101")));

    [Fact]
    public void Counts_beyond_the_bytes_that_are_left_are_damage_before_anything_is_allocated()
    {
        foreach (string hex in (string[])["dd7fffffff01", "ddffffffff01", "dcffff", "9f01"])
            Assert.Throws<CorruptDataException>(() => Reader(hex).ReadInt64List());
        foreach (string hex in (string[])["df7fffffff01", "dfffffffff", "deffff", "8101"])
            Assert.Throws<CorruptDataException>(() => Reader(hex).ReadMapHeader());
        foreach (string hex in (string[])["dbffffffff41", "db7fffffff41", "daffff", "a2"])
            Assert.Throws<CorruptDataException>(() => Reader(hex).ReadString());
        foreach (string hex in (string[])["c6ffffffff41", "c5ffff", "c402"])
            Assert.Throws<CorruptDataException>(() => Reader(hex).ReadBinary());
        foreach (string hex in (string[])["c9ffffffff41", "d801", "c70101"])
            Assert.Throws<CorruptDataException>(() => Reader(hex).ReadExtension(out _));
    }

    [Fact]
    public void Nesting_past_the_limit_is_damage_however_it_is_read()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x91, 51), 0xC0];
        CorruptDataException error = Assert.Throws<CorruptDataException>(
            () => new MessagePackReader(deep, "test", maxDepth: 50).Skip());
        Assert.Contains("nesting deeper than 50", error.Message, StringComparison.Ordinal);
        Assert.Throws<CorruptDataException>(() => ReadDeep(new MessagePackReader(deep, "test", maxDepth: 50)));
        Assert.Equal(51, ReadDeep(new MessagePackReader(deep, "test", maxDepth: 51)));
    }

    [Fact]
    public void The_byte_that_is_never_used_is_damage()
    {
        Assert.Throws<CorruptDataException>(() => Reader("c1").Skip());
        Assert.Throws<CorruptDataException>(() => Reader("c1").ReadStringOrNil());
        Assert.Throws<CorruptDataException>(() => Reader("c1").ReadInt64());
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_damage_at_its_head()
    {
        MessagePackReader source = new(Convert.FromHexString("00a2c328"), "frame", baseOffset: 10);
        source.Skip();
        CorruptDataException error = Assert.Throws<CorruptDataException>(source.ReadString);
        Assert.Equal(11, error.Offset);
    }

    [Fact]
    public void Mutated_bytes_are_read_or_rejected_and_nothing_else()
    {
        byte[] sample = Bytes(target =>
        {
            target.WriteArrayHeader(9);
            target.Write("some text of a good length, longer than 31 bytes");
            target.Write(123_456_789);
            target.Write(1.25);
            target.WriteBinary(new byte[40]);
            target.Write(DateTime.UnixEpoch.AddSeconds(1.5));
            target.WriteMapHeader(2);
            target.Write("a");
            target.Write(-5);
            target.Write("b");
            target.WriteList([1, 2, 3]);
            target.WriteNil();
            target.Write(true);
            WriteNewerPoint(target, 1, 2);
        });
        for (int seed = 0; seed < 20_000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. sample.AsSpan(0, random.Next(3) == 0 ? random.Next(sample.Length) : sample.Length)];
            for (int i = random.Next(1, 4); i > 0 && damaged.Length > 0; i--)
            {
                int at = random.Next(damaged.Length);
                damaged[at] = (byte)(random.Next(2) == 0 ? random.Next(256) : damaged[at] ^ (1 << random.Next(8)));
            }
            try
            {
                MessagePackReader source = new(damaged, "test");
                while (!source.IsAtEnd) ReadAny(source, 0);
                source = new(damaged, "test");
                source.Skip();
                source.Finish();
            }
            catch (CorruptDataException)
            {
                // The damage was seen.
            }
        }
    }

    private static void ReadAny(MessagePackReader source, int depth)
    {
        Assert.InRange(depth, 0, MessagePackReader.DefaultMaxDepth);
        switch (source.NextType)
        {
            case MessagePackType.Nil: source.ReadStringOrNil(); break;
            case MessagePackType.Boolean: source.ReadBool(); break;
            case MessagePackType.Integer: source.ReadInt64(); break;
            case MessagePackType.Float: source.ReadDouble(); break;
            case MessagePackType.String: source.ReadString(); break;
            case MessagePackType.Binary: source.ReadBinary(); break;
            case MessagePackType.Extension: source.ReadDateTime(); break;
            case MessagePackType.Array:
                for (int i = source.ReadArrayHeader(); i > 0; i--) ReadAny(source, depth + 1);
                break;
            case MessagePackType.Map:
                for (int i = source.ReadMapHeader() * 2; i > 0; i--) ReadAny(source, depth + 1);
                break;
            default: throw source.Corrupt("end");
        }
    }

    private static int ReadDeep(MessagePackReader source)
    {
        if (source.TryReadNil()) return 0;
        source.ReadArrayHeader(min: 1);
        return 1 + source.ReadNested(ReadDeep);
    }

    private static void WriteNewerPoint(MessagePackWriter target, long x, long y)
    {
        target.WriteArrayHeader(4);
        target.Write(x);
        target.Write(y);
        target.WriteList([7L, 8L]);
        target.WriteMapHeader(1);
        target.Write("more");
        target.WriteArrayHeader(0);
    }

    private static (long X, long Y) ReadPoint(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return (source.ReadInt64(), source.ReadInt64());
    }

    private static byte[] Bytes(Action<MessagePackWriter> write)
    {
        using ByteWriter target = new();
        write(new MessagePackWriter(target));
        return target.ToArray();
    }

    private static string Hex(Action<MessagePackWriter> write) => Convert.ToHexStringLower(Bytes(write));

    private static MessagePackReader Reader(string hex) => new(Convert.FromHexString(hex), "test");
}
