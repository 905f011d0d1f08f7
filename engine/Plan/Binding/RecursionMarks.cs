using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// SEARCH and CYCLE as the columns that they stand for, as PostgreSQL's manual spells them out: a path of rows that
/// every step makes longer, a mark where a row meets its own path again, and a step that goes on only from rows without
/// it. Both terms become subqueries, so that they may be anything that has the columns; the step sees the added columns
/// by their names, and its <c>*</c> leaves them out.
/// </summary>
internal static class RecursionMarks
{
    /// <summary>The common table without the clauses, with their columns behind its own.</summary>
    /// <param name="table">As written.</param>
    /// <param name="names">The names of its own columns.</param>
    /// <exception cref="QueryException">0A000: the step is no SELECT from the table. 42701: two columns have one
    /// name.</exception>
    public static CommonTable Rewrite(CommonTable table, IReadOnlyList<string> names)
    {
        if (table.Search is null && table.Cycle is null) return table;
        SetOperationQuery union = (SetOperationQuery)table.Query;
        SelectQuery step = PlainSelect(union.Right, table);
        string working = NameInside(step, table) ?? throw NotPlain(table);
        Term anchor = new(union.Left, "anchor", names);
        Term next = new(step, "step", names);
        List<SelectItem> carried = [];
        if (table.Search is { } search)
        {
            anchor.Require(search.Columns, search);
            if (search.IsBreadthFirst)
            {
                // The depth, then the row; the fields of a row are called f1, f2, ….
                SyntaxExpression depth = new BinarySyntax(
                    "+", new FieldSyntax(next.Column(search.SequenceColumn), new Identifier("f1")),
                    new IntegerLiteral(1));
                anchor.Add(new RowSyntax([new IntegerLiteral(0), .. anchor.RowOf(search.Columns).Fields]),
                    search.SequenceColumn);
                next.Add(new RowSyntax([depth, .. next.RowOf(search.Columns).Fields]), search.SequenceColumn);
            }
            else
            {
                anchor.Add(new ListSyntax([anchor.RowOf(search.Columns)]), search.SequenceColumn);
                next.Add(
                    new CallSyntax("list_append", next.Column(search.SequenceColumn), next.RowOf(search.Columns)),
                    search.SequenceColumn);
            }
            carried.Add(Carried(working, search.SequenceColumn));
        }
        if (table.Cycle is { } cycle)
        {
            SyntaxExpression met = cycle.MarkValue ?? new BooleanLiteral(true);
            SyntaxExpression fresh = cycle.MarkDefault ?? new BooleanLiteral(false);
            anchor.Require(cycle.Columns, cycle);
            ColumnSyntax path = next.Column(cycle.PathColumn);
            RowSyntax row = next.RowOf(cycle.Columns);
            anchor.Add(fresh, cycle.MarkColumn);
            anchor.Add(new ListSyntax([anchor.RowOf(cycle.Columns)]), cycle.PathColumn);
            Sql.CaseBranch branch = new(new CallSyntax("list_contains", path, row), met);
            next.Add(new CaseSyntax(null, [branch], fresh), cycle.MarkColumn);
            next.Add(new CallSyntax("list_append", path, row), cycle.PathColumn);
            carried.Add(Carried(working, cycle.PathColumn));
            SyntaxExpression goesOn = new DistinctFromSyntax(
                new ColumnSyntax(new QualifiedName(working, cycle.MarkColumn.Name)), met, false);
            step = step with
            {
                Where = step.Where is null ? goesOn : new LogicalSyntax(LogicalOperator.And, [step.Where, goesOn]),
            };
        }
        Identifier[] added = [.. anchor.Added];
        RequireFresh(names, added);
        return table with
        {
            Search = null, Cycle = null, Columns = [.. names.Select(Quoted), .. added],
            Query = union with
            {
                Left = anchor.ToQuery(),
                Right = next.ToQuery(step with { Items = [.. step.Items, .. carried] }),
            },
        };
    }

    private static Identifier Quoted(string name) => new(name, name, true);

    private static SelectItem Carried(string working, Identifier column) =>
        new(new ColumnSyntax(new QualifiedName(working, column.Name)), column);

    private static SelectQuery PlainSelect(Query query, CommonTable table) =>
        query is SelectQuery { GroupBy: null, Having: null, Limit: null, OrderBy.IsEmpty: true } select &&
            select.Distinct is not { On.IsEmpty: false }
            ? select : throw NotPlain(table);

    private static QueryException NotPlain(CommonTable table) => new(
        SqlStates.FeatureNotSupported,
        "SEARCH and CYCLE need a second SELECT that reads the recursive table in its FROM, without GROUP BY or LIMIT",
        table.Position, "Put what groups or limits around the recursive query.");

    /// <summary>By which name the step refers to the rows of the round before.</summary>
    private static string? NameInside(SelectQuery step, CommonTable table) => step.From
        .SelectMany(Joined).OfType<NamedTableReference>()
        .Where(r => r.Name.Parts.Count == 1 && r.Name.Last.Equals(table.Name))
        .Select(r => (r.Alias?.Name ?? r.Name.Last).Name).FirstOrDefault();

    // Tables inside of subqueries are not seen by the step's items.
    private static IEnumerable<SyntaxNode> Joined(SyntaxNode node)
    {
        if (node is Query) yield break;
        yield return node;
        SyntaxChildren children = node.Children;
        for (int i = 0; i < children.Count; i++)
        {
            foreach (SyntaxNode below in Joined(children[i])) yield return below;
        }
    }

    private static void RequireFresh(IReadOnlyList<string> names, Identifier[] added)
    {
        for (int i = 0; i < added.Length; i++)
        {
            Identifier column = added[i];
            bool isTaken = names.Contains(column.Name, StringComparer.OrdinalIgnoreCase) ||
                added.Take(i).Any(a => a.Name == column.Name);
            if (!isTaken) continue;
            throw new QueryException(
                SqlStates.DuplicateColumn, $"Column name of SEARCH or CYCLE is used already: \"{column.Name}\"",
                column.Position);
        }
    }

    /// <summary>One side of the UNION as a subquery whose columns have names of our own.</summary>
    private sealed class Term(Query query, string alias, IReadOnlyList<string> names)
    {
        private readonly List<SelectItem> _items =
            [.. names.Select((_, i) => new SelectItem(new ColumnSyntax(new QualifiedName(alias, NameOf(i)))))];

        /// <summary>The names of what was added.</summary>
        public IEnumerable<Identifier> Added => _items.Skip(names.Count).Select(i => i.Alias!);

        public void Add(SyntaxExpression value, Identifier name) => _items.Add(new SelectItem(value, name));

        /// <summary>A column that the query has behind its own.</summary>
        public ColumnSyntax Column(Identifier name) => new(new QualifiedName(alias, name.Name));

        /// <exception cref="QueryException">42703: the recursive table has no such column.</exception>
        public void Require(SyntaxList<Identifier> columns, SyntaxNode clause)
        {
            foreach (Identifier column in columns)
            {
                if (IndexOf(column) >= 0) continue;
                throw new QueryException(
                    SqlStates.UndefinedColumn, $"Column does not exist in the recursive query: \"{column.Name}\"",
                    column.Position >= 0 ? column.Position : clause.Position,
                    $"Its columns are {string.Join(", ", names)}.");
            }
        }

        /// <summary>What the query gives for some columns of the table.</summary>
        public RowSyntax RowOf(SyntaxList<Identifier> columns) =>
            new([.. columns.Select(c => _items[IndexOf(c)].Expression)]);

        public SelectQuery ToQuery(Query? carrying = null) => new()
        {
            Items = [.. _items],
            From =
            [
                new SubqueryReference(carrying ?? query)
                {
                    Alias = new TableAlias(
                        new Identifier(alias), [.. names.Select((_, i) => new Identifier(NameOf(i)))]),
                },
            ],
        };

        private static string NameOf(int index) => $"column_{index + 1}";

        private int IndexOf(Identifier column)
        {
            for (int i = 0; i < names.Count; i++)
            {
                if (ScopeTable.NamesMatch(column, names[i])) return i;
            }
            return -1;
        }
    }
}
