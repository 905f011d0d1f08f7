using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Storage;

/// <summary>
/// How the columns of some segments are stored, why they compress or not, and which ORDER BY would help: what
/// <c>EXPLAIN STORAGE t</c> shows. Made from manifests alone.
/// </summary>
internal sealed record StorageReport(long RowCount, long Bytes, long RawBytes, ImmutableArray<ColumnStorage> Columns)
{
    /// <summary>Looks at the segments of a table or of a part of it.</summary>
    public static StorageReport Create(IReadOnlyList<SegmentReader> segments)
    {
        List<ColumnStorage> columns = [];
        foreach (int id in segments.SelectMany(s => s.Columns).Select(c => c.Id).Distinct())
        {
            columns.Add(ColumnStorage.Create([.. segments.Where(s => s.Contains(id)).Select(s => s.GetFooter(id))]));
        }
        return new StorageReport(
            segments.Sum(s => (long)s.RowCount), columns.Sum(c => c.Bytes), columns.Sum(c => c.RawBytes), [.. columns]);
    }

    /// <summary>
    /// The column whose order would save most bytes in itself, where it would save a tenth or more; else null. Only
    /// columns whose values repeat are taken: the order of others brings nothing together.
    /// </summary>
    public ColumnStorage? BestOrder => Columns
        .Where(c =>
            !c.IsSorted && c.BytesIfSorted < c.Bytes * 0.9 && c.DistinctCount < (c.RowCount - c.NullCount) / 4.0)
        .MaxBy(c => c.Bytes - c.BytesIfSorted);
}

/// <summary>How one column is stored.</summary>
/// <param name="ColumnId">The column.</param>
/// <param name="Type">Its type.</param>
/// <param name="RowCount">Rows.</param>
/// <param name="NullCount">Rows without a value.</param>
/// <param name="Bytes">Bytes in files.</param>
/// <param name="RawBytes">Bytes before encoding.</param>
/// <param name="DistinctCount">Distinct values, estimated.</param>
/// <param name="RunCount">Runs of equal values; 0 where not counted.</param>
/// <param name="DescentCount">Values below the one before, in the same block.</param>
/// <param name="IsSorted">True when the rows of every segment ascend by it.</param>
/// <param name="ZoneSharpness">1 when zones do not overlap at all, 0 when each spans the whole segment.</param>
/// <param name="Encodings">How many blocks are encoded in which way, most frequent first.</param>
/// <param name="BytesIfSorted">What it would take, about, if rows were ordered by it.</param>
/// <param name="Why">Why it compresses as it does.</param>
internal sealed record ColumnStorage(
    int ColumnId, LogicalType Type, long RowCount, long NullCount, long Bytes, long RawBytes, double DistinctCount,
    long RunCount, long DescentCount, bool IsSorted, double ZoneSharpness, string Encodings, double BytesIfSorted,
    string Why)
{
    /// <summary>How many times smaller it is than before encoding.</summary>
    public double Ratio => Bytes == 0 ? 1 : (double)RawBytes / Bytes;

    /// <summary>Looks at a column in its segments.</summary>
    public static ColumnStorage Create(IReadOnlyList<ColumnFooter> footers)
    {
        BlockFooter[] blocks = [.. footers.SelectMany(f => f.Blocks)];
        LogicalType type = footers[0].Column.Field.Type;
        HyperLogLog sketch = new();
        foreach (ColumnFooter footer in footers) sketch.Merge(footer.Sketch);
        long rows = blocks.Sum(b => (long)b.RowCount), nulls = blocks.Sum(b => (long)b.NullCount);
        double distinct = Math.Min(sketch.Estimate(), rows - nulls);
        long bytes = footers.Sum(f => f.Bytes), raw = footers.Sum(f => f.RawBytes);
        long runs = blocks.All(b => b.RunCount > 0 || b.NullCount == b.RowCount)
            ? blocks.Sum(b => (long)b.RunCount) : 0;
        bool isSorted = footers.All(IsAscending);
        double ifSorted = EstimateSorted(footers, distinct);
        string encodings = Describe(blocks);
        return new ColumnStorage(
            footers[0].Column.Id, type, rows, nulls, bytes, raw, distinct, runs, blocks.Sum(b => (long)b.DescentCount),
            isSorted, Sharpness(footers), encodings, ifSorted,
            Explain(type, rows, nulls, distinct, runs, isSorted, footers.Any(f => f.DictionaryCount > 0)));
    }

    private static string Describe(BlockFooter[] blocks) => string.Join(", ", blocks
        .GroupBy(DescribeOne)
        .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} x{g.Count()}")));

    private static string DescribeOne(BlockFooter block)
    {
        string encodings =
            block.Encodings.Length == 0 ? "null" : string.Join(" > ", block.Encodings.Select(EncodingRegistry.NameOf));
        return block.Section.Compression switch
        {
            GeneralCompression.Zstd => $"{encodings} > zstd",
            GeneralCompression.Lz4 => $"{encodings} > lz4",
            _ => encodings,
        };
    }

    private static bool IsAscending(ColumnFooter footer)
    {
        Int128 last = Int128.MinValue;
        foreach (BlockFooter block in footer.Blocks)
        {
            if (block.NullCount == block.RowCount) continue;
            if (block.RunCount == 0 || block.DescentCount > 0 || block.Bounds.Min < last) return false;
            last = block.Bounds.Max;
        }
        return footer.NullCount < footer.RowCount;
    }

    /// <summary>The mean over zones of one less the share of the segment's range that a zone spans.</summary>
    private static double Sharpness(IReadOnlyList<ColumnFooter> footers)
    {
        double sum = 0;
        int count = 0;
        foreach (ColumnFooter footer in footers)
        {
            ZoneRange all = footer.Zone;
            if (all.Min > all.Max) continue;
            double range = (double)(UInt128)(all.Max - all.Min);
            for (int block = 0; block < footer.Blocks.Count; block++)
            {
                for (int row = 0; row < footer.Blocks[block].RowCount; row += footer.VectorRows)
                {
                    ZoneRange zone = footer.GetZone(block, row);
                    if (zone.Min > zone.Max) continue;
                    sum += range == 0 ? 1 : 1 - ((double)(UInt128)(zone.Max - zone.Min) / range);
                    count++;
                }
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    /// <summary>
    /// In order, each segment has a run per distinct value: it costs the value's step and the run's length.
    /// </summary>
    private static double EstimateSorted(IReadOnlyList<ColumnFooter> footers, double distinct)
    {
        double bytes = 0;
        foreach (ColumnFooter footer in footers)
        {
            if (footer.Column.Field.Type.IsNested || footer.NullCount == footer.RowCount) return footers.Sum(
                f => f.Bytes);
            double values = Math.Max(1, Math.Min(distinct, footer.EstimateDistinct()));
            double rows = footer.RowCount - footer.NullCount;
            double lengthBits = BitPacking.BitsFor((ulong)(rows / values)) + 1;
            ZoneRange zone = footer.Zone;
            double stepBits = footer.DictionaryCount > 0 ? 1
                : zone.Min > zone.Max ? 64 : Math.Log2(((double)(UInt128)(zone.Max - zone.Min) / values) + 1) + 1;
            double fixedBytes = footer.Dictionary?.Length ?? 0;
            // Texts that are hardly repeated share prefixes at best.
            bool isText = footer.Column.Field.Type.Physical == PhysicalType.Utf8 && footer.DictionaryCount == 0;
            bytes += isText
                ? footer.Bytes : fixedBytes + (values * (lengthBits + stepBits) / 8) + (footer.Blocks.Count * 32);
        }
        return bytes;
    }

    private static string Explain(
        LogicalType type, long rows, long nulls, double distinct, long runs, bool isSorted, bool hasDictionary)
    {
        if (rows == 0) return "no rows";
        if (nulls == rows) return "only NULLs";
        double values = rows - nulls;
        if (distinct < 1.5) return "one value";
        if (isSorted) return "ascending: only the steps are stored";
        if (runs > 0 && runs < values / 8) return Text($"runs of {values / runs:F0} equal values on average");
        if (hasDictionary) return Text($"about {distinct:N0} distinct texts, stored once");
        if (distinct > values * 0.9)
        {
            return type.IsFloat ? "nearly all values differ; what is left is the digits they really have"
                : "nearly all values differ; only their common range is saved";
        }
        return Text($"about {distinct:N0} distinct values, in no order");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
