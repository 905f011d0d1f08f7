using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Statistics;

/// <summary>
/// The merged statistics file of a table: what planning reads instead of segments. It names the segments that are in
/// it, so that what came later is added, and it is never wrong, only old.
/// <code>
///   bytes    field
///   4        "CFS1"
///   2        format number
///   2        0
///   varint   rows
///   varint   segments, S
///   S x      8 id; varint rows
///   varint   columns, C
///   C x      varint id; the column's summary (see ColumnSummary)
///   4        CRC32C of all before
/// </code>
/// </summary>
internal sealed record TableSummary(long RowCount, ImmutableSortedDictionary<int, ColumnSummary> Columns)
{
    /// <summary>The number of the format that is written and read.</summary>
    public const ushort FormatNumber = 2;

    private const int MaxColumns = 1 << 16;
    private const int MaxSegments = 1 << 24;

    /// <summary>Rows of the segments that are in it, by id.</summary>
    public ImmutableDictionary<long, int> Segments { get; init; } = ImmutableDictionary<long, int>.Empty;

    /// <summary>The summary of a table without rows.</summary>
    public static TableSummary Empty { get; } = new(0, ImmutableSortedDictionary<int, ColumnSummary>.Empty);

    /// <summary>
    /// The summary of the rows of all parts. A column that a part has not is as if it were not there.
    /// </summary>
    public static TableSummary Merge(IReadOnlyCollection<TableSummary> parts)
    {
        ImmutableSortedDictionary<int, ColumnSummary>.Builder columns =
            ImmutableSortedDictionary.CreateBuilder<int, ColumnSummary>();
        foreach (IGrouping<int, ColumnSummary> column in parts
            .SelectMany(p => p.Columns).GroupBy(c => c.Key, c => c.Value))
        {
            columns.Add(column.Key, ColumnSummary.Merge([.. column]));
        }
        return new TableSummary(parts.Sum(p => p.RowCount), columns.ToImmutable())
        {
            Segments = ImmutableDictionary.CreateRange(parts.SelectMany(p => p.Segments).DistinctBy(s => s.Key)),
        };
    }

    /// <summary>The bytes of the file.</summary>
    public byte[] Write()
    {
        using ByteWriter target = new(4096);
        target.WriteBytes("CFS1"u8);
        target.WriteUInt16(FormatNumber);
        target.WriteUInt16(0);
        target.WriteVarUInt64((ulong)RowCount);
        target.WriteVarUInt64((ulong)Segments.Count);
        foreach ((long segment, int segmentRows) in Segments.OrderBy(s => s.Key))
        {
            target.WriteInt64(segment);
            target.WriteVarUInt64((ulong)segmentRows);
        }
        target.WriteVarUInt64((ulong)Columns.Count);
        foreach ((int id, ColumnSummary column) in Columns)
        {
            target.WriteVarUInt64((ulong)id);
            column.Write(target);
        }
        target.WriteUInt32(Checksum.Crc32C(target.WrittenSpan));
        return target.ToArray();
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="CorruptDataException">They are damaged. Statistics can be made again from the
    /// segments.</exception>
    public static TableSummary Read(ReadOnlySpan<byte> bytes, string name)
    {
        ByteReader source = new(bytes, name);
        source.ThrowUnless(source.ReadBytes(4).SequenceEqual("CFS1"u8), "first bytes of a statistics file");
        source.ThrowUnless(source.ReadUInt16() == FormatNumber, "format of a statistics file");
        source.ThrowUnless(source.ReadUInt16() == 0 && source.Remaining > sizeof(uint), "statistics file");
        source.ThrowUnless(
            BitConverter.ToUInt32(bytes[^sizeof(uint)..]) == Checksum.Crc32C(bytes[..^sizeof(uint)]),
            "checksum of a statistics file");
        ulong rows = source.ReadVarUInt64();
        source.ThrowUnless(rows <= long.MaxValue, "rows");
        ImmutableDictionary<long, int>.Builder segments = ImmutableDictionary.CreateBuilder<long, int>();
        for (int left = source.ReadVarCount(MaxSegments); left > 0; left--)
        {
            segments[source.ReadInt64()] = source.ReadVarCount(int.MaxValue);
        }
        ImmutableSortedDictionary<int, ColumnSummary>.Builder columns =
            ImmutableSortedDictionary.CreateBuilder<int, ColumnSummary>();
        for (int left = source.ReadVarCount(MaxColumns); left > 0; left--)
        {
            columns[source.ReadVarCount(int.MaxValue)] = ColumnSummary.Read(ref source);
        }
        source.ThrowUnless(source.Remaining == sizeof(uint), "bytes left over");
        return new TableSummary((long)rows, columns.ToImmutable()) { Segments = segments.ToImmutable() };
    }
}
