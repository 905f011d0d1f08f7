using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ColFrag.Engine.Errors;
using static ColFrag.Engine.Bytes.MessagePackFormat;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// Reads MessagePack. Numbers are accepted in every form that holds them; a count is checked against the bytes that are
/// left, so it is safe to allocate by; arrays nest to a limit. Damage gives <see cref="CorruptDataException"/>.
/// </summary>
/// <remarks>
/// A record's <c>Read</c> begins with <see cref="ReadArrayHeader"/> and reads the fields it knows. What a newer writer
/// added behind them is skipped by whoever called that <c>Read</c>: <see cref="ReadNested"/>, <see cref="ReadList"/>,
/// and, around a whole message, <see cref="Finish"/>. A field that older writers do not send is read only when the
/// count from the header says so.
/// </remarks>
internal sealed class MessagePackReader
{
    /// <summary>
    /// How deep arrays and maps nest unless told otherwise: deep enough for any plan, shallow enough for a stack.
    /// </summary>
    public const int DefaultMaxDepth = 1000;

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly long baseOffset;
    private readonly int maxDepth;
    private int position;

    /// <summary>For each open array or map, how many values are still to come in it; the innermost last.</summary>
    private int[] open = new int[16];
    private int depth;

    /// <summary>Reads from the first of the bytes.</summary>
    /// <param name="bytes">The bytes; they must not change while they are read.</param>
    /// <param name="name">The file or frame, for errors.</param>
    /// <param name="baseOffset">Where the first of the bytes lies in the source.</param>
    /// <param name="maxDepth">How deep arrays and maps may nest.</param>
    public MessagePackReader(
        ReadOnlyMemory<byte> bytes, string name, long baseOffset = 0, int maxDepth = DefaultMaxDepth)
    {
        this.bytes = bytes;
        this.baseOffset = baseOffset;
        this.maxDepth = maxDepth;
        Name = name;
    }

    /// <summary>The file or frame, for errors.</summary>
    public string Name { get; }

    /// <summary>Offset in the source of the next byte.</summary>
    public long Offset => baseOffset + position;

    /// <summary>How many bytes are left.</summary>
    public int Remaining => bytes.Length - position;

    /// <summary>True when every byte was read.</summary>
    public bool IsAtEnd => position == bytes.Length;

    /// <summary>What the next value is.</summary>
    public MessagePackType NextType => IsAtEnd ? MessagePackType.End : TypeOf(bytes.Span[position]);

    /// <summary>True, and the nil is read, when the next value is nil.</summary>
    public bool TryReadNil()
    {
        if (IsAtEnd || bytes.Span[position] != Nil) return false;
        Begin();
        return true;
    }

    /// <summary>True or false.</summary>
    public bool ReadBool()
    {
        byte format = Begin();
        if (format is not (True or False)) ThrowType("boolean", format);
        return format == True;
    }

    /// <summary>A whole number of 64 bits.</summary>
    public long ReadInt64()
    {
        byte format = Begin();
        switch (format)
        {
            case <= 0x7F: return format;
            case >= NegativeFixInt: return (sbyte)format;
            case Signed8: return (sbyte)Take(1)[0];
            case Signed16: return BinaryPrimitives.ReadInt16BigEndian(Take(2));
            case Signed32: return BinaryPrimitives.ReadInt32BigEndian(Take(4));
            case Signed64: return BinaryPrimitives.ReadInt64BigEndian(Take(8));
            default:
                ulong value = ReadUnsigned(format);
                ThrowUnless(value <= long.MaxValue, "number out of range");
                return (long)value;
        }
    }

    /// <summary>A whole number of 64 bits, from 0.</summary>
    public ulong ReadUInt64()
    {
        byte format = Begin();
        if (format is < NegativeFixInt and not (>= Signed8 and <= Signed64)) return ReadUnsigned(format);
        long value = format switch
        {
            Signed8 => (sbyte)Take(1)[0],
            Signed16 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
            Signed32 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            Signed64 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
            _ => (sbyte)format,
        };
        ThrowUnless(value >= 0, "number out of range");
        return (ulong)value;
    }

    /// <summary>A whole number between two bounds, both in.</summary>
    public long ReadInt64(long min, long max)
    {
        long value = ReadInt64();
        ThrowUnless(value >= min && value <= max, "number out of range");
        return value;
    }

    /// <summary>A whole number of 32 bits.</summary>
    public int ReadInt32() => (int)ReadInt64(int.MinValue, int.MaxValue);

    /// <summary>A whole number of 32 bits, from 0.</summary>
    public uint ReadUInt32() => (uint)ReadInt64(0, uint.MaxValue);

    /// <summary>A whole number of 16 bits.</summary>
    public short ReadInt16() => (short)ReadInt64(short.MinValue, short.MaxValue);

    /// <summary>A whole number of 16 bits, from 0.</summary>
    public ushort ReadUInt16() => (ushort)ReadInt64(0, ushort.MaxValue);

    /// <summary>A whole number of 8 bits, from 0.</summary>
    public byte ReadByte() => (byte)ReadInt64(0, byte.MaxValue);

    /// <summary>A count from 0 to <paramref name="max"/>: safe to allocate by.</summary>
    public int ReadCount(int max) => (int)ReadInt64(0, max);

    /// <summary>The number of an enum's member; unknown numbers are damage.</summary>
    public T ReadEnum<T>() where T : struct, Enum
    {
        T value = (T)Enum.ToObject(typeof(T), ReadInt64());
        ThrowUnless(Enum.IsDefined(value), typeof(T).Name);
        return value;
    }

    /// <summary>A float of 64 bits; the shorter one and whole numbers are accepted.</summary>
    public double ReadDouble()
    {
        switch (NextType)
        {
            case MessagePackType.Float:
                return Begin() == Float32
                    ? BinaryPrimitives.ReadSingleBigEndian(Take(4))
                    : BinaryPrimitives.ReadDoubleBigEndian(Take(8));
            case MessagePackType.Integer:
                return bytes.Span[position] == Unsigned64 ? ReadUInt64() : ReadInt64();
            default:
                ThrowType("float", Begin());
                return 0;
        }
    }

    /// <summary>A float of 32 bits; the longer one and whole numbers are accepted and rounded.</summary>
    public float ReadSingle() => (float)ReadDouble();

    /// <summary>A text.</summary>
    public string ReadString()
    {
        int start = position;
        string? text = Utf8.TryDecode(ReadText());
        if (text is null) throw new CorruptDataException("UTF-8 text", Name, baseOffset + start);
        return text;
    }

    /// <summary>A text, or null for nil.</summary>
    public string? ReadStringOrNil() => TryReadNil() ? null : ReadString();

    /// <summary>A text's bytes, not copied and not checked to be UTF-8.</summary>
    public ReadOnlySpan<byte> ReadText()
    {
        byte format = Begin();
        return Take(format switch
        {
            >= FixString and < Nil => format & 0x1F,
            String8 => ReadLength(1),
            String16 => ReadLength(2),
            String32 => ReadLength(4),
            _ => ThrowType("text", format),
        });
    }

    /// <summary>Bytes, not copied.</summary>
    public ReadOnlyMemory<byte> ReadBinary()
    {
        byte format = Begin();
        int length = format switch
        {
            Binary8 => ReadLength(1),
            Binary16 => ReadLength(2),
            Binary32 => ReadLength(4),
            _ => ThrowType("binary", format),
        };
        Take(length);
        return bytes.Slice(position - length, length);
    }

    /// <summary>Bytes in a form of their own, to read with their offsets in the source.</summary>
    public ByteReader ReadPart()
    {
        ReadOnlyMemory<byte> part = ReadBinary();
        return new ByteReader(part.Span, Name, Offset - part.Length);
    }

    /// <summary>A point in time, UTC, cut to 100 nanoseconds.</summary>
    public DateTime ReadDateTime()
    {
        int start = position;
        ReadOnlySpan<byte> body = ReadExtension(out sbyte type);
        long seconds = 0;
        uint nanoseconds = 0;
        switch (type == TimestampType ? body.Length : 0)
        {
            case 4:
                seconds = BinaryPrimitives.ReadUInt32BigEndian(body);
                break;
            case 8:
                ulong both = BinaryPrimitives.ReadUInt64BigEndian(body);
                nanoseconds = (uint)(both >> 34);
                seconds = (long)(both & ((1UL << 34) - 1));
                break;
            case 12:
                nanoseconds = BinaryPrimitives.ReadUInt32BigEndian(body);
                seconds = BinaryPrimitives.ReadInt64BigEndian(body[4..]);
                break;
            default:
                throw new CorruptDataException("timestamp", Name, baseOffset + start);
        }
        CorruptDataException.ThrowUnless(
            nanoseconds < 1_000_000_000
            && seconds >= (DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond
            && seconds <= (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond,
            "timestamp out of range", Name, baseOffset + start);
        return DateTime.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (nanoseconds / 100));
    }

    /// <summary>A decimal, from text.</summary>
    public decimal ReadDecimal()
    {
        bool parsed = decimal.TryParse(ReadText(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value);
        ThrowUnless(parsed, "decimal");
        return value;
    }

    /// <summary>A Guid, from text of 36 characters.</summary>
    public Guid ReadGuid()
    {
        bool parsed = Guid.TryParseExact(Utf8.TryDecode(ReadText()), "D", out Guid value);
        ThrowUnless(parsed, "guid");
        return value;
    }

    /// <summary>A whole number of 128 bits, from 16 bytes.</summary>
    public Int128 ReadInt128() => BinaryPrimitives.ReadInt128LittleEndian(ReadBinary(16));

    /// <summary>A whole number of 128 bits, from 16 bytes.</summary>
    public UInt128 ReadUInt128() => BinaryPrimitives.ReadUInt128LittleEndian(ReadBinary(16));

    /// <summary>Bytes with a type number, not copied.</summary>
    public ReadOnlySpan<byte> ReadExtension(out sbyte type)
    {
        byte format = Begin();
        int length = format switch
        {
            >= FixExtension1 and <= FixExtension16 => 1 << (format - FixExtension1),
            Extension8 => ReadLength(1),
            Extension16 => ReadLength(2),
            Extension32 => ReadLength(4),
            _ => ThrowType("extension", format),
        };
        type = (sbyte)Take(1)[0];
        return Take(length);
    }

    /// <summary>The number of values in an array, or of fields in a record, which must be between the bounds.</summary>
    public int ReadArrayHeader(int min = 0, int max = int.MaxValue)
    {
        byte format = Begin();
        int count = format switch
        {
            >= FixArray and < FixString => format & 0x0F,
            Array16 => ReadLength(2),
            Array32 => ReadLength(4),
            _ => ThrowType("array", format),
        };
        // Each value takes a byte at least.
        ThrowUnless(count >= min && count <= Math.Min(max, Remaining), "array length");
        Enter(count);
        return count;
    }

    /// <summary>The number of keys in a map, each before its value.</summary>
    public int ReadMapHeader(int max = int.MaxValue)
    {
        byte format = Begin();
        int count = format switch
        {
            >= FixMap and < FixArray => format & 0x0F,
            Map16 => ReadLength(2),
            Map32 => ReadLength(4),
            _ => ThrowType("map", format),
        };
        ThrowUnless(count <= Math.Min(max, Remaining / 2), "map length");
        Enter(count * 2);
        return count;
    }

    /// <summary>A record inside another one; what its reader leaves of it is skipped.</summary>
    public T ReadNested<T>(Func<MessagePackReader, T> read)
    {
        CloseFinished();
        int outer = depth;
        T value = read(this);
        CloseTo(outer);
        return value;
    }

    /// <summary>A record inside another one, or null for nil.</summary>
    public T? ReadNestedOrNil<T>(Func<MessagePackReader, T> read) where T : class =>
        TryReadNil() ? null : ReadNested(read);

    /// <summary>An array of values, each by the given reader; what it leaves of one is skipped.</summary>
    public T[] ReadList<T>(Func<MessagePackReader, T> read, int max = int.MaxValue)
    {
        T[] values = new T[ReadArrayHeader(max: max)];
        for (int i = 0; i < values.Length; i++) values[i] = ReadNested(read);
        return values;
    }

    /// <summary>An array of whole numbers.</summary>
    public long[] ReadInt64List(int max = int.MaxValue)
    {
        long[] values = new long[ReadArrayHeader(max: max)];
        for (int i = 0; i < values.Length; i++) values[i] = ReadInt64();
        return values;
    }

    /// <summary>An array of texts.</summary>
    public string[] ReadStringList(int max = int.MaxValue)
    {
        string[] values = new string[ReadArrayHeader(max: max)];
        for (int i = 0; i < values.Length; i++) values[i] = ReadString();
        return values;
    }

    /// <summary>Passes over values, with all that is in them.</summary>
    public void Skip(int count = 1)
    {
        CloseFinished();
        int outer = depth;
        for (int i = 0; i < count; i++)
        {
            SkipOne();
            CloseTo(outer);
        }
    }

    /// <summary>Skips what is left of the message's arrays, and throws when bytes are left after that.</summary>
    public void Finish()
    {
        CloseTo(0);
        ThrowUnless(IsAtEnd, "bytes left over");
    }

    /// <summary>Throws at the current offset unless the bytes keep the rule.</summary>
    public void ThrowUnless([DoesNotReturnIf(false)] bool holds, string what)
    {
        if (!holds) throw Corrupt(what);
    }

    /// <summary>The error for a rule that does not hold at the current offset.</summary>
    public CorruptDataException Corrupt(string what) => new(what, Name, Offset);

    /// <summary>Skips one value's head and, unless it has values in it, all of it.</summary>
    private void SkipOne()
    {
        switch (NextType)
        {
            case MessagePackType.Integer or MessagePackType.Float:
                Take(Begin() switch
                {
                    Signed8 or Unsigned8 => 1,
                    Signed16 or Unsigned16 => 2,
                    Signed32 or Unsigned32 or Float32 => 4,
                    Signed64 or Unsigned64 or Float64 => 8,
                    _ => 0,
                });
                break;
            case MessagePackType.String:
                ReadText();
                break;
            case MessagePackType.Binary:
                ReadBinary();
                break;
            case MessagePackType.Extension:
                ReadExtension(out _);
                break;
            case MessagePackType.Array:
                ReadArrayHeader();
                break;
            case MessagePackType.Map:
                ReadMapHeader();
                break;
            default:
                byte format = Begin();
                if (format is not (Nil or True or False)) ThrowType("value", format);
                break;
        }
    }

    private static MessagePackType TypeOf(byte format) => format switch
    {
        <= 0x7F or >= NegativeFixInt or (>= Unsigned8 and <= Signed64) => MessagePackType.Integer,
        < FixArray or Map16 or Map32 => MessagePackType.Map,
        < FixString or Array16 or Array32 => MessagePackType.Array,
        < Nil or (>= String8 and <= String32) => MessagePackType.String,
        Nil => MessagePackType.Nil,
        False or True => MessagePackType.Boolean,
        >= Binary8 and <= Binary32 => MessagePackType.Binary,
        Float32 or Float64 => MessagePackType.Float,
        >= FixExtension1 and <= FixExtension16 or (>= Extension8 and <= Extension32) => MessagePackType.Extension,
        // 0xc1 is never used; it fails where it is read.
        _ => MessagePackType.Nil,
    };

    /// <summary>Counts the value in the array it belongs to and reads its first byte.</summary>
    private byte Begin()
    {
        CloseFinished();
        if (depth > 0) open[depth - 1]--;
        return Take(1)[0];
    }

    private void Enter(int count)
    {
        ThrowUnless(depth < maxDepth, $"nesting deeper than {maxDepth}");
        if (depth == open.Length) Array.Resize(ref open, open.Length * 2);
        open[depth++] = count;
    }

    private void CloseFinished()
    {
        while (depth > 0 && open[depth - 1] == 0) depth--;
    }

    private void CloseTo(int outer)
    {
        while (depth > outer)
        {
            if (open[depth - 1] == 0) depth--;
            else SkipOne();
        }
    }

    private int ReadLength(int size)
    {
        ReadOnlySpan<byte> number = Take(size);
        uint length = size switch
        {
            1 => number[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(number),
            _ => BinaryPrimitives.ReadUInt32BigEndian(number),
        };
        ThrowUnless(length <= (uint)Remaining, $"length {length} and {Remaining} bytes left");
        return (int)length;
    }

    private ulong ReadUnsigned(byte format) => format switch
    {
        <= 0x7F => format,
        Unsigned8 => Take(1)[0],
        Unsigned16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
        Unsigned32 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
        Unsigned64 => BinaryPrimitives.ReadUInt64BigEndian(Take(8)),
        _ => (ulong)ThrowType("whole number", format),
    };

    private ReadOnlySpan<byte> ReadBinary(int length)
    {
        ReadOnlyMemory<byte> value = ReadBinary();
        ThrowUnless(value.Length == length, "binary length");
        return value.Span;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        ThrowUnless(count <= Remaining, "end of bytes");
        ReadOnlySpan<byte> taken = bytes.Span.Slice(position, count);
        position += count;
        return taken;
    }

    [DoesNotReturn]
    private int ThrowType(string expected, byte format) =>
        throw new CorruptDataException($"{expected} expected, first byte 0x{format:x2}", Name, Offset - 1);
}
