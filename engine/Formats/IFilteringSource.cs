using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats;

/// <summary>Sources that can pass over rows within a piece.</summary>
internal interface IFilteringSource
{
    /// <summary>
    /// Starts reading the rows of a piece for which conditions may be true. Rows for which they are not may be among
    /// them; the caller tests again.
    /// </summary>
    /// <param name="piece">The piece.</param>
    /// <param name="columns">The columns, as in <see cref="ITableSource.OpenPiece"/>.</param>
    /// <param name="filters">Conditions, by column of the schema; a row that is wanted passes all.</param>
    /// <param name="account">Pays for the memory.</param>
    IPieceReader OpenPiece(
        int piece, ReadOnlySpan<int> columns, IReadOnlyList<ScanFilter> filters, MemoryAccount account);
}

/// <summary>Readers of rows some of whose columns can be left for later, or left out.</summary>
internal interface IStagedReader : IPieceReader
{
    /// <summary>
    /// Fills some columns of the next rows; the others hold nothing until <see cref="ReadRest"/> fills them, and are
    /// passed over where it is not called.
    /// </summary>
    bool ReadFirst(Batch target, bool[] isFirst, CancellationToken cancellationToken);

    /// <summary>Fills the other columns of the same rows.</summary>
    void ReadRest(Batch target, bool[] isFirst);
}

/// <summary>What bounds say to filters.</summary>
internal static class PieceZones
{
    /// <summary>False when no row between the bounds passes.</summary>
    public static bool MayPass(this ScanFilter filter, LogicalType type, PieceBounds bounds, long? rowCount) =>
        !ZoneKey.Exists(type) || filter.Check(ZoneOf(type, bounds, rowCount)) != ZoneMatch.None;

    private static ZoneRange ZoneOf(LogicalType type, PieceBounds bounds, long? rowCount)
    {
        int rows = (int)Math.Clamp(rowCount ?? int.MaxValue, 1, int.MaxValue);
        bool isAllNull = rowCount is not null && bounds.NullCount == rowCount;
        // A number of NULLs that is not known is some.
        int nulls = isAllNull ? rows : (int)Math.Clamp(bounds.NullCount ?? 1, 0, rows - 1);
        Int128 min = bounds.Min is { } least ? ZoneKey.Of(least) : Int128.MinValue;
        Int128 max = bounds.Max is { } most ? ZoneKey.Of(most) : Int128.MaxValue;
        // Bounds of others say nothing about NaN, which is the greatest here.
        if (type.IsFloat) max = ZoneKey.OfDouble(double.NaN);
        return new ZoneRange(type, min, max, nulls, rows);
    }
}
