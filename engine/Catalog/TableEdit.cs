using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Catalog;

/// <summary>One change from a version of a table to the next.</summary>
internal abstract record TableEdit
{
    private protected abstract byte Number { get; }

    /// <summary>Writes: 1 number of the kind, then its fields.</summary>
    public void Write(ByteWriter target)
    {
        target.WriteByte(Number);
        WriteFields(target);
    }

    public static TableEdit Read(ref ByteReader source)
    {
        byte number = source.ReadByte();
        return number switch
        {
            1 => new AddSegment(SegmentRecord.Read(ref source)),
            2 => new RemoveSegment(ReadKey(ref source)),
            3 => new SetDeleteVector(ReadKey(ref source), DeleteVectorRecord.Read(ref source)),
            4 => new SetWorkers(
                ReadKey(ref source), RecordBytes.ReadInt(ref source),
                RecordBytes.ReadList(ref source, (ref s) => s.ReadInt64())),
            5 => new ReplaceRanges(
                RecordBytes.ReadList(ref source, (ref s) => s.ReadInt64()),
                RecordBytes.ReadList(ref source, RangeRecord.Read)),
            _ => throw source.Corrupt($"edit number {number}"),
        };
    }

    private protected abstract void WriteFields(ByteWriter target);

    private protected static void WriteKey(ByteWriter target, SegmentKey key)
    {
        RecordBytes.WriteCount(target, key.Order);
        target.WriteInt64(key.Id);
    }

    private static SegmentKey ReadKey(ref ByteReader source) =>
        new(RecordBytes.ReadCount(ref source), source.ReadInt64());
}

/// <summary>Rows that are there from now on.</summary>
internal sealed record AddSegment(SegmentRecord Segment) : TableEdit
{
    private protected override byte Number => 1;

    private protected override void WriteFields(ByteWriter target) => Segment.Write(target);
}

/// <summary>Rows that are gone, or are in another segment from now on.</summary>
internal sealed record RemoveSegment(SegmentKey Key) : TableEdit
{
    private protected override byte Number => 2;

    private protected override void WriteFields(ByteWriter target) => WriteKey(target, Key);
}

/// <summary>More deleted rows of a segment; the vector has those of the one before it too.</summary>
internal sealed record SetDeleteVector(SegmentKey Key, DeleteVectorRecord Vector) : TableEdit
{
    private protected override byte Number => 3;

    private protected override void WriteFields(ByteWriter target)
    {
        WriteKey(target, Key);
        Vector.Write(target);
    }
}

/// <summary>Who has a column group of a segment.</summary>
internal sealed record SetWorkers(SegmentKey Key, int Group, ImmutableArray<long> Workers) : TableEdit
{
    private protected override byte Number => 4;

    private protected override void WriteFields(ByteWriter target)
    {
        WriteKey(target, Key);
        RecordBytes.WriteInt(target, Group);
        RecordBytes.WriteList(target, Workers, (t, id) => t.WriteInt64(id));
    }
}

/// <summary>Ranges that take the place of others with the same positions: a split, a merge, or new homes.</summary>
internal sealed record ReplaceRanges(ImmutableArray<long> Removed, ImmutableArray<RangeRecord> Added) : TableEdit
{
    private protected override byte Number => 5;

    private protected override void WriteFields(ByteWriter target)
    {
        RecordBytes.WriteList(target, Removed, (t, id) => t.WriteInt64(id));
        RecordBytes.WriteList(target, Added, (t, range) => range.Write(t));
    }
}
