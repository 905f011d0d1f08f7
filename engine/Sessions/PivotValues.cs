using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// The values of a PIVOT that does not name them: they are looked up before the statement is bound, because they are
/// columns of its result. <c>PIVOT t ON x</c> and <c>FOR x IN (SELECT …)</c>.
/// </summary>
internal sealed class PivotValues(Session session, StatementScope scope, QueryEnvironment environment)
{
    private const int MostValues = 1_000;

    /// <summary>The statement with every PIVOT's values written out.</summary>
    public async ValueTask<Statement> FillAsync(Statement statement, CancellationToken cancellationToken)
    {
        if (statement is CreateViewStatement or CreateMacroStatement) return statement;
        // The last one in the order of the text has no other one inside.
        while (statement.DescendantsAndSelf().OfType<PivotReference>().LastOrDefault(NeedsValues) is { } pivot)
        {
            List<CommonTable> visible = [];
            FindCommonTables(statement, pivot, visible);
            List<PivotColumn> columns = [];
            foreach (PivotColumn column in pivot.Columns)
            {
                columns.Add(NeedsValues(column)
                    ? await LookUpAsync(pivot, column, visible, cancellationToken)
                    : column);
            }
            statement = SyntaxReplacement.Replace(statement, pivot, pivot with { Columns = [.. columns] });
        }
        return statement;
    }

    private static bool NeedsValues(PivotReference pivot) => pivot.Columns.Any(NeedsValues);

    private static bool NeedsValues(PivotColumn column) => column.Values.IsEmpty && !column.IsLookedUp;

    private async ValueTask<PivotColumn> LookUpAsync(
        PivotReference pivot, PivotColumn column, List<CommonTable> visible, CancellationToken cancellationToken)
    {
        SelectQuery query = new()
        {
            With = visible.Count == 0 ? null : new WithClause(true, [.. visible]),
            Distinct = new DistinctClause([]),
            From = [pivot.Source],
            Items = [new SelectItem(column.Expression)],
            OrderBy = [new OrderItem(new IntegerLiteral(1), SortDirection.Default, NullOrder.Last)],
            Limit = new LimitClause(new IntegerLiteral(MostValues + 1), null),
            Range = column.Range,
        };
        if (column.Query is not null)
        {
            query = query with
            {
                From = [new SubqueryReference(column.Query, false)], Items = [new SelectItem(new StarSyntax())],
            };
        }
        StatementBinder binder = new(scope.Catalog, scope.Info);
        BoundQuery bound = (BoundQuery)binder.Bind(new QueryStatement(query));
        StatementRunner runner = new(session, scope, binder, environment, isReadOnly: true);
        List<Value[]> rows = await runner.ReadAllAsync(bound.Plan, cancellationToken);
        if (rows.Count > MostValues)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"PIVOT makes more than {MostValues} columns", column.Position,
                "Write ON column IN (value, …) with those that you want.");
        }
        IEnumerable<SelectItem> values = rows.Select(row => row[0]).Where(value => !value.IsNull).Select(value =>
        {
            string name = value.ToString();
            return new SelectItem(new BoundSyntax(new Constant(value)), new Identifier(name, name, true));
        });
        return column with { Values = [.. values], Query = null, IsLookedUp = true };
    }

    /// <summary>The WITH queries that a node sees; false where it is not below.</summary>
    private static bool FindCommonTables(SyntaxNode node, SyntaxNode sought, List<CommonTable> visible)
    {
        if (ReferenceEquals(node, sought)) return true;
        int before = visible.Count;
        if (node is Query { With: { } with })
        {
            foreach (CommonTable table in with.Tables)
            {
                if (FindCommonTables(table.Query, sought, visible)) return true;
                visible.RemoveAll(t => t.Name.Equals(table.Name));
                visible.Add(table);
            }
        }
        SyntaxChildren children = node.Children;
        for (int i = 0; i < children.Count; i++)
        {
            if (children[i] is not WithClause && FindCommonTables(children[i], sought, visible)) return true;
        }
        visible.RemoveRange(Math.Min(before, visible.Count), Math.Max(0, visible.Count - before));
        return false;
    }
}
