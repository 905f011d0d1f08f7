using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Spill;

/// <summary>
/// Rows as the payload of a frame: flat columns that can be used where they lie once they are read back.
/// <code>
///   bytes    field
///   4        number of rows
///   60       zero
///   ...      a column per column of the rows
/// column, every part of it beginning at a multiple of 64:
///   1        shape: 0 flat, 1 constant (one element for all rows), 2 narrow (value = base + lane), 3 all NULL, with
///            nothing after the header
///   1        1 where validity words follow
///   1        lane of the elements
///   5        zero
///   8        text: bytes of all texts; lists: number of elements; else 0
///   16       base
///   32       zero
///   N x 8    validity words
///   ...      elements; text: N lengths of 4 bytes, then the bytes; lists: N lengths of 4 bytes
///   ...      children, each a column
/// </code>
/// Lists must be closed up: each begins where the one before ends.
/// </summary>
internal sealed unsafe class SpillFrameWriter(MemoryAccount account) : IDisposable
{
    /// <summary>Parts begin at multiples of so many bytes.</summary>
    public const int Alignment = 64;

    private NativeBuffer? _buffer;
    private long _length;

    /// <summary>What was written since <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Payload => new(_buffer!.Pointer, checked((int)_length));

    /// <summary>Begins a frame of so many rows.</summary>
    public void Begin(int rows)
    {
        _length = 0;
        *(int*)Take(Alignment) = rows;
    }

    /// <summary>Adds a column: flat, constant or narrow.</summary>
    public void Add(ColumnVector column, int rows)
    {
        Invariant.Holds(column.Shape != VectorShape.Dictionary);
        int count = column.IsConstant ? 1 : rows;
        bool hasValidity = column.Validity is not null;
        byte* header = Take(Alignment);
        if (column.IsConstant && !column.IsValid(0))
        {
            header[0] = 3;
            return;
        }
        header[0] = (byte)(column.IsConstant ? 1 : column.Shape == VectorShape.Narrow ? 2 : 0);
        header[1] = hasValidity ? (byte)1 : (byte)0;
        header[2] = (byte)column.Lane;
        *(Int128*)(header + 16) = column.Base;
        long headerAt = header - _buffer!.Pointer;
        if (hasValidity) Write((byte*)column.Validity, (count + 63L) / 64 * sizeof(ulong));
        switch (column.Type.Physical)
        {
            case PhysicalType.Utf8:
                AddTexts(column, count, headerAt);
                break;
            case PhysicalType.List:
                int elements = AddLengths(column, count, headerAt);
                Add(column.Children[0], elements);
                break;
            case PhysicalType.Array:
                Add(column.Children[0], checked(count * column.Type.Length));
                break;
            case PhysicalType.Struct:
                foreach (ColumnVector child in column.Children) Add(child, count);
                break;
            default:
                Write(column.Data, (long)count * column.Lane.SizeBytes());
                break;
        }
    }

    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
    }

    private void AddTexts(ColumnVector column, int count, long headerAt)
    {
        Utf8View* views = (Utf8View*)column.Data;
        int* lengths = (int*)Take((long)count * sizeof(int));
        long total = 0;
        for (int i = 0; i < count; i++)
        {
            lengths[i] = column.IsValid(i) ? views[i].Length : 0;
            total += lengths[i];
        }
        *(long*)(_buffer!.Pointer + headerAt + 8) = total;
        byte* bytes = Take(total);
        for (int i = 0; i < count; i++)
        {
            if (!column.IsValid(i)) continue;
            int length = views[i].Length;
            Buffer.MemoryCopy(views[i].Pointer, bytes, length, length);
            bytes += length;
        }
    }

    private int AddLengths(ColumnVector column, int count, long headerAt)
    {
        ListView* lists = (ListView*)column.Data;
        int* lengths = (int*)Take((long)count * sizeof(int));
        int total = 0;
        for (int i = 0; i < count; i++)
        {
            lengths[i] = column.IsValid(i) ? lists[i].Length : 0;
            Invariant.Holds(lengths[i] == 0 || lists[i].Offset == total);
            total += lengths[i];
        }
        *(long*)(_buffer!.Pointer + headerAt + 8) = total;
        return total;
    }

    private void Write(byte* source, long bytes)
    {
        byte* target = Take(bytes);
        if (bytes > 0) Buffer.MemoryCopy(source, target, bytes, bytes);
    }

    /// <summary>Room for so many bytes, cleared up to the next part.</summary>
    private byte* Take(long bytes)
    {
        long padded = (bytes + Alignment - 1) & ~(long)(Alignment - 1);
        if (_length + padded > int.MaxValue)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, "Too long to spill: a batch of rows has more than 2 GiB");
        }
        if (_buffer is null || _length + padded > _buffer.Length) Grow(_length + padded);
        byte* at = _buffer!.Pointer + _length;
        // Elements are written over; only what separates parts, and headers, must be zero.
        if (padded <= Alignment) new Span<byte>(at, (int)padded).Clear();
        else new Span<byte>(at + padded - Alignment, Alignment).Clear();
        _length += padded;
        return at;
    }

    private void Grow(long needed)
    {
        NativeBuffer grown = NativeBuffer.Allocate(
            Math.Max(needed, Math.Min(int.MaxValue, 2 * (_buffer?.Length ?? (32 << 10)))), account);
        if (_buffer is not null)
        {
            Buffer.MemoryCopy(_buffer.Pointer, grown.Pointer, grown.Length, _length);
            _buffer.Release();
        }
        _buffer = grown;
    }
}
