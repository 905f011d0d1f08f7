using System.Collections.Immutable;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>Rows of a row group, as ranges that rise and do not touch.</summary>
internal sealed class RowRanges
{
    private RowRanges(ImmutableArray<(long First, long Count)> ranges) => Ranges = ranges;

    /// <summary>The ranges.</summary>
    public ImmutableArray<(long First, long Count)> Ranges { get; }

    /// <summary>How many rows there are.</summary>
    public long RowCount => Ranges.Sum(r => r.Count);

    /// <summary>No row.</summary>
    public static RowRanges None { get; } = new([]);

    /// <summary>Rows one behind the other.</summary>
    public static RowRanges Of(long first, long count) => count == 0 ? None : new([(first, count)]);

    /// <summary>Ranges that rise; those that touch become one.</summary>
    public static RowRanges Of(IEnumerable<(long First, long Count)> rising)
    {
        List<(long First, long Count)> ranges = [];
        foreach ((long first, long count) in rising)
        {
            if (ranges.Count > 0 && ranges[^1].First + ranges[^1].Count == first)
            {
                ranges[^1] = (ranges[^1].First, ranges[^1].Count + count);
            }
            else if (count > 0)
            {
                ranges.Add((first, count));
            }
        }
        return new RowRanges([.. ranges]);
    }

    /// <summary>The rows that are in both.</summary>
    public RowRanges And(RowRanges other)
    {
        List<(long First, long Count)> both = [];
        for (int i = 0, j = 0; i < Ranges.Length && j < other.Ranges.Length;)
        {
            (long first, long count) = Ranges[i];
            (long otherFirst, long otherCount) = other.Ranges[j];
            long end = first + count, otherEnd = otherFirst + otherCount;
            long from = Math.Max(first, otherFirst), to = Math.Min(end, otherEnd);
            if (from < to) both.Add((from, to - from));
            if (end <= otherEnd) i++;
            else j++;
        }
        return Of(both);
    }
}
