using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Where a session's temporary tables, views, sequences and macros lie: a schema of its own that nobody else looks
/// into, and that goes with the session. What a crash leaves behind is removed when the database is opened, or, in a
/// cluster, when somebody makes the next one.
/// </summary>
internal sealed class TemporarySchema(SessionHost host)
{
    /// <summary>What SQL calls it.</summary>
    public const string Alias = "pg_temp";

    private const string Prefix = "pg_temp_";

    // What a COMMIT does to tables, by their ids.
    private readonly Dictionary<long, OnCommit> _atCommit = [];
    private bool _isSweeping;

    /// <summary>The name; null until something temporary was made.</summary>
    public string? Name { get; private set; }

    /// <summary>True for the temporary schema of any session.</summary>
    public static bool IsOne(string schema) => schema.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>True for what other sessions keep for themselves.</summary>
    public bool IsHidden(string schema) => IsOne(schema) && schema != Name;

    /// <summary>The schema's name, for something that is about to be made in it.</summary>
    public string Prepare(Transaction transaction)
    {
        if (Name is null)
        {
            Name = $"{Prefix}{host.Random.NextUInt64():x16}";
            host.TemporarySchemas.TryAdd(Name, 0);
            _isSweeping = true;
        }
        if (_isSweeping)
        {
            foreach (string left in Abandoned(transaction.Catalog, host)) Empty(transaction, left);
            _isSweeping = false;
        }
        if (!transaction.Catalog.HasSchema(Name)) transaction.CreateSchema(Name);
        return Name;
    }

    /// <summary>Removes what sessions of a process left behind that ended without them.</summary>
    public static async ValueTask SweepAsync(SessionHost host, CancellationToken cancellationToken)
    {
        await using Transaction transaction = await host.Tables.BeginAsync(0, cancellationToken);
        foreach (string left in Abandoned(transaction.Catalog, host)) Empty(transaction, left);
        if (transaction.HasChanges) await transaction.CommitAsync(null, cancellationToken);
    }

    /// <summary>Removes the schema with all that is in it.</summary>
    public void Remove(Transaction transaction)
    {
        _atCommit.Clear();
        if (Name is not null && transaction.Catalog.HasSchema(Name)) Empty(transaction, Name);
    }

    /// <summary>Removes it at the end of the session.</summary>
    public async ValueTask EndAsync(long revision)
    {
        if (Name is null) return;
        try
        {
            await using Transaction transaction = await host.Tables.BeginAsync(revision);
            Remove(transaction);
            await transaction.CommitAsync(null, CancellationToken.None);
        }
        catch (ColFragException)
        {
            // The store is not there any more; the schema is one that was left behind.
        }
        host.TemporarySchemas.TryRemove(Name, out _);
    }

    /// <summary>Remembers what a COMMIT does to a table.</summary>
    public void AtCommit(long table, OnCommit action)
    {
        if (action is OnCommit.DeleteRows or OnCommit.Drop) _atCommit[table] = action;
    }

    /// <summary>Does it, as part of the transaction that is about to commit.</summary>
    public void BeforeCommit(Transaction transaction)
    {
        if (_atCommit.Count == 0 || !transaction.HasChanges) return;
        foreach ((_, string name, NameRecord record) in
            transaction.Catalog.Names(NameSpace.Relation, Name!).ToList())
        {
            if (!_atCommit.TryGetValue(record.Id, out OnCommit action)) continue;
            if (action == OnCommit.Drop) transaction.Drop(NameSpace.Relation, Name!, name);
            else if (transaction.GetTable(record.Id).RowCount > 0) transaction.Truncate(record.Id);
        }
    }

    private static List<string> Abandoned(CatalogSnapshot catalog, SessionHost host) =>
        [.. catalog.SchemaNames.Where(s => IsOne(s) && !host.TemporarySchemas.ContainsKey(s))];

    private static void Empty(Transaction transaction, string schema)
    {
        foreach (NameSpace space in (NameSpace[])[NameSpace.Relation, NameSpace.Function, NameSpace.Type])
        {
            // Sequences last: those of tables go with them.
            foreach ((_, string name, _) in transaction.Catalog.Names(space, schema)
                .OrderBy(n => n.Record.Kind == Catalog.ObjectKind.Sequence).ToList())
            {
                if (transaction.Catalog.Find(space, schema, name) is not { } record) continue;
                if (record.Kind == Catalog.ObjectKind.Sequence) transaction.DropSequence(schema, name, record.Id);
                else transaction.Drop(space, schema, name);
            }
        }
        transaction.DropSchema(schema);
    }
}
