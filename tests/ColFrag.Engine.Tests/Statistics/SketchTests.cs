using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Statistics;

namespace ColFrag.Engine.Tests.Statistics;

public class SketchTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(3000)]
    [InlineData(1_000_000)]
    public void Estimates_stay_within_seven_percent(int count)
    {
        HyperLogLog sketch = new();
        for (int i = 0; i < count; i++) sketch.Add(SketchHash.OfInteger((long)i * 1_000_003));
        for (int i = 0; i < count; i += 3) sketch.Add(SketchHash.OfInteger((long)i * 1_000_003));
        Assert.InRange(sketch.Estimate(), count * 0.93, (count * 1.07) + 0.1);
        using ByteWriter bytes = new();
        sketch.Write(bytes);
        ByteReader source = new(bytes.WrittenSpan, "sketch");
        Assert.Equal(sketch.Estimate(), HyperLogLog.Read(ref source).Estimate());
        Assert.True(source.IsAtEnd);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(40_000)]
    [InlineData(1_000_000)]
    public void Hashes_that_are_added_together_set_what_single_ones_set(int distinct)
    {
        Random random = new(distinct);
        HyperLogLog together = new(), one = new();
        ulong[] hashes = new ulong[300];
        for (int round = 0; round < 3000; round++)
        {
            Span<ulong> some = hashes.AsSpan(0, random.Next(hashes.Length));
            for (int i = 0; i < some.Length; i++) some[i] = SketchHash.OfInteger(random.Next(distinct));
            together.Add(some);
            foreach (ulong hash in some) one.Add(hash);
        }
        using ByteWriter expected = new(), actual = new();
        one.Write(expected);
        together.Write(actual);
        Assert.True(expected.WrittenSpan.SequenceEqual(actual.WrittenSpan));
    }

    [Fact]
    public void Merged_sketches_are_that_of_the_whole()
    {
        HyperLogLog odd = new(), even = new(), all = new();
        for (int i = 0; i < 10_000; i++)
        {
            (i % 2 == 0 ? even : odd).Add(SketchHash.OfInteger(i));
            all.Add(SketchHash.OfInteger(i));
        }
        odd.Merge(even);
        Assert.Equal(all.Estimate(), odd.Estimate());
    }

    [Fact]
    public void Damaged_sketches_and_histograms_are_found_out_or_read_as_others()
    {
        HyperLogLog sketch = new();
        for (int i = 0; i < 300; i++) sketch.Add(SketchHash.OfInteger(i));
        using ByteWriter bytes = new();
        sketch.Write(bytes);
        Histogram.FromSample(Enumerable.Range(0, 500).Select(i => (Int128)i * i), 500).Write(bytes);
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = bytes.ToArray()[..random.Next(bytes.Length / 2, bytes.Length)];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                ByteReader source = new(damaged, "sketch");
                Assert.False(double.IsNaN(HyperLogLog.Read(ref source).Estimate()));
                Assert.InRange(Histogram.Read(ref source).EstimateShare(10, 1000), 0, 1);
            }
            catch (CorruptDataException)
            {
            }
        }
    }

    [Fact]
    public void Hashes_of_files_never_change()
    {
        Assert.Equal(0xB456BCFC34C2CB2CUL, SketchHash.OfInteger(1L));
        Assert.Equal(SketchHash.OfInteger(-7L), SketchHash.OfInteger((Int128)(-7)));
        Assert.Equal(SketchHash.OfDouble(0), SketchHash.OfDouble(-0.0));
        Assert.Equal(0xEF46DB3751D8E999UL, SketchHash.OfText(""u8));
    }

    [Fact]
    public unsafe void Many_values_at_once_have_the_hashes_and_bounds_that_each_has_alone()
    {
        Random random = new(5);
        double[] special = [0.0, -0.0, double.NaN, -double.NaN, double.NegativeInfinity, double.MaxValue, -1e-310];
        for (int count = 1; count < 40; count++)
        {
            long[] integers = [.. Enumerable.Range(0, count).Select(_ => random.NextInt64() - random.NextInt64())];
            double[] floats = [.. Enumerable.Range(0, count).Select(
                i => random.Next(3) == 0 ? special[random.Next(special.Length)] : random.NextDouble() - 0.5)];
            ulong[] hashes = new ulong[count];
            fixed (long* values = integers)
            fixed (ulong* target = hashes) SketchHash.OfIntegers(values, count, target);
            Assert.Equal(integers.Select(v => SketchHash.OfInteger(v)), hashes);
            fixed (double* values = floats)
            fixed (ulong* target = hashes) SketchHash.OfDoubles(values, count, target);
            Assert.Equal(floats.Select(v => SketchHash.OfDouble(v)), hashes);
            long[] keys = [.. floats.Select(ZoneKey.OfDouble)];
            Assert.Equal((keys.Min(), keys.Max()), ZoneKey.BoundsOf(floats));
        }
    }

    [Fact]
    public void Histograms_know_the_share_of_a_range()
    {
        Random random = new(1);
        Histogram even = Histogram.FromSample(Enumerable.Range(0, 4000).Select(_ => (Int128)random.Next(1000)), 1e6);
        Assert.InRange(even.EstimateShare(0, 499), 0.45, 0.55);
        Assert.Equal(0, even.EstimateShare(2000, 3000));
        Assert.Equal(1, even.EstimateShare(Int128.MinValue, Int128.MaxValue));
        Histogram skewed = Histogram.FromSample(Enumerable.Range(0, 4000).Select(i => (Int128)(i < 3000 ? 5 : i)), 1e6);
        Assert.InRange(skewed.EstimateShare(5, 5), 0.7, 0.8);
        Assert.InRange(skewed.EstimateShare(6, 5000), 0.2, 0.3);
    }

    [Fact]
    public void Histograms_know_frequent_keys_and_share_the_rest_among_the_others()
    {
        Random random = new(2);
        Histogram skewed = Histogram.FromSample(
            Enumerable.Range(0, 4000).Select(i => (Int128)(i < 3000 ? 5 : random.Next(10, 1010))), 1e6);
        Assert.InRange(skewed.EstimateEqual(5, 1001), 0.7, 0.8);
        Assert.InRange(skewed.EstimateEqual(77, 1001), 0.0001, 0.0004);
    }

    [Fact]
    public void A_summary_of_a_table_is_read_as_it_was_written()
    {
        HyperLogLog sketch = new();
        for (int i = 0; i < 50; i++) sketch.Add(SketchHash.OfInteger(i));
        TableSummary summary = new(
            60, ImmutableSortedDictionary<int, ColumnSummary>.Empty.Add(
                3, new ColumnSummary(60, 10, 100, 480, sketch, Histogram.FromSample([1, 2, 3], 50))
                {
                    Bounds = (-7, 49),
                }))
        {
            Segments = ImmutableDictionary<long, int>.Empty.Add(42, 40).Add(-1, 20),
        };
        TableSummary read = TableSummary.Read(summary.Write(), "statistics");
        Assert.Equal(60, read.RowCount);
        Assert.Equal(summary.Segments.OrderBy(s => s.Key), read.Segments.OrderBy(s => s.Key));
        Assert.Equal(((Int128)(-7), (Int128)49), read.Columns[3].Bounds);
        Assert.Equal(summary.Columns[3].DistinctCount, read.Columns[3].DistinctCount);
    }
}
