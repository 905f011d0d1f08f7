using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Formats.Json;
using ColFrag.Engine.Formats.Parquet;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sessions.SystemRelations;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Names to objects for one statement: the transaction's catalog seen along the session's search path.
/// </summary>
internal sealed class SessionCatalog(Transaction transaction, Session session) : IBinderCatalog, IAsyncDisposable
{
    private static readonly Dictionary<string, FileFormat?> s_readers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["read_csv"] = FileFormat.Csv, ["read_csv_auto"] = FileFormat.Csv, ["read_parquet"] = FileFormat.Parquet,
        ["parquet_scan"] = FileFormat.Parquet, ["read_json"] = FileFormat.Json, ["read_json_auto"] = FileFormat.Json,
        ["read_ndjson"] = FileFormat.Json, ["read_ndjson_auto"] = FileFormat.Json,
        ["read_json_objects"] = FileFormat.Json, ["read_json_objects_auto"] = FileFormat.Json,
        ["read_ndjson_objects"] = FileFormat.Json, ["read_arrow"] = FileFormat.Arrow, ["read_file"] = null,
    };

    private readonly List<ITableSource> _opened = [];
    private readonly HashSet<ChangeSource> _prepared = [];
    private readonly List<IAsyncDisposable> _borrowed = [];
    private SystemObjects? _objects;
    private FunctionRegistry? _functions;
    private IReadOnlyList<string>? _searchPath;

    /// <summary>What the catalog's relations and functions show.</summary>
    public SystemObjects Objects => _objects ??= new SystemObjects(session, transaction, this);

    public IReadOnlyList<string> SearchPath => _searchPath ??=
        [.. session.Settings["search_path"].Text.Split(',').Select(s => s.Trim().Trim('"')).Where(
            s => s.Length > 0 && s != "$user")];

    /// <summary>The schemas in which names without one are looked up: temporary things hide others.</summary>
    public IReadOnlyList<string> LookupPath =>
        session.Temporary.Name is { } temporary ? [temporary, .. SearchPath] : SearchPath;

    /// <summary>
    /// True while nothing was asked for but the newest versions of stored tables, views, types and macros.
    /// </summary>
    public bool IsOnlyStored { get; private set; } = true;

    public FunctionRegistry Functions => _functions ??= FunctionObjects.Over(
        session.Host.Functions, transaction.Catalog, this, session.Host.Assemblies);

    public IEnumerable<string> RelationNames =>
        session.Imports.Names
            .Concat(transaction.Catalog.Names(NameSpace.Relation).Where(n => !session.Temporary.IsHidden(n.Schema))
                .Select(n => n.Name))
            .Concat(SystemRelationRegistry.Names);

    public IEnumerable<string> TableFunctionNames =>
        [.. s_readers.Keys, "sniff_csv", ChangeSource.FunctionName, TableInfo.FunctionName,
            KeywordRelation.FunctionName, .. DuckDbRelations.FunctionNames, .. FileListing.FunctionNames,
            .. ParquetDescription.FunctionNames];

    /// <summary>The schemas that a name may lie in: the one it says, or those of the path.</summary>
    public IReadOnlyList<string> SchemasOf(string? named) =>
        named is null ? LookupPath : [IsAlias(named) ? session.Temporary.Name ?? named : named];

    public string SchemaFor(string? named, bool isTemporary)
    {
        if (named is not null && !IsAlias(named) && isTemporary && !IsTemporary(named))
        {
            throw new QueryException(
                "42P16", "Cannot create temporary relation in non-temporary schema",
                hint: "Leave out the schema.");
        }
        return isTemporary || (named is not null && IsAlias(named))
            ? session.Temporary.Prepare(transaction)
            : named ?? SearchPath[0];
    }

    public bool IsTemporary(string schema) => schema == session.Temporary.Name;

    // DuckDB's name of it is an ordinary one here, where somebody took it.
    private bool IsAlias(string schema) => schema == TemporarySchema.Alias
        || (schema == "temp" && !transaction.Catalog.HasSchema(schema));

    public bool HasSchema(string name) =>
        transaction.Catalog.HasSchema(name) || transaction.Catalog.HasSchema(name.ToLowerInvariant()) ||
        SystemRelationRegistry.Schemas.Contains(name, StringComparer.OrdinalIgnoreCase);

    public CatalogRelation? FindRelation(string? schema, string name)
    {
        if (schema is null && session.Imports.Find(name) is { } imported)
        {
            IsOnlyStored = false;
            return new SystemRelation("", name, new SourceTable(imported, name));
        }
        IEnumerable<string> path = SchemasOf(schema);
        foreach (string candidate in path)
        {
            if (FindStored(candidate, name) is { } found) return found;
        }
        IsOnlyStored = false;
        SystemRelationDefinition? definition = SystemRelationRegistry.Find(schema, name);
        // A call may have given the relations of its rejects other names.
        if (definition is null && schema is null && session.Rejects.Find(name) is { } rejects)
            definition = SystemRelationRegistry.Find(null, rejects);
        return definition is { } system
            ? new SystemRelation(system.Schema, system.Name, new SourceTable(system.Open(Objects), system.Name))
            {
                Oid = system.Oid,
            }
            : null;
    }

    public IPlanTable FindTableAsOf(IPlanTable table, long? version, DateTime? moment)
    {
        IsOnlyStored = false;
        StoredTable stored = (StoredTable)table;
        TableSnapshot snapshot = version is { } number
            ? transaction.GetTable(stored.Snapshot.TableId, number)
            : transaction.GetTable(stored.Snapshot.TableId, moment!.Value);
        return new StoredTable(snapshot, stored.SchemaName, stored.Name);
    }

    public IReadOnlyList<MacroOverload>? FindMacro(string? schema, string name, bool isTable)
    {
        IEnumerable<string> path = SchemasOf(schema);
        foreach (string candidate in path)
        {
            if (transaction.Catalog.Find(NameSpace.Function, candidate, name) is not { Kind: ObjectKind.Macro } record)
                continue;
            string sql = ObjectText.Read(transaction.Catalog.GetObject(record.Id));
            CreateMacroStatement macro = (CreateMacroStatement)Parser.ParseStatement(sql);
            return [.. macro.Overloads.Where(o => (o.Query is not null) == isTable)];
        }
        return null;
    }

    public Value? FindVariable(string name) => session.Variables.GetValueOrDefault(name);

    public long? FindSequence(string name) => FindSequenceNamed(name)?.Record.Id;

    /// <summary>The sequence that a name, as SQL writes it, stands for; null when there is none.</summary>
    /// <exception cref="QueryException">42809: it is something else.</exception>
    public (string Schema, string Name, NameRecord Record)? FindSequenceNamed(string name)
    {
        IsOnlyStored = false;
        string[] parts = SystemObjects.SplitName(name);
        IEnumerable<string> path = SchemasOf(parts.Length > 1 ? parts[^2] : null);
        foreach (string schema in path)
        {
            if (FindName(schema, parts[^1]) is not { } found) continue;
            return found.Record.Kind == ObjectKind.Sequence
                ? (schema, found.Name, found.Record)
                : throw new QueryException(SqlStates.WrongObjectType, $"\"{found.Name}\" is not a sequence");
        }
        return null;
    }

    public LogicalType? FindType(string? schema, string name) => FindTypeName(schema, name) is { } type
        ? TypeBinder.Bind(type, new BindingContext(this, SessionInfo.Default))
        : null;

    public DomainTypeName? FindDomain(string? schema, string name) => FindTypeName(schema, name) as DomainTypeName;

    private TypeName? FindTypeName(string? schema, string name)
    {
        foreach (string candidate in SchemasOf(schema))
        {
            if (transaction.Catalog.Find(NameSpace.Type, candidate, name) is not { } record) continue;
            return Parser.ParseTypeName(ObjectText.Read(transaction.Catalog.GetObject(record.Id)));
        }
        return null;
    }

    public IPlanSource? BindTableFunction(
        string name, IReadOnlyList<Value> arguments, IReadOnlyDictionary<string, Value> named, Schema? target)
    {
        IsOnlyStored = false;
        if (name.Equals(ChangeSource.FunctionName, StringComparison.OrdinalIgnoreCase))
            return BindChanges(arguments, named);
        if (name.Equals(TableInfo.FunctionName, StringComparison.OrdinalIgnoreCase))
            return TableInfo.Bind(arguments, FindRelation);
        if (FileListing.Bind(name, arguments, named, session.InputFiles) is { } files) return files;
        if (name.Equals(KeywordRelation.FunctionName, StringComparison.OrdinalIgnoreCase) && arguments.Count == 0)
        {
            SystemRelationDefinition words =
                SystemRelationRegistry.Find(SystemRelationRegistry.Own, "colfrag_keywords")!;
            return new SourceTable(words.Open(Objects), name);
        }
        if (arguments.Count == 0 && DuckDbRelations.Find(name) is { } relation)
            return new SourceTable(relation.Open(Objects), name);
        bool isSniffing = name.Equals("sniff_csv", StringComparison.OrdinalIgnoreCase);
        bool isDescribing = ParquetDescription.FunctionNames.Contains(name, StringComparer.OrdinalIgnoreCase);
        if (!s_readers.TryGetValue(name, out FileFormat? format) && !isSniffing && !isDescribing) return null;
        string[] paths = FileListing.PathsOf(name, arguments);
        string call = $"{name}({string.Join(", ", paths.Select(p => $"'{p}'"))})";
        bool isOfObjects = name.Contains("json_objects", StringComparison.OrdinalIgnoreCase);
        SourceOptions options = isOfObjects
            ? new([.. named, KeyValuePair.Create(JsonOptions.ValuesOption, Value.Boolean(true))])
            : new(named);
        SourceContext context = ContextOf(target);
        if (options.IsStoringRejects) session.Rejects.Begin(options);
        if (isSniffing) return new SourceTable(CsvSniffed.Open(paths, options, context), call);
        if (isDescribing) return new SourceTable(ParquetDescription.Open(name, paths, options, context), call);
        return OpenTable(paths, format, options, context, call);
    }

    private SourceTable BindChanges(IReadOnlyList<Value> arguments, IReadOnlyDictionary<string, Value> named)
    {
        if (arguments.Count != 2 || named.Count > 0 || arguments.Any(a => a.IsNull) ||
            arguments[0].Type.Kind != TypeKind.Varchar || !arguments[1].Type.IsInteger)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"{ChangeSource.FunctionName} takes a table's name and a version",
                hint: "The version is the last one that was seen; 0 begins with the table's first row.");
        }
        QualifiedName name = Parser.ParseQualifiedName(arguments[0].AsText);
        string? schema = name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : null;
        if (FindRelation(schema, name.Last.Name) is not TableRelation { Table: StoredTable table })
            throw new QueryException(SqlStates.UndefinedTable, $"Table does not exist: \"{arguments[0].AsText}\"");
        long version = (long)arguments[1].AsInteger;
        ChangeSource source = new(
            table.Snapshot.Definition, TableChanges.After(transaction, table.Snapshot.TableId, version));
        _opened.Add(source);
        return new SourceTable(source, $"{ChangeSource.FunctionName}({name}, {version})");
    }

    public IPlanSource BindFiles(string path, Schema? target) =>
        OpenTable([path], null, new SourceOptions(), ContextOf(target), $"'{path}'");

    /// <summary>Opens files for this statement, which closes them at its end.</summary>
    public SourceTable OpenTable(
        IReadOnlyList<string> patterns, FileFormat? format, SourceOptions options, SourceContext context,
        string description)
    {
        IsOnlyStored = false;
        IReadOnlyList<string> paths = TableSources.Expand(patterns, context);
        ITableSource source = TableSources.Open(paths, format, options, context);
        _opened.Add(source);
        return new SourceTable(source, description) { Files = new FileRecipe(paths, format, options.Values, context) };
    }

    private SourceContext ContextOf(Schema? target) => new()
    {
        Files = session.InputFiles, Target = target, OnNotice = session.AddNotice, OnRejected = session.Rejects.Add,
        OnRejecting = session.Rejects.Add, Conversions = TextConversions.Instance,
    };

    /// <summary>Makes what lies on workers, and is read here, readable until the end of the statement.</summary>
    /// <exception cref="ColFragException">Nobody who has a segment can give it.</exception>
    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (ChangeSource source in _opened.OfType<ChangeSource>())
        {
            if (!_prepared.Add(source)) continue;
            _borrowed.Add(await session.Host.Tables.Fragments.BorrowAsync([.. source.Segments], cancellationToken));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ITableSource source in _opened) source.Dispose();
        _opened.Clear();
        foreach (IAsyncDisposable borrowed in _borrowed) await borrowed.DisposeAsync();
        _borrowed.Clear();
    }

    private CatalogRelation? FindStored(string schema, string name)
    {
        if (FindName(schema, name) is not { } found) return null;
        switch (found.Record.Kind)
        {
            case ObjectKind.Table:
                StoredTable table = new(transaction.GetTable(found.Record.Id), schema, found.Name);
                return table.Snapshot.Definition.IsPopulated ? new TableRelation(table) : throw new QueryException(
                    SqlStates.ObjectNotInPrerequisiteState,
                    $"Materialized view \"{found.Name}\" has not been populated",
                    hint: "Use the REFRESH MATERIALIZED VIEW command.");
            case ObjectKind.View:
                ViewText view = ViewText.Read(transaction.Catalog.GetObject(found.Record.Id));
                return new ViewRelation(schema, found.Name, Parser.ParseQuery(view.Sql), view.Columns);
            case ObjectKind.Sequence:
                IsOnlyStored = false;
                return SequenceRelation.Of(found.Name, schema, found.Record.Id, session, transaction);
            default:
                return null;
        }
    }

    // Names are kept as written; a lookup tries them exactly, then without regard to case.
    private (string Name, NameRecord Record)? FindName(string schema, string name)
    {
        if (transaction.Catalog.Find(NameSpace.Relation, schema, name) is { } exact) return (name, exact);
        foreach ((string _, string other, NameRecord record) in transaction.Catalog.Names(NameSpace.Relation, schema))
        {
            if (other.Equals(name, StringComparison.OrdinalIgnoreCase)) return (other, record);
        }
        return null;
    }
}
