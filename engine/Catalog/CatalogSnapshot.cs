using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// What all names mean and what all tables hold at one revision of the catalog. Immutable; a statement resolves all of
/// its tables in one.
/// </summary>
internal sealed class CatalogSnapshot(CatalogState state, TableStateCache tables)
{
    /// <summary>Entries do not change, so what one means is found out once.</summary>
    private static readonly ConditionalWeakTable<CatalogEntry, object> s_decoded = [];

    public CatalogState State { get; } = state;

    public long Revision => State.Revision;

    /// <summary>The names of all schemas.</summary>
    public IEnumerable<string> SchemaNames =>
        State.Read(CatalogKeys.Schemas, 0).Entries.Select(e => CatalogKeys.ReadName(e.Key).Schema);

    public bool HasSchema(string schema) => State.Find(CatalogKeys.Schema(schema)) is not null;

    /// <summary>What a name stands for; null when nothing has it.</summary>
    public NameRecord? Find(NameSpace space, string schema, string name) =>
        State.Find(CatalogKeys.Name(space, schema, name)) is { } entry ? NameRecord.Read(entry) : null;

    /// <summary>All names of a kind, in a schema or in all.</summary>
    public IEnumerable<(string Schema, string Name, NameRecord Record)> Names(NameSpace space, string? schema = null)
    {
        foreach (CatalogEntry entry in State.Read(CatalogKeys.Names(space, schema), 0).Entries)
        {
            (string inSchema, string name) = CatalogKeys.ReadName(entry.Key);
            yield return (inSchema, name, NameRecord.Read(entry));
        }
    }

    /// <summary>A view, sequence, macro or type.</summary>
    public ObjectRecord GetObject(long id) => Decode(Get(CatalogKeys.Object(id)), ObjectRecord.Read);

    /// <summary>The head of a table, dropped ones included; null when there is no such table.</summary>
    public TableHead? FindHead(long table) =>
        State.Find(CatalogKeys.Head(table)) is { } entry ? Decode(entry, TableHead.Read) : null;

    /// <summary>The definition of a table's newest version.</summary>
    public TableDefinition GetDefinition(long table) => GetDefinition(table, GetHead(table).SchemaVersion);

    /// <summary>A definition of a table.</summary>
    public TableDefinition GetDefinition(long table, int schemaVersion) =>
        Decode(Get(CatalogKeys.Definition(table, schemaVersion)), TableDefinition.Read);

    /// <summary>The newest version of a table.</summary>
    public TableState GetTable(long table) => tables.Get(State, table, GetHead(table).Version);

    /// <summary>An earlier version of a table.</summary>
    /// <exception cref="QueryException">There is no such version, or it is no longer kept.</exception>
    public TableState GetTable(long table, long version)
    {
        TableHead head = GetHead(table);
        if (version >= head.OldestVersion && version <= head.Version) return tables.Get(State, table, version);
        throw new QueryException(
            SqlStates.InvalidParameterValue,
            $"Version {version} cannot be read: versions {head.OldestVersion} to {head.Version} are kept",
            hint: "How long versions are kept is the table option retention.");
    }

    /// <summary>The version of a table that was the newest at a time.</summary>
    /// <exception cref="QueryException">It did not exist then, or is no longer kept.</exception>
    public TableState GetTable(long table, DateTime time)
    {
        TableHead head = GetHead(table);
        if (time >= head.CommitTime) return tables.Get(State, table, head.Version);
        foreach (TableDelta delta in GetDeltas(table, head.OldestVersion + 1, head.Version).Reverse())
        {
            if (delta.CommitTime <= time) return tables.Get(State, table, delta.Version);
        }
        TableState oldest = tables.Get(State, table, head.OldestVersion);
        if (oldest.CommitTime <= time) return oldest;
        throw new QueryException(
            SqlStates.InvalidParameterValue,
            $"The table as of {Text(time)} cannot be read: versions since {Text(oldest.CommitTime)} are kept",
            hint: "How long versions are kept is the table option retention.");
    }

    /// <summary>What versions changed, from one to another, both in; those that are kept.</summary>
    public ImmutableArray<TableDelta> GetDeltas(long table, long first, long last) =>
        TableStateCache.ReadDeltas(State, table, first, last);

    /// <summary>Ids of all tables, dropped ones included.</summary>
    public IEnumerable<long> TableIds => State.Read(CatalogKeys.Tables, 0).Entries
        .Where(e => e.Key.Bytes.EndsWith("/h"u8)).Select(e => CatalogKeys.ReadId(e.Key));

    /// <summary>The same revision with writes on top that nobody else sees.</summary>
    public CatalogSnapshot With(IEnumerable<CatalogWrite> writes) =>
        new(State.After(new CatalogLogRecord(State.Revision, [.. writes])), tables);

    private static T Decode<T>(CatalogEntry entry, Func<CatalogEntry, T> read) where T : class =>
        (T)s_decoded.GetValue(entry, e => read(e));

    private static string Text(DateTime time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture);

    private TableHead GetHead(long table) => FindHead(table) ??
        throw new CorruptDataException("a table without a head", $"catalog table {table:x}", 0);

    private CatalogEntry Get(CatalogKey key) => State.Find(key) ??
        throw new CorruptDataException("a missing key", $"catalog {key}", 0);
}
