using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Changes where queries stand: <c>WITH gone AS (DELETE … RETURNING …)</c>, <c>COPY (INSERT … RETURNING …) TO</c>. They
/// run first; what reads them scans the rows that they returned.
/// </summary>
internal sealed class WithChangeBinder(BindingContext context, QueryBinder queries)
{
    /// <summary>Puts a change of WITH into scope, where it returns rows.</summary>
    /// <param name="table">The WITH query.</param>
    /// <param name="scope">Where its name is found.</param>
    /// <param name="around">What it sees itself: the queries before it.</param>
    /// <param name="shared">Those of them that are computed once.</param>
    public void Bind(CommonTable table, Scope scope, Scope around, IReadOnlyList<SharedQuery> shared)
    {
        Statement change = ((StatementQuery)table.Query).Statement;
        RequireTopLevel(change);
        string name = table.Name.Name;
        SourceTable? rows = Add(new ChangeBinder(context, queries, around, shared), change);
        scope.AddCommonTable(name, new CommonTableBinding(name, () => rows is not null
            ? QueryBinder.Rename(ScanOf(rows), table.Columns, table.Name)
            : throw NoRows($"WITH query \"{name}\"", table.Position)));
    }

    /// <summary>The rows of a change that stands alone.</summary>
    public BoundRelation BindRows(Statement change, string what)
    {
        RequireTopLevel(change);
        SourceTable? rows = Add(new ChangeBinder(context, queries), change);
        return rows is not null ? ScanOf(rows) : throw NoRows(what, change.Position);
    }

    private BoundRelation ScanOf(SourceTable rows) => new FromBinder(context, queries).ScanOf(rows);

    /// <summary>The rows that it will return; null where it returns none.</summary>
    private SourceTable? Add(ChangeBinder binder, Statement statement)
    {
        (PlanKind kind, BoundRelation relation, bool returnsRows) = binder.Bind(statement);
        List<Value[]> rows = [];
        context.Changes.Add(new InnerChange(new BoundQuery(kind, relation.Plan) { ReturnsRows = returnsRows }, rows));
        if (!returnsRows) return null;
        Schema schema = new(relation.Plan.Output.Select(
            (c, i) => new Field(relation.Names[i], c.Type, c.IsNullable)));
        return new SourceTable(new ValueSource(schema, () => rows), "rows that were changed");
    }

    private void RequireTopLevel(Statement change)
    {
        if (context.IsTopLevel) return;
        throw new QueryException(
            SqlStates.FeatureNotSupported,
            "WITH clause containing a data-modifying statement must be at the top level", change.Position);
    }

    private static QueryException NoRows(string what, int position) => new(
        SqlStates.FeatureNotSupported, $"{what} does not have a RETURNING clause", position,
        "A change without RETURNING gives no rows.");
}
