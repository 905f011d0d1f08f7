using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>What PostgreSQL raises when a number does not fit.</summary>
internal static class ArithmeticErrors
{
    /// <summary>22003</summary>
    public static QueryException OutOfRange(LogicalType type, int position) => new(
        SqlStates.NumericOutOfRange, $"Value is out of range: {type.ToString().ToLowerInvariant()}", position,
        hint: type.IsInteger ? "Cast an operand to a wider type, such as bigint or decimal." : null);

    /// <summary>22012</summary>
    public static QueryException DivisionByZero(int position) =>
        new(SqlStates.DivisionByZero, "Division by zero", position);
}
