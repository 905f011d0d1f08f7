using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// What the binder asks of the world around: one snapshot of the catalog, seen through the session's search path. A null
/// schema means "look along the path".
/// </summary>
internal interface IBinderCatalog
{
    /// <summary>The functions of the session.</summary>
    FunctionRegistry Functions { get; }

    /// <summary>The table of that name, or null. With <paramref name="moment"/>, as it was then.</summary>
    IPlanTable? FindTable(string? schema, string name, TableMoment? moment);

    /// <summary>The definition of the view of that name, or null.</summary>
    ViewSource? FindView(string? schema, string name);

    /// <summary>The system relation of that name, or null.</summary>
    IPlanSource? FindSystemRelation(string? schema, string name);

    /// <summary>The macro of that name, or null.</summary>
    MacroSource? FindMacro(string? schema, string name);

    /// <summary>The type that CREATE TYPE gave that name, or null.</summary>
    LogicalType? FindType(string? schema, string name);

    /// <summary>Whether the schema exists.</summary>
    bool HasSchema(string schema);

    /// <summary>Names of tables and views, for "did you mean".</summary>
    IEnumerable<string> RelationNames { get; }

    /// <summary>
    /// The rows of a table function such as read_csv, or null when there is none of that name. Arguments are constants.
    /// </summary>
    IPlanSource? BindTableFunction(
        string name, IReadOnlyList<Value> arguments, IReadOnlyDictionary<string, Value> namedArguments);
}

/// <summary>A past state of a table: one of the two is set.</summary>
internal sealed record TableMoment(long? Version, long? TimestampMicroseconds);

/// <summary>A view: its query and the names of its columns where they were given.</summary>
internal sealed record ViewSource(Query Query, IReadOnlyList<string> ColumnNames);

/// <summary>A macro: an expression or a query over parameters.</summary>
internal sealed record MacroSource(IReadOnlyList<MacroOverload> Overloads);
