using System.Numerics;
using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// Parquet's mix of run-length and bit-packed numbers: levels, dictionary codes, booleans.
/// <code>
///   bytes    field
///   1-5      header, variable-length; low bit 0: a run of header / 2 equal values,
///            low bit 1: header / 2 groups of eight packed values
///   …        the value of the run in whole bytes, or the packed values
/// </code>
/// </summary>
internal sealed unsafe class RunReader
{
    private byte* _next;
    private byte* _end;
    private int _width;
    private int _left;
    private bool _isPacked;
    private uint _value;
    private byte* _packed;
    private long _packedBit;
    private ParquetPage? _page;

    /// <summary>Begins with bytes of a page, behind which 64 more can be read.</summary>
    public void Begin(byte* bytes, int length, int bitWidth, ParquetPage page)
    {
        page.ThrowUnless(bitWidth is >= 0 and <= 32, "bit width");
        _next = bytes;
        _end = bytes + length;
        _width = bitWidth;
        _left = 0;
        _page = page;
    }

    /// <summary>How many equal values come next, and which; 0 when they are packed.</summary>
    public int PeekRun(out uint value)
    {
        if (_left == 0) NextRun();
        value = _value;
        return _isPacked ? 0 : _left;
    }

    /// <summary>Passes over values.</summary>
    public void Skip(long count)
    {
        while (count > 0)
        {
            if (_left == 0) NextRun();
            int part = (int)Math.Min(count, _left);
            _packedBit += (long)part * _width;
            _left -= part;
            count -= part;
        }
    }

    /// <summary>Reads values into lanes that hold them; lanes of up to 64 bytes past the last may be written.</summary>
    public void Read<T>(T* target, int count) where T : unmanaged, IBinaryInteger<T>
    {
        while (count > 0)
        {
            if (_left == 0) NextRun();
            int part = Math.Min(count, _left);
            if (_isPacked)
            {
                BitUnpack.Unpack(_packed, _packedBit, _width, target, part);
                _packedBit += (long)part * _width;
            }
            else
            {
                uint value = _value;
                new Span<T>(target, part).Fill(Unsafe.As<uint, T>(ref value));
            }
            _left -= part;
            target += part;
            count -= part;
        }
    }

    /// <summary>
    /// Reads values of one bit as validity: bit <paramref name="firstRow"/> and on. Returns how many are 1.
    /// </summary>
    public int ReadBits(ulong* words, int firstRow, int count)
    {
        int set = 0;
        while (count > 0)
        {
            if (_left == 0) NextRun();
            // Up to the end of a word of the target.
            int part = Math.Min(Math.Min(count, _left), 64 - (firstRow & 63));
            ulong mask = part == 64 ? ulong.MaxValue : (1UL << part) - 1;
            ulong bits = !_isPacked ? (_value == 0 ? 0 : mask) : LoadBits(_packed, _packedBit) & mask;
            _packedBit += part;
            ulong* word = words + (firstRow >> 6);
            *word = (*word & ~(mask << (firstRow & 63))) | (bits << (firstRow & 63));
            set += BitOperations.PopCount(bits);
            _left -= part;
            firstRow += part;
            count -= part;
        }
        return set;
    }

    // 64 bits from any bit on: nine bytes.
    private static ulong LoadBits(byte* bytes, long bit)
    {
        byte* at = bytes + (bit >> 3);
        int shift = (int)(bit & 7);
        ulong word = Unsafe.ReadUnaligned<ulong>(at) >> shift;
        return shift == 0 ? word : word | ((ulong)at[8] << (64 - shift));
    }

    private void NextRun()
    {
        uint header = ReadHeader();
        long bytesLeft = _end - _next;
        if ((header & 1) == 0)
        {
            int valueBytes = (_width + 7) / 8;
            _page!.ThrowUnless(header >> 1 != 0 && header >> 1 <= int.MaxValue && valueBytes <= bytesLeft, "run");
            uint value = 0;
            for (int i = 0; i < valueBytes; i++) value |= (uint)_next[i] << (8 * i);
            _page.ThrowUnless(_width == 32 || value < 1UL << _width, "value of a run");
            _next += valueBytes;
            _value = value;
            _left = (int)(header >> 1);
            _isPacked = false;
            return;
        }
        // The last group may be cut off where the values end.
        long groups = header >> 1;
        long bytes = Math.Min(groups * _width, bytesLeft);
        long values = _width == 0 ? groups * 8 : Math.Min(groups * 8, bytes * 8 / _width);
        _page!.ThrowUnless(values is > 0 and <= int.MaxValue, "packed run");
        _packed = _next;
        _packedBit = 0;
        _next += bytes;
        _left = (int)values;
        _isPacked = true;
    }

    private uint ReadHeader()
    {
        uint header = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            if (_next == _end) break;
            byte b = *_next++;
            header |= (uint)(b & 0x7F) << shift;
            if (b < 0x80) return header;
        }
        throw _page!.Corrupt("runs end early");
    }
}
