using System.Globalization;

namespace ColFrag.Sql.Tests.Generated;

/// <summary>
/// Expressions of a wanted kind over given columns, which ColFrag and DuckDB, or PostgreSQL, must compute alike. There
/// are no divisions and no casts that fail, so that a different order of evaluation cannot show.
/// </summary>
sealed class ExpressionGenerator(Random random, bool isPostgres)
{
    private static readonly string[] s_comparisons = ["=", "<>", "<", "<=", ">", ">="];
    private static readonly string[] s_patterns = ["'a%'", "'%b'", "'_'", "'%'", "'%a%'", "''", "'A%'"];

    /// <summary>One expression.</summary>
    /// <param name="kind">What it gives.</param>
    /// <param name="columns">The columns it may use, by qualified name.</param>
    /// <param name="depth">How deep it may be nested.</param>
    public string Create(ValueKind kind, IReadOnlyList<GeneratedColumn> columns, int depth)
    {
        GeneratedColumn[] fitting = [.. columns.Where(c => c.Kind == kind)];
        if (depth <= 0 || random.Next(4) == 0)
        {
            bool isColumn = fitting.Length > 0 && random.Next(4) > 0;
            return isColumn ? fitting[random.Next(fitting.Length)].Name : Constant(kind);
        }
        string Inner(ValueKind inner) => Create(inner, columns, depth - 1);
        switch (random.Next(9))
        {
            case 7 when isPostgres:
                return $"(ARRAY[{Inner(kind)}, {Inner(kind)}])[{Pick("1", "2")}]";
            case 8 when isPostgres:
                return $"(SELECT {Inner(kind)})";
            case 7:
                return $"([{Inner(kind)}, {Inner(kind)}])[{Pick("1", "2")}]";
            case 8:
                return $"({{'a': {Inner(kind)}, 'b': {Inner(kind)}}}).{Pick("a", "b")}";
            case 0:
                return $"CASE WHEN {Inner(ValueKind.Boolean)} THEN {Inner(kind)} ELSE {Inner(kind)} END";
            case 1:
                return $"coalesce({Inner(kind)}, {Inner(kind)})";
            case 2 when kind is not (ValueKind.Boolean or ValueKind.Double):
                return $"nullif({Inner(kind)}, {Inner(kind)})";
            default:
                return OfKind(kind, Inner);
        }
    }

    /// <summary>A condition.</summary>
    public string Predicate(IReadOnlyList<GeneratedColumn> columns, int depth) =>
        Create(ValueKind.Boolean, columns, depth);

    private string Constant(ValueKind kind) => random.Next(12) == 0
        ? $"CAST(NULL AS {GeneratedSchema.TypeName(kind)})"
        : GeneratedSchema.Literal(random, kind);

    private string OfKind(ValueKind kind, Func<ValueKind, string> inner)
    {
        switch (kind)
        {
            case ValueKind.Integer:
                return random.Next(6) switch
                {
                    0 => $"length({inner(ValueKind.Text)})",
                    1 => $"CAST(extract(day FROM {inner(ValueKind.Date)}) AS INTEGER)",
                    2 => $"-({inner(kind)} % 7)",
                    3 => $"abs({inner(kind)} % 11)",
                    // Small factors keep nested products far from the limits of the type.
                    4 => $"({inner(kind)} % 13) * {random.Next(-3, 4).ToString(CultureInfo.InvariantCulture)}",
                    _ => $"({inner(kind)} % 1000) {Pick("+", "-")} ({inner(kind)} % 1000)",
                };
            case ValueKind.BigInt:
                return random.Next(3) switch
                {
                    0 => $"CAST({inner(ValueKind.Integer)} AS BIGINT)",
                    1 => $"({inner(kind)} % 100000) * ({inner(ValueKind.Integer)} % 100)",
                    _ => $"({inner(kind)} % 1000000007) {Pick("+", "-")} ({inner(kind)} % 1000000007)",
                };
            case ValueKind.Decimal:
                return random.Next(2) == 0
                    ? $"CAST({inner(ValueKind.Integer)} % 1000 AS DECIMAL(10,2))"
                    : $"CAST(({inner(kind)} % 100) {Pick("+", "-")} ({inner(kind)} % 100) AS DECIMAL(10,2))";
            case ValueKind.Double:
                return random.Next(2) == 0
                    ? $"CAST({inner(ValueKind.Integer)} AS DOUBLE PRECISION)"
                    : $"{inner(kind)} {Pick("+", "-")} CAST({inner(ValueKind.Integer)} % 100 AS DOUBLE PRECISION)";
            case ValueKind.Text:
                return random.Next(5) switch
                {
                    0 => $"upper({inner(kind)})",
                    1 => $"lower({inner(kind)})",
                    2 => $"({inner(kind)} || {inner(kind)})",
                    3 => $"substring({inner(kind)}, 1, {random.Next(3).ToString(CultureInfo.InvariantCulture)})",
                    _ => $"CAST({inner(ValueKind.Integer)} AS TEXT)",
                };
            case ValueKind.Date:
                return $"({inner(kind)} {Pick("+", "-")} ({inner(ValueKind.Integer)} % 100))";
            default:
                return Condition(inner);
        }
    }

    private string Condition(Func<ValueKind, string> inner)
    {
        ValueKind kind = (ValueKind)random.Next(Enum.GetValues<ValueKind>().Length);
        string comparison = s_comparisons[random.Next(s_comparisons.Length)];
        return random.Next(12) switch
        {
            0 => $"({inner(ValueKind.Boolean)} AND {inner(ValueKind.Boolean)})",
            1 => $"({inner(ValueKind.Boolean)} OR {inner(ValueKind.Boolean)})",
            2 => $"(NOT {inner(ValueKind.Boolean)})",
            3 => $"({inner(kind)} IS {Pick("", "NOT ")}NULL)",
            4 => $"({inner(kind)} {Pick("", "NOT ")}BETWEEN {inner(kind)} AND {inner(kind)})",
            5 => $"({inner(kind)} {Pick("", "NOT ")}IN ({Constant(kind)}, {Constant(kind)}, {Constant(kind)}))",
            6 => $"({inner(ValueKind.Text)} {Pick("", "NOT ")}LIKE {s_patterns[random.Next(s_patterns.Length)]})",
            7 => $"({inner(kind)} IS {Pick("", "NOT ")}DISTINCT FROM {inner(kind)})",
            8 => $"({inner(ValueKind.Integer)} {comparison} {inner(ValueKind.BigInt)})",
            _ => $"({inner(kind)} {comparison} {inner(kind)})",
        };
    }

    private string Pick(string first, string second) => random.Next(2) == 0 ? first : second;
}
