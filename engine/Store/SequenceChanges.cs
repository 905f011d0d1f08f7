using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Store;

/// <summary>Sequences within a transaction: made, changed, and dropped or brought back with their table.</summary>
internal static class SequenceChanges
{
    /// <summary>A sequence by the number of its object.</summary>
    public static SequenceDefinition GetSequence(this CatalogSnapshot catalog, long id) =>
        SequenceDefinition.Read(catalog.GetObject(id));

    /// <summary>All sequences that go with a table, with their names.</summary>
    public static IEnumerable<(string Schema, string Name, long Id, SequenceDefinition Definition)> SequencesOf(
        this CatalogSnapshot catalog, long table)
    {
        foreach ((string schema, string name, NameRecord record) in catalog.Names(NameSpace.Relation))
        {
            if (record.Kind != ObjectKind.Sequence) continue;
            SequenceDefinition definition = catalog.GetSequence(record.Id);
            if (definition.OwnerTable == table) yield return (schema, name, record.Id, definition);
        }
    }

    /// <summary>Makes a sequence and returns its number.</summary>
    public static long CreateSequence(
        this Transaction transaction, string schema, string name, SequenceDefinition definition)
    {
        transaction.CreateObject(
            NameSpace.Relation, ObjectKind.Sequence, schema, name,
            (definition with { PositionId = transaction.Store.NewId() }).ToBytes());
        return transaction.Catalog.Find(NameSpace.Relation, schema, name)!.Value.Id;
    }

    /// <summary>Gives a sequence another definition.</summary>
    public static void AlterSequence(this Transaction transaction, long id, SequenceDefinition definition)
    {
        ObjectRecord record = new(ObjectKind.Sequence, definition.ToBytes());
        transaction.Write(new CatalogWrite(CatalogKeys.Object(id), record.ToBytes(), 0));
    }

    /// <summary>Lets a sequence begin anew, at its start or at another value.</summary>
    public static void RestartSequence(this Transaction transaction, long id, long? value = null)
    {
        SequenceDefinition old = transaction.Catalog.GetSequence(id);
        transaction.Write(new CatalogWrite(CatalogKeys.Sequence(old.PositionId), null, 0));
        transaction.AlterSequence(
            id, old with { PositionId = transaction.Store.NewId(), First = value ?? old.Start });
    }

    /// <summary>Drops a sequence for good.</summary>
    public static void DropSequence(this Transaction transaction, string schema, string name, long id)
    {
        long position = transaction.Catalog.GetSequence(id).PositionId;
        transaction.Drop(NameSpace.Relation, schema, name);
        transaction.Write(new CatalogWrite(CatalogKeys.Sequence(position), null, 0));
    }

    /// <summary>
    /// Takes the names away from the sequences of a table that is dropped; they come back with it.
    /// </summary>
    public static void HideSequences(this Transaction transaction, long table)
    {
        foreach ((string schema, string name, long id, _) in transaction.Catalog.SequencesOf(table).ToList())
        {
            NameRecord record = new(ObjectKind.Sequence, id);
            transaction.Write(
                new CatalogWrite(CatalogKeys.Name(NameSpace.Relation, schema, name), null, 0),
                new CatalogWrite(CatalogKeys.Dropped(schema, name, table), record.ToBytes(), 0));
        }
    }

    /// <summary>Gives the sequences of a table that is brought back their names.</summary>
    /// <exception cref="QueryException">42P07: something else has such a name.</exception>
    public static void ShowSequences(this Transaction transaction, long table)
    {
        foreach (CatalogEntry entry in transaction.Catalog.State.Read(CatalogKeys.AllDropped, 0).Entries.ToList())
        {
            NameRecord record = NameRecord.Read(entry);
            (string schema, string name, long owner) = CatalogKeys.ReadDropped(entry.Key);
            if (record.Kind != ObjectKind.Sequence || owner != table) continue;
            if (transaction.Catalog.Find(NameSpace.Relation, schema, name) is not null)
            {
                throw new QueryException(
                    SqlStates.DuplicateTable, $"The table's sequence needs the name of something else: {name}",
                    hint: "Rename that first.");
            }
            transaction.Write(
                new CatalogWrite(entry.Key, null, 0),
                new CatalogWrite(CatalogKeys.Name(NameSpace.Relation, schema, name), record.ToBytes(), 0));
        }
    }
}
