using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>What the binding of one statement shares: the catalog, the numbering of columns, the parameters.</summary>
internal sealed class BindingContext(IBinderCatalog catalog, SessionInfo session)
{
    private const int MaxDepth = 256;
    private const int MaxParameters = 65_535;
    private readonly List<LogicalType?> _parameterTypes = [];
    private readonly Dictionary<string, int> _parameterNames = new(StringComparer.Ordinal);
    private readonly HashSet<Expression> _unknown = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Expression, IReadOnlyList<Expression>> _written =
        new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<Expression, string> _collations = new(ReferenceEqualityComparer.Instance);
    private int _depth;

    public IBinderCatalog Catalog => catalog;

    public FunctionRegistry Functions => catalog.Functions;

    public SessionInfo Session => session;

    public PlanColumnFactory Columns { get; } = new();

    /// <summary>Types of $1, $2, …; undecided ones are VARCHAR at the end.</summary>
    public IReadOnlyList<LogicalType> ParameterTypes => [.. _parameterTypes.Select(t => t ?? LogicalType.Varchar)];

    /// <summary>Numbers of $name by name.</summary>
    public IReadOnlyDictionary<string, int> ParameterNames => _parameterNames;

    /// <summary>True when tables show <c>rowid</c>: the statement names it.</summary>
    public bool ShowsRowIds { get; set; }

    /// <summary>The changes of WITH queries that were met.</summary>
    public List<InnerChange> Changes { get; } = [];

    /// <summary>True while the statement itself is bound, not a query within its query.</summary>
    public bool IsTopLevel => _depth <= 1;

    /// <summary>True when a volatile or stable function was met, so that the plan must not be kept.</summary>
    public bool IsVolatile { get; set; }

    /// <summary>
    /// The columns that the rows of files go into as they are, while <c>INSERT INTO t SELECT * FROM read_csv(…)</c> is
    /// bound: their types win over guesses. Null elsewhere.
    /// </summary>
    public Schema? FilesTarget { get; set; }

    /// <summary>A number for a WITH query.</summary>
    public int NextCte() => Columns.CreateCteId();

    /// <summary>Takes over the types that the client declared.</summary>
    public void DeclareParameters(IReadOnlyList<LogicalType?> types) => _parameterTypes.AddRange(types);

    /// <summary>The parameter of a number; named ones are numbered in the order of their first use.</summary>
    public Expression Parameter(int number, string? name, int position)
    {
        if (name is not null && !_parameterNames.TryGetValue(name, out number))
        {
            _parameterNames.Add(name, number = _parameterNames.Count + 1);
        }
        if (number is < 1 or > MaxParameters)
        {
            throw new QueryException("42P02", $"There is no such parameter: ${number}", position);
        }
        while (_parameterTypes.Count < number) _parameterTypes.Add(null);
        LogicalType? type = _parameterTypes[number - 1];
        Parameter parameter = new(number, type ?? LogicalType.Varchar) { Position = position };
        return type is null ? MarkUnknown(parameter) : parameter;
    }

    /// <summary>Gives an undecided parameter the type that its place wants.</summary>
    public Expression DecideParameter(Parameter parameter, LogicalType type)
    {
        if (type.Kind == TypeKind.Null) type = LogicalType.Varchar;
        LogicalType? known = _parameterTypes[parameter.Number - 1];
        if (known is null) _parameterTypes[parameter.Number - 1] = known = type;
        Parameter decided = new(parameter.Number, known) { Position = parameter.Position };
        return known.Equals(type) ? decided : new Cast(decided, type) { Position = parameter.Position };
    }

    /// <summary>Marks a literal whose type is decided by its place.</summary>
    public Expression MarkUnknown(Expression expression)
    {
        _unknown.Add(expression);
        return expression;
    }

    /// <summary>Gives a text a collation, for comparisons and orders; an empty one is that of bytes.</summary>
    public Expression MarkCollated(Expression text, string collation)
    {
        bool isUnknown = IsUnknown(text);
        // Equal expressions are told apart: a column is not collated wherever it is used.
        Expression marked = text with { };
        _collations[marked] = collation;
        return isUnknown ? MarkUnknown(marked) : marked;
    }

    /// <summary>The collation of a text, by COLLATE or of its column; empty for that of bytes.</summary>
    public string CollationOf(Expression expression) =>
        _collations.TryGetValue(expression, out string? own) ? own : (expression as ColumnUse)?.Column.Collation ?? "";

    /// <summary>True for string literals, NULL and parameters before their context decides.</summary>
    public bool IsUnknown(Expression expression) =>
        _unknown.Contains(expression) || expression.Type.Kind == TypeKind.Null;

    /// <summary>
    /// Remembers what a list or struct was written of, where some of it is undecided: <c>{'a': NULL}</c> becomes what
    /// its place wants.
    /// </summary>
    public Expression MarkWritten(Call constructor, IReadOnlyList<Expression> parts)
    {
        if (parts.Any(p => IsUnknown(p) || _written.ContainsKey(p))) _written.Add(constructor, parts);
        return constructor;
    }

    /// <summary>The parts of a list or struct some of which are undecided; null for anything else.</summary>
    public IReadOnlyList<Expression>? PartsOf(Expression expression) => _written.GetValueOrDefault(expression);

    /// <summary>The type as overload resolution sees it.</summary>
    public ArgumentType TypeOf(Expression expression) => new(expression.Type, IsUnknown(expression));

    /// <summary>Counts nesting, so that a deep statement is refused and not a broken stack.</summary>
    public Nesting Enter(int position)
    {
        if (++_depth <= MaxDepth) return new Nesting(this);
        _depth = 0;
        throw new QueryException(
            SqlStates.StatementTooComplex, "Statement is nested too deeply", position,
            string.Create(CultureInfo.InvariantCulture, $"At most {MaxDepth} levels are allowed."));
    }

    /// <summary>One level of nesting; leaves it when disposed.</summary>
    internal readonly ref struct Nesting(BindingContext context)
    {
        public void Dispose() => context._depth--;
    }
}
