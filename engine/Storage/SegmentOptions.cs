using System.Collections.Immutable;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>How a segment is cut and encoded.</summary>
internal sealed record SegmentOptions
{
    /// <summary>The most rows of a segment.</summary>
    public const int MaxRows = 1 << 20;

    /// <summary>Rows of a block; a multiple of <see cref="VectorRows"/>.</summary>
    public int BlockRows { get; init; } = 65_536;

    /// <summary>Rows of a zone, and the finest piece that is decoded alone; a multiple of 64.</summary>
    public int VectorRows { get; init; } = Batch.MaxRows;

    /// <summary>Column files below this size go into the segment's pack.</summary>
    public int PackBelowBytes { get; init; } = 1 << 20;

    /// <summary>The order of rows; empty means arrival.</summary>
    public ImmutableArray<SortColumn> OrderBy { get; init; } = [];

    /// <summary>The general compression on top of the encodings.</summary>
    public GeneralCompression Compression { get; init; }

    /// <summary>Ids of columns that get a bloom filter.</summary>
    public ImmutableHashSet<int> BloomColumns { get; init; } = [];
}

/// <summary>A column of an ORDER BY.</summary>
internal readonly record struct SortColumn(int ColumnId, bool Descending = false, bool NullsFirst = false);
