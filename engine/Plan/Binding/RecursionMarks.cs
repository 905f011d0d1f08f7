using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// SEARCH and CYCLE as the columns that they stand for, as PostgreSQL's manual spells them out: a path of rows that
/// every step makes longer, a mark where a row meets its own path again, and a step that goes on only from rows without
/// it.
/// </summary>
internal static class RecursionMarks
{
    /// <summary>The common table without the clauses, with their columns behind its own.</summary>
    /// <exception cref="QueryException">0A000: a term is no plain SELECT that names its columns.</exception>
    public static CommonTable Rewrite(CommonTable table)
    {
        if (table.Search is null && table.Cycle is null) return table;
        SetOperationQuery union = (SetOperationQuery)table.Query;
        SelectQuery anchor = PlainSelect(union.Left, table);
        SelectQuery step = PlainSelect(union.Right, table);
        Identifier[] names = table.Columns.IsEmpty
            ? [.. anchor.Items.Select(i => i.Alias ?? new Identifier(SelectBinder.NameOf(i.Expression)))]
                : [.. table.Columns];
        string working = NameInside(step, table) ?? throw NotPlain(table);
        List<SelectItem> first = [.. anchor.Items];
        List<SelectItem> next = [.. step.Items];
        List<Identifier> columns = [.. names];
        SyntaxExpression? condition = step.Where;
        if (table.Search is { } search)
        {
            RowSyntax start = RowOf(search.Columns, names, anchor, search);
            RowSyntax row = RowOf(search.Columns, names, step, search);
            ColumnSyntax sequence = new(new QualifiedName(working, search.SequenceColumn.Name));
            if (search.IsBreadthFirst)
            {
                // The depth, then the row; the fields of a row are called f1, f2, ….
                SyntaxExpression depth = new BinarySyntax(
                    "+", new FieldSyntax(sequence, new Identifier("f1")), new IntegerLiteral(1));
                first.Add(new SelectItem(new RowSyntax([new IntegerLiteral(0), .. start.Fields]),
                    search.SequenceColumn));
                next.Add(new SelectItem(new RowSyntax([depth, .. row.Fields]), search.SequenceColumn));
            }
            else
            {
                first.Add(new SelectItem(new ListSyntax([start]), search.SequenceColumn));
                next.Add(new SelectItem(new CallSyntax("list_append", sequence, row), search.SequenceColumn));
            }
            columns.Add(search.SequenceColumn);
        }
        if (table.Cycle is { } cycle)
        {
            SyntaxExpression met = cycle.MarkValue ?? new BooleanLiteral(true);
            SyntaxExpression fresh = cycle.MarkDefault ?? new BooleanLiteral(false);
            RowSyntax row = RowOf(cycle.Columns, names, step, cycle);
            ColumnSyntax path = new(new QualifiedName(working, cycle.PathColumn.Name));
            ColumnSyntax mark = new(new QualifiedName(working, cycle.MarkColumn.Name));
            first.Add(new SelectItem(fresh, cycle.MarkColumn));
            first.Add(new SelectItem(
                new ListSyntax([RowOf(cycle.Columns, names, anchor, cycle)]), cycle.PathColumn));
            Sql.CaseBranch branch = new(new CallSyntax("list_contains", path, row), met);
            next.Add(new SelectItem(new CaseSyntax(null, [branch], fresh), cycle.MarkColumn));
            next.Add(new SelectItem(new CallSyntax("list_append", path, row), cycle.PathColumn));
            columns.AddRange([cycle.MarkColumn, cycle.PathColumn]);
            SyntaxExpression goesOn = new DistinctFromSyntax(mark, met, false);
            condition = condition is null ? goesOn : new LogicalSyntax(LogicalOperator.And, [condition, goesOn]);
        }
        return table with
        {
            Search = null, Cycle = null, Columns = [.. columns],
            Query = union with
            {
                Left = anchor with { Items = [.. first] }, Right = step with { Items = [.. next], Where = condition },
            },
        };
    }

    private static SelectQuery PlainSelect(Query query, CommonTable table) =>
        query is SelectQuery { GroupBy: null, Distinct: null } select &&
            select.Items.All(i => i.Expression is not StarSyntax)
            ? select : throw NotPlain(table);

    private static QueryException NotPlain(CommonTable table) => new(
        SqlStates.FeatureNotSupported, "SEARCH and CYCLE need two plain SELECTs that name their columns",
            table.Position,
        "Write the columns in place of *, and refer to the recursive table in FROM of the second SELECT.");

    /// <summary>By which name the step refers to the rows of the round before.</summary>
    private static string? NameInside(SelectQuery step, CommonTable table) => step.From
        .SelectMany(f => f.DescendantsAndSelf()).OfType<NamedTableReference>()
        .Where(r => r.Name.Parts.Count == 1 && r.Name.Last.Equals(table.Name))
        .Select(r => (r.Alias?.Name ?? r.Name.Last).Name).FirstOrDefault();

    /// <summary>What a term gives for some columns of the table.</summary>
    private static RowSyntax RowOf(
        SyntaxList<Identifier> columns, Identifier[] names, SelectQuery term, SyntaxNode clause)
    {
        List<SyntaxExpression> fields = [];
        foreach (Identifier column in columns)
        {
            int index = Array.FindIndex(names, n => n.Name == column.Name);
            if (index < 0 || index >= term.Items.Count)
            {
                throw new QueryException(
                    SqlStates.UndefinedColumn, $"Column does not exist in the recursive query: \"{column.Name}\"",
                    column.Position >= 0 ? column.Position : clause.Position);
            }
            fields.Add(term.Items[index].Expression);
        }
        return new RowSyntax([.. fields]);
    }
}
