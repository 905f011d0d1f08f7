using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Store;

/// <summary>
/// CREATE, ALTER and DROP within a transaction. Nothing is visible to others before the commit, and two transactions
/// that change the same object cannot both commit.
/// </summary>
internal static class SchemaChanges
{
    /// <exception cref="QueryException">42P06: there is one of that name.</exception>
    public static void CreateSchema(this Transaction transaction, string schema)
    {
        if (transaction.Catalog.HasSchema(schema))
        {
            throw new QueryException(SqlStates.DuplicateSchema, $"There is such a schema already: {schema}");
        }
        NameRecord record = new(ObjectKind.Schema, transaction.Store.NewId());
        transaction.Write(new CatalogWrite(CatalogKeys.Schema(schema), record.ToBytes(), 0));
    }

    /// <summary>Removes an empty schema.</summary>
    /// <exception cref="QueryException">3F000: there is none. 2BP01: something is in it.</exception>
    public static void DropSchema(this Transaction transaction, string schema)
    {
        RequireSchema(transaction, schema);
        foreach (NameSpace space in new[] { NameSpace.Relation, NameSpace.Function, NameSpace.Type })
        {
            foreach ((_, string name, _) in transaction.Catalog.Names(space, schema))
            {
                throw new QueryException(
                    SqlStates.DependentObjectsStillExist, $"The schema is not empty: {schema} contains {name}",
                    hint: "Drop what is in it first, or use CASCADE.");
            }
        }
        transaction.Write(new CatalogWrite(CatalogKeys.Schema(schema), null, 0));
    }

    /// <summary>
    /// Creates a table and returns its id. Ids of the template are replaced; its column ids are kept.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="name">The name.</param>
    /// <param name="template">Columns and options.</param>
    /// <param name="rangeCount">Number of hash ranges; null for the store's own.</param>
    /// <exception cref="QueryException">42P07: there is a table, view or sequence of that name.</exception>
    public static long CreateTable(
        this Transaction transaction, string schema, string name, TableDefinition template, int? rangeCount = null)
    {
        RequireFree(transaction, NameSpace.Relation, schema, name);
        CheckDefinition(template);
        TableStore store = transaction.Store;
        TableCut? cut = store.Options.NewTables;
        TableDefinition definition = (cut?.ApplyTo(template) ?? template) with
        {
            TableId = store.NewId(), SchemaVersion = 1,
            NextColumnId = Math.Max(template.NextColumnId, template.Columns.Max(c => c.Id) + 1),
        };
        TableState state = TableState.Create(
            definition, store.Placement.PlaceRanges(definition, rangeCount ?? cut?.Ranges ?? 1), store.Clock.UtcNow);
        AddTable(transaction, schema, name, definition, state);
        transaction.Change(definition.TableId, TableOverlay.Empty with { IsNew = true, Definition = definition });
        return definition.TableId;
    }

    /// <summary>
    /// Drops a table, view, sequence, macro or type. A table can be brought back while its versions are kept.
    /// </summary>
    /// <exception cref="QueryException">42P01 or 42704: there is none of that name.</exception>
    public static void Drop(this Transaction transaction, NameSpace space, string schema, string name)
    {
        NameRecord record = Require(transaction, space, schema, name);
        transaction.Write(new CatalogWrite(CatalogKeys.Name(space, schema, name), null, 0));
        if (record.Kind != ObjectKind.Table)
        {
            transaction.Write(new CatalogWrite(CatalogKeys.Object(record.Id), null, 0));
            return;
        }
        TableOverlay own = transaction.OverlayOf(record.Id);
        if (!own.IsNew)
        {
            transaction.Write(new CatalogWrite(CatalogKeys.Dropped(schema, name, record.Id), record.ToBytes(), 0));
        }
        transaction.HideSequences(record.Id);
        transaction.Change(record.Id, own with { Drops = true, Undrops = false });
    }

    /// <summary>Gives a thing another name, and perhaps another schema.</summary>
    public static void Rename(
        this Transaction transaction, NameSpace space, string schema, string name, string newSchema, string newName)
    {
        NameRecord record = Require(transaction, space, schema, name);
        RequireFree(transaction, space, newSchema, newName);
        transaction.Write(
            new CatalogWrite(CatalogKeys.Name(space, schema, name), null, 0),
            new CatalogWrite(CatalogKeys.Name(space, newSchema, newName), record.ToBytes(), 0));
    }

    /// <summary>
    /// Gives a table another definition, under the next schema version. Rows are not rewritten: a segment is read by
    /// the definition that it was written with.
    /// </summary>
    public static TableDefinition AlterTable(
        this Transaction transaction, long table, Func<TableDefinition, TableDefinition> alter)
    {
        TableOverlay own = transaction.OverlayOf(table);
        TableDefinition old = own.Definition ?? transaction.Catalog.GetDefinition(table);
        TableDefinition definition = alter(old) with { TableId = table, SchemaVersion = old.SchemaVersion + 1 };
        CheckDefinition(definition);
        transaction.Write(new CatalogWrite(
            CatalogKeys.Definition(table, definition.SchemaVersion), definition.ToBytes(), 0));
        transaction.Change(table, own with { Definition = definition });
        return definition;
    }

    /// <summary>Creates or replaces a view, sequence, macro or type; the body is what its kind writes.</summary>
    public static void CreateObject(
        this Transaction transaction, NameSpace space, ObjectKind kind, string schema, string name,
        ReadOnlyMemory<byte> body, bool replaces = false)
    {
        RequireSchema(transaction, schema);
        ObjectRecord record = new(kind, body);
        if (transaction.Catalog.Find(space, schema, name) is { } there)
        {
            if (!replaces || there.Kind != kind) throw Duplicate(there.Kind, name);
            transaction.Write(new CatalogWrite(CatalogKeys.Object(there.Id), record.ToBytes(), 0));
            return;
        }
        long id = transaction.Store.NewId();
        transaction.DependOn(CatalogKeys.Schema(schema));
        transaction.Write(
            new CatalogWrite(CatalogKeys.Name(space, schema, name), new NameRecord(kind, id).ToBytes(), 0),
            new CatalogWrite(CatalogKeys.Object(id), record.ToBytes(), 0));
    }

    /// <summary>Brings back the table of a name that was dropped last; returns its id.</summary>
    /// <exception cref="QueryException">There is none that is still kept, or another one has the name.</exception>
    public static long Undrop(this Transaction transaction, string schema, string name)
    {
        RequireFree(transaction, NameSpace.Relation, schema, name);
        long last = 0;
        DateTime lastTime = default;
        foreach (CatalogEntry entry in transaction.Catalog.State.Read(CatalogKeys.Dropped(schema, name), 0).Entries)
        {
            long id = NameRecord.Read(entry).Id;
            if (transaction.Catalog.FindHead(id)?.DropTime is not { } time || time < lastTime) continue;
            (last, lastTime) = (id, time);
        }
        if (last == 0)
        {
            throw new QueryException(
                SqlStates.UndefinedTable, $"No dropped table of that name is kept: {name}",
                hint: "A dropped table is kept as long as old versions are: see the option retention.");
        }
        transaction.Write(
            new CatalogWrite(CatalogKeys.Dropped(schema, name, last), null, 0),
            new CatalogWrite(
                CatalogKeys.Name(NameSpace.Relation, schema, name),
                new NameRecord(ObjectKind.Table, last).ToBytes(), 0));
        transaction.ShowSequences(last);
        transaction.Change(last, transaction.OverlayOf(last) with { Undrops = true, Drops = false });
        return last;
    }

    /// <summary>
    /// Creates a table with the rows that another one has in the transaction's snapshot. The segments are shared; from
    /// then on the two go their own ways. Returns its id.
    /// </summary>
    /// <exception cref="QueryException">0A000: the transaction has changed the rows of the other table.</exception>
    public static long Clone(this Transaction transaction, long source, string schema, string name)
    {
        RequireFree(transaction, NameSpace.Relation, schema, name);
        TableOverlay ofSource = transaction.OverlayOf(source);
        if (ofSource.IsNew || ofSource.Added.Length + ofSource.Deleted.Count + ofSource.Removed.Count > 0)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "A table that this transaction changed cannot be cloned in it",
                hint: "Commit first.");
        }
        TableSnapshot snapshot = transaction.GetTable(source);
        TableDefinition definition = snapshot.Definition with { TableId = transaction.Store.NewId() };
        foreach (int version in snapshot.State.Segments.Values.Select(s => s.SchemaVersion).Distinct())
        {
            TableDefinition older = transaction.Catalog.GetDefinition(source, version);
            transaction.Write(new CatalogWrite(
                CatalogKeys.Definition(definition.TableId, version),
                (older with { TableId = definition.TableId }).ToBytes(), 0));
        }
        TableState state = TableState.Create(definition, snapshot.State.Ranges, transaction.Store.Clock.UtcNow) with
        {
            Segments = snapshot.State.Segments,
        };
        AddTable(transaction, schema, name, definition, state);
        transaction.Change(source, ofSource with { SharesFiles = true });
        transaction.Change(definition.TableId, TableOverlay.Empty with
        {
            IsNew = true, SharesFiles = true, Definition = definition,
        });
        return definition.TableId;
    }

    private static void AddTable(
        Transaction transaction, string schema, string name, TableDefinition definition, TableState state)
    {
        ImmutableArray<byte[]> pages = CheckpointPage.ToPages(state);
        TableHead head = new(0, definition.SchemaVersion, 0) { CommitTime = state.CommitTime };
        transaction.DependOn(CatalogKeys.Schema(schema));
        transaction.Write(
            new CatalogWrite(
                CatalogKeys.Name(NameSpace.Relation, schema, name),
                new NameRecord(ObjectKind.Table, definition.TableId).ToBytes(), 0),
            new CatalogWrite(
                CatalogKeys.Definition(definition.TableId, definition.SchemaVersion), definition.ToBytes(), 0),
            new CatalogWrite(CatalogKeys.Head(definition.TableId), head.ToBytes(), 0));
        transaction.Write(pages.Select((bytes, page) =>
            new CatalogWrite(CatalogKeys.Page(definition.TableId, 0, page), bytes, 0)));
    }

    private static NameRecord Require(Transaction transaction, NameSpace space, string schema, string name)
    {
        RequireSchema(transaction, schema);
        return transaction.Catalog.Find(space, schema, name) ?? throw new QueryException(
            space == NameSpace.Relation ? SqlStates.UndefinedTable : SqlStates.UndefinedObject, $"There is no {name}");
    }

    private static void RequireFree(Transaction transaction, NameSpace space, string schema, string name)
    {
        RequireSchema(transaction, schema);
        if (transaction.Catalog.Find(space, schema, name) is { } there) throw Duplicate(there.Kind, name);
    }

    private static void RequireSchema(Transaction transaction, string schema)
    {
        if (transaction.Catalog.HasSchema(schema)) return;
        throw new QueryException(
            SqlStates.InvalidSchemaName, $"There is no such schema: {schema}", hint: $"CREATE SCHEMA {schema}");
    }

    private static QueryException Duplicate(ObjectKind kind, string name) => new(
        kind is ObjectKind.Table or ObjectKind.View or ObjectKind.Sequence
            ? SqlStates.DuplicateTable : SqlStates.DuplicateObject,
        $"There is a {kind.ToString().ToLowerInvariant()} of that name already: {name}");

    private static void CheckDefinition(TableDefinition definition)
    {
        if (definition.Columns.Length is < 1 or > TableDefinition.MaxColumns)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded,
                $"A table has 1 to {TableDefinition.MaxColumns} columns: {definition.Columns.Length}");
        }
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        HashSet<int> ids = [];
        foreach (TableColumn column in definition.Columns)
        {
            Invariant.Holds(ids.Add(column.Id));
            if (names.Add(column.Name)) continue;
            throw new QueryException(SqlStates.DuplicateColumn, $"A column of that name comes twice: {column.Name}");
        }
        foreach (int key in definition.PrimaryKey.Concat(definition.UniqueKeys.SelectMany(k => k)))
        {
            LogicalType type = definition.Columns[definition.IndexOf(key)].Type;
            if (KeyPosition.IsSupported(type)) continue;
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"A key cannot have a column of type {type}",
                hint: "Keys are of numbers, texts, times and the like.");
        }
        foreach (int key in definition.Scheme.ColumnIds)
        {
            int index = definition.IndexOf(key);
            Invariant.Holds(index >= 0);
            if (KeyPosition.IsSupported(definition.Columns[index].Type)) continue;
            throw new QueryException(
                SqlStates.FeatureNotSupported,
                $"Rows cannot be distributed by a column of type {definition.Columns[index].Type}");
        }
        RequireLibrary(definition.Compression);
        foreach (TableColumn column in definition.Columns) RequireLibrary(column.Compression);
    }

    // Told when the table is made, and not by the first load.
    private static void RequireLibrary(string compression)
    {
        GeneralCompression kind = LocalFragmentStore.ReadCompression(compression);
        if (!GeneralCompressor.IsAvailable(kind)) throw GeneralCompressor.Missing(kind);
    }
}
