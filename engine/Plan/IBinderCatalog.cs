using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>
/// What binding asks of the catalog: names to objects, in one snapshot, so that a statement sees one state of
/// everything. Names come folded as SQL folds them; a lookup tries them exactly, then without regard to case.
/// </summary>
internal interface IBinderCatalog
{
    /// <summary>Schemas for names without one, in order; the first is where new objects go.</summary>
    IReadOnlyList<string> SearchPath { get; }

    /// <summary>Built-in functions, and those that C# registered.</summary>
    FunctionRegistry Functions { get; }

    /// <summary>
    /// A table, view or system table. Without a schema the search path decides; null when there is none.
    /// </summary>
    CatalogRelation? FindRelation(string? schema, string name);

    /// <summary>A table as it was at a version or a moment.</summary>
    /// <exception cref="Errors.QueryException">The table has no such version any more.</exception>
    IPlanTable FindTableAsOf(IPlanTable table, long? version, DateTime? moment);

    /// <summary>A macro's bodies, one per number of parameters; null when there is none.</summary>
    IReadOnlyList<MacroOverload>? FindMacro(string? schema, string name, bool isTable);

    /// <summary>A type made by CREATE TYPE; null when there is none.</summary>
    LogicalType? FindType(string? schema, string name);

    /// <summary>A domain, which is a type with conditions; null when the type is none or is absent.</summary>
    DomainTypeName? FindDomain(string? schema, string name) => null;

    /// <summary>The value of SET VARIABLE; null for none.</summary>
    Value? FindVariable(string name) => null;

    /// <summary>The number of the sequence that a name, as SQL writes it, stands for; null for none.</summary>
    long? FindSequence(string name);

    /// <summary>The schema that something new lies in.</summary>
    /// <param name="named">The one that its name says; null for none.</param>
    /// <param name="isTemporary">True for what goes with the session.</param>
    /// <exception cref="Errors.QueryException">42P16: it is temporary, and another schema was named.</exception>
    string SchemaFor(string? named, bool isTemporary) => named ?? SearchPath[0];

    /// <summary>True for the schema of what goes with the session.</summary>
    bool IsTemporary(string schema) => false;

    /// <summary>True when the schema exists.</summary>
    bool HasSchema(string name);

    /// <summary>
    /// A table function with its arguments, such as read_csv('x.csv', delim = ';'); null when there is none.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Arguments without names.</param>
    /// <param name="named">Arguments with names.</param>
    /// <param name="target">The columns that its rows are inserted into as they are; null where they are not.</param>
    IPlanSource? BindTableFunction(
        string name, IReadOnlyList<Value> arguments, IReadOnlyDictionary<string, Value> named, Schema? target);

    /// <summary>Files as a table: FROM 'data/*.parquet'.</summary>
    /// <param name="path">A path or pattern.</param>
    /// <param name="target">The columns that the rows are inserted into as they are; null where they are not.</param>
    IPlanSource BindFiles(string path, Schema? target);

    /// <summary>Names of relations, for "did you mean".</summary>
    IEnumerable<string> RelationNames { get; }

    /// <summary>Names of table functions, for "did you mean".</summary>
    IEnumerable<string> TableFunctionNames { get; }
}

/// <summary>What a name in FROM can stand for.</summary>
internal abstract record CatalogRelation;

/// <summary>A table.</summary>
internal sealed record TableRelation(IPlanTable Table) : CatalogRelation;

/// <summary>Rows that the system makes: pg_catalog, information_schema, colfrag_*.</summary>
internal sealed record SystemRelation(string SchemaName, string Name, IPlanSource Source) : CatalogRelation
{
    /// <summary>PostgreSQL's number of it, which clients ask for as <c>tableoid</c>; 0 for none.</summary>
    public uint Oid { get; init; }
}

/// <summary>A view; it is bound anew wherever it is used, with the search path of its making.</summary>
/// <param name="SchemaName">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Query">What it stands for.</param>
/// <param name="Columns">Names of its columns; empty for those of the query.</param>
internal sealed record ViewRelation(string SchemaName, string Name, Query Query, IReadOnlyList<string> Columns)
    : CatalogRelation;
