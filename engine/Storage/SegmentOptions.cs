using System.Collections.Immutable;
using System.Numerics;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>How a segment is cut and encoded.</summary>
internal sealed record SegmentOptions
{
    /// <summary>The most rows of a segment.</summary>
    public const int MaxRows = 1 << 20;

    /// <summary>Rows of a block; a multiple of <see cref="VectorRows"/>.</summary>
    public int BlockRows { get; init; } = 65_536;

    /// <summary>
    /// Rows of a zone, and the finest piece that is decoded alone; a power of two from 64 to a batch's rows.
    /// </summary>
    public int VectorRows { get; init; } = Batch.MaxRows;

    /// <summary>Column files below this size go into the segment's pack.</summary>
    public int PackBelowBytes { get; init; } = 1 << 20;

    /// <summary>The order of rows; empty means arrival.</summary>
    public ImmutableArray<SortColumn> OrderBy { get; init; } = [];

    /// <summary>The general compression on top of the encodings.</summary>
    public GeneralCompression Compression { get; init; }

    /// <summary>Columns, by id, with another general compression than the others.</summary>
    public ImmutableDictionary<int, GeneralCompression> ColumnCompressions { get; init; } =
        ImmutableDictionary<int, GeneralCompression>.Empty;

    /// <summary>
    /// True to write values almost as they are, without trying what would be smallest: for tables that are soon gone.
    /// </summary>
    public bool IsFast { get; init; }

    /// <summary>False for files that need not outlive a crash: nothing waits for the disk.</summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>
    /// True to take over codes of texts that come as codes, so that each text of a dictionary is looked at once. Files
    /// are the same either way.
    /// </summary>
    public bool KeepsCodes { get; init; } = true;

    /// <summary>Ids of columns that get a bloom filter.</summary>
    public ImmutableHashSet<int> BloomColumns { get; init; } = [];

    /// <summary>The general compression of a column.</summary>
    public GeneralCompression CompressionOf(int columnId) =>
        ColumnCompressions.GetValueOrDefault(columnId, Compression);

    /// <summary>Checks the lengths.</summary>
    public void Check() => Invariant.Holds(AreGood(BlockRows, VectorRows));

    /// <summary>True for lengths of blocks and vectors that go together.</summary>
    public static bool AreGood(int blockRows, int vectorRows) =>
        BitOperations.IsPow2(vectorRows) && vectorRows is >= 64 and <= Batch.MaxRows &&
        blockRows % vectorRows == 0 && blockRows is > 0 and <= MaxRows;
}

/// <summary>A column of an ORDER BY.</summary>
internal readonly record struct SortColumn(int ColumnId, bool Descending = false, bool NullsFirst = false);
