using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>A table, view or system relation with PostgreSQL's number.</summary>
/// <param name="Oid">Its number.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">PostgreSQL's letter: r for a table, v for a view, S for a sequence.</param>
/// <param name="Columns">Its columns; none for a view that cannot be bound any more.</param>
/// <param name="Definition">A table's definition; else null.</param>
/// <param name="View">A view's query; else null.</param>
/// <param name="TableId">A table's own number; else 0.</param>
internal sealed record SystemTable(
    uint Oid, string Schema, string Name, char Kind, Schema Columns, TableDefinition? Definition, ViewText? View,
    long TableId)
{
    /// <summary>A sequence's own number; else 0.</summary>
    public long SequenceId { get; init; }
}

/// <summary>A constraint with PostgreSQL's number.</summary>
/// <param name="Oid">Its number.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">PostgreSQL's letter: p, u or c.</param>
/// <param name="Columns">Its columns, counted from 1.</param>
/// <param name="Text">What CREATE TABLE says.</param>
/// <param name="IndexOid">The number of the index that clients see behind a key; 0 for a check.</param>
internal sealed record SystemConstraint(
    uint Oid, SystemTable Table, string Name, char Kind, int[] Columns, string Text, uint IndexOid);

/// <summary>
/// The objects of one statement's catalog with PostgreSQL's numbers: what its catalog relations and functions show.
/// </summary>
internal sealed class SystemObjects(Session session, Transaction transaction, SessionCatalog catalog) : ISystemCatalog
{
    /// <summary>The user who owns everything, until there are roles.</summary>
    public const uint Owner = 10;

    private const uint PublicSchema = 2200;
    private const uint PgCatalogSchema = 11;
    private readonly Lock _lock = new();
    private readonly OidMap _oids = new();
    private StatementSequences? _sequences;
    private IReadOnlyList<(uint Oid, string Name)>? _schemas;
    private IReadOnlyList<SystemTable>? _tables;
    private IReadOnlyList<SystemConstraint>? _constraints;
    private Dictionary<uint, SystemTable>? _byOid;

    /// <summary>Whose statement it is.</summary>
    public Session Session => session;

    /// <summary>The functions that it can call.</summary>
    public FunctionRegistry Functions => catalog.Functions;

    /// <summary>What it sees.</summary>
    public Transaction Transaction => transaction;

    /// <summary>Schemas.</summary>
    public IReadOnlyList<(uint Oid, string Name)> Schemas
    {
        get
        {
            lock (_lock)
            {
                return _schemas ??= [.. transaction.Catalog.SchemaNames.Concat(SystemRelationRegistry.Schemas)
                    .Where(s => !session.Temporary.IsHidden(s)).Distinct().Select(name => (SchemaOid(name), name))];
            }
        }
    }

    /// <summary>Tables and views, the system's among them.</summary>
    public IReadOnlyList<SystemTable> Tables
    {
        get
        {
            lock (_lock) return _tables ??= [.. UserTables(), .. SystemTables()];
        }
    }

    /// <summary>Constraints of tables.</summary>
    public IReadOnlyList<SystemConstraint> Constraints
    {
        get
        {
            lock (_lock) return _constraints ??= [.. Tables.SelectMany(ConstraintsOf)];
        }
    }

    /// <summary>The number of a schema.</summary>
    public uint SchemaOid(string name) => name switch
    {
        "public" => PublicSchema,
        SystemRelationRegistry.PgCatalog => PgCatalogSchema,
        _ => Oid("schema " + name),
    };

    /// <inheritdoc/>
    public ISequences Sequences
    {
        get
        {
            lock (_lock) return _sequences ??= new StatementSequences(session, transaction, catalog);
        }
    }

    /// <summary>A default as people write it.</summary>
    public string? ShowDefault(string? sql) => SequenceNames.Show(sql, NameOfSequence);

    /// <summary>A default as PostgreSQL shows it, whose texts say their type.</summary>
    public string? ShowDefault(string? sql, LogicalType type) =>
        ShowDefault(sql) is not { } shown ? null
        : IsTextLiteral(shown) ? $"{shown}::{ClassRelations.TypeOf(type).SqlName}"
        : shown;

    // No quote inside but doubled ones.
    private static bool IsTextLiteral(string sql) =>
        sql.Length >= 2 && sql[0] == '\'' && sql[^1] == '\'' &&
        !sql[1..^1].Replace("''", "", StringComparison.Ordinal).Contains('\'', StringComparison.Ordinal);

    /// <summary>The number of an object that is no relation.</summary>
    public uint Oid(string key)
    {
        lock (_lock) return _oids.Of(key);
    }

    /// <summary>The relation of that number; null when there is none.</summary>
    public SystemTable? FindTable(uint oid)
    {
        lock (_lock)
        {
            _byOid ??= Tables.ToDictionary(t => t.Oid);
            return _byOid.GetValueOrDefault(oid);
        }
    }

    /// <inheritdoc/>
    public bool IsVisible(uint relation) =>
        FindTable(relation) is { } table
            ? IsOnPath(table.Schema)
            : Constraints.FirstOrDefault(c => c.IndexOid == relation) is { } key && IsOnPath(key.Table.Schema);

    /// <inheritdoc/>
    public string? RelationName(uint relation)
    {
        (string? schema, string? name) = FindTable(relation) is { } table ? (table.Schema, table.Name)
            : Constraints.FirstOrDefault(c => c.IndexOid == relation) is { } key ? (key.Table.Schema, key.Name)
            : (null, null);
        if (name is null) return relation == 0 ? "-" : null;
        string quoted = SqlNames.Write(name);
        return IsOnPath(schema!) ? quoted : $"{SqlNames.Write(schema!)}.{quoted}";
    }

    /// <inheritdoc/>
    public uint? FindRelation(string name)
    {
        if (uint.TryParse(name, out uint number)) return number;
        string[] parts = SplitName(name);
        string? schema = parts.Length > 1 ? parts[^2] : null;
        IEnumerable<string> path = schema is null ? catalog.LookupPath.Prepend(SystemRelationRegistry.PgCatalog)
            : [schema];
        foreach (string candidate in path)
        {
            SystemTable? found = Tables.FirstOrDefault(t => t.Schema == candidate && t.Name == parts[^1]) ??
                Tables.FirstOrDefault(t => t.Schema == candidate && Matches(t.Name, parts[^1]));
            if (found is not null) return found.Oid;
            SystemConstraint? key = Constraints.FirstOrDefault(
                c => c.IndexOid != 0 && c.Table.Schema == candidate && Matches(c.Name, parts[^1]));
            if (key is not null) return key.IndexOid;
        }
        return null;
    }

    /// <inheritdoc/>
    public string? TypeName(uint type, int modifier) =>
        type == 0 ? "-" : PostgresTypeCatalog.NameOf(type, modifier) ??
            TypeRelations.EnumsOf(this).FirstOrDefault(e => e.Oid == type).Name;

    /// <inheritdoc/>
    public uint? FindType(string name) =>
        uint.TryParse(name, out uint number) ? number
        : PostgresTypeCatalog.Find(name)?.Oid ??
            TypeRelations.EnumsOf(this).Where(e => Matches(e.Name, name)).Select(e => (uint?)e.Oid).FirstOrDefault();

    /// <inheritdoc/>
    public uint? FindFunction(string name) => PostgresTypeCatalog.FindFunction(name);

    /// <inheritdoc/>
    public uint? FindSchema(string name) =>
        Schemas.Where(s => Matches(s.Name, name)).Select(s => (uint?)s.Oid).FirstOrDefault();

    /// <inheritdoc/>
    public string? ConstraintText(uint constraint) => Constraints.FirstOrDefault(c => c.Oid == constraint)?.Text;

    /// <inheritdoc/>
    public string? IndexText(uint index, int column, bool isShort)
    {
        if (Constraints.FirstOrDefault(c => c.IndexOid == index && index != 0) is not { } key) return null;
        string[] names = [.. key.Columns.Select(c => SqlNames.Write(key.Table.Columns[c - 1].Name))];
        if (column > 0) return column <= names.Length ? names[column - 1] : null;
        string schema = isShort && IsVisible(key.Table.Oid) ? "" : SqlNames.Write(key.Table.Schema) + ".";
        return $"CREATE UNIQUE INDEX {SqlNames.Write(key.Name)} ON {schema}{SqlNames.Write(key.Table.Name)} " +
            $"USING btree ({string.Join(", ", names)})";
    }

    /// <inheritdoc/>
    public string? ViewText(uint view) => FindTable(view)?.View?.Sql;

    /// <inheritdoc/>
    public string? Comment(uint relation, int column)
    {
        if (FindTable(relation)?.Definition is not { } definition) return null;
        return column == 0 ? definition.Comment
            : column <= definition.Columns.Length ? definition.Columns[column - 1].Comment
            : null;
    }

    /// <inheritdoc/>
    public string? Setting(string name) =>
        SettingRegistry.All.Any(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ? session.Settings[name].Text
            : null;

    /// <inheritdoc/>
    public string Configure(string name, string value, bool isLocal)
    {
        session.Settings.Set(name, value, isLocal);
        return session.Settings[name].Text;
    }

    /// <summary>The name of a sequence as SQL; null where it is gone.</summary>
    public string? NameOfSequence(long id)
    {
        foreach ((string schema, string name, NameRecord record) in transaction.Catalog.Names(NameSpace.Relation))
        {
            if (record.Id == id) return IsOnPath(schema) ? SqlNames.Write(name)
                : $"{SqlNames.Write(schema)}.{SqlNames.Write(name)}";
        }
        return null;
    }

    private bool IsOnPath(string schema) =>
        schema == SystemRelationRegistry.PgCatalog || catalog.LookupPath.Any(s => Matches(s, schema));

    private static bool Matches(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    /// <summary>The parts of a name as SQL writes it.</summary>
    public static string[] SplitName(string name) =>
        [.. name.Split('.').Select(part => part.Trim() is ['"', .., '"'] quoted
            ? quoted[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal)
            : part.Trim())];

    private IEnumerable<SystemTable> UserTables()
    {
        foreach ((string schema, string name, NameRecord record) in transaction.Catalog.Names(NameSpace.Relation))
        {
            if (session.Temporary.IsHidden(schema)) continue;
            uint oid = _oids.Of(string.Create(null, $"relation {record.Id}"));
            switch (record.Kind)
            {
                case ObjectKind.Table:
                    TableDefinition definition = transaction.GetTable(record.Id).Definition;
                    yield return new SystemTable(
                        oid, schema, name, definition.ViewSql is null ? 'r' : 'm', definition.Schema, definition, null,
                        record.Id);
                    break;
                case ObjectKind.View:
                    ViewText view = Sessions.ViewText.Read(transaction.Catalog.GetObject(record.Id));
                    yield return new SystemTable(oid, schema, name, 'v', ColumnsOf(view), null, view, 0);
                    break;
                case ObjectKind.Sequence:
                    yield return new SystemTable(oid, schema, name, 'S', SequenceRelation.Columns, null, null, 0)
                    {
                        SequenceId = record.Id,
                    };
                    break;
            }
        }
    }

    private static IEnumerable<SystemTable> SystemTables() => SystemRelationRegistry.All.Select(
        r => new SystemTable(r.Oid, r.Schema, r.Name, r.Kind, r.Columns.Schema, null, null, 0));

    private Schema ColumnsOf(ViewText view)
    {
        try
        {
            StatementBinder binder = new(catalog, SessionInfo.Default);
            Schema schema = ((Plan.BoundQuery)binder.Bind(new QueryStatement(Parser.ParseQuery(view.Sql)))).Schema;
            return new Schema(schema.Fields.Select(
                (f, i) => i < view.Columns.Count ? new Field(view.Columns[i], f.Type, f.IsNullable) : f));
        }
        catch (ColFragException)
        {
            // What it reads has gone since; selecting from it says so.
            return new Schema();
        }
    }

    private IEnumerable<SystemConstraint> ConstraintsOf(SystemTable table)
    {
        if (table.Definition is not { } definition) yield break;
        if (!definition.PrimaryKey.IsEmpty)
        {
            yield return Key(
                table, definition.NameOfPrimaryKey(table.Name), 'p', "PRIMARY KEY", [.. definition.PrimaryKey]);
        }
        for (int i = 0; i < definition.UniqueKeys.Length; i++)
        {
            yield return Key(
                table, definition.NameOfUniqueKey(table.Name, i), 'u', "UNIQUE", [.. definition.UniqueKeys[i]]);
        }
        foreach (Catalog.CheckConstraint check in definition.Checks)
        {
            yield return new SystemConstraint(
                _oids.Of($"check {table.TableId} {check.Name}"), table, check.Name, 'c', [], $"CHECK ({check.Sql})", 0);
        }
    }

    private SystemConstraint Key(SystemTable table, string name, char kind, string word, int[] ids)
    {
        int[] columns = [.. ids.Select(id => table.Definition!.IndexOf(id) + 1)];
        string names = string.Join(", ", columns.Select(c => SqlNames.Write(table.Columns[c - 1].Name)));
        return new SystemConstraint(
            _oids.Of($"key {table.TableId} {name}"), table, name, kind, columns, $"{word} ({names})",
            _oids.Of($"index {table.TableId} {name}"));
    }
}
