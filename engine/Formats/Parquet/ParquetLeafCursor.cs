using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Parquet.Decoders;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// A place in a column chunk. A page has slots, one for each value, NULL or empty list; each has a definition level
/// (how much of its path is there) and a repetition level (at which list it goes on). Values stand apart, without
/// NULLs.
/// </summary>
internal sealed unsafe class ParquetLeafCursor : IDisposable
{
    private readonly ParquetPageStream _stream;
    private readonly MemoryAccount _account;
    private readonly Dictionary<ParquetEncoding, ParquetDecoder> _decoders = [];
    private readonly string _file;
    private readonly int _definitionWidth;
    private readonly int _repetitionWidth;
    private NativeBuffer? _repacked;
    private long _slotsBehind;
    private ParquetDictionary? _dictionary;

    public ParquetLeafCursor(
        ParquetLeaf leaf, ParquetColumnChunk chunk, ParquetPageStream stream, string file, MemoryAccount account)
    {
        Leaf = leaf;
        _stream = stream;
        _account = account;
        _file = file;
        _slotsBehind = chunk.ValueCount;
        _definitionWidth = BitOperations.Log2((uint)leaf.MaxDefinition) + (leaf.MaxDefinition > 0 ? 1 : 0);
        _repetitionWidth = BitOperations.Log2((uint)leaf.MaxRepetition) + (leaf.MaxRepetition > 0 ? 1 : 0);
    }

    public ParquetLeaf Leaf { get; }

    /// <summary>The page; null before the first.</summary>
    public ParquetPage? Page { get; private set; }

    /// <summary>Slots of the page that are left.</summary>
    public int SlotsLeft { get; private set; }

    /// <summary>Definition levels of the page.</summary>
    public RunReader Definitions { get; } = new();

    /// <summary>Repetition levels of the page.</summary>
    public RunReader Repetitions { get; } = new();

    /// <summary>Values of the page.</summary>
    public ParquetDecoder Decoder { get; private set; } = null!;

    /// <summary>Goes to the next page with slots; false at the end of the chunk.</summary>
    public bool NextPage()
    {
        while (_slotsBehind > 0 && _stream.PeekHeader(out long offset) is { } header)
        {
            switch (header.Type)
            {
                case ParquetPageType.Dictionary:
                    ReadDictionary(header, offset);
                    continue;
                case ParquetPageType.Data or ParquetPageType.DataV2 when header.ValueCount > 0:
                    Begin(_stream.Read(header, offset));
                    return true;
                default:
                    _stream.Skip(header, offset);
                    continue;
            }
        }
        CorruptDataException.ThrowUnless(_slotsBehind <= 0, $"Parquet pages of column {Leaf.Path} end early", _file, 0);
        return false;
    }

    /// <summary>Says that slots of the page were read.</summary>
    public void Take(int slots) => SlotsLeft -= slots;

    /// <summary>
    /// Passes over slots of a column that lies in no list; whole pages are not decompressed.
    /// </summary>
    public void SkipFlat(long slots)
    {
        while (slots > 0)
        {
            if (SlotsLeft == 0)
            {
                if (_slotsBehind > 0 && _stream.PeekHeader(out long offset) is { } header &&
                    header.Type is ParquetPageType.Data or ParquetPageType.DataV2 && header.ValueCount <= slots)
                {
                    _stream.Skip(header, offset);
                    slots -= header.ValueCount;
                    _slotsBehind -= header.ValueCount;
                    continue;
                }
                CorruptDataException.ThrowUnless(NextPage(), $"Parquet column {Leaf.Path} ends early", _file, 0);
            }
            int part = (int)Math.Min(slots, SlotsLeft);
            Decoder.Skip(CountValues(part));
            SlotsLeft -= part;
            slots -= part;
        }
    }

    public void Dispose()
    {
        foreach (ParquetDecoder decoder in _decoders.Values) decoder.Release();
        _dictionary?.Dispose();
        _repacked?.Release();
        _stream.Dispose();
    }

    private int CountValues(int slots)
    {
        if (Leaf.MaxDefinition == 0) return slots;
        int values = 0;
        byte* levels = stackalloc byte[512 + 64];
        for (int part; slots > 0; slots -= part)
        {
            part = Math.Min(slots, 512);
            Definitions.Read(levels, part);
            values += new ReadOnlySpan<byte>(levels, part).Count((byte)Leaf.MaxDefinition);
        }
        return values;
    }

    private void ReadDictionary(in ParquetPageHeader header, long offset)
    {
        ParquetPage page = _stream.Read(header, offset);
        page.ThrowUnless(_dictionary is null, "second dictionary");
        _dictionary = ParquetDictionary.Read(page, Leaf, _account);
    }

    private void Begin(ParquetPage page)
    {
        Page = page;
        SlotsLeft = page.Header.ValueCount;
        _slotsBehind -= SlotsLeft;
        page.ThrowUnless(_slotsBehind >= 0, $"more values in column {Leaf.Path} than its chunk says");
        int values = page.Header.Type == ParquetPageType.DataV2 ? BeginLevelsV2(page) : BeginLevels(page);
        Decoder = DecoderFor(page);
        Decoder.Begin(page, values, SlotsLeft);
    }

    private int BeginLevelsV2(ParquetPage page)
    {
        int repetitionBytes = page.Header.RepetitionBytes, definitionBytes = page.Header.DefinitionBytes;
        byte* bytes = page.Buffer.Pointer;
        Repetitions.Begin(bytes, repetitionBytes, _repetitionWidth, page);
        Definitions.Begin(bytes + repetitionBytes, definitionBytes, _definitionWidth, page);
        return repetitionBytes + definitionBytes;
    }

    private int BeginLevels(ParquetPage page)
    {
        int at = 0;
        if (_repetitionWidth > 0)
            at = BeginLevels(Repetitions, page, at, _repetitionWidth, page.Header.RepetitionEncoding);
        return _definitionWidth > 0
            ? BeginLevels(Definitions, page, at, _definitionWidth, page.Header.DefinitionEncoding) : at;
    }

    private int BeginLevels(RunReader levels, ParquetPage page, int at, int width, ParquetEncoding encoding)
    {
        byte* bytes = page.Buffer.Pointer + at;
        if (encoding == ParquetEncoding.BitPacked) return at + BeginBitPacked(levels, page, at, width);
        page.ThrowUnless(encoding == ParquetEncoding.Rle, $"level encoding {encoding}");
        page.ThrowUnless(page.Length - at >= 4, "levels end early");
        uint length = Unsafe.ReadUnaligned<uint>(bytes);
        page.ThrowUnless(length <= (uint)(page.Length - at - 4), "length of levels");
        levels.Begin(bytes + 4, (int)length, width, page);
        return at + 4 + (int)length;
    }

    // The oldest form: packed from the highest bit. It is written again as one packed run of the form of today.
    private int BeginBitPacked(RunReader levels, ParquetPage page, int at, int width)
    {
        int count = page.Header.ValueCount;
        long length = (((long)count * width) + 7) / 8;
        page.ThrowUnless(length <= page.Length - at, "levels end early");
        _repacked?.Release();
        _repacked = null;
        _repacked = NativeBuffer.AllocateZeroed(length + width + 8, _account);
        byte* source = page.Buffer.Pointer + at;
        byte* target = _repacked.Pointer;
        for (uint header = ((uint)(count + 7) / 8 * 2) + 1; ; header >>= 7)
        {
            *target++ = (byte)(header >= 0x80 ? header | 0x80 : header);
            if (header < 0x80) break;
        }
        for (long i = 0; i < count; i++)
        {
            for (int b = 0; b < width; b++)
            {
                long from = (i * width) + b, to = (i * width) + (width - 1 - b);
                if ((source[from >> 3] >> (int)(7 - (from & 7)) & 1) != 0)
                    target[to >> 3] |= (byte)(1 << (int)(to & 7));
            }
        }
        int headerLength = (int)(target - _repacked.Pointer);
        levels.Begin(_repacked.Pointer, headerLength + (int)length + width, width, page);
        return (int)length;
    }

    private ParquetDecoder DecoderFor(ParquetPage page)
    {
        ParquetEncoding encoding = page.Header.Encoding == ParquetEncoding.PlainDictionary
            ? ParquetEncoding.RleDictionary
            : page.Header.Encoding;
        if (_decoders.TryGetValue(encoding, out ParquetDecoder? decoder)) return decoder;
        decoder = MakeDecoder(encoding, page);
        _decoders.Add(encoding, decoder);
        return decoder;
    }

    private ParquetDecoder MakeDecoder(ParquetEncoding encoding, ParquetPage page)
    {
        bool asViews = Leaf.Physical is ParquetType.ByteArray or ParquetType.FixedLengthByteArray;
        switch (encoding, Leaf.Physical)
        {
            case (ParquetEncoding.RleDictionary, _):
                page.ThrowUnless(_dictionary is not null, $"dictionary of column {Leaf.Path} is missing");
                return new DictionaryDecoder(_dictionary!);
            case (ParquetEncoding.Plain, ParquetType.Boolean): return new PlainBooleanDecoder();
            case (ParquetEncoding.Plain, _): return asViews
                ? new PlainBytesDecoder(Leaf.Width)
                : new PlainFixedDecoder(Leaf.Width);
            case (ParquetEncoding.Rle, ParquetType.Boolean): return new RleBooleanDecoder();
            case (ParquetEncoding.DeltaBinaryPacked, ParquetType.Int32): return new DeltaBinaryDecoder<int>();
            case (ParquetEncoding.DeltaBinaryPacked, ParquetType.Int64): return new DeltaBinaryDecoder<long>();
            case (ParquetEncoding.DeltaLengthByteArray, ParquetType.ByteArray): return new DeltaLengthBytesDecoder();
            case (ParquetEncoding.DeltaByteArray, ParquetType.ByteArray or ParquetType.FixedLengthByteArray):
                return new DeltaBytesDecoder(Leaf.Width, _account);
            case (ParquetEncoding.ByteStreamSplit,
                ParquetType.Int32 or ParquetType.Int64 or ParquetType.Float or ParquetType.Double or
                ParquetType.FixedLengthByteArray):
                return new ByteStreamSplitDecoder(Leaf.Width, asViews, _account);
            default:
                throw page.Corrupt($"encoding {encoding} of {Leaf.Physical} column {Leaf.Path}");
        }
    }
}
