using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Tests.Kernels;

/// <summary>Values at a place of an order, found without sorting, are those that sorting finds.</summary>
public sealed unsafe class OrderStatisticTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(1000)]
    [InlineData(5000)]
    public void A_selected_pair_is_that_of_a_sort(int count)
    {
        Random random = new(count);
        for (int round = 0; round < 60; round++)
        {
            // From all equal to all different; ascending, descending and mixed.
            int distinct = 1 + random.Next(round < 30 ? 6 : int.MaxValue - 1);
            long[] values = [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(distinct) - (distinct / 2))];
            if (round % 3 == 1) Array.Sort(values);
            if (round % 3 == 2) Array.Sort(values, (x, y) => y.CompareTo(x));
            long[] sorted = [.. values];
            int place = round % 5 == 0 ? count - 1 : random.Next(count);
            fixed (long* expected = sorted, actual = values)
            {
                OrderStatistic.SelectPairScalar(expected, count, place);
                OrderStatistic.SelectPair(actual, count, place);
            }
            Assert.Equal(sorted[place], values[place]);
            if (place + 1 < count) Assert.Equal(sorted[place + 1], values[place + 1]);
            Assert.Equal(sorted, values.Order());
        }
    }
}
