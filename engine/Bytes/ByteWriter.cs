using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Bytes;

/// <summary>
/// Collects little-endian fields in one growing buffer of the shared pool. What it writes,
/// <see cref="ByteReader"/> reads.
/// </summary>
/// <remarks>
/// Spans of it end with the next write. Dispose gives the buffer back; not doing so only costs garbage.
/// </remarks>
internal sealed class ByteWriter : IBufferWriter<byte>, IDisposable
{
    private byte[] buffer;

    /// <summary>Begins empty.</summary>
    public ByteWriter(int capacity = 256) => buffer = capacity == 0 ? [] : ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written so far.</summary>
    public ReadOnlySpan<byte> WrittenSpan => buffer.AsSpan(0, Length);

    /// <summary>The bytes written so far.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => buffer.AsMemory(0, Length);

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => Length = 0;

    /// <summary>Forgets what was written after the first bytes.</summary>
    public void Truncate(int length)
    {
        Invariant.Holds((uint)length <= (uint)Length);
        Length = length;
    }

    /// <summary>A copy of the bytes written so far.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Gives the buffer back to the pool.</summary>
    public void Dispose()
    {
        byte[] old = buffer;
        buffer = [];
        Length = 0;
        if (old.Length > 0) ArrayPool<byte>.Shared.Return(old);
    }

    /// <summary>
    /// Appends bytes for the caller to fill in before the next write; what they hold until then is undefined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Append(int count)
    {
        int start = Length;
        if ((uint)count > (uint)(buffer.Length - start)) Grow(count);
        Length = start + count;
        return buffer.AsSpan(start, count);
    }

    /// <summary>One byte.</summary>
    public void WriteByte(byte value) => Append(1)[0] = value;

    /// <summary>One byte, 0 or 1.</summary>
    public void WriteBool(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>Two bytes.</summary>
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16LittleEndian(Append(sizeof(short)), value);

    /// <summary>Two bytes.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Append(sizeof(ushort)), value);

    /// <summary>Four bytes.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Append(sizeof(int)), value);

    /// <summary>Four bytes.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Append(sizeof(uint)), value);

    /// <summary>Eight bytes.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Append(sizeof(long)), value);

    /// <summary>Eight bytes.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Append(sizeof(ulong)), value);

    /// <summary>Sixteen bytes.</summary>
    public void WriteInt128(Int128 value) => BinaryPrimitives.WriteInt128LittleEndian(Append(16), value);

    /// <summary>Sixteen bytes.</summary>
    public void WriteUInt128(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Append(16), value);

    /// <summary>Four bytes.</summary>
    public void WriteSingle(float value) => BinaryPrimitives.WriteSingleLittleEndian(Append(sizeof(float)), value);

    /// <summary>Eight bytes.</summary>
    public void WriteDouble(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Append(sizeof(double)), value);

    /// <summary>An unsigned number in groups of seven bits, lowest first; the high bit says that more follow.</summary>
    public void WriteVarUInt64(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }
        WriteByte((byte)value);
    }

    /// <summary>A signed number as zigzag: 0, -1, 1, -2 ... are 0, 1, 2, 3 ...</summary>
    public void WriteVarInt64(long value) => WriteVarUInt64((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Bytes as they are.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Append(bytes.Length));

    /// <summary>Values as they lie in memory, which is little-endian.</summary>
    public void WriteSpan<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian) throw Invariant.Unreachable("a big-endian processor");
        WriteBytes(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Values one after the other.</summary>
    public void WriteInt32s(ReadOnlySpan<int> values) => WriteSpan(values);

    /// <summary>Values one after the other.</summary>
    public void WriteInt64s(ReadOnlySpan<long> values) => WriteSpan(values);

    /// <summary>Values one after the other.</summary>
    public void WriteUInt64s(ReadOnlySpan<ulong> values) => WriteSpan(values);

    /// <summary>Values one after the other.</summary>
    public void WriteDoubles(ReadOnlySpan<double> values) => WriteSpan(values);

    /// <summary>A text: its length in bytes as a variable-length number, then UTF-8.</summary>
    /// <exception cref="QueryException">The text has half of a surrogate pair, which UTF-8 cannot say.</exception>
    public void WriteString(ReadOnlySpan<char> text)
    {
        int size = Utf8.Count(text);
        WriteVarUInt64((ulong)size);
        Utf8.Encode(text, Append(size));
    }

    /// <summary>Zero bytes up to the next multiple of a power of two, counted from the first byte written.</summary>
    public void AlignTo(int powerOfTwo)
    {
        int padding = -Length & (powerOfTwo - 1);
        Append(padding).Clear();
    }

    /// <summary>
    /// Leaves room for four bytes that become known later; returns where, for <see cref="PatchInt32"/>.
    /// </summary>
    public int ReserveInt32()
    {
        int at = Length;
        WriteInt32(0);
        return at;
    }

    /// <summary>Fills in four bytes that were written before.</summary>
    public void PatchInt32(int at, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(Written(at, sizeof(int)), value);

    /// <summary>Fills in four bytes that were written before.</summary>
    public void PatchUInt32(int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(Written(at, sizeof(uint)), value);

    /// <summary>Fills in eight bytes that were written before.</summary>
    public void PatchInt64(int at, long value) =>
        BinaryPrimitives.WriteInt64LittleEndian(Written(at, sizeof(long)), value);

    /// <summary>Bytes that were written before, to change in place until the next write.</summary>
    public Span<byte> Written(int start, int length)
    {
        Invariant.Holds(start >= 0 && length >= 0 && start <= Length - length);
        return buffer.AsSpan(start, length);
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        Invariant.Holds((uint)count <= (uint)(buffer.Length - Length));
        Length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Provide(sizeHint);
        return buffer.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Provide(sizeHint);
        return buffer.AsSpan(Length);
    }

    private void Provide(int sizeHint)
    {
        int needed = Math.Max(sizeHint, 1);
        if (needed > buffer.Length - Length) Grow(needed);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count)
    {
        Invariant.Holds(count >= 0);
        long needed = (long)Length + count;
        if (needed > Array.MaxLength)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"Too many bytes for one buffer: {needed}",
                hint: "One value, message or block must stay below 2 GiB.");
        }
        int capacity = (int)Math.Min(Math.Max(needed, Math.Max(256, (long)buffer.Length * 2)), Array.MaxLength);
        byte[] larger = ArrayPool<byte>.Shared.Rent(capacity);
        WrittenSpan.CopyTo(larger);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
