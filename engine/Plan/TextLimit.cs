using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>
/// VARCHAR(n) and CHAR(n), BIT VARYING(n) and BIT(n). The limit belongs to a column and not to its type: what goes in
/// is checked, what comes out is plain.
/// </summary>
/// <param name="Length">The most characters or bits.</param>
/// <param name="IsBlankPadded">
/// True for CHAR, whose spaces at the end count for nothing and are not kept, and for BIT, which has just so many bits.
/// </param>
internal readonly record struct TextLimit(int Length, bool IsBlankPadded)
{
    /// <summary>The largest limit, as in PostgreSQL.</summary>
    public const int Max = 10_485_760;

    /// <summary>A column's type as a definition says it.</summary>
    public static string Describe(LogicalType type, int length, bool isBlankPadded) =>
        (length, type.Kind) switch
        {
            (0, _) => type.ToString(),
            (_, TypeKind.Bit) => $"BIT{(isBlankPadded ? "" : " VARYING")}({length})",
            _ => $"{(isBlankPadded ? "CHAR" : "VARCHAR")}({length})",
        };
}
