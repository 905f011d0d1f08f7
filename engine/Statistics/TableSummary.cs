using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Statistics;

/// <summary>
/// The merged statistics file of a table: what planning reads instead of segments.
/// <code>
///   bytes    field
///   4        "CFS1"
///   2        format number
///   2        0
///   varint   rows
///   varint   columns, C
///   C x      varint id; the column's summary (see ColumnSummary)
///   4        CRC32C of all before
/// </code>
/// </summary>
internal sealed record TableSummary(long RowCount, ImmutableSortedDictionary<int, ColumnSummary> Columns)
{
    /// <summary>The number of the format that is written and read.</summary>
    public const ushort FormatNumber = 1;

    private const int MaxColumns = 1 << 16;

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
        return new TableSummary(parts.Sum(p => p.RowCount), columns.ToImmutable());
    }

    /// <summary>The bytes of the file.</summary>
    public byte[] Write()
    {
        using ByteWriter target = new(4096);
        target.WriteBytes("CFS1"u8);
        target.WriteUInt16(FormatNumber);
        target.WriteUInt16(0);
        target.WriteVarUInt64((ulong)RowCount);
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
        ImmutableSortedDictionary<int, ColumnSummary>.Builder columns =
            ImmutableSortedDictionary.CreateBuilder<int, ColumnSummary>();
        for (int left = source.ReadVarCount(MaxColumns); left > 0; left--)
        {
            columns[source.ReadVarCount(int.MaxValue)] = ColumnSummary.Read(ref source);
        }
        source.ThrowUnless(source.Remaining == sizeof(uint), "bytes left over");
        return new TableSummary((long)rows, columns.ToImmutable());
    }
}
