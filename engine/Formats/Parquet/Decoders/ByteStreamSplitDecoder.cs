using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Decoders;

/// <summary>
/// BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes, and so on. Values of a fixed length that
/// are not numbers are put together in a buffer of their own and pointed at.
/// </summary>
internal sealed unsafe class ByteStreamSplitDecoder(int width, bool asViews, MemoryAccount account) : ParquetDecoder
{
    private byte* _streams;
    private long _valueCount;
    private long _next;
    private NativeBuffer? _heap;

    public override NativeBuffer? Heap => _heap;

    public override void Read(byte* target, int count)
    {
        Page.ThrowUnless(_next + count <= _valueCount, "values end early");
        byte* values = target;
        if (asViews)
        {
            // Views of earlier calls keep the heap before alive.
            _heap?.Release();
            _heap = null;
            _heap = NativeBuffer.Allocate(Math.Max((long)count * width, 1), account);
            values = _heap.Pointer;
        }
        for (int b = 0; b < width; b++)
        {
            byte* stream = _streams + (b * _valueCount) + _next;
            byte* to = values + b;
            for (int i = 0; i < count; i++, to += width) *to = stream[i];
        }
        _next += count;
        if (!asViews) return;
        for (int i = 0; i < count; i++) ((Utf8View*)target)[i] = Utf8View.FromPadded(values + ((long)i * width), width);
    }

    public override void Skip(int count)
    {
        Page.ThrowUnless(_next + count <= _valueCount, "values end early");
        _next += count;
    }

    public override void Release()
    {
        _heap?.Release();
        _heap = null;
    }

    protected override void Begin(byte* bytes, int length, int maxValues)
    {
        Page.ThrowUnless(length % width == 0, "length of byte streams");
        _streams = bytes;
        _valueCount = length / width;
        _next = 0;
    }
}
