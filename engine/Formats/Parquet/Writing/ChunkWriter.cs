using System.Numerics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Formats.Compression;

namespace ColFrag.Engine.Formats.Parquet.Writing;

/// <summary>A page that was written: what the page index says about it.</summary>
/// <param name="Offset">Where its header begins, from the start of the chunk.</param>
/// <param name="SizeBytes">Bytes with the header.</param>
/// <param name="FirstRow">Number of its first row in the group.</param>
/// <param name="NullCount">Slots without a value.</param>
/// <param name="IsNull">True when no slot has a value.</param>
/// <param name="Bounds">The bounds of its values; null where there are none.</param>
internal sealed record WrittenPage(
    int Offset, int SizeBytes, long FirstRow, long NullCount, bool IsNull, ValueBounds? Bounds);

/// <summary>A column chunk that was written to memory.</summary>
internal sealed class WrittenChunk : IDisposable
{
    public required OutputLeaf Leaf { get; init; }

    /// <summary>All pages.</summary>
    public required ByteWriter Bytes { get; init; }

    public required ParquetCodec Codec { get; init; }

    public required ParquetEncoding Encoding { get; init; }

    public required int SlotCount { get; init; }

    public required long UncompressedBytes { get; init; }

    /// <summary>Bytes of the dictionary page, which comes first; 0 without.</summary>
    public required int DictionaryBytes { get; init; }

    public required IReadOnlyList<WrittenPage> Pages { get; init; }

    /// <summary>The bloom filter with its header; null without.</summary>
    public required byte[]? Bloom { get; init; }

    /// <summary>True when the values, none of which is NULL, do not fall.</summary>
    public required bool IsAscending { get; init; }

    public void Dispose() => Bytes.Dispose();
}

/// <summary>
/// Writes a leaf's values of a row group as pages: chooses the encoding that is smallest for them, by their size where
/// that tells, by a compressed sample where it does not.
/// </summary>
internal sealed class ChunkWriter(ParquetWriterOptions options)
{
    private const int SampleValues = 1024;

    private readonly PageCompressor _compressor = new(options.Codec, options.CompressionLevel);

    /// <summary>Writes a chunk.</summary>
    public WrittenChunk Write(LeafValues values)
    {
        ByteWriter target = new(1 << 16);
        using ByteWriter page = new(1 << 16), compressed = new(1 << 16);
        ValueDictionary? dictionary = ValueDictionary.TryBuild(values);
        ParquetEncoding encoding = Choose(values, dictionary);
        long uncompressed = 0;
        int dictionaryBytes = 0;
        if (encoding == ParquetEncoding.RleDictionary)
        {
            dictionary!.Write(page);
            uncompressed += WritePage(
                ParquetPageType.Dictionary, page, compressed, target,
                header => WriteDictionaryHeader(header, dictionary.Count));
            dictionaryBytes = target.Length;
        }
        int[]? ranks = encoding == ParquetEncoding.RleDictionary && values.IsBytes ? dictionary!.FindRanks() : null;
        List<WrittenPage> pages = [];
        foreach (PageRange range in Cut(values))
        {
            int offset = target.Length;
            page.Clear();
            WriteLevels(values, range, page);
            WriteValues(values, dictionary, encoding, range, page);
            uncompressed += WritePage(
                ParquetPageType.Data, page, compressed, target,
                header => WriteDataHeader(header, range.SlotEnd - range.SlotStart, encoding));
            int nullCount = range.SlotEnd - range.SlotStart - (range.ValueEnd - range.ValueStart);
            pages.Add(new WrittenPage(
                offset, target.Length - offset, range.FirstRow, nullCount, range.ValueStart == range.ValueEnd,
                ranks is null
                    ? ValueBounds.Of(values, range.ValueStart, range.ValueEnd)
                    : ValueBounds.Of(values, dictionary!, ranks, range.ValueStart, range.ValueEnd)));
        }
        bool hasBloom = options.HasBloomFilters && encoding == ParquetEncoding.RleDictionary && dictionary!.Count > 1;
        return new WrittenChunk
        {
            Leaf = values.Leaf, Bytes = target, Codec = options.Codec, Encoding = encoding,
                SlotCount = values.SlotCount,
            UncompressedBytes = uncompressed, DictionaryBytes = dictionaryBytes, Pages = pages,
            Bloom = hasBloom ? BloomFilterBuilder.Build(values, dictionary!) : null,
            IsAscending = IsAscending(values),
        };
    }

    private readonly record struct PageRange(int SlotStart, int SlotEnd, int ValueStart, int ValueEnd, long FirstRow);

    private ParquetEncoding Choose(LeafValues values, ValueDictionary? dictionary)
    {
        if (values.Count == 0 || values.Leaf.Physical == ParquetType.Boolean) return ParquetEncoding.Plain;
        long plainBytes = dictionary?.PlainBytes ?? values.PlainBytes;
        ParquetEncoding best = ParquetEncoding.Plain;
        long bestBytes = plainBytes;
        if (dictionary is not null)
        {
            long codeBytes = (long)values.Count * WidthOf(dictionary) / 8;
            if (dictionary.SizeBytes + codeBytes < plainBytes * 3 / 4)
            {
                (best, bestBytes) = (ParquetEncoding.RleDictionary, dictionary.SizeBytes + codeBytes);
            }
        }
        if (options.IsVersion1)
        {
            if (best == ParquetEncoding.Plain) values.Expand();
            return best;
        }
        if (values.Leaf.Physical is ParquetType.Int32 or ParquetType.Int64)
        {
            long delta = DeltaEncoder.EstimateBytes(values);
            return delta < bestBytes ? ParquetEncoding.DeltaBinaryPacked : best;
        }
        if (best == ParquetEncoding.RleDictionary) return best;
        values.Expand();
        ParquetEncoding[] others = values.Leaf.Physical switch
        {
            ParquetType.Float or ParquetType.Double => [ParquetEncoding.Plain, ParquetEncoding.ByteStreamSplit],
            ParquetType.ByteArray =>
                [ParquetEncoding.DeltaLengthByteArray, ParquetEncoding.DeltaByteArray, ParquetEncoding.Plain],
            _ => [ParquetEncoding.Plain],
        };
        int sample = Math.Min(values.Count, SampleValues);
        return others.MinBy(encoding => CompressedSizeOf(encoding, values, sample));
    }

    private long CompressedSizeOf(ParquetEncoding encoding, LeafValues values, int count)
    {
        using ByteWriter encoded = new(1 << 12), compressed = new(1 << 12);
        ValueEncoder.Write(encoding, values, 0, count, encoded);
        return _compressor.Write(encoded.WrittenSpan, compressed);
    }

    // Pages end between rows, at so many rows or bytes.
    private IEnumerable<PageRange> Cut(LeafValues values) =>
        values.Leaf.MaxRepetition == 0 ? CutFlat(values) : CutNested(values);

    // A slot is a row.
    private IEnumerable<PageRange> CutFlat(LeafValues values)
    {
        byte max = (byte)values.Leaf.MaxDefinition;
        for (int slot = 0, value = 0; slot < values.SlotCount || slot == 0;)
        {
            int rows = Math.Min(options.PageRows, values.SlotCount - slot);
            int count = values.Definitions.Slice(slot, rows).Count(max);
            while (rows > 1 && values.SizeOf(value, value + count) > options.PageBytes)
            {
                rows /= 2;
                count = values.Definitions.Slice(slot, rows).Count(max);
            }
            yield return new PageRange(slot, slot + rows, value, value + count, slot);
            if (values.SlotCount == 0) break;
            (slot, value) = (slot + rows, value + count);
        }
    }

    private IEnumerable<PageRange> CutNested(LeafValues values)
    {
        int slotStart = 0, valueStart = 0, value = 0, rows = 0;
        long firstRow = 0;
        int max = values.Leaf.MaxDefinition;
        for (int slot = 0; slot < values.SlotCount; slot++)
        {
            bool isRow = values.Repetitions[slot] == 0;
            bool isFull = rows >= options.PageRows || values.SizeOf(valueStart, value) >= options.PageBytes;
            if (isRow && isFull)
            {
                yield return new PageRange(slotStart, slot, valueStart, value, firstRow);
                (slotStart, valueStart, firstRow, rows) = (slot, value, firstRow + rows, 0);
            }
            if (isRow) rows++;
            if (values.Definitions[slot] == max) value++;
        }
        yield return new PageRange(slotStart, values.SlotCount, valueStart, value, firstRow);
    }

    private static void WriteLevels(LeafValues values, PageRange range, ByteWriter page)
    {
        OutputLeaf leaf = values.Leaf;
        if (leaf.MaxRepetition > 0)
        {
            WriteLevels(values.Repetitions[range.SlotStart..range.SlotEnd], leaf.MaxRepetition, page);
        }
        if (leaf.MaxDefinition > 0)
        {
            WriteLevels(values.Definitions[range.SlotStart..range.SlotEnd], leaf.MaxDefinition, page);
        }
    }

    private static void WriteLevels(ReadOnlySpan<byte> levels, int max, ByteWriter page)
    {
        int length = page.ReserveInt32(), start = page.Length;
        LevelEncoder.Write(levels, 32 - BitOperations.LeadingZeroCount((uint)max), page);
        page.PatchInt32(length, page.Length - start);
    }

    private static void WriteValues(
        LeafValues values, ValueDictionary? dictionary, ParquetEncoding encoding, PageRange range, ByteWriter page)
    {
        if (encoding != ParquetEncoding.RleDictionary)
        {
            ValueEncoder.Write(encoding, values, range.ValueStart, range.ValueEnd, page);
            return;
        }
        int width = WidthOf(dictionary!);
        page.WriteByte((byte)width);
        LevelEncoder.Write(dictionary!.Codes[range.ValueStart..range.ValueEnd], width, page);
    }

    private static int WidthOf(ValueDictionary dictionary) =>
        dictionary.Count <= 1 ? 0 : 32 - BitOperations.LeadingZeroCount((uint)dictionary.Count - 1);

    // Returns the bytes that the page takes when it is decompressed, with its header.
    private long WritePage(
        ParquetPageType type, ByteWriter page, ByteWriter compressed, ByteWriter target,
            Action<ThriftWriter> writeDetails)
    {
        compressed.Clear();
        _compressor.Write(page.WrittenSpan, compressed);
        int start = target.Length;
        ThriftWriter header = new(target);
        header.BeginStruct();
        header.WriteInt32(1, (int)type);
        header.WriteInt32(2, page.Length);
        header.WriteInt32(3, compressed.Length);
        header.WriteInt32(4, unchecked((int)Crc32.Compute(compressed.WrittenSpan)));
        writeDetails(header);
        header.EndStruct();
        int headerBytes = target.Length - start;
        target.WriteBytes(compressed.WrittenSpan);
        return headerBytes + page.Length;
    }

    private static void WriteDictionaryHeader(ThriftWriter header, int count)
    {
        header.BeginStruct(7);
        header.WriteInt32(1, count);
        header.WriteInt32(2, (int)ParquetEncoding.Plain);
        header.EndStruct();
    }

    private static void WriteDataHeader(ThriftWriter header, int slotCount, ParquetEncoding encoding)
    {
        header.BeginStruct(5);
        header.WriteInt32(1, slotCount);
        header.WriteInt32(2, (int)encoding);
        header.WriteInt32(3, (int)ParquetEncoding.Rle);
        header.WriteInt32(4, (int)ParquetEncoding.Rle);
        header.EndStruct();
    }

    private static bool IsAscending(LeafValues values)
    {
        if (values.Leaf.MaxRepetition > 0 || values.Count != values.SlotCount || values.Count < 2 || values.IsBytes)
        {
            return false;
        }
        if (values.Leaf.Physical is not (ParquetType.Int32 or ParquetType.Int64)) return false;
        for (int i = 1; i < values.Count; i++)
        {
            if (ValueBounds.Compare(values.Leaf, values[i - 1], values[i]) > 0) return false;
        }
        return true;
    }
}
