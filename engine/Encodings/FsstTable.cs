using System.Runtime.CompilerServices;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// A table of up to 255 symbols of 1 to 8 bytes; text is written as their codes (FSST; Boncz, Neumann, Leis 2020). Code
/// 255 says that the next byte stands for itself.
/// <code>
///   bytes    field
///   1        symbol count, S, at most 255
///   S        length of each symbol, 1 to 8
///   ...      the bytes of each symbol
/// </code>
/// At each place the longest symbol that fits is taken, with ties impossible; so equal texts have equal codes, and
/// equality is tested on the codes.
/// </summary>
internal sealed unsafe class FsstTable
{
    /// <summary>The code before a byte that stands for itself.</summary>
    public const byte Escape = 255;

    /// <summary>The most symbols.</summary>
    public const int MaxSymbols = 255;

    /// <summary>The longest symbol.</summary>
    public const int MaxSymbolBytes = 8;

    private const int LongSlots = 2048;

    private readonly ulong[] _symbols;
    private readonly byte[] _lengths;

    // Symbols of three bytes and more by a hash of the first three, chained by decreasing length; made for encoding
    // only.
    private short[]? _longHeads;
    private short[]? _longNext;

    // The symbol of two bytes, else of one, else -1, by two bytes; and that of one byte alone.
    private short[]? _short;
    private short[]? _single;

    /// <summary>A table of symbols; bytes past a symbol's length are 0.</summary>
    public FsstTable(ReadOnlySpan<ulong> symbols, ReadOnlySpan<byte> lengths)
    {
        // Always 256 entries, so that no code is out of range; unused ones decode to nothing.
        _symbols = new ulong[256];
        _lengths = new byte[256];
        symbols.CopyTo(_symbols);
        lengths.CopyTo(_lengths);
        Count = symbols.Length;
    }

    /// <summary>Number of symbols.</summary>
    public int Count { get; }

    /// <summary>The symbols' bytes as little-endian numbers, 256 of them.</summary>
    public ReadOnlySpan<ulong> Symbols => _symbols;

    /// <summary>The symbols' lengths, 256 of them; 0 where there is no symbol.</summary>
    public ReadOnlySpan<byte> Lengths => _lengths;

    /// <summary>Reads a table.</summary>
    public static FsstTable Read(ref ByteReader source)
    {
        int count = source.ReadByte();
        source.ThrowUnless(count <= MaxSymbols, "symbol count");
        Span<byte> lengths = stackalloc byte[count];
        source.ReadBytes(count).CopyTo(lengths);
        Span<ulong> symbols = stackalloc ulong[count];
        Span<byte> symbol = stackalloc byte[8];
        for (int i = 0; i < count; i++)
        {
            source.ThrowUnless(lengths[i] is >= 1 and <= MaxSymbolBytes, "symbol length");
            symbol.Clear();
            source.ReadBytes(lengths[i]).CopyTo(symbol);
            symbols[i] = BitConverter.ToUInt64(symbol);
        }
        return new FsstTable(symbols, lengths);
    }

    /// <summary>Writes the table.</summary>
    public void Write(ByteWriter target)
    {
        target.WriteByte((byte)Count);
        target.WriteBytes(_lengths.AsSpan(0, Count));
        Span<byte> symbol = stackalloc byte[8];
        for (int i = 0; i < Count; i++)
        {
            BitConverter.TryWriteBytes(symbol, _symbols[i]);
            target.WriteBytes(symbol[.._lengths[i]]);
        }
    }

    /// <summary>
    /// Compresses a text; the target has room for twice its bytes. Returns the bytes written. Reads no byte past the
    /// text.
    /// </summary>
    public int Encode(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (_short is null) MakeIndex();
        int written = 0;
        fixed (byte* start = text)
        {
            byte* at = start, end = start + text.Length;
            while (at < end)
            {
                int code = FindLongest(at, (int)Math.Min(end - at, 16));
                if (code >= 0)
                {
                    target[written++] = (byte)code;
                    at += _lengths[code];
                }
                else
                {
                    target[written++] = Escape;
                    target[written++] = *at++;
                }
            }
        }
        return written;
    }

    /// <summary>The code of the longest symbol at a place, or -1.</summary>
    public int FindLongest(byte* at, int remaining)
    {
        if (_short is null) MakeIndex();
        ulong word = LoadWord(at, remaining);
        if (remaining >= 3)
        {
            for (int code = _longHeads![LongSlot(word)]; code >= 0; code = _longNext![code])
            {
                int length = _lengths[code];
                if (length <= remaining && ((word ^ _symbols[code]) & Keep(length)) == 0) return code;
            }
        }
        return remaining >= 2 ? _short![(ushort)word] : _single![(byte)word];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LoadWord(byte* at, int remaining)
    {
        if (remaining >= 8) return Unsafe.ReadUnaligned<ulong>(at);
        ulong word = 0;
        for (int i = 0; i < remaining; i++) word |= (ulong)at[i] << (8 * i);
        return word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Keep(int length) => ulong.MaxValue >> (64 - (8 * length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LongSlot(ulong word) => (int)((uint)(word & 0xFFFFFF) * 2971215073u >> 21);

    private void MakeIndex()
    {
        short[] heads = new short[LongSlots], next = new short[256];
        short[] pairs = new short[65_536], singles = new short[256];
        Array.Fill(heads, (short)-1);
        Array.Fill(pairs, (short)-1);
        Array.Fill(singles, (short)-1);
        for (short code = 0; code < Count; code++)
        {
            if (_lengths[code] != 1) continue;
            singles[(byte)_symbols[code]] = code;
            for (int second = 0; second < 256; second++) pairs[(second << 8) | (byte)_symbols[code]] = code;
        }
        for (short code = 0; code < Count; code++)
        {
            if (_lengths[code] == 2) pairs[(ushort)_symbols[code]] = code;
        }
        // Shorter ones are put in first and so end up behind the longer.
        for (int length = 3; length <= MaxSymbolBytes; length++)
        {
            for (short code = 0; code < Count; code++)
            {
                if (_lengths[code] != length) continue;
                int slot = LongSlot(_symbols[code]);
                next[code] = heads[slot];
                heads[slot] = code;
            }
        }
        (_longHeads, _longNext, _single) = (heads, next, singles);
        Volatile.Write(ref _short, pairs);
    }
}
