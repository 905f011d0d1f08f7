using ColFrag.Engine.Types;

namespace ColFrag.Engine.Filters;

/// <summary>
/// What a zone map knows about some rows of a column: the bounds as <see cref="ZoneKey"/>s, and the NULLs. With only
/// NULLs, <see cref="Min"/> is above <see cref="Max"/>.
/// </summary>
/// <param name="Type">The type the rows were written with.</param>
/// <param name="Min">At most the smallest key.</param>
/// <param name="Max">At least the largest key.</param>
/// <param name="NullCount">Rows without a value.</param>
/// <param name="RowCount">Rows.</param>
internal readonly record struct ZoneRange(LogicalType Type, Int128 Min, Int128 Max, int NullCount, int RowCount)
{
    /// <summary>True when no row has a value.</summary>
    public bool IsAllNull => NullCount == RowCount;

    /// <summary>True when every row has a value.</summary>
    public bool HasNoNull => NullCount == 0;
}
