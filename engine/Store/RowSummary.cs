using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>What planning wants to know of rows that are not encoded yet: the same as of a segment's columns.</summary>
internal static unsafe class RowSummary
{
    private const int SampleCount = 1024;

    /// <summary>The summary of all rows; columns without an order have none.</summary>
    public static TableSummary Of(RowBuffer rows)
    {
        ImmutableArray<TableColumn> columns = rows.Definition.Columns;
        int step = Math.Max(1, rows.RowCount / SampleCount);
        Counter?[] counters = [.. columns.Select(c => ZoneKey.Exists(c.Type) ? new Counter(step) : null)];
        using Batch batch = rows.CreateBatch();
        RowBlockReader reader = rows.OpenReader();
        while (reader.Read(batch))
        {
            for (int c = 0; c < counters.Length; c++) counters[c]?.Add(batch.Columns[c], batch.Count);
        }
        return new TableSummary(
            rows.RowCount,
            Enumerable.Range(0, counters.Length).Where(c => counters[c] is not null)
                .ToImmutableSortedDictionary(c => columns[c].Id, c => counters[c]!.Finish()));
    }

    private sealed class Counter(int step)
    {
        private readonly HyperLogLog _distinct = new();
        private readonly List<Int128> _sample = [];
        private (Int128 Min, Int128 Max) _bounds = (Int128.MaxValue, Int128.MinValue);
        private long _rowCount;
        private long _valueCount;
        private long _bytes;

        public void Add(ColumnVector column, int count)
        {
            _rowCount += count;
            _bytes += column.Type.Physical == PhysicalType.Utf8 ? 0 : (long)count * column.Type.Physical.SizeBytes();
            for (int i = 0; i < count; i++)
            {
                if (column.IsValid(i)) Add(column, i, column.Type.Physical);
            }
        }

        public ColumnSummary Finish() => new(
            _rowCount, _rowCount - _valueCount, _bytes, _bytes, _distinct, Histogram.FromSample(_sample, _valueCount))
        {
            Bounds = _valueCount == 0 ? (0, -1) : _bounds,
        };

        private void Add(ColumnVector column, int row, PhysicalType physical)
        {
            Int128 key;
            ulong hash;
            switch (physical)
            {
                case PhysicalType.Utf8:
                    ReadOnlySpan<byte> text = ((Utf8View*)column.Data)[row].Span;
                    _bytes += text.Length;
                    (key, hash) = (ZoneKey.OfText(text), SketchHash.OfText(text));
                    break;
                case PhysicalType.Float32 or PhysicalType.Float64:
                    double number = column.GetDouble(row);
                    (key, hash) = (ZoneKey.OfDouble(number), SketchHash.OfDouble(number));
                    break;
                case PhysicalType.Interval:
                    key = ((Interval*)column.Data)[row].Span;
                    hash = SketchHash.OfInteger(key);
                    break;
                default:
                    key = column.GetInteger(row);
                    hash = SketchHash.OfInteger(key);
                    break;
            }
            _distinct.Add(hash);
            _bounds = (Int128.Min(_bounds.Min, key), Int128.Max(_bounds.Max, key));
            if (_valueCount++ % step == 0) _sample.Add(key);
        }
    }
}
