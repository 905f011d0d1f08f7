namespace ColFrag.Sql.Tests.Generated;

/// <content>Windows, grouping sets, WITH and LATERAL.</content>
sealed partial class QueryGenerator
{
    private static readonly string[] s_frames =
    [
        "", "", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", " ROWS UNBOUNDED PRECEDING",
        " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", " ROWS BETWEEN 2 FOLLOWING AND 4 FOLLOWING",
        " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", " GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW",
        " ROWS BETWEEN 3 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW",
    ];

    /// <summary>
    /// A window over the rows of another query. It is ordered by all columns: rows that tie are equal, and it does not
    /// show which of them comes first. A second window with another order would pair its values with other ones.
    /// </summary>
    private GeneratedQuery Windowed(int depth)
    {
        GeneratedQuery inner = Plain(depth - 1);
        List<GeneratedColumn> columns = Qualified("w", inner.Columns);
        List<string> items = [.. columns.Select((c, i) => $"{c.Name} AS r{Text(i)}")];
        (string call, ValueKind kind, bool isFramed) = WindowCall(columns);
        string partition = random.Next(2) == 0 ? "" : $"PARTITION BY {columns[random.Next(columns.Count)].Name} ";
        IEnumerable<string> keys = columns.OrderBy(_ => random.Next()).Select(
            c => $"{c.Name}{Pick("", " DESC")}{Pick("", Pick(" NULLS FIRST", " NULLS LAST"))}");
        string frame = isFramed ? s_frames[random.Next(s_frames.Length)] : "";
        string name = $"r{Text(items.Count)}";
        items.Add($"{call} OVER ({partition}ORDER BY {string.Join(", ", keys)}{frame}) AS {name}");
        return new GeneratedQuery(
            $"SELECT {string.Join(", ", items)} FROM ({inner.Sql}) w", [.. inner.Columns, new(name, kind)], false);
    }

    private (string Call, ValueKind Kind, bool IsFramed) WindowCall(List<GeneratedColumn> columns)
    {
        GeneratedColumn column = columns[random.Next(columns.Count)];
        switch (random.Next(9))
        {
            case 0: return ("row_number()", ValueKind.BigInt, false);
            case 1: return ("rank()", ValueKind.BigInt, false);
            case 2: return ("dense_rank()", ValueKind.BigInt, false);
            case 3: return ($"{Pick("lag", "lead")}({column.Name}, {Text(random.Next(3))})", column.Kind, false);
            case 4: return ($"{Pick("first_value", "last_value")}({column.Name})", column.Kind, true);
            case 5: return ($"nth_value({column.Name}, 2)", column.Kind, true);
            case 6: return ($"count({Pick("*", column.Name)})", ValueKind.BigInt, true);
            default:
                return column.Kind == ValueKind.Boolean
                    ? ("count(*)", ValueKind.BigInt, true)
                    : ($"{Pick("min", "max")}({column.Name})", column.Kind, true);
        }
    }

    private GeneratedQuery GroupingSets(int depth)
    {
        GeneratedQuery inner = Plain(depth - 1);
        List<GeneratedColumn> columns = Qualified("g", inner.Columns);
        GeneratedColumn first = columns[0];
        GeneratedColumn last = columns[^1];
        string sets = random.Next(4) switch
        {
            0 => $"ROLLUP ({first.Name}, {last.Name})",
            1 => $"CUBE ({first.Name}, {last.Name})",
            2 => $"GROUPING SETS (({first.Name}), ({last.Name}), ())",
            _ => $"GROUPING SETS (({first.Name}, {last.Name}), ({first.Name}))",
        };
        (string call, ValueKind kind) = Aggregate(columns);
        List<GeneratedColumn> output =
            [new("r0", first.Kind), new("r1", last.Kind), new("r2", ValueKind.BigInt), new("r3", kind)];
        return new GeneratedQuery(
            $"SELECT {first.Name} AS r0, {last.Name} AS r1, CAST(grouping({first.Name}) AS BIGINT) AS r2, " +
            $"{call} AS r3 FROM ({inner.Sql}) g GROUP BY {sets}", output, false);
    }

    /// <summary>A query of WITH that is used twice; of groups, so that it meets itself in few rows.</summary>
    private GeneratedQuery WithQuery(int depth)
    {
        GeneratedQuery shared = Grouped(depth - 1);
        string name = $"c{Text(_aliases++)}";
        List<GeneratedColumn> left = Qualified("p", shared.Columns);
        List<GeneratedColumn> right = Qualified("q", shared.Columns);
        string kind = s_joins[random.Next(s_joins.Length)];
        GeneratedColumn[] columns = [.. left, .. right];
        ValueKind wanted = AnyKind();
        string item = _expressions.Create(wanted, columns, 2);
        string once = Pick("", Pick("MATERIALIZED ", "NOT MATERIALIZED "));
        return new GeneratedQuery(
            $"WITH {name} AS {once}({shared.Sql}) SELECT {item} AS r0 " +
            $"FROM {name} p {kind} {name} q ON {JoinCondition(kind, left, right)}", [new("r0", wanted)], false);
    }

    /// <summary>Rows that are computed from those beside them.</summary>
    private (string Text, List<GeneratedColumn> Columns) Lateral(IReadOnlyList<GeneratedColumn> columns)
    {
        string alias = $"a{Text(_aliases++)}";
        ValueKind kind = AnyKind();
        string value = _expressions.Create(kind, columns, 1);
        if (random.Next(2) == 0) return ($"LATERAL (SELECT {value} AS v) {alias}", [new($"{alias}.v", kind)]);
        (string from, List<GeneratedColumn> inner) = Relation(0);
        GeneratedColumn outer = columns[random.Next(columns.Count)];
        GeneratedColumn[] same = [.. inner.Where(c => c.Kind == outer.Kind)];
        string where = same.Length == 0 ? "" : $" WHERE {same[random.Next(same.Length)].Name} = {outer.Name}";
        (string call, kind) = Aggregate(inner);
        return ($"LATERAL (SELECT {call} AS v FROM {from}{where}) {alias}", [new($"{alias}.v", kind)]);
    }
}
