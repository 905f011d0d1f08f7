using System.Runtime.InteropServices;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Aggregate.Collected;

/// <summary>
/// The values of one group in the order in which they came, in blocks that double in length; joined by linking. The
/// state
/// of every aggregate that needs all values. 24 bytes; the blocks lie in arenas of the query.
/// <code>
///   bytes           field of a block
///   8               address of the next block
///   4               elements in it
///   4               elements it has room for, C
///   C x size        elements
///   C               1 where the element is NULL; only where NULLs are kept
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ElementChain
{
    private const int HeaderBytes = 16;
    private const int FirstCapacity = 4;
    private const int MaxCapacity = 4096;

    private byte* _first;
    private byte* _last;

    /// <summary>Number of elements.</summary>
    public long Count;

    /// <summary>Room for one more element, not NULL; the caller writes it.</summary>
    public byte* Add(ElementFormat format, bool keepsNulls, AggregateContext context)
    {
        if (_last is null || ((int*)_last)[2] == ((int*)_last)[3]) AddBlock(format, keepsNulls, context);
        int index = ((int*)_last)[2]++;
        Count++;
        if (keepsNulls) NullOf(_last, format, index) = 0;
        return ElementOf(_last, format, index);
    }

    /// <summary>Asks for the block that the next element goes into.</summary>
    public readonly void PrefetchEnd() => Kernels.Prefetch.Line(_last);

    /// <summary>Adds a NULL.</summary>
    public void AddNull(ElementFormat format, AggregateContext context)
    {
        Add(format, keepsNulls: true, context);
        NullOf(_last, format, ((int*)_last)[2] - 1) = 1;
    }

    /// <summary>Adds a row of a flat or constant vector.</summary>
    public void AddRow(ElementFormat format, bool keepsNulls, ColumnVector source, int row, AggregateContext context)
    {
        if (source.IsValid(row)) format.Load(source, row, Add(format, keepsNulls, context), context.Arena);
        else if (keepsNulls) AddNull(format, context);
    }

    /// <summary>Takes over the blocks of another chain, which is not used afterwards.</summary>
    public void Append(in ElementChain other)
    {
        if (other._first is null) return;
        if (_first is null) _first = other._first;
        else *(byte**)_last = other._first;
        _last = other._last;
        Count += other.Count;
    }

    /// <summary>Writes all elements from a row on.</summary>
    public readonly void WriteTo(in ElementWriter writer, int row, ElementFormat format, bool keepsNulls)
    {
        for (byte* block = _first; block is not null; block = *(byte**)block)
        {
            int count = ((int*)block)[2];
            for (int i = 0; i < count; i++, row++)
            {
                if (keepsNulls && NullOf(block, format, i) != 0) writer.SetNull(row);
                else writer.Set(row, ElementOf(block, format, i));
            }
        }
    }

    /// <summary>Copies all elements to memory for <see cref="Count"/> of them.</summary>
    public readonly void CopyTo(byte* target, ElementFormat format)
    {
        for (byte* block = _first; block is not null; block = *(byte**)block)
        {
            long bytes = (long)((int*)block)[2] * format.SizeBytes;
            Buffer.MemoryCopy(block + HeaderBytes, target, bytes, bytes);
            target += bytes;
        }
    }

    private void AddBlock(ElementFormat format, bool keepsNulls, AggregateContext context)
    {
        int capacity = (int)Math.Clamp(Count, FirstCapacity, MaxCapacity);
        int bytes = HeaderBytes + (capacity * (format.SizeBytes + (keepsNulls ? 1 : 0)));
        byte* block = context.Arena.Allocate(bytes, 16);
        *(byte**)block = null;
        ((int*)block)[2] = 0;
        ((int*)block)[3] = capacity;
        if (_last is null) _first = block;
        else *(byte**)_last = block;
        _last = block;
    }

    private static byte* ElementOf(byte* block, ElementFormat format, int index) =>
        block + HeaderBytes + ((long)index * format.SizeBytes);

    private static ref byte NullOf(byte* block, ElementFormat format, int index) =>
        ref block[HeaderBytes + ((long)((int*)block)[3] * format.SizeBytes) + index];
}
