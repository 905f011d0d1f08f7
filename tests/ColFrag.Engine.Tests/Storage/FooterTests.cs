using ColFrag.Engine.Errors;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Storage;

public class FooterTests
{
    [Fact]
    public async Task Counts_bounds_and_sums_are_known_without_reading_data()
    {
        LogicalType[] types =
        [
            LogicalType.Integer, LogicalType.UBigInt, LogicalType.Decimal(38, 3), LogicalType.Double, LogicalType.Date,
                LogicalType.TinyInt,
        ];
        for (int manner = 0; manner < 4; manner++)
        {
            Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 1500, manner, i))];
            using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns);
            using SegmentReader segment = fixture.Open();
            for (int c = 0; c < types.Length; c++)
            {
                ColumnFooter footer = segment.GetFooter(c + 1);
                Value[] known = [.. columns[c].Where(v => !v.IsNull)];
                Assert.Equal(1500 - known.Length, footer.NullCount);
                Assert.True(footer.TryGetBounds(out Value? min, out Value? max));
                if (types[c].IsFloat)
                {
                    Assert.Equal(
                        known.Min(v => double.IsNaN(v.AsDouble) ? double.PositiveInfinity : v.AsDouble), min!.AsDouble);
                    Assert.Equal(known.Any(v => double.IsNaN(v.AsDouble))
                        ? double.NaN : known.Max(v => v.AsDouble), max!.AsDouble);
                    continue;
                }
                Assert.Equal(known.Min(v => v.AsInteger), min!.AsInteger);
                Assert.Equal(known.Max(v => v.AsInteger), max!.AsInteger);
                if (types[c].Kind == TypeKind.Date) continue;
                System.Numerics.BigInteger sum = 0;
                foreach (Value value in known) sum += (System.Numerics.BigInteger)value.AsInteger;
                bool fits = sum >= (System.Numerics.BigInteger)Int128.MinValue &&
                    sum <= (System.Numerics.BigInteger)Int128.MaxValue;
                if (footer.TryGetSum(out Int128 stored)) Assert.Equal(sum, (System.Numerics.BigInteger)stored);
                else Assert.False(fits && types[c].Physical != PhysicalType.Int128);
            }
        }
    }

    [Fact]
    public async Task Distinct_values_are_estimated_and_counted_where_there_is_a_dictionary()
    {
        LogicalType[] types = [LogicalType.BigInt, LogicalType.Varchar, LogicalType.Double];
        Value[][] columns =
        [
            [.. Enumerable.Range(0, 20_000).Select(i => Value.BigInt(i % 5000))],
            [.. Enumerable.Range(0, 20_000).Select(i => Value.Text($"t{i % 77}"))],
            [.. Enumerable.Range(0, 20_000).Select(i => Value.Float(LogicalType.Double, i / 3.0))],
        ];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns);
        using SegmentReader segment = fixture.Open();
        Assert.InRange(segment.GetFooter(1).EstimateDistinct(), 4600, 5400);
        Assert.Equal(77, segment.GetFooter(2).EstimateDistinct());
        Assert.InRange(segment.GetFooter(3).EstimateDistinct(), 18_400, 20_000);
    }

    [Fact]
    public async Task The_report_says_what_compresses_and_which_order_would_help()
    {
        LogicalType[] types = [LogicalType.Integer, LogicalType.BigInt, LogicalType.Varchar, LogicalType.Integer];
        Random random = new(3);
        Value[][] columns =
        [
            [.. Enumerable.Range(0, 4000).Select(i => Value.Integer(types[0], i))],
            [.. Enumerable.Range(0, 4000).Select(_ => Value.Integer(types[1], random.NextInt64()))],
            [.. Enumerable.Range(0, 4000).Select(_ => Value.Text($"country {random.Next(60)}"))],
            [.. Enumerable.Range(0, 4000).Select(_ => Value.Integer(types[3], 7))],
        ];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns);
        using SegmentReader segment = fixture.Open();
        StorageReport report = StorageReport.Create([segment]);
        Assert.Equal(4000, report.RowCount);
        Assert.True(report.Columns[0].IsSorted);
        Assert.Contains("ascending", report.Columns[0].Why, StringComparison.Ordinal);
        Assert.Contains("delta", report.Columns[0].Encodings, StringComparison.Ordinal);
        Assert.True(report.Columns[0].ZoneSharpness > 0.9);
        Assert.Contains("nearly all values differ", report.Columns[1].Why, StringComparison.Ordinal);
        Assert.Contains("distinct texts", report.Columns[2].Why, StringComparison.Ordinal);
        Assert.Equal("one value", report.Columns[3].Why);
        Assert.Equal(3, report.BestOrder!.ColumnId);
        Assert.True(report.Columns[2].BytesIfSorted < report.Columns[2].Bytes);
    }

    [Fact]
    public async Task Summaries_of_segments_merge_and_survive_their_file()
    {
        Value[] low = [.. Enumerable.Range(0, 3000).Select(i => Value.BigInt(i))];
        Value[] high = [.. Enumerable.Range(0, 1000).Select(i => Value.BigInt(9000 + i))];
        using SegmentFixture first = await SegmentFixture.WriteAsync([LogicalType.BigInt], [low]);
        using SegmentFixture second = await SegmentFixture.WriteAsync([LogicalType.BigInt], [high]);
        using SegmentReader a = first.Open(), b = second.Open();
        TableSummary merged = TableSummary.Merge([a.Summarize(), b.Summarize()]);
        TableSummary read = TableSummary.Read(merged.Write(), "statistics");
        Assert.Equal(4000, read.RowCount);
        ColumnSummary column = read.Columns[1];
        Assert.InRange(column.DistinctCount, 3700, 4300);
        Assert.InRange(column.Histogram.EstimateShare(0, 1499), 0.32, 0.43);
        Assert.InRange(column.Histogram.EstimateShare(9000, Int128.MaxValue), 0.2, 0.3);
        Assert.InRange(column.Histogram.EstimateShare(4000, 8000), 0, 0.05);
        byte[] damaged = merged.Write();
        damaged[20] ^= 4;
        Assert.Throws<CorruptDataException>(() => TableSummary.Read(damaged, "statistics"));
    }
}
