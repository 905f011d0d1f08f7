using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>CREATE, ALTER and DROP SEQUENCE, and the sequences of SERIAL and IDENTITY columns.</summary>
internal sealed class SequenceStatements(StatementScope scope)
{
    private readonly Transaction _transaction = scope.Transaction;

    /// <summary>Makes the sequence of a column, named as PostgreSQL does; returns its number.</summary>
    public static long CreateFor(
        Transaction transaction, string schema, string table, string column, SequenceDefinition definition)
    {
        string stem = $"{table}_{column}_seq";
        string name = stem;
        for (int i = 1; transaction.Catalog.Find(NameSpace.Relation, schema, name) is not null; i++)
            name = $"{stem}{i}";
        return transaction.CreateSequence(schema, name, definition);
    }

    /// <summary>Lets a sequence go with a column.</summary>
    public static void Own(Transaction transaction, long sequence, long table, int column) =>
        transaction.AlterSequence(
            sequence,
            transaction.Catalog.GetSequence(sequence) with { OwnerTable = table, OwnerColumn = column });

    /// <summary>CREATE SEQUENCE; the name is free.</summary>
    public void Create(CreateSequenceStatement statement, string schema, string name)
    {
        BindingContext context = new(scope.Catalog, scope.Info);
        SequenceDefinition definition = SequenceBinder.Create(statement.Options, null, context);
        long id = _transaction.CreateSequence(schema, name, definition);
        SetOwner(id, statement.Options);
    }

    /// <summary>ALTER SEQUENCE with options.</summary>
    public void Alter(long id, SequenceOptions options)
    {
        SequenceDefinition old = _transaction.Catalog.GetSequence(id);
        BindingContext context = new(scope.Catalog, scope.Info);
        SequenceDefinition altered = SequenceBinder.Alter(old, options, context);
        if (altered != old) _transaction.AlterSequence(id, altered);
        if (options.IsRestart)
        {
            long value = options.RestartWith ?? altered.Start;
            SequenceBinder.RequireInside(altered, value, "RESTART", options.Position);
            _transaction.RestartSequence(id, value);
        }
        else
        {
            long last = _transaction.Store.Sequences[altered.PositionId].Position(old).Value;
            SequenceBinder.RequireInside(altered, last, "RESTART", options.Position);
        }
        SetOwner(id, options);
    }

    /// <summary>TRUNCATE … RESTART IDENTITY.</summary>
    public static void RestartOf(Transaction transaction, long table)
    {
        foreach ((_, _, long id, _) in transaction.Catalog.SequencesOf(table).ToList()) transaction.RestartSequence(id);
    }

    /// <summary>DROP SEQUENCE, unless something uses it.</summary>
    public void Drop(string schema, string name, long id, DropBehavior behavior, int position)
    {
        Release(schema, name, id, 0, behavior, position);
        _transaction.DropSequence(schema, name, id);
    }

    /// <summary>Takes a sequence out of the defaults that use it.</summary>
    /// <param name="schema">The sequence's schema.</param>
    /// <param name="name">The sequence's name.</param>
    /// <param name="id">The sequence.</param>
    /// <param name="except">A table that goes too; 0 for none.</param>
    /// <param name="behavior">CASCADE lets it go.</param>
    /// <param name="position">Of the name that is dropped.</param>
    /// <exception cref="QueryException">2BP01: a default uses it, and nobody said CASCADE.</exception>
    public void Release(string schema, string name, long id, long except, DropBehavior behavior, int position)
    {
        SequenceDefinition definition = _transaction.Catalog.GetSequence(id);
        foreach ((string tableSchema, string tableName, NameRecord record) in
            _transaction.Catalog.Names(NameSpace.Relation)
                .Where(n => n.Record.Kind == Catalog.ObjectKind.Table).ToList())
        {
            if (record.Id == except) continue;
            TableDefinition table = _transaction.GetTable(record.Id).Definition;
            TableColumn[] users = [.. table.Columns.Where(c => SequenceNames.Uses(c.DefaultSql, id))];
            if (users.Length == 0) continue;
            if (definition.IsIdentity && definition.OwnerTable == record.Id)
            {
                throw new QueryException(
                    SqlStates.DependentObjectsStillExist,
                    $"Cannot drop sequence {name} because column {users[0].Name} of table {tableName} requires it",
                    position, "ALTER TABLE … ALTER COLUMN … DROP IDENTITY, or drop the column.");
            }
            if (behavior != DropBehavior.Cascade)
            {
                throw new QueryException(
                    SqlStates.DependentObjectsStillExist,
                    $"Cannot drop sequence {schema}.{name} because other objects depend on it: default for column " +
                    $"{users[0].Name} of table {tableSchema}.{tableName}",
                    position, "Use DROP ... CASCADE to drop the dependent objects too.");
            }
            _transaction.AlterTable(record.Id, old => old with
            {
                Columns = [.. old.Columns.Select(c => SequenceNames.Uses(c.DefaultSql, id)
                    ? c with { DefaultSql = null } : c)],
            });
        }
    }

    private void SetOwner(long id, SequenceOptions options)
    {
        SequenceDefinition definition = _transaction.Catalog.GetSequence(id);
        if (options.OwnedByNone || options.OwnedBy is not null)
        {
            if (definition.IsIdentity)
            {
                throw new QueryException(
                    SqlStates.FeatureNotSupported, "Cannot change ownership of identity sequence", options.Position);
            }
        }
        if (options.OwnedByNone)
        {
            _transaction.AlterSequence(id, definition with { OwnerTable = 0, OwnerColumn = 0 });
            return;
        }
        if (options.OwnedBy is not { } owner) return;
        if (owner.Parts.Count < 2)
        {
            throw new QueryException(
                SqlStates.SyntaxError, "Invalid OWNED BY option", owner.Position,
                "Specify OWNED BY table.column or OWNED BY NONE.");
        }
        string? schema = owner.Parts.Count > 2 ? owner.Parts[owner.Parts.Count - 3].Name : null;
        Identifier table = owner.Parts[owner.Parts.Count - 2];
        if (scope.Catalog.FindRelation(schema, table.Name) is not TableRelation { Table: StoredTable stored })
        {
            throw new QueryException(
                SqlStates.UndefinedTable, $"Relation does not exist: \"{table.Name}\"", table.Position);
        }
        int column = ChangeBinder.ColumnOf(stored, owner.Last, owner.Last.Position);
        Own(_transaction, id, stored.Snapshot.TableId, stored.Snapshot.Definition.Columns[column].Id);
    }
}
