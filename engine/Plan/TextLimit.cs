using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>
/// VARCHAR(n) and CHAR(n). The limit belongs to a column and not to its type: what goes in is checked, what comes out
/// is plain text.
/// </summary>
/// <param name="Length">The most characters.</param>
/// <param name="IsBlankPadded">True for CHAR, whose spaces at the end count for nothing and are not kept.</param>
internal readonly record struct TextLimit(int Length, bool IsBlankPadded)
{
    /// <summary>The largest limit, as in PostgreSQL.</summary>
    public const int Max = 10_485_760;

    /// <summary>A column's type as a definition says it.</summary>
    public static string Describe(LogicalType type, int length, bool isBlankPadded) =>
        length == 0 ? type.ToString() : $"{(isBlankPadded ? "CHAR" : "VARCHAR")}({length})";
}
