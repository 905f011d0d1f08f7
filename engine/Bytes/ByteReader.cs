using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// Reads little-endian fields from bytes of disk or wire. Every read checks the length first; a damaged or short source
/// gives a <see cref="CorruptDataException"/> with the source's name and the offset, never another exception.
/// </summary>
/// <remarks>Passed by value it is a second cursor over the same bytes; pass it by <c>ref</c> to share one.</remarks>
internal ref struct ByteReader
{
    private readonly ReadOnlySpan<byte> bytes;
    private readonly long baseOffset;
    private int position;

    /// <summary>Reads from the first of the bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="name">The file or frame, for errors.</param>
    /// <param name="baseOffset">Where the first of the bytes lies in the source.</param>
    public ByteReader(ReadOnlySpan<byte> bytes, string name, long baseOffset = 0)
    {
        this.bytes = bytes;
        this.baseOffset = baseOffset;
        Name = name;
    }

    /// <summary>The file or frame, for errors.</summary>
    public string Name { get; }

    /// <summary>Offset in the source of the next byte.</summary>
    public readonly long Offset => baseOffset + position;

    /// <summary>How many of the bytes have been read.</summary>
    public readonly int Position => position;

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => bytes.Length - position;

    /// <summary>True when every byte was read.</summary>
    public readonly bool IsAtEnd => position == bytes.Length;

    /// <summary>The bytes that are left, without reading them.</summary>
    public readonly ReadOnlySpan<byte> Rest => bytes[position..];

    /// <summary>One byte.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>One byte that must be 0 or 1.</summary>
    public bool ReadBool()
    {
        byte value = ReadByte();
        ThrowUnless(value <= 1, "boolean");
        return value != 0;
    }

    /// <summary>Two bytes.</summary>
    public short ReadInt16() => BinaryPrimitives.ReadInt16LittleEndian(Take(sizeof(short)));

    /// <summary>Two bytes.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    /// <summary>Four bytes.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <summary>Four bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    /// <summary>Eight bytes.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>Eight bytes.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>Sixteen bytes.</summary>
    public Int128 ReadInt128() => BinaryPrimitives.ReadInt128LittleEndian(Take(16));

    /// <summary>Sixteen bytes.</summary>
    public UInt128 ReadUInt128() => BinaryPrimitives.ReadUInt128LittleEndian(Take(16));

    /// <summary>Four bytes.</summary>
    public float ReadSingle() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    /// <summary>Eight bytes.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>A count of four bytes, from 0 to <paramref name="max"/>: safe to allocate by.</summary>
    public int ReadCount(int max)
    {
        int count = ReadInt32();
        if ((uint)count > (uint)max) ThrowCount(count, max, sizeof(int));
        return count;
    }

    /// <summary>
    /// An unsigned number in groups of seven bits, lowest first; the high bit says that more follow. At most ten bytes.
    /// </summary>
    public ulong ReadVarUInt64()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte group = ReadByte();
            // The tenth byte holds the one bit that is left.
            ThrowUnless(shift < 63 || group <= 1, "variable-length number");
            value |= (ulong)(group & 0x7F) << shift;
            if (group < 0x80) return value;
        }
        throw Corrupt("variable-length number");
    }

    /// <summary>A signed number as zigzag: 0, -1, 1, -2 ... are 0, 1, 2, 3 ...</summary>
    public long ReadVarInt64()
    {
        ulong value = ReadVarUInt64();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A count of variable length, from 0 to <paramref name="max"/>: safe to allocate by.</summary>
    public int ReadVarCount(int max)
    {
        int start = position;
        ulong count = ReadVarUInt64();
        if (count > (ulong)max) ThrowCount((long)Math.Min(count, long.MaxValue), max, position - start);
        return (int)count;
    }

    /// <summary>The next bytes, not copied.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count) => Take(count);

    /// <summary>The next values, not copied; the address is not aligned.</summary>
    public ReadOnlySpan<T> ReadSpan<T>(int count) where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian) throw Invariant.Unreachable("a big-endian processor");
        long size = (long)count * Unsafe.SizeOf<T>();
        if (count < 0 || size > Remaining) ThrowShort(count < 0 ? count : size);
        ReadOnlySpan<byte> taken = bytes.Slice(position, (int)size);
        position += (int)size;
        return MemoryMarshal.Cast<byte, T>(taken);
    }

    /// <summary>The next values, not copied.</summary>
    public ReadOnlySpan<ushort> ReadUInt16s(int count) => ReadSpan<ushort>(count);

    /// <summary>The next values, not copied.</summary>
    public ReadOnlySpan<int> ReadInt32s(int count) => ReadSpan<int>(count);

    /// <summary>The next values, not copied.</summary>
    public ReadOnlySpan<uint> ReadUInt32s(int count) => ReadSpan<uint>(count);

    /// <summary>The next values, not copied.</summary>
    public ReadOnlySpan<long> ReadInt64s(int count) => ReadSpan<long>(count);

    /// <summary>The next values, not copied.</summary>
    public ReadOnlySpan<ulong> ReadUInt64s(int count) => ReadSpan<ulong>(count);

    /// <summary>The next values, not copied.</summary>
    public ReadOnlySpan<double> ReadDoubles(int count) => ReadSpan<double>(count);

    /// <summary>A text: its length in bytes as a variable-length number, then UTF-8.</summary>
    public string ReadString(int maxBytes = 1 << 20)
    {
        int length = ReadVarCount(maxBytes);
        ReadOnlySpan<byte> text = Take(length);
        string? value = Utf8.TryDecode(text);
        ThrowUnless(value is not null, "UTF-8 text");
        return value;
    }

    /// <summary>A reader of the next bytes alone, with their offsets in the source.</summary>
    public ByteReader ReadPart(int count)
    {
        long offset = Offset;
        return new ByteReader(Take(count), Name, offset);
    }

    /// <summary>Passes over bytes.</summary>
    public void Skip(int count) => Take(count);

    /// <summary>Continues at the given one of the bytes, which may be the end.</summary>
    public void Seek(int newPosition)
    {
        ThrowUnless((uint)newPosition <= (uint)bytes.Length, "position past the end");
        position = newPosition;
    }

    /// <summary>Throws when bytes are left over.</summary>
    public readonly void ExpectEnd() => ThrowUnless(IsAtEnd, "bytes left over");

    /// <summary>Throws at the current offset unless the bytes keep the rule.</summary>
    public readonly void ThrowUnless([DoesNotReturnIf(false)] bool holds, string what)
    {
        if (!holds) Throw(what);
    }

    /// <summary>The error for a rule that does not hold at the current offset.</summary>
    public readonly CorruptDataException Corrupt(string what) => new(what, Name, Offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)Remaining) ThrowShort(count);
        ReadOnlySpan<byte> taken = bytes.Slice(position, count);
        position += count;
        return taken;
    }

    [DoesNotReturn]
    private readonly void Throw(string what) => throw Corrupt(what);

    [DoesNotReturn]
    private readonly void ThrowShort(long count) => throw Corrupt(
        count < 0 ? $"negative length {count}" : $"{count} bytes needed and {Remaining} left");

    [DoesNotReturn]
    private readonly void ThrowCount(long count, int max, int size) => throw new CorruptDataException(
        $"count {count}, where at most {max} can be", Name, Offset - size);
}
