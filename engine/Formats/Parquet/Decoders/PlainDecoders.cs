using System.Runtime.CompilerServices;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Decoders;

/// <summary>PLAIN numbers: one after the other, little-endian.</summary>
internal sealed unsafe class PlainFixedDecoder(int width) : ParquetDecoder
{
    private byte* _next;
    private long _left;

    public override void Read(byte* target, int count)
    {
        long bytes = (long)count * width;
        Page.ThrowUnless(bytes <= _left, "values end early");
        Buffer.MemoryCopy(_next, target, bytes, bytes);
        _next += bytes;
        _left -= bytes;
    }

    public override void Skip(int count)
    {
        long bytes = (long)count * width;
        Page.ThrowUnless(bytes <= _left, "values end early");
        _next += bytes;
        _left -= bytes;
    }

    protected override void Begin(byte* bytes, int length, int maxValues)
    {
        _next = bytes;
        _left = length;
    }
}

/// <summary>PLAIN booleans: a bit each, lowest first.</summary>
internal sealed unsafe class PlainBooleanDecoder : ParquetDecoder
{
    private byte* _bits;
    private long _next;
    private long _end;

    public override void Read(byte* target, int count)
    {
        Page.ThrowUnless(_next + count <= _end, "values end early");
        BitUnpack.Unpack(_bits, _next, 1, target, count);
        _next += count;
    }

    public override void Skip(int count)
    {
        Page.ThrowUnless(_next + count <= _end, "values end early");
        _next += count;
    }

    protected override void Begin(byte* bytes, int length, int maxValues)
    {
        _bits = bytes;
        _next = 0;
        _end = length * 8L;
    }
}

/// <summary>RLE booleans: a length of four bytes, then runs of one bit; in pages of version 2 the same.</summary>
internal sealed unsafe class RleBooleanDecoder : ParquetDecoder
{
    private readonly RunReader _runs = new();

    public override void Read(byte* target, int count) => _runs.Read(target, count);

    public override void Skip(int count) => _runs.Skip(count);

    protected override void Begin(byte* bytes, int length, int maxValues)
    {
        Page.ThrowUnless(length >= 4 && Unsafe.ReadUnaligned<uint>(bytes) <= (uint)(length - 4), "length of runs");
        _runs.Begin(bytes + 4, Unsafe.ReadUnaligned<int>(bytes), 1, Page);
    }
}

/// <summary>
/// PLAIN byte arrays: a length of four bytes, then the bytes; or bytes of a fixed length without one.
/// </summary>
internal sealed unsafe class PlainBytesDecoder(int fixedLength) : ParquetDecoder
{
    private byte* _next;
    private byte* _end;
    private bool _isAscii;

    // Lengths below 128 look like ASCII too, so that the whole page is checked at once in most cases.
    public override bool NeedsTextCheck => !_isAscii;

    public override void Read(byte* target, int count)
    {
        Utf8View* views = (Utf8View*)target;
        byte* next = _next;
        byte* end = _end;
        for (int i = 0; i < count; i++)
        {
            uint length = (uint)fixedLength;
            if (fixedLength == 0)
            {
                if (end - next < 4) throw Page.Corrupt("values end early");
                length = Unsafe.ReadUnaligned<uint>(next);
                next += 4;
            }
            if (length > end - next) throw Page.Corrupt("length of a value");
            // Pages are padded, so that four bytes can be read from any place in them.
            views[i] = Utf8View.FromPadded(next, (int)length);
            next += length;
        }
        _next = next;
    }

    public override void Skip(int count)
    {
        for (int i = 0; i < count; i++)
        {
            uint length = (uint)fixedLength;
            if (fixedLength == 0)
            {
                if (_end - _next < 4) throw Page.Corrupt("values end early");
                length = Unsafe.ReadUnaligned<uint>(_next);
                _next += 4;
            }
            if (length > _end - _next) throw Page.Corrupt("length of a value");
            _next += length;
        }
    }

    protected override void Begin(byte* bytes, int length, int maxValues)
    {
        _next = bytes;
        _end = bytes + length;
        _isAscii = System.Text.Ascii.IsValid(new ReadOnlySpan<byte>(bytes, length));
    }
}
