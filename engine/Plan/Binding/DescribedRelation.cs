using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// DESCRIBE, SUMMARIZE and SHOW as relations, alone or in FROM: what they tell are rows like others.
/// </summary>
internal sealed class DescribedRelation(BindingContext context, QueryBinder queries)
{
    // PostgreSQL's first number of what users make; relations of the system have lower ones.
    private const int FirstUserOid = 16384;

    private static readonly string[] s_describeColumns =
        ["column_name", "column_type", "null", "key", "default", "extra"];

    /// <summary>The relation that a statement stands for; null where it is none.</summary>
    public BoundRelation? Bind(Statement statement, Scope? outer) => statement switch
    {
        DescribeStatement describe => Describe(describe.Query, outer),
        ShowStatement { Kind: ShowKind.Columns, Name: { } table } => Describe(AllOf(table), outer),
        SummarizeStatement summarize => Summarize(summarize, outer),
        ShowStatement { Kind: ShowKind.Tables or ShowKind.AllTables } => queries.Bind(
            Parser.ParseQuery(
                "SELECT table_name AS name FROM information_schema.tables " +
                "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (" +
                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace " +
                $"WHERE c.relname = table_name AND n.nspname = table_schema AND c.oid < {FirstUserOid}) " +
                "ORDER BY 1"), null),
        _ => null,
    };

    private static SelectQuery AllOf(QualifiedName table) => new()
    {
        Items = [new SelectItem(new StarSyntax())], From = [new NamedTableReference(table)],
    };

    // ---- DESCRIBE --------------------------------------------------------------------------------------------------

    private BoundRelation Describe(Query query, Scope? outer)
    {
        BoundRelation relation = queries.Bind(query, outer);
        IPlanTable? table = TableOf(query);
        List<Value[]> rows = [];
        for (int i = 0; i < relation.Names.Count; i++)
        {
            PlanColumn column = relation.Plan.Output[i];
            PlanTableColumn? stored = table?.Columns[i];
            rows.Add(
            [
                Value.Text(relation.Names[i]), Value.Text(column.Type.ToString()),
                Value.Text(stored?.IsNullable ?? true ? "YES" : "NO"), KeyOf(table, i),
                TextOrNull(stored?.DefaultSql),
                TextOrNull(stored?.GeneratedSql is { } generated ? $"GENERATED ALWAYS AS ({generated})" : null),
            ]);
        }
        PlanList<PlanColumn> columns =
            s_describeColumns.Select(name => context.Columns.Create(name, LogicalType.Varchar)).ToPlanList();
        PlanList<PlanList<Expression>> values =
            rows.Select(row => row.Select(v => (Expression)new Constant(v)).ToPlanList()).ToPlanList();
        return new BoundRelation(new Values(columns, values), s_describeColumns);
    }

    private static Value TextOrNull(string? text) =>
        text is null ? Value.Null(LogicalType.Varchar) : Value.Text(text);

    // A table that is asked for as a whole shows its defaults and keys.
    private IPlanTable? TableOf(Query query) =>
        query is SelectQuery
        {
            From: [NamedTableReference { AsOf: null, Alias: null } only], Where: null, GroupBy: null, With: null,
            Items: [{ Expression: StarSyntax { Qualifier: null, Exclude.IsEmpty: true, Rename.IsEmpty: true } star }],
        } && star.Replace.IsEmpty && star.Pattern is null &&
        context.Catalog.FindRelation(
            only.Name.Parts.Count > 1 ? only.Name.Parts[0].Name : null, only.Name.Last.Name) is TableRelation relation
            ? relation.Table
            : null;

    private static Value KeyOf(IPlanTable? table, int column)
    {
        for (int i = 0; i < (table?.UniqueKeys.Count ?? 0); i++)
        {
            if (!table!.UniqueKeys[i].Contains(column)) continue;
            bool isPrimary = i == 0 && table.UniqueKeys[0].All(c => !table.Columns[c].IsNullable);
            return Value.Text(isPrimary ? "PRI" : "UNI");
        }
        return Value.Null(LogicalType.Varchar);
    }

    // ---- SUMMARIZE -------------------------------------------------------------------------------------------------

    // One pass of aggregates over the columns under names of our own, and a list per column of the result.
    private BoundRelation Summarize(SummarizeStatement statement, Scope? outer)
    {
        BoundRelation relation = queries.Bind(statement.Query, outer);
        if (relation.Names.Count == 0)
            throw new QueryException(SqlStates.SyntaxError, "SUMMARIZE needs columns", statement.Position);
        LogicalType[] types = [.. relation.Plan.Output.Select(c => c.Type)];
        Identifier[] names = [.. types.Select((_, i) => new Identifier($"c{i}"))];
        List<SelectItem> items =
        [
            Column("column_name", relation.Names.Select(n => (SyntaxExpression)new StringLiteral(n))),
            Column("column_type", types.Select(t => (SyntaxExpression)new StringLiteral(t.ToString()))),
        ];
        void Add(string name, string type, Func<string, LogicalType, string> expression) =>
            items.Add(Column(name, types.Select((t, i) =>
                Parser.ParseExpression($"({expression($"c{i}", t)})::{type}"))));
        Add("min", "varchar", (c, t) => IsOrdered(t) ? $"min({c})" : "NULL");
        Add("max", "varchar", (c, t) => IsOrdered(t) ? $"max({c})" : "NULL");
        Add("approx_unique", "bigint", (c, t) => t.IsNested ? "NULL" : $"approx_count_distinct({c})");
        Add("avg", "varchar", (c, t) => t.IsNumeric ? $"avg({c}::double)" : "NULL");
        Add("std", "varchar", (c, t) => t.IsNumeric ? $"stddev({c}::double)" : "NULL");
        foreach ((string name, string part) in new[] { ("q25", "0.25"), ("q50", "0.5"), ("q75", "0.75") })
            Add(name, "varchar", (c, t) => QuantileOf(c, t, part));
        Add("count", "bigint", (_, _) => "count(*)");
        Add("null_percentage", "decimal(9, 2)", (c, _) => $"100.0 * (count(*) - count({c})) / nullif(count(*), 0)");
        SubqueryReference source = new(statement.Query, false)
        {
            Alias = new TableAlias(new Identifier("s"), [.. names]),
        };
        return queries.Bind(
            new SelectQuery { Items = [.. items], From = [source], Range = statement.Range }, outer);
    }

    private static SelectItem Column(string name, IEnumerable<SyntaxExpression> values) =>
        new(new CallSyntax("unnest", new ListSyntax([.. values])), new Identifier(name));

    private static bool IsOrdered(LogicalType type) =>
        !type.IsNested && type.Kind is not (TypeKind.Json or TypeKind.Null);

    // Days and moments are numbers while their quantiles are sought.
    private static string QuantileOf(string column, LogicalType type, string part)
    {
        if (type.IsNumeric) return $"approx_quantile({column}, {part})";
        if (!type.IsTimestamp && type.Kind != TypeKind.Date) return "NULL";
        string moment = $"make_timestamp(approx_quantile(epoch_us({column}::timestamp), {part})::bigint)";
        return type.Kind == TypeKind.Date ? $"{moment}::date" : moment;
    }
}
