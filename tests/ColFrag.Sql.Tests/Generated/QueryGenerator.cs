using System.Globalization;

namespace ColFrag.Sql.Tests.Generated;

/// <summary>A generated query: its text, its columns, and whether its rows come in one order only.</summary>
sealed record GeneratedQuery(string Sql, IReadOnlyList<GeneratedColumn> Columns, bool IsOrdered);

/// <summary>
/// Queries over generated tables: joins of every kind, LATERAL, WITH, groups and grouping sets, DISTINCT, set
/// operations, subqueries, windows over a total order. Column names are those of the result, so that a query can stand
/// in FROM.
/// </summary>
sealed partial class QueryGenerator(
    Random random, IReadOnlyList<GeneratedTable> tables, bool isPostgres = false)
{
    private static readonly string[] s_joins = ["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "JOIN", "LEFT JOIN"];
    private static readonly string[] s_sets =
        ["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL", "INTERSECT ALL"];

    private readonly ExpressionGenerator _expressions = new(random, isPostgres);
    private int _aliases;

    /// <summary>One query.</summary>
    public GeneratedQuery Create(int depth = 2)
    {
        GeneratedQuery query = random.Next(10) switch
        {
            0 or 1 => Grouped(depth),
            2 when depth > 0 => SetOperation(depth),
            3 or 4 when depth > 0 => Windowed(depth),
            5 when depth > 0 => GroupingSets(depth),
            6 when depth > 1 => WithQuery(depth),
            _ => Plain(depth),
        };
        return random.Next(4) == 0 ? Ordered(query) : query;
    }

    /// <summary>A FROM with the columns that it gives, for checks that need no second engine.</summary>
    public (string From, IReadOnlyList<GeneratedColumn> Columns) CreateFrom(int depth) => From(depth);

    /// <summary>A condition over columns.</summary>
    public string CreatePredicate(IReadOnlyList<GeneratedColumn> columns) => _expressions.Predicate(columns, 3);

    private GeneratedQuery Plain(int depth)
    {
        (string from, IReadOnlyList<GeneratedColumn> columns) = From(depth);
        List<GeneratedColumn> output = [];
        List<string> items = [];
        int count = random.Next(1, 4);
        for (int i = 0; i < count; i++)
        {
            ValueKind kind = AnyKind();
            string expression = depth > 0 && random.Next(10) == 0
                ? ScalarSubquery(columns, out kind)
                : _expressions.Create(kind, columns, 2);
            output.Add(new($"r{i}", kind));
            items.Add($"{expression} AS r{i}");
        }
        string distinct = random.Next(5) == 0 ? "DISTINCT " : "";
        return new GeneratedQuery(
            $"SELECT {distinct}{string.Join(", ", items)} FROM {from}{Where(columns, depth)}", output, false);
    }

    private GeneratedQuery Grouped(int depth)
    {
        (string from, IReadOnlyList<GeneratedColumn> columns) = From(depth);
        List<GeneratedColumn> output = [];
        List<string> items = [];
        List<string> keys = [];
        int keyCount = random.Next(3);
        for (int i = 0; i < keyCount; i++)
        {
            ValueKind kind = AnyKind();
            keys.Add(_expressions.Create(kind, columns, 1));
            output.Add(new($"r{i}", kind));
            items.Add($"{keys[i]} AS r{i}");
        }
        int count = random.Next(1, 4);
        for (int i = keyCount; i < keyCount + count; i++)
        {
            (string call, ValueKind kind) = Aggregate(columns);
            output.Add(new($"r{i}", kind));
            items.Add($"{call} AS r{i}");
        }
        // A constant as a key would be taken for a position.
        string group = keys.Count == 0 ? "" : $" GROUP BY {string.Join(", ", Enumerable.Range(1, keys.Count))}";
        string having = random.Next(4) == 0 ? $" HAVING count(*) {Pick(">", "<=")} {Text(random.Next(5))}" : "";
        return new GeneratedQuery(
            $"SELECT {string.Join(", ", items)} FROM {from}{Where(columns, depth)}{group}{having}", output, false);
    }

    private (string Call, ValueKind Kind) Aggregate(IReadOnlyList<GeneratedColumn> columns)
    {
        string distinct = random.Next(4) == 0 ? "DISTINCT " : "";
        string filter = random.Next(5) == 0 ? $" FILTER (WHERE {_expressions.Predicate(columns, 1)})" : "";
        ValueKind kind = AnyKind();
        string argument = _expressions.Create(kind, columns, 1);
        switch (random.Next(5))
        {
            case 0:
                return ($"count(*){filter}", ValueKind.BigInt);
            case 1:
                return ($"count({distinct}{argument}){filter}", ValueKind.BigInt);
            case 2:
                string summand = _expressions.Create(ValueKind.Integer, columns, 1);
                return ($"CAST(sum({distinct}{summand}){filter} AS BIGINT)", ValueKind.BigInt);
            case 3:
                string quarter = _expressions.Create(ValueKind.Double, columns, 1);
                return ($"{Pick("sum", "avg")}({quarter}){filter}", ValueKind.Double);
            default:
                if (kind == ValueKind.Boolean) return ($"count({argument}){filter}", ValueKind.BigInt);
                return ($"{Pick("min", "max")}({argument}){filter}", kind);
        }
    }

    private GeneratedQuery SetOperation(int depth)
    {
        GeneratedQuery left = Plain(depth - 1);
        (string from, IReadOnlyList<GeneratedColumn> columns) = From(depth - 1);
        IEnumerable<string> items = left.Columns.Select(c => _expressions.Create(c.Kind, columns, 1));
        string right = $"SELECT {string.Join(", ", items)} FROM {from}{Where(columns, 0)}";
        return left with { Sql = $"{left.Sql} {s_sets[random.Next(s_sets.Length)]} {right}" };
    }

    // All columns are keys, so that rows which tie are equal and any of them will do.
    private GeneratedQuery Ordered(GeneratedQuery query)
    {
        IEnumerable<string> keys = query.Columns.Select(
            (_, i) => $"{Text(i + 1)}{Pick("", " DESC")}{Pick("", Pick(" NULLS FIRST", " NULLS LAST"))}");
        string limit = Pick("", $" LIMIT {Text(random.Next(12))}") + Pick("", $" OFFSET {Text(random.Next(5))}");
        return query with { Sql = $"{query.Sql} ORDER BY {string.Join(", ", keys)}{limit}", IsOrdered = true };
    }

    private (string From, IReadOnlyList<GeneratedColumn> Columns) From(int depth)
    {
        (string text, List<GeneratedColumn> columns) = Relation(depth);
        int joins = random.Next(4) switch { 0 => 2, 1 => 1, _ => 0 };
        for (int i = 0; i < joins; i++)
        {
            (string other, List<GeneratedColumn> more) = Relation(depth - 1);
            string kind = s_joins[random.Next(s_joins.Length)];
            text = $"{text} {kind} {other} ON {JoinCondition(kind, columns, more)}";
            columns = [.. columns, .. more];
        }
        if (depth > 0 && random.Next(8) == 0)
        {
            (string lateral, List<GeneratedColumn> more) = Lateral(columns);
            (text, columns) = ($"{text} CROSS JOIN {lateral}", [.. columns, .. more]);
        }
        return (text, columns);
    }

    private (string Text, List<GeneratedColumn> Columns) Relation(int depth)
    {
        string alias = $"a{Text(_aliases++)}";
        if (depth > 0 && random.Next(4) == 0)
        {
            GeneratedQuery query = Create(depth - 1);
            return ($"({query.Sql}) {alias}", Qualified(alias, query.Columns));
        }
        GeneratedTable table = tables[random.Next(tables.Count)];
        return ($"{table.Name} {alias}", Qualified(alias, table.Columns));
    }

    // DuckDB refuses some outer joins without an equality.
    private string JoinCondition(string kind, List<GeneratedColumn> left, List<GeneratedColumn> right)
    {
        (GeneratedColumn, GeneratedColumn)[] pairs =
            [.. from l in left from r in right where l.Kind == r.Kind && l.Kind != ValueKind.Boolean select (l, r)];
        if (pairs.Length == 0) return kind is "JOIN" or "LEFT JOIN" ? "TRUE" : "1 = 1";
        (GeneratedColumn a, GeneratedColumn b) = pairs[random.Next(pairs.Length)];
        string equality = $"{a.Name} = {b.Name}";
        if (random.Next(3) > 0) return equality;
        return $"{equality} AND {_expressions.Predicate([.. left, .. right], 1)}";
    }

    private string Where(IReadOnlyList<GeneratedColumn> columns, int depth)
    {
        if (random.Next(3) == 0) return "";
        string condition = _expressions.Predicate(columns, 3);
        return depth > 0 && random.Next(4) == 0
            ? $" WHERE {condition} {Pick("AND", "OR")} {SubqueryCondition(columns)}"
            : $" WHERE {condition}";
    }

    private string SubqueryCondition(IReadOnlyList<GeneratedColumn> columns)
    {
        (string from, List<GeneratedColumn> inner) = Relation(0);
        GeneratedColumn outer = columns[random.Next(columns.Count)];
        GeneratedColumn[] same = [.. inner.Where(c => c.Kind == outer.Kind)];
        string negation = Pick("", "NOT ");
        string condition = _expressions.Predicate(inner, 1);
        if (same.Length == 0) return $"{negation}EXISTS (SELECT 1 FROM {from} WHERE {condition})";
        string column = same[random.Next(same.Length)].Name;
        return random.Next(3) switch
        {
            0 => $"{outer.Name} {negation}IN (SELECT {column} FROM {from} WHERE {condition})",
            1 => $"{negation}EXISTS (SELECT 1 FROM {from} WHERE {column} = {outer.Name} AND {condition})",
            _ => $"{outer.Name} {Pick(">", "<=")} {Pick("ANY", "ALL")} (SELECT {column} FROM {from} WHERE {condition})",
        };
    }

    private string ScalarSubquery(IReadOnlyList<GeneratedColumn> columns, out ValueKind kind)
    {
        (string from, List<GeneratedColumn> inner) = Relation(0);
        GeneratedColumn outer = columns[random.Next(columns.Count)];
        GeneratedColumn[] same = [.. inner.Where(c => c.Kind == outer.Kind)];
        string where = same.Length == 0 ? "" : $" WHERE {same[random.Next(same.Length)].Name} = {outer.Name}";
        (string call, kind) = Aggregate(inner);
        return $"(SELECT {call} FROM {from}{where})";
    }

    private ValueKind AnyKind() => (ValueKind)random.Next(Enum.GetValues<ValueKind>().Length);

    private string Pick(string first, string second) => random.Next(2) == 0 ? first : second;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static List<GeneratedColumn> Qualified(string alias, IReadOnlyList<GeneratedColumn> columns) =>
        [.. columns.Select(c => c with { Name = $"{alias}.{c.Name}" })];
}
