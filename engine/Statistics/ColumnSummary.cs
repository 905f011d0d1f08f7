using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Statistics;

/// <summary>
/// What planning knows of a column of a table or of a part of it.
/// <code>
///   bytes    field
///   varint   rows
///   varint   rows without a value
///   varint   bytes in files
///   varint   bytes before encoding
///   varint   128-bit zigzag: a key not above the smallest value (see ZoneKey)
///   varint   128-bit zigzag: a key not below the largest; below the other when there are no values
///   ...      distinct values (see HyperLogLog)
///   ...      histogram (see Histogram)
/// </code>
/// </summary>
internal sealed record ColumnSummary(
    long RowCount, long NullCount, long Bytes, long RawBytes, HyperLogLog Distinct, Histogram Histogram)
{
    /// <summary>Keys between which all values lie, both in; nothing is known where they are not in order.</summary>
    public (Int128 Min, Int128 Max) Bounds { get; init; } = (0, -1);

    /// <summary>Average bytes of a value before encoding.</summary>
    public double AverageBytes => RowCount == 0 ? 0 : (double)RawBytes / RowCount;

    /// <summary>Distinct values, estimated, at most as many as there are values.</summary>
    public double DistinctCount => Math.Min(Distinct.Estimate(), RowCount - NullCount);

    /// <summary>The summary of all parts.</summary>
    public static ColumnSummary Merge(IReadOnlyCollection<ColumnSummary> parts)
    {
        HyperLogLog distinct = new();
        foreach (ColumnSummary part in parts) distinct.Merge(part.Distinct);
        return new ColumnSummary(
            parts.Sum(p => p.RowCount), parts.Sum(p => p.NullCount), parts.Sum(p => p.Bytes),
                parts.Sum(p => p.RawBytes),
            distinct, Histogram.Merge(parts.Select(p => p.Histogram)))
        {
            Bounds = parts.Where(p => p.NullCount < p.RowCount).Select(p => p.Bounds)
                .Aggregate(((Int128 Min, Int128 Max)?)null, Around) ?? (0, -1),
        };
    }

    private static (Int128 Min, Int128 Max)? Around((Int128 Min, Int128 Max)? all, (Int128 Min, Int128 Max) one)
    {
        if (all is not { } known) return one;
        bool isUnknown = known.Min > known.Max || one.Min > one.Max;
        return isUnknown ? (0, -1) : (Int128.Min(known.Min, one.Min), Int128.Max(known.Max, one.Max));
    }

    /// <summary>Writes the summary.</summary>
    public void Write(ByteWriter target)
    {
        target.WriteVarUInt64((ulong)RowCount);
        target.WriteVarUInt64((ulong)NullCount);
        target.WriteVarUInt64((ulong)Bytes);
        target.WriteVarUInt64((ulong)RawBytes);
        VarInt128.Write(target, Bounds.Min);
        VarInt128.Write(target, Bounds.Max);
        Distinct.Write(target);
        Histogram.Write(target);
    }

    /// <summary>Reads a summary.</summary>
    public static ColumnSummary Read(ref ByteReader source)
    {
        long rows = ReadLong(ref source);
        long nulls = ReadLong(ref source);
        source.ThrowUnless(nulls <= rows, "rows without a value");
        long bytes = ReadLong(ref source);
        long rawBytes = ReadLong(ref source);
        (Int128, Int128) bounds = (VarInt128.Read(ref source), VarInt128.Read(ref source));
        return new(rows, nulls, bytes, rawBytes, HyperLogLog.Read(ref source), Histogram.Read(ref source))
        {
            Bounds = bounds,
        };
    }

    private static long ReadLong(ref ByteReader source)
    {
        ulong value = source.ReadVarUInt64();
        source.ThrowUnless(value <= long.MaxValue, "count of a summary");
        return (long)value;
    }
}
