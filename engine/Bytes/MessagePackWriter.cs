using System.Buffers.Binary;
using System.Globalization;
using ColFrag.Engine.Errors;
using static ColFrag.Engine.Bytes.MessagePackFormat;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// Writes values as MessagePack, each in its shortest form, as the MessagePack-CSharp library reads them: a record is
/// an array of its fields, an enum its number, a decimal or Guid a text, a DateTime the timestamp extension.
/// </summary>
internal sealed class MessagePackWriter(ByteWriter target)
{
    /// <summary>Where the bytes go.</summary>
    public ByteWriter Target { get; } = target;

    /// <summary>Nil.</summary>
    public void WriteNil() => Target.WriteByte(Nil);

    /// <summary>True or false.</summary>
    public void Write(bool value) => Target.WriteByte(value ? True : False);

    /// <summary>A whole number.</summary>
    public void Write(long value)
    {
        if (value >= 0)
        {
            Write((ulong)value);
        }
        else if (value >= -32)
        {
            Target.WriteByte((byte)value);
        }
        else if (value >= sbyte.MinValue)
        {
            Span<byte> bytes = Target.Append(2);
            bytes[0] = Signed8;
            bytes[1] = (byte)value;
        }
        else if (value >= short.MinValue)
        {
            Span<byte> bytes = Target.Append(3);
            bytes[0] = Signed16;
            BinaryPrimitives.WriteInt16BigEndian(bytes[1..], (short)value);
        }
        else if (value >= int.MinValue)
        {
            Span<byte> bytes = Target.Append(5);
            bytes[0] = Signed32;
            BinaryPrimitives.WriteInt32BigEndian(bytes[1..], (int)value);
        }
        else
        {
            Span<byte> bytes = Target.Append(9);
            bytes[0] = Signed64;
            BinaryPrimitives.WriteInt64BigEndian(bytes[1..], value);
        }
    }

    /// <summary>A whole number from 0.</summary>
    public void Write(ulong value)
    {
        switch (value)
        {
            case <= 0x7F:
                Target.WriteByte((byte)value);
                break;
            case <= byte.MaxValue:
                WriteSized(Unsigned8, 1, (uint)value);
                break;
            case <= ushort.MaxValue:
                WriteSized(Unsigned16, 2, (uint)value);
                break;
            case <= uint.MaxValue:
                WriteSized(Unsigned32, 4, (uint)value);
                break;
            default:
                Span<byte> bytes = Target.Append(9);
                bytes[0] = Unsigned64;
                BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], value);
                break;
        }
    }

    /// <summary>A float of 32 bits.</summary>
    public void Write(float value)
    {
        Span<byte> bytes = Target.Append(5);
        bytes[0] = Float32;
        BinaryPrimitives.WriteSingleBigEndian(bytes[1..], value);
    }

    /// <summary>A float of 64 bits.</summary>
    public void Write(double value)
    {
        Span<byte> bytes = Target.Append(9);
        bytes[0] = Float64;
        BinaryPrimitives.WriteDoubleBigEndian(bytes[1..], value);
    }

    /// <summary>A text, or nil.</summary>
    /// <exception cref="QueryException">The text has half of a surrogate pair, which UTF-8 cannot say.</exception>
    public void Write(string? value)
    {
        if (value is null)
        {
            WriteNil();
            return;
        }
        int size = Utf8.Count(value);
        WriteTextHeader(size);
        Utf8.Encode(value, Target.Append(size));
    }

    /// <summary>A text that is UTF-8 already.</summary>
    public void WriteText(ReadOnlySpan<byte> utf8)
    {
        WriteTextHeader(utf8.Length);
        Target.WriteBytes(utf8);
    }

    /// <summary>Bytes.</summary>
    public void WriteBinary(ReadOnlySpan<byte> bytes)
    {
        WriteBinaryHeader(bytes.Length);
        Target.WriteBytes(bytes);
    }

    /// <summary>Announces bytes that the caller then writes to <see cref="Target"/>.</summary>
    public void WriteBinaryHeader(int length)
    {
        Invariant.Holds(length >= 0);
        if (length <= byte.MaxValue) WriteSized(Binary8, 1, (uint)length);
        else if (length <= ushort.MaxValue) WriteSized(Binary16, 2, (uint)length);
        else WriteSized(Binary32, 4, (uint)length);
    }

    /// <summary>A point in time, UTC; unspecified kinds count as UTC.</summary>
    public void Write(DateTime value)
    {
        DateTime utc = value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value;
        long ticks = utc.Ticks - DateTime.UnixEpoch.Ticks;
        long seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }
        uint nanoseconds = (uint)(rest * 100);
        if (seconds is < 0 or >= 1L << 34)
        {
            WriteExtensionHeader(TimestampType, 12);
            Span<byte> bytes = Target.Append(12);
            BinaryPrimitives.WriteUInt32BigEndian(bytes, nanoseconds);
            BinaryPrimitives.WriteInt64BigEndian(bytes[4..], seconds);
        }
        else if (nanoseconds == 0 && seconds <= uint.MaxValue)
        {
            WriteExtensionHeader(TimestampType, 4);
            BinaryPrimitives.WriteUInt32BigEndian(Target.Append(4), (uint)seconds);
        }
        else
        {
            WriteExtensionHeader(TimestampType, 8);
            BinaryPrimitives.WriteUInt64BigEndian(Target.Append(8), ((ulong)nanoseconds << 34) | (ulong)seconds);
        }
    }

    /// <summary>A decimal, as text.</summary>
    public void Write(decimal value) => Write(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A Guid, as text of 36 characters.</summary>
    public void Write(Guid value)
    {
        WriteTextHeader(36);
        bool written = value.TryFormat(Target.Append(36), out int size);
        Invariant.Holds(written && size == 36);
    }

    /// <summary>A whole number of 128 bits, as 16 bytes, little-endian.</summary>
    public void WriteInt128(Int128 value)
    {
        WriteBinaryHeader(16);
        Target.WriteInt128(value);
    }

    /// <summary>A whole number of 128 bits, as 16 bytes, little-endian.</summary>
    public void WriteUInt128(UInt128 value)
    {
        WriteBinaryHeader(16);
        Target.WriteUInt128(value);
    }

    /// <summary>Announces an array; its values follow, or the fields of a record.</summary>
    public void WriteArrayHeader(int count)
    {
        Invariant.Holds(count >= 0);
        if (count < 16) Target.WriteByte((byte)(FixArray | count));
        else if (count <= ushort.MaxValue) WriteSized(Array16, 2, (uint)count);
        else WriteSized(Array32, 4, (uint)count);
    }

    /// <summary>Announces a map; so many keys follow, each before its value.</summary>
    public void WriteMapHeader(int count)
    {
        Invariant.Holds(count >= 0);
        if (count < 16) Target.WriteByte((byte)(FixMap | count));
        else if (count <= ushort.MaxValue) WriteSized(Map16, 2, (uint)count);
        else WriteSized(Map32, 4, (uint)count);
    }

    /// <summary>Bytes with a type number; negative ones belong to the specification.</summary>
    public void WriteExtension(sbyte type, ReadOnlySpan<byte> bytes)
    {
        WriteExtensionHeader(type, bytes.Length);
        Target.WriteBytes(bytes);
    }

    /// <summary>An array of values, each by the given writer.</summary>
    public void WriteList<T>(IReadOnlyCollection<T> values, Action<MessagePackWriter, T> write)
    {
        WriteArrayHeader(values.Count);
        foreach (T value in values) write(this, value);
    }

    /// <summary>An array of whole numbers.</summary>
    public void WriteList(ReadOnlySpan<long> values)
    {
        WriteArrayHeader(values.Length);
        foreach (long value in values) Write(value);
    }

    /// <summary>An array of texts.</summary>
    public void WriteList(IReadOnlyCollection<string> values) =>
        WriteList(values, static (target, value) => target.Write(value));

    private void WriteExtensionHeader(sbyte type, int length)
    {
        // The fixed forms are for 1, 2, 4, 8 and 16 bytes.
        if (length is 1 or 2 or 4 or 8 or 16)
        {
            Target.WriteByte((byte)(FixExtension1 + int.Log2(length)));
        }
        else if (length <= byte.MaxValue)
        {
            WriteSized(Extension8, 1, (uint)length);
        }
        else if (length <= ushort.MaxValue)
        {
            WriteSized(Extension16, 2, (uint)length);
        }
        else
        {
            WriteSized(Extension32, 4, (uint)length);
        }
        Target.WriteByte((byte)type);
    }

    private void WriteTextHeader(int size)
    {
        if (size < 32) Target.WriteByte((byte)(FixString | size));
        else if (size <= byte.MaxValue) WriteSized(String8, 1, (uint)size);
        else if (size <= ushort.MaxValue) WriteSized(String16, 2, (uint)size);
        else WriteSized(String32, 4, (uint)size);
    }

    /// <summary>A first byte, then a number of 1, 2 or 4 bytes.</summary>
    private void WriteSized(byte format, int size, uint number)
    {
        Span<byte> bytes = Target.Append(1 + size);
        bytes[0] = format;
        if (size == 1) bytes[1] = (byte)number;
        else if (size == 2) BinaryPrimitives.WriteUInt16BigEndian(bytes[1..], (ushort)number);
        else BinaryPrimitives.WriteUInt32BigEndian(bytes[1..], number);
    }
}
