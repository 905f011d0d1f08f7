using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Storage;

/// <summary>
/// What a manifest knows about one column of a segment: where its sections lie, and their statistics.
/// <code>
///   bytes    field
///   1        flags: 1 has a dictionary, 2 has a bloom filter
///   varint   entries of the dictionary; if flag 1
///   ...      where the dictionary lies (see Section); if flag 1
///   ...      where the bloom filter lies; if flag 2
///   ...      distinct values (see HyperLogLog)
///   ...      histogram (see Histogram)
///   ...      footer of each block (see BlockFooter)
/// </code>
/// </summary>
internal sealed class ColumnFooter
{
    private const int HasDictionary = 1, HasBloom = 2;

    private readonly BlockFooter[] _blocks;
    private readonly HyperLogLog _sketch;
    private readonly int _vectorRows;

    private ColumnFooter(
        StoredColumn column, BlockFooter[] blocks, HyperLogLog sketch, Histogram histogram, int vectorRows)
    {
        Column = column;
        _blocks = blocks;
        _sketch = sketch;
        Histogram = histogram;
        _vectorRows = vectorRows;
        (Int128 Min, Int128 Max) bounds = BlockFacts.NoBounds;
        Int128? sum = 0;
        foreach (BlockFooter block in blocks)
        {
            NullCount += block.NullCount;
            RowCount += block.RowCount;
            Bytes += block.Section.Length;
            RawBytes += block.RawBytes;
            if (block.Bounds.Min <= block.Bounds.Max)
            {
                bounds = bounds.Min > bounds.Max ? block.Bounds
                    : (Int128.Min(bounds.Min, block.Bounds.Min), Int128.Max(bounds.Max, block.Bounds.Max));
            }
            if (block.NullCount == block.RowCount) continue;
            sum = sum is { } x && block.Sum is { } y ? AddChecked(x, y) : null;
        }
        Bounds = bounds;
        Sum = NullCount == RowCount ? null : sum;
    }

    /// <summary>The column.</summary>
    public StoredColumn Column { get; }

    /// <summary>The blocks, in order.</summary>
    public IReadOnlyList<BlockFooter> Blocks => _blocks;

    /// <summary>Bytes of all sections in the file.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of the values before encoding.</summary>
    public long RawBytes { get; }

    /// <summary>Rows.</summary>
    public int RowCount { get; }

    /// <summary>Rows of a zone.</summary>
    public int VectorRows => _vectorRows;

    /// <summary>Rows without a value.</summary>
    public long NullCount { get; }

    /// <summary>The dictionary of the segment, or null.</summary>
    public Section? Dictionary { get; private set; }

    /// <summary>Entries of the segment's dictionary; 0 without one.</summary>
    public int DictionaryCount { get; private set; }

    /// <summary>The bloom filter, or null.</summary>
    public Section? Bloom { get; private set; }

    /// <summary>The distinct values.</summary>
    public HyperLogLog Sketch => _sketch;

    /// <summary>How the values lie.</summary>
    public Histogram Histogram { get; }

    /// <summary>Approximate bytes in memory.</summary>
    public long MemoryBytes => 3600 + _blocks.Sum(b => b.MemoryBytes);

    /// <summary>The bounds of the whole segment.</summary>
    public ZoneRange Zone => new(Column.Field.Type, Bounds.Min, Bounds.Max, (int)NullCount, RowCount);

    private (Int128 Min, Int128 Max) Bounds { get; }

    private Int128? Sum { get; }

    /// <summary>The bounds of a block.</summary>
    public ZoneRange GetZone(int block) => _blocks[block].GetZone(Column.Field.Type);

    /// <summary>The bounds of the zone that begins at a row of a block.</summary>
    public ZoneRange GetZone(int block, int firstRow)
    {
        BlockFooter footer = _blocks[block];
        int zone = firstRow / _vectorRows;
        return footer.GetZone(
            Column.Field.Type, zone, Math.Min(_vectorRows, footer.RowCount - (zone * _vectorRows)));
    }

    /// <summary>
    /// The exact smallest and largest values, where the manifest knows them (not of text); null when all are NULL.
    /// </summary>
    public bool TryGetBounds(out Value? min, out Value? max)
    {
        min = max = null;
        LogicalType type = Column.Field.Type;
        if (NullCount == RowCount) return true;
        if (!ZoneKey.IsExact(type) || Bounds.Min > Bounds.Max) return false;
        min = ToValue(type, Bounds.Min);
        max = ToValue(type, Bounds.Max);
        return true;
    }

    /// <summary>The exact sum of integers and decimals (unscaled), where known.</summary>
    public bool TryGetSum(out Int128 sum)
    {
        sum = Sum ?? 0;
        return Sum is not null;
    }

    /// <summary>An estimate of distinct values.</summary>
    public double EstimateDistinct() =>
        DictionaryCount > 0 ? DictionaryCount : Math.Min(_sketch.Estimate(), RowCount - NullCount);

    /// <summary>What planning wants to know.</summary>
    public ColumnSummary Summarize() => new(RowCount, NullCount, Bytes, RawBytes, _sketch, Histogram)
    {
        Bounds = Bounds,
    };

    /// <summary>Writes the footer of a finished column whose first section lies at an offset of its file.</summary>
    public static void Write(ByteWriter target, ColumnWriter column, long offset)
    {
        target.WriteByte(
            (byte)((column.Dictionary is not null ? HasDictionary : 0) | (column.Bloom is not null ? HasBloom : 0)));
        if (column.Dictionary is { } dictionary)
        {
            target.WriteVarUInt64((ulong)dictionary.Count);
            Move(dictionary.Section, offset).Write(target);
        }
        if (column.Bloom is { } bloom) Move(bloom, offset).Write(target);
        column.Collector.Sketch.Write(target);
        long values = column.Blocks.Sum(b => (long)b.Facts.RowCount - b.Facts.NullCount);
        Histogram.FromSample(column.Collector.Sample, values).Write(target);
        foreach ((Section section, BlockFacts facts) in column.Blocks)
        {
            BlockFooter.Write(target, Move(section, offset), facts);
        }
    }

    /// <summary>Reads a footer.</summary>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    public static ColumnFooter Read(
        ref ByteReader source, StoredColumn column, int rowCount, int blockRows, int vectorRows)
    {
        int flags = source.ReadByte();
        source.ThrowUnless(flags <= 3, "flags of a column");
        int entries = 0;
        Section? dictionary = null, bloom = null;
        if ((flags & HasDictionary) != 0)
        {
            entries = source.ReadVarCount(rowCount);
            dictionary = Section.Read(ref source);
            source.ThrowUnless(
                entries > 0 && column.Field.Type.Physical == PhysicalType.Utf8, "dictionary of a column");
        }
        if ((flags & HasBloom) != 0) bloom = Section.Read(ref source);
        HyperLogLog sketch = HyperLogLog.Read(ref source);
        Histogram histogram = Histogram.Read(ref source);
        BlockFooter[] blocks = new BlockFooter[(rowCount + blockRows - 1) / blockRows];
        for (int b = 0; b < blocks.Length; b++)
        {
            blocks[b] = BlockFooter.Read(ref source, Math.Min(blockRows, rowCount - (b * blockRows)), vectorRows);
        }
        source.ExpectEnd();
        ColumnFooter footer = new(column, blocks, sketch, histogram, vectorRows)
        {
            Dictionary = dictionary, DictionaryCount = entries, Bloom = bloom,
        };
        footer.Bytes += (dictionary?.Length ?? 0) + (bloom?.Length ?? 0);
        return footer;
    }

    private static Value ToValue(LogicalType type, Int128 key) =>
        type.IsFloat ? Value.Float(type, ZoneKey.ToDouble((long)key)) : Value.Integer(type, key);

    private static Section Move(Section section, long offset) => section with { Offset = section.Offset + offset };

    private static Int128? AddChecked(Int128 x, Int128 y)
    {
        Int128 sum = unchecked(x + y);
        return ((x ^ sum) & (y ^ sum)) < 0 ? null : sum;
    }
}
