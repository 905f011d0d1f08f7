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
///   ...      distinct values (see HyperLogLog)
///   ...      histogram (see Histogram)
/// </code>
/// </summary>
internal sealed record ColumnSummary(
    long RowCount, long NullCount, long Bytes, long RawBytes, HyperLogLog Distinct, Histogram Histogram)
{
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
            distinct, Histogram.Merge(parts.Select(p => p.Histogram)));
    }

    /// <summary>Writes the summary.</summary>
    public void Write(ByteWriter target)
    {
        target.WriteVarUInt64((ulong)RowCount);
        target.WriteVarUInt64((ulong)NullCount);
        target.WriteVarUInt64((ulong)Bytes);
        target.WriteVarUInt64((ulong)RawBytes);
        Distinct.Write(target);
        Histogram.Write(target);
    }

    /// <summary>Reads a summary.</summary>
    public static ColumnSummary Read(ref ByteReader source) => new(
        ReadLong(ref source), ReadLong(ref source), ReadLong(ref source), ReadLong(ref source),
        HyperLogLog.Read(ref source), Histogram.Read(ref source));

    private static long ReadLong(ref ByteReader source)
    {
        ulong value = source.ReadVarUInt64();
        source.ThrowUnless(value <= long.MaxValue, "count of a summary");
        return (long)value;
    }
}
