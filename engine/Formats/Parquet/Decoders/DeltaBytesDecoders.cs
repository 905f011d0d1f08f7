using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet.Decoders;

/// <summary>DELTA_LENGTH_BYTE_ARRAY: all lengths as deltas, then all bytes.</summary>
internal sealed unsafe class DeltaLengthBytesDecoder : ParquetDecoder
{
    private readonly DeltaBinaryReader _lengths = new();
    private int[] _all = [];
    private byte* _next;
    private byte* _end;
    private int _index;
    private int _count;

    public override void Read(byte* target, int count)
    {
        Utf8View* views = (Utf8View*)target;
        Page.ThrowUnless(count <= _count - _index, "values end early");
        for (int i = 0; i < count; i++)
        {
            int length = _all[_index++];
            if ((uint)length > (ulong)(_end - _next)) throw Page.Corrupt("length of a value");
            views[i] = Utf8View.FromPadded(_next, length);
            _next += length;
        }
    }

    public override void Skip(int count)
    {
        Page.ThrowUnless(count <= _count - _index, "values end early");
        for (int i = 0; i < count; i++)
        {
            int length = _all[_index++];
            if ((uint)length > (ulong)(_end - _next)) throw Page.Corrupt("length of a value");
            _next += length;
        }
    }

    protected override void Begin(byte* bytes, int length, int maxValues)
    {
        _lengths.Begin(bytes, bytes + length, Page);
        _all = DeltaLengths.ReadAll(_lengths, maxValues, _all, Page, out _count);
        _index = 0;
        _next = _lengths.Next;
        _end = bytes + length;
    }
}

/// <summary>
/// DELTA_BYTE_ARRAY: how many bytes each value has in common with the one before, then the rest of each as
/// DELTA_LENGTH_BYTE_ARRAY. Values are put together in a buffer of their own.
/// </summary>
internal sealed unsafe class DeltaBytesDecoder(int fixedLength, MemoryAccount account) : ParquetDecoder
{
    /// <summary>The longest value; prefixes let a few bytes stand for many.</summary>
    private const int MaxValueBytes = 16 << 20;

    /// <summary>The most bytes of values that one call puts together.</summary>
    private const long MaxHeapBytes = 1L << 30;

    private readonly DeltaBinaryReader _reader = new();
    private int[] _prefixes = [];
    private int[] _suffixes = [];
    private byte[] _last = new byte[256];
    private int _lastLength;
    private byte* _next;
    private byte* _end;
    private int _index;
    private int _count;
    private NativeBuffer? _heap;

    public override NativeBuffer? Heap => _heap;

    public override void Read(byte* target, int count)
    {
        Utf8View* views = (Utf8View*)target;
        Page.ThrowUnless(count <= _count - _index, "values end early");
        long bytes = 0;
        for (int i = 0; i < count; i++) bytes += (long)_prefixes[_index + i] + _suffixes[_index + i];
        Page.ThrowUnless(bytes is >= 0 and <= MaxHeapBytes, "length of values");
        _heap?.Release();
        _heap = null;
        _heap = NativeBuffer.Allocate(Math.Max(bytes, 1), account);
        byte* to = _heap.Pointer;
        for (int i = 0; i < count; i++)
        {
            Next();
            new ReadOnlySpan<byte>(_last, 0, _lastLength).CopyTo(new Span<byte>(to, _lastLength));
            views[i] = new Utf8View(to, _lastLength);
            to += _lastLength;
        }
    }

    public override void Skip(int count)
    {
        Page.ThrowUnless(count <= _count - _index, "values end early");
        for (int i = 0; i < count; i++) Next();
    }

    public override void Release()
    {
        _heap?.Release();
        _heap = null;
    }

    protected override void Begin(byte* bytes, int length, int maxValues)
    {
        byte* end = bytes + length;
        _reader.Begin(bytes, end, Page);
        _prefixes = DeltaLengths.ReadAll(_reader, maxValues, _prefixes, Page, out int prefixCount);
        _reader.Begin(_reader.Next, end, Page);
        _suffixes = DeltaLengths.ReadAll(_reader, maxValues, _suffixes, Page, out _count);
        Page.ThrowUnless(prefixCount == _count, "number of prefixes");
        _index = 0;
        _lastLength = 0;
        _next = _reader.Next;
        _end = end;
    }

    private void Next()
    {
        int prefix = _prefixes[_index], suffix = _suffixes[_index];
        _index++;
        if ((uint)prefix > (uint)_lastLength || (uint)suffix > (ulong)(_end - _next) || prefix + suffix > MaxValueBytes)
        {
            throw Page.Corrupt("length of a value");
        }
        int length = prefix + suffix;
        if (fixedLength > 0 && length != fixedLength) throw Page.Corrupt("length of a value");
        if (_last.Length < length) Array.Resize(ref _last, Math.Max(length, _last.Length * 2));
        new ReadOnlySpan<byte>(_next, suffix).CopyTo(_last.AsSpan(prefix));
        _next += suffix;
        _lastLength = length;
    }
}

/// <summary>The lengths of a page, all at once.</summary>
internal static unsafe class DeltaLengths
{
    public static int[] ReadAll(DeltaBinaryReader reader, int maxValues, int[] lengths, ParquetPage page, out int count)
    {
        page.ThrowUnless(reader.Left <= maxValues, "number of lengths");
        count = (int)reader.Left;
        if (lengths.Length < count) lengths = new int[count];
        fixed (int* target = lengths) reader.Read(target, count);
        return lengths;
    }
}
