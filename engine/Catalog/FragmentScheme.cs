using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Catalog;

/// <summary>What gives a row its position. Numbers are written in the catalog and are never reused.</summary>
internal enum Distribution : byte
{
    /// <summary>A random position per run of rows; rows of a segment keep their arrival order.</summary>
    RoundRobin = 0,

    /// <summary>The hash of the distribution key.</summary>
    Hash = 1,

    /// <summary>The first eight bytes of the key, in an order-preserving form.</summary>
    Range = 2,

    /// <summary>None: every worker has all rows.</summary>
    Broadcast = 3,
}

/// <summary>How the rows of a table are cut into ranges.</summary>
/// <param name="Kind">What gives a row its position.</param>
/// <param name="ColumnIds">The distribution key; empty for round robin and broadcast.</param>
/// <param name="Salt">For a hot key: the hash of the key and a number below this; 0 for none.</param>
internal sealed record FragmentScheme(Distribution Kind, ImmutableArray<int> ColumnIds, int Salt = 0)
{
    /// <summary>The scheme of a table that names none.</summary>
    public static FragmentScheme RoundRobin { get; } = new(Distribution.RoundRobin, []);

    public bool Equals(FragmentScheme? other) =>
        other is not null && Kind == other.Kind && Salt == other.Salt && ColumnIds.SequenceEqual(other.ColumnIds);

    public override int GetHashCode() => HashCode.Combine(Kind, Salt, ColumnIds.Length);

    /// <summary>Writes: 1 kind, list of column ids, varint salt.</summary>
    public void Write(ByteWriter target)
    {
        target.WriteByte((byte)Kind);
        RecordBytes.WriteList(target, ColumnIds, RecordBytes.WriteInt);
        RecordBytes.WriteCount(target, Salt);
    }

    public static FragmentScheme Read(ref ByteReader source)
    {
        Distribution kind = (Distribution)source.ReadByte();
        source.ThrowUnless(kind <= Distribution.Broadcast, "distribution");
        ImmutableArray<int> columns = RecordBytes.ReadList(ref source, RecordBytes.ReadInt);
        bool hasKey = kind is Distribution.Hash or Distribution.Range;
        source.ThrowUnless(hasKey == columns.Length > 0, "distribution key");
        return new FragmentScheme(kind, columns, source.ReadVarCount(int.MaxValue));
    }
}
