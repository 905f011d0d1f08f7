using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan.Rules;
using ColFrag.Engine.Sql;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// The values of a row whose generated columns are computed from the others. One may name another, as in DuckDB, as
/// long as they do not need each other.
/// </summary>
internal sealed class GeneratedColumns
{
    private readonly string _table;
    private readonly IReadOnlyList<PlanTableColumn> _columns;
    private readonly BindingContext _context;
    private readonly Expression[] _values;
    private readonly HashSet<int> _open = [];
    private readonly HashSet<int> _done = [];

    private GeneratedColumns(
        string table, IReadOnlyList<PlanTableColumn> columns, IReadOnlyList<Expression> given, BindingContext context)
    {
        _table = table;
        _columns = columns;
        _context = context;
        _values = [.. given];
    }

    /// <summary>A value for each column: that given, or what its expression makes of the others.</summary>
    /// <exception cref="QueryException">42P17: generated columns need each other, or differ each time.</exception>
    public static Expression[] Bind(
        string table, IReadOnlyList<PlanTableColumn> columns, IReadOnlyList<Expression> given, BindingContext context)
    {
        GeneratedColumns generated = new(table, columns, given, context);
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns[i].GeneratedSql is not null) generated.Compute(i);
        }
        return generated._values;
    }

    private void Compute(int column)
    {
        if (_done.Contains(column)) return;
        PlanTableColumn definition = _columns[column];
        if (!_open.Add(column))
        {
            throw new QueryException(
                SqlStates.InvalidObjectDefinition, $"Generated column needs its own value: \"{definition.Name}\"");
        }
        Syntax.SyntaxExpression written = Parser.ParseExpression(definition.GeneratedSql!);
        foreach (Syntax.ColumnSyntax used in written.DescendantsAndSelf().OfType<Syntax.ColumnSyntax>())
        {
            int other = IndexOf(used.Name.Last);
            if (other >= 0 && _columns[other].GeneratedSql is not null) Compute(other);
        }
        Scope scope = new(null);
        scope.Tables.Add(new ScopeTable(
            null, _table, [.. _values.Select((v, i) => new ScopeColumn(_columns[i].Name, v))]));
        Expression value =
            new ExpressionBinder(_context, scope, new Clause("a generated column")).Bind(written);
        if (value.DiffersEachTime())
        {
            throw new QueryException(
                SqlStates.InvalidObjectDefinition, $"Generated column differs each time: \"{definition.Name}\"",
                hint: "Give it as a DEFAULT.");
        }
        _values[column] = _context.AssignTo(value, definition);
        _done.Add(column);
    }

    private int IndexOf(Syntax.Identifier name)
    {
        for (int i = 0; i < _columns.Count; i++)
        {
            if (ScopeTable.NamesMatch(name, _columns[i].Name)) return i;
        }
        return -1;
    }
}
