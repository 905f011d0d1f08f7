using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

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

    // Pinned, so that loops over text hold plain pointers.
    private readonly ulong[] _symbols = GC.AllocateArray<ulong>(256, pinned: true);
    private readonly byte[] _lengths = GC.AllocateArray<byte>(256, pinned: true);
    private FsstIndex? _index;
    private byte[]? _characters;

    /// <summary>A table of symbols; bytes past a symbol's length are 0.</summary>
    public FsstTable(ReadOnlySpan<ulong> symbols, ReadOnlySpan<byte> lengths)
    {
        // Always 256 entries, so that no code is out of range; unused ones decode to nothing.
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

    /// <summary>How many characters begin in each symbol, 256 of them; 0 where there is no symbol.</summary>
    public ReadOnlySpan<byte> Characters => _characters ??= CountCharacters();

    /// <summary>True when all symbols have one byte per character.</summary>
    public bool IsAscii => Characters.SequenceEqual(Lengths);

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

    /// <summary>Finds symbols in text; made when first asked for.</summary>
    public FsstIndex Index => _index ??= new FsstIndex(this);

    private byte[] CountCharacters()
    {
        byte[] characters = new byte[256];
        Span<byte> symbol = stackalloc byte[MaxSymbolBytes];
        for (int i = 0; i < characters.Length; i++)
        {
            BitConverter.TryWriteBytes(symbol, _symbols[i]);
            characters[i] = (byte)Utf8Validation.CountCharacters(symbol[.._lengths[i]]);
        }
        return characters;
    }

    /// <summary>Compresses a text; the target has room for twice its bytes. Returns the bytes written.</summary>
    public int Encode(ReadOnlySpan<byte> text, Span<byte> target)
    {
        fixed (byte* from = text)
        fixed (byte* to = target)
        {
            return Index.Encode(from, text.Length, to);
        }
    }
}
