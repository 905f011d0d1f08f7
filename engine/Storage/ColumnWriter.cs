using ColFrag.Engine.Bytes;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Files;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>Encodes the blocks of one column, in order; for one thread at a time.</summary>
internal class ColumnWriter(
    IFileSystem files, string folder, StoredColumn column, SegmentOptions options) : IDisposable
{
    /// <summary>The column.</summary>
    public StoredColumn Column { get; } = column;

    /// <summary>The encoded bytes.</summary>
    public ColumnOutput Output { get; } = new(
        files, folder, column, options.CompressionOf(column.Id), options.PackBelowBytes, options.IsDurable);

    /// <summary>The blocks that are finished.</summary>
    public List<(Section Section, BlockFacts Facts)> Blocks { get; } = [];

    /// <summary>What was seen of the values.</summary>
    public ValueCollector Collector { get; } = new(options.BloomColumns.Contains(column.Id));

    /// <summary>The segment's dictionary of the column and its number of entries, once finished.</summary>
    public (Section Section, int Count)? Dictionary { get; protected set; }

    /// <summary>The bloom filter, once finished.</summary>
    public Section? Bloom { get; protected set; }

    /// <summary>Bytes of the values before encoding.</summary>
    public long RawBytes => Blocks.Sum(b => b.Facts.RawBytes);

    /// <summary>What encoders need to know.</summary>
    protected EncodingContext Context { get; } = new(
        options.VectorRows, Fsst: new FsstMemory(), IsFast: options.IsFast);

    /// <summary>Makes the writer that suits a column.</summary>
    public static ColumnWriter Create(
        IFileSystem files, string folder, StoredColumn column, SegmentOptions options, MemoryAccount account) =>
        column.Field.Type.Physical == PhysicalType.Utf8
            ? new TextColumnWriter(files, folder, column, options, account)
            : new ColumnWriter(files, folder, column, options);

    /// <summary>Encodes the next block from a column of a stage.</summary>
    public virtual void AddBlock(SegmentStage stage, int column)
    {
        using ColumnVector rows = stage.ToVector(column);
        AddBlock(rows, stage.Count);
    }

    /// <summary>Encodes the next block from a flat vector.</summary>
    public virtual void AddBlock(ColumnVector rows, int count)
    {
        using ByteWriter bytes = new(1 << 16);
        BlockFacts facts = BlockEncoder.Encode(rows, count, Context, bytes, Collector);
        Blocks.Add((Output.Append(bytes.WrittenSpan), facts));
    }

    /// <summary>Writes what comes after the last block.</summary>
    public virtual void Finish()
    {
        if (Collector.Hashes.Count == 0) return;
        BloomFilter bloom = new((long)Collector.Sketch.Estimate() + 1);
        foreach (ulong hash in Collector.Hashes) bloom.Add(hash);
        using ByteWriter bytes = new((int)bloom.Bytes + 16);
        bloom.Write(bytes);
        Bloom = Output.Append(bytes.WrittenSpan);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the writer holds.</summary>
    protected virtual void Dispose(bool disposing) => Output.Dispose();
}
