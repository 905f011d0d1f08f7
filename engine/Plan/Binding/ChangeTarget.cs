using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// What a change names: a table, or a view that shows rows of one as they are, which stands for it as in PostgreSQL.
/// Through a view a change finds the rows that it shows, and columns of it that are columns of the table.
/// </summary>
internal sealed class ChangeTarget
{
    private readonly BindingContext _context;
    private readonly QueryBinder _queries;
    private readonly PlanColumn[] _own;
    private readonly ScopeTable _shown;

    /// <summary>A change's target.</summary>
    /// <param name="table">The table.</param>
    /// <param name="views">The views over it, the one that the change names last; none for the table itself.</param>
    /// <param name="context">What the statement shares.</param>
    /// <param name="queries">Binds subqueries of the views.</param>
    public ChangeTarget(
        IPlanTable table, IReadOnlyList<ViewRelation> views, BindingContext context, QueryBinder queries)
    {
        Table = table;
        Views = views;
        _context = context;
        _queries = queries;
        _own = [.. table.Columns.Select(c => context.Columns.Create(c.Name, c.Type, c.IsNullable))];
        _shown = Over(_own);
    }

    /// <summary>The table whose rows change.</summary>
    public IPlanTable Table { get; }

    /// <summary>The views between the statement and the table, from the inner to the outer.</summary>
    public IReadOnlyList<ViewRelation> Views { get; }

    /// <summary>The name that the statement knows it by.</summary>
    public string Name => Views.Count > 0 ? Views[^1].Name : Table.Name;

    /// <summary>The names that the statement sees, over columns of the table.</summary>
    public ScopeTable Over(IReadOnlyList<PlanColumn> columns) => Over(columns, _ => { });

    /// <summary>The rows of the table that the views show, and the names that the statement sees.</summary>
    public (LogicalNode Plan, ScopeTable Names) Restrict(LogicalNode plan, IReadOnlyList<PlanColumn> columns)
    {
        List<(Syntax.SyntaxExpression Where, Scope Scope)> conditions = [];
        ScopeTable names = Over(columns, conditions.Add);
        foreach ((Syntax.SyntaxExpression where, Scope scope) in conditions)
        {
            SubqueryCollector subqueries = new();
            Expression condition = new ExpressionBinder(
                _context, scope, new Clause("WHERE") { Subqueries = subqueries }).BindCondition(where);
            plan = new Filter(subqueries.Attach(plan), condition);
        }
        return (plan, names);
    }

    /// <summary>The place in the table of a column that the statement names.</summary>
    /// <exception cref="QueryException">42703: there is none. 0A000: the view computes it.</exception>
    public int ColumnOf(Syntax.Identifier name, int position)
    {
        if (Views.Count == 0) return ChangeBinder.ColumnOf(Table, name, position);
        foreach (ScopeColumn column in _shown.Columns)
        {
            if (ScopeTable.NamesMatch(name, column.Name)) return PlaceOf(column, position);
        }
        string? near = Suggestion.Nearest(name.Name, _shown.Columns.Select(c => c.Name));
        throw new QueryException(
            SqlStates.UndefinedColumn, $"Column of \"{Name}\" does not exist: \"{name.Name}\"", position,
            near is null ? null : $"Did you mean \"{near}\"?");
    }

    /// <summary>The places in the table of all columns, in the order that the statement sees.</summary>
    public IEnumerable<int> Columns => Views.Count == 0
        ? Enumerable.Range(0, Table.Columns.Count)
        : _shown.Columns.Select(c => PlaceOf(c, -1));

    private int PlaceOf(ScopeColumn column, int position)
    {
        int place = column.Expression is ColumnUse use ? Array.IndexOf(_own, use.Column) : -1;
        return place >= 0 ? place : throw new QueryException(
            SqlStates.FeatureNotSupported, $"Cannot change column \"{column.Name}\" of view \"{Name}\"", position,
            "The view computes it: only its columns that are columns of the table can be changed.");
    }

    private ScopeTable Over(
        IReadOnlyList<PlanColumn> columns, Action<(Syntax.SyntaxExpression Where, Scope Scope)> foundCondition)
    {
        ScopeTable shown = new(
            Table.SchemaName, Table.Name, [.. columns.Select(c => new ScopeColumn(c.Name, new ColumnUse(c)))]);
        foreach (ViewRelation view in Views)
        {
            Syntax.SelectQuery query = (Syntax.SelectQuery)view.Query;
            Syntax.TableReference from = query.From[0];
            Scope scope = new(null);
            scope.Tables.Add(from.Alias is { } alias ? shown with { Schema = null, Name = alias.Name.Name } : shown);
            if (query.Where is { } where) foundCondition((where, scope));
            ExpressionBinder binder = new(_context, scope, new Clause("a view that is changed"));
            shown = new ScopeTable(
                view.SchemaName, view.Name,
                [.. new StarExpansion(_context, scope).Expand(query.Items).Select((item, i) => new ScopeColumn(
                    i < view.Columns.Count ? view.Columns[i]
                        : item.Alias?.Spelling ?? SelectBinder.NameOf(item.Expression),
                    binder.Bind(item.Expression)))]);
        }
        return shown;
    }

    /// <summary>The table or view that a view reads rows of as they are; null where it does anything else.</summary>
    public static Syntax.QualifiedName? SourceOf(ViewRelation view)
    {
        bool isPlain = view.Query is Syntax.SelectQuery
        {
            With: null, Distinct: null, GroupBy: null, Having: null, Qualify: null, Limit: null, Sample: null,
            From: [Syntax.NamedTableReference { AsOf: null, Sample: null, Alias: null or { Columns.IsEmpty: true } }],
        };
        return isPlain
            ? ((Syntax.NamedTableReference)((Syntax.SelectQuery)view.Query).From[0]).Name
            : null;
    }
}
