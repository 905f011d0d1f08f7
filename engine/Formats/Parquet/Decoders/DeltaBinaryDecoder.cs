using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Formats.Parquet.Decoders;

/// <summary>
/// DELTA_BINARY_PACKED: differences in blocks of miniblocks, each with its own width.
/// <code>
///   header:  values per block, miniblocks per block, value count, first value (zigzag), each variable-length
///   block:   least difference (zigzag), a width in bits per miniblock, the miniblocks
/// </code>
/// <c>value[i] = value[i - 1] + least + packed[i]</c>, wrapping.
/// </summary>
internal sealed unsafe class DeltaBinaryReader
{
    private const int MaxMiniblockValues = 1 << 16, MaxMiniblocks = 1 << 10;

    private readonly byte[] _widths = new byte[MaxMiniblocks];
    private ulong[] _miniblock = [];
    private ParquetPage _page = null!;
    private byte* _next;
    private byte* _end;
    private int _miniblocksPerBlock;
    private int _valuesPerMiniblock;
    private int _miniblockIndex;
    private int _position;
    private int _filled;
    private long _left;
    private ulong _value;
    private ulong _least;
    private bool _isFirst;

    /// <summary>Values that are left.</summary>
    public long Left => _left;

    /// <summary>
    /// The first byte behind the values, once all of them were read: the last miniblock with values is padded, those
    /// behind it are not written.
    /// </summary>
    public byte* Next => _next;

    public void Begin(byte* bytes, byte* end, ParquetPage page)
    {
        _page = page;
        _next = bytes;
        _end = end;
        ulong blockValues = ReadNumber(), miniblocks = ReadNumber(), count = ReadNumber();
        _value = (ulong)ReadSigned();
        page.ThrowUnless(
            miniblocks is > 0 and <= MaxMiniblocks && blockValues > 0 && blockValues % miniblocks == 0 &&
            blockValues / miniblocks <= MaxMiniblockValues && blockValues / miniblocks % 32 == 0
                && count <= int.MaxValue,
            "delta header");
        _miniblocksPerBlock = (int)miniblocks;
        _valuesPerMiniblock = (int)(blockValues / miniblocks);
        _miniblockIndex = _miniblocksPerBlock;
        _left = (long)count;
        _position = _filled = 0;
        _isFirst = true;
        if (_miniblock.Length < _valuesPerMiniblock) _miniblock = new ulong[_valuesPerMiniblock];
    }

    /// <summary>Reads values into 32 or 64 bits.</summary>
    public void Read<T>(T* target, int count) where T : unmanaged, IBinaryInteger<T>
    {
        _page.ThrowUnless(count <= _left, "values end early");
        _left -= count;
        int i = 0;
        if (_isFirst && count > 0)
        {
            _isFirst = false;
            target[i++] = T.CreateTruncating(_value);
        }
        while (i < count)
        {
            if (_position == _filled)
            {
                byte* packed = BeginMiniblock(out int width, out int values);
                if (values <= count - i)
                {
                    // All of it is wanted: it is unpacked in place.
                    BitPacking.Unpack(packed, width, T.CreateTruncating(_least), values, target + i);
                    _value = ulong.CreateTruncating(
                        PrefixSum.Apply(target + i, values, T.CreateTruncating(_value)));
                    i += values;
                    continue;
                }
                fixed (ulong* differences = _miniblock) BitPacking.Unpack(packed, width, _least, values, differences);
                _position = 0;
                _filled = values;
            }
            int part = Math.Min(count - i, _filled - _position);
            ulong value = _value;
            ref ulong difference = ref _miniblock[_position];
            for (int j = 0; j < part; j++)
            {
                value += Unsafe.Add(ref difference, j);
                target[i + j] = T.CreateTruncating(value);
            }
            _value = value;
            _position += part;
            i += part;
        }
    }

    /// <summary>Goes to the next miniblock; returns where its differences lie, less the least.</summary>
    private byte* BeginMiniblock(out int width, out int values)
    {
        if (_miniblockIndex == _miniblocksPerBlock)
        {
            _least = (ulong)ReadSigned();
            _page.ThrowUnless(_end - _next >= _miniblocksPerBlock, "delta widths");
            new ReadOnlySpan<byte>(_next, _miniblocksPerBlock).CopyTo(_widths);
            _next += _miniblocksPerBlock;
            _miniblockIndex = 0;
        }
        width = _widths[_miniblockIndex++];
        _page.ThrowUnless(width <= 64, "delta width");
        // The last miniblock of a page may be cut off behind its values.
        long bytes = Math.Min((long)_valuesPerMiniblock * width / 8, _end - _next);
        values = width == 0 ? _valuesPerMiniblock : (int)Math.Min(_valuesPerMiniblock, bytes * 8 / width);
        _page.ThrowUnless(values > 0, "values end early");
        byte* packed = _next;
        _next += bytes;
        return packed;
    }

    private ulong ReadNumber()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (_next >= _end) break;
            byte b = *_next++;
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw _page.Corrupt("variable-length number");
    }

    private long ReadSigned()
    {
        ulong value = ReadNumber();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}

/// <summary>DELTA_BINARY_PACKED numbers of 32 or 64 bits.</summary>
internal sealed unsafe class DeltaBinaryDecoder<T> : ParquetDecoder where T : unmanaged, IBinaryInteger<T>
{
    private readonly DeltaBinaryReader _reader = new();
    private readonly T[] _skipped = new T[512];

    public override void Read(byte* target, int count) => _reader.Read((T*)target, count);

    public override void Skip(int count)
    {
        fixed (T* skipped = _skipped)
        {
            for (int part; count > 0; count -= part)
            {
                part = Math.Min(count, _skipped.Length);
                _reader.Read(skipped, part);
            }
        }
    }

    protected override void Begin(byte* bytes, int length, int maxValues) => _reader.Begin(bytes, bytes + length, Page);
}
