using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Fragments;

namespace ColFrag.Engine.Catalog;

/// <summary>The workers that new segments of a column group go to.</summary>
internal sealed record HomeRecord(int Group, ImmutableArray<long> Workers);

/// <summary>A hash range of a table.</summary>
/// <param name="Id">Never reused within its table.</param>
/// <param name="Range">Its positions.</param>
/// <param name="Homes">Per column group the workers of new segments; empty where one process holds the data.</param>
internal sealed record RangeRecord(long Id, HashRange Range, ImmutableArray<HomeRecord> Homes)
{
    public RangeRecord(long id, HashRange range)
        : this(id, range, [])
    {
    }

    public void Write(ByteWriter target)
    {
        target.WriteInt64(Id);
        target.WriteUInt64(Range.First);
        target.WriteUInt64(Range.Last);
        RecordBytes.WriteList(target, Homes, WriteHome);
    }

    public static RangeRecord Read(ref ByteReader source) =>
        new(source.ReadInt64(), ReadRange(ref source), RecordBytes.ReadList(ref source, ReadHome));

    public static HashRange ReadRange(ref ByteReader source)
    {
        HashRange range = new(source.ReadUInt64(), source.ReadUInt64());
        source.ThrowUnless(range.First <= range.Last, "hash range");
        return range;
    }

    private static void WriteHome(ByteWriter target, HomeRecord home)
    {
        RecordBytes.WriteInt(target, home.Group);
        RecordBytes.WriteList(target, home.Workers, (t, id) => t.WriteInt64(id));
    }

    private static HomeRecord ReadHome(ref ByteReader source) => new(
        RecordBytes.ReadInt(ref source), RecordBytes.ReadList(ref source, (ref s) => s.ReadInt64()));
}
