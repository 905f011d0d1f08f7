using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>A column that names can find.</summary>
/// <param name="Name">The name.</param>
/// <param name="Expression">What it stands for; a merged column of USING is a COALESCE of two.</param>
internal sealed record ScopeColumn(string Name, Expression Expression)
{
    /// <summary>False for the second half of a USING pair: found by table name, left out of <c>*</c>.</summary>
    public bool IsVisible { get; init; } = true;
}

/// <summary>A table in FROM: a name and its columns.</summary>
internal sealed record ScopeTable(string? Schema, string? Name, IReadOnlyList<ScopeColumn> Columns)
{
    /// <summary>True when a qualifier written in the query means this table.</summary>
    public bool IsMeantBy(SyntaxList<Identifier> qualifier)
    {
        if (Name is null || qualifier.IsEmpty || !NamesMatch(qualifier[qualifier.Count - 1], Name)) return false;
        return qualifier.Count == 1 || (Schema is not null && NamesMatch(qualifier[qualifier.Count - 2], Schema));
    }

    /// <summary>Quoted names match exactly, others without regard to ASCII case.</summary>
    public static bool NamesMatch(Identifier written, string name) => written.IsQuoted
        ? written.Name == name
        : written.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// The names that an expression can use: the tables of its FROM, then those of the queries around it. WITH queries are
/// found along the same chain.
/// </summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, CommonTableBinding> _commonTables = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The query around this one.</summary>
    public Scope? Outer => outer;

    /// <summary>The tables of FROM, in order.</summary>
    public List<ScopeTable> Tables { get; } = [];

    /// <summary>
    /// Names that stand for expressions of their own: parameters of lambdas and macros, aliases of the list.
    /// </summary>
    public Dictionary<string, Expression> Aliases { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Expressions of the select list by their alias, as written, while they can be used by clauses and items behind
    /// them. They are bound anew where they are used, as if written there.
    /// </summary>
    public Dictionary<string, SyntaxExpression> NamedItems { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where aggregates over this query's rows go; null while there may be none.</summary>
    public AggregateCollector? Aggregates { get; set; }

    /// <summary>True for the parameters of a lambda or macro, which are no query of their own.</summary>
    public bool IsOfParameters { get; init; }

    /// <summary>The innermost query whose names these are.</summary>
    public Scope Query => IsOfParameters && outer is not null ? outer.Query : this;

    /// <summary>Columns of <c>*</c>, in order.</summary>
    public IEnumerable<ScopeColumn> VisibleColumns => Tables.SelectMany(t => t.Columns).Where(c => c.IsVisible);

    public void AddCommonTable(string name, CommonTableBinding table) => _commonTables[name] = table;

    /// <summary>True when a WITH of this query itself has that name.</summary>
    public bool HasCommonTable(string name) => _commonTables.ContainsKey(name);

    /// <summary>Gives another scope the WITH queries of this one.</summary>
    public void CopyCommonTablesTo(Scope target)
    {
        foreach ((string name, CommonTableBinding table) in _commonTables) target._commonTables[name] = table;
    }

    /// <summary>The WITH query of that name, here or around.</summary>
    public CommonTableBinding? FindCommonTable(Identifier name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._commonTables.TryGetValue(name.Name, out CommonTableBinding? table)) return table;
        }
        return null;
    }

    /// <summary>The table that a qualifier means, here or around.</summary>
    public ScopeTable? FindTable(SyntaxList<Identifier> qualifier)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.Tables.Find(t => t.IsMeantBy(qualifier)) is { } table) return table;
        }
        return null;
    }

    /// <summary>
    /// Resolves a name of one or more parts to a column, and tells how many parts it took; what is left are fields of a
    /// struct. Null when there is no such column.
    /// </summary>
    /// <exception cref="QueryException">42702: more than one column fits.</exception>
    public Expression? Find(QualifiedName name, out int used)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.FindHere(name, out used) is { } found) return found;
        }
        used = 0;
        return null;
    }

    /// <summary>The query, this one or one around, that has the column of a name; null where there is none.</summary>
    public Scope? OwnerOf(QualifiedName name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.FindHere(name, out _) is not null) return scope.Query;
        }
        return null;
    }

    /// <summary>The error for a name that was not found.</summary>
    public QueryException NotFound(QualifiedName name)
    {
        if (name.Parts.Count > 1 && FindTable(name.Qualifier) is null)
        {
            string table = name.Parts[name.Parts.Count - 2].Name;
            string? nearTable = Suggestion.Nearest(table, AllTables().Select(t => t.Name).OfType<string>());
            return new QueryException(
                SqlStates.UndefinedTable, $"Missing FROM-clause entry for table: \"{table}\"", name.Position,
                nearTable is null ? null : $"Did you mean \"{nearTable}\"?");
        }
        IEnumerable<string> candidates = name.Parts.Count > 1
            ? FindTable(name.Qualifier)!.Columns.Select(c => c.Name)
            : AllTables().SelectMany(t => t.Columns).Select(c => c.Name);
        string? near = Suggestion.Nearest(name.Last.Name, candidates.Distinct());
        return new QueryException(
            SqlStates.UndefinedColumn, $"Column does not exist: \"{string.Join('.', name.Parts.Select(p => p.Name))}\"",
            name.Position, near is null ? null : $"Did you mean \"{near}\"?");
    }

    private IEnumerable<ScopeTable> AllTables()
    {
        for (Scope? scope = this; scope is not null; scope = scope.Outer)
        {
            foreach (ScopeTable table in scope.Tables) yield return table;
        }
    }

    private Expression? FindHere(QualifiedName name, out int used)
    {
        Identifier first = name.Parts[0];
        if (name.Parts.Count > 1 && FindQualified(name, out used) is { } qualified) return qualified;
        used = 1;
        // Behind a column's name only fields can follow, so that a table of the same name is not in the way.
        Func<Expression, bool> canBeMeant = name.Parts.Count > 1 ? HasFields : static _ => true;
        Expression? column = FindColumn(first, name, canBeMeant);
        if (column is not null) return column;
        if (Aliases.TryGetValue(first.Name, out Expression? alias)) return alias;
        used = 0;
        return null;
    }

    private static bool HasFields(Expression expression) =>
        expression.Type.Kind is TypeKind.Struct or TypeKind.Map or TypeKind.Json;

    // table.column, schema.table.column
    private Expression? FindQualified(QualifiedName name, out int used)
    {
        for (int qualifiers = Math.Min(2, name.Parts.Count - 1); qualifiers >= 1; qualifiers--)
        {
            SyntaxList<Identifier> qualifier = SyntaxList.Create(name.Parts.AsSpan()[..qualifiers]);
            foreach (ScopeTable table in Tables)
            {
                if (!table.IsMeantBy(qualifier)) continue;
                ScopeColumn? found =
                    table.Columns.FirstOrDefault(c => ScopeTable.NamesMatch(name.Parts[qualifiers], c.Name));
                if (found is null) continue;
                used = qualifiers + 1;
                return found.Expression;
            }
        }
        used = 0;
        return null;
    }

    // What * leaves out is found where nothing else has the name.
    private Expression? FindColumn(Identifier column, QualifiedName name, Func<Expression, bool> canBeMeant) =>
        FindColumn(column, name, canBeMeant, true) ?? FindColumn(column, name, canBeMeant, false);

    private Expression? FindColumn(
        Identifier column, QualifiedName name, Func<Expression, bool> canBeMeant, bool isVisible)
    {
        ScopeColumn? found = null;
        foreach (ScopeTable table in Tables)
        {
            foreach (ScopeColumn candidate in table.Columns)
            {
                if (candidate.IsVisible != isVisible || !ScopeTable.NamesMatch(column, candidate.Name)) continue;
                if (!canBeMeant(candidate.Expression)) continue;
                if (found is not null && !found.Expression.Equals(candidate.Expression))
                {
                    throw new QueryException(
                        SqlStates.AmbiguousColumn, $"Column reference is ambiguous: \"{column.Name}\"", name.Position,
                        $"Write {string.Join(" or ", Tables.Where(t => t.Name is not null && t.Columns.Any(c => ScopeTable.NamesMatch(column, c.Name))).Select(t => $"{t.Name}.{column.Name}"))}.");
                }
                found ??= candidate;
            }
        }
        return found?.Expression;
    }
}

/// <summary>A WITH query that references can use: bound anew for each, or one computed result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bind">Gives a plan of its own for one reference, with the names of its columns.</param>
internal sealed record CommonTableBinding(string Name, Func<BoundRelation> Bind);

/// <summary>A plan with the names of its columns.</summary>
internal sealed record BoundRelation(LogicalNode Plan, IReadOnlyList<string> Names)
{
    /// <summary>How many columns <c>*</c> shows; the others behind them are found by name only.</summary>
    public int VisibleCount { get; init; } = int.MaxValue;

    /// <summary>The columns as names can find them.</summary>
    public IReadOnlyList<ScopeColumn> ScopeColumns()
    {
        PlanList<PlanColumn> output = Plan.Output;
        ScopeColumn[] columns = new ScopeColumn[output.Count];
        for (int i = 0; i < columns.Length; i++) {
            columns[i] = new ScopeColumn(Names[i], new ColumnUse(output[i])) { IsVisible = i < VisibleCount };
        }
        return columns;
    }
}
