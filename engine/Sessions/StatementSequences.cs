using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Sessions.SystemRelations;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>What the sequences of one session gave it last, and those whose positions are not durable yet.</summary>
internal sealed class SessionSequences
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, long> _last = [];
    private readonly HashSet<long> _used = [];
    private long _lastSequence;

    /// <summary>Remembers what a sequence gave.</summary>
    public void Got(long sequence, long value)
    {
        lock (_lock)
        {
            _last[sequence] = value;
            _lastSequence = sequence;
        }
    }

    /// <summary>Remembers that a sequence was moved.</summary>
    public void Use(long sequence)
    {
        lock (_lock) _used.Add(sequence);
    }

    /// <summary>What a sequence gave last; null for nothing.</summary>
    public long? LastOf(long sequence)
    {
        lock (_lock) return _last.TryGetValue(sequence, out long value) ? value : null;
    }

    /// <summary>The sequence that gave something last; 0 for none.</summary>
    public long LastSequence
    {
        get
        {
            lock (_lock) return _lastSequence;
        }
    }

    /// <summary>Forgets what was given, as DISCARD does.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _last.Clear();
            _lastSequence = 0;
        }
    }

    /// <summary>
    /// Makes durable what the statement used, or leaves it to the transaction that made or restarted the sequence.
    /// </summary>
    public async ValueTask FlushAsync(Transaction transaction)
    {
        long[] used;
        lock (_lock)
        {
            if (_used.Count == 0) return;
            used = [.. _used];
            _used.Clear();
        }
        foreach (long sequence in used)
        {
            CatalogKey key = CatalogKeys.Object(sequence);
            if (transaction.Catalog.State.Find(key) is null) continue;
            SequenceDefinition definition = transaction.Catalog.GetSequence(sequence);
            SequenceCounter counter = transaction.Store.Sequences[definition.PositionId];
            CatalogEntry? committed = transaction.Base.State.Find(key);
            bool isOwn = committed is null
                || SequenceDefinition.Read(ObjectRecord.Read(committed)).PositionId != definition.PositionId;
            if (isOwn) transaction.Write(counter.ToWrite(definition));
            else await counter.FlushAsync(definition, committed!);
        }
    }
}

/// <summary>The sequences as one statement sees them.</summary>
internal sealed class StatementSequences(Session session, Transaction transaction, SessionCatalog catalog) : ISequences
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Next(string name, Span<long> values)
    {
        Known sequence = Find(name);
        RequireWritable("nextval");
        transaction.Store.Sequences[sequence.Definition.PositionId].Take(sequence.Definition, sequence.Name, values);
        session.Sequences.Got(sequence.Id, values[^1]);
        session.Sequences.Use(sequence.Id);
    }

    /// <inheritdoc/>
    public long Current(string name)
    {
        Known sequence = Find(name);
        return session.Sequences.LastOf(sequence.Id) ?? throw new QueryException(
            SqlStates.ObjectNotInPrerequisiteState,
            $"currval of sequence \"{sequence.Name}\" is not yet defined in this session", hint: "Call nextval first.");
    }

    /// <inheritdoc/>
    public long Last()
    {
        long sequence = session.Sequences.LastSequence;
        bool isThere = sequence != 0 && transaction.Catalog.State.Find(CatalogKeys.Object(sequence)) is not null;
        return isThere && session.Sequences.LastOf(sequence) is { } value ? value : throw new QueryException(
            SqlStates.ObjectNotInPrerequisiteState, "lastval is not yet defined in this session",
            hint: "Call nextval first.");
    }

    /// <inheritdoc/>
    public void Move(string name, long value, bool isGiven)
    {
        Known sequence = Find(name);
        RequireWritable("setval");
        if (value < sequence.Definition.Minimum || value > sequence.Definition.Maximum)
        {
            throw new QueryException(
                SqlStates.NumericOutOfRange,
                $"setval: value {value} is out of bounds for sequence \"{sequence.Name}\" " +
                $"({sequence.Definition.Minimum}..{sequence.Definition.Maximum})");
        }
        transaction.Store.Sequences[sequence.Definition.PositionId].Move(
            sequence.Definition, new SequenceState(value, isGiven));
        if (isGiven) session.Sequences.Got(sequence.Id, value);
        session.Sequences.Use(sequence.Id);
    }

    /// <inheritdoc/>
    public string? OwnedBy(string table, string column)
    {
        string[] parts = SystemObjects.SplitName(table);
        string? schema = parts.Length > 1 ? parts[^2] : null;
        if (catalog.FindRelation(schema, parts[^1]) is not Plan.TableRelation { Table: Plan.StoredTable stored })
        {
            throw new QueryException(SqlStates.UndefinedTable, $"Relation does not exist: \"{table}\"");
        }
        TableDefinition definition = stored.Snapshot.Definition;
        TableColumn owner = definition.Columns.FirstOrDefault(
            c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase)) ?? throw new QueryException(
            SqlStates.UndefinedColumn, $"Column \"{column}\" of relation \"{table}\" does not exist");
        foreach ((string inSchema, string name, _, SequenceDefinition sequence) in
            transaction.Catalog.SequencesOf(definition.TableId))
        {
            if (sequence.OwnerColumn == owner.Id) return $"{SqlNames.Write(inSchema)}.{SqlNames.Write(name)}";
        }
        return null;
    }

    private void RequireWritable(string what)
    {
        if (!session.IsReadOnly) return;
        throw new QueryException(
            SqlStates.ReadOnlyTransaction, $"Cannot execute {what}() in a read-only transaction");
    }

    private Known Find(string name)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(name, out Known? known)) return known;
            known = name.StartsWith('#') ? FindByNumber(name) : FindByName(name);
            _known.Add(name, known);
            return known;
        }
    }

    private Known FindByName(string name) =>
        catalog.FindSequenceNamed(name) is { } found
            ? new Known(found.Record.Id, found.Name, transaction.Catalog.GetSequence(found.Record.Id))
            : throw new QueryException(SqlStates.UndefinedTable, $"Relation does not exist: \"{name}\"");

    private Known FindByNumber(string name)
    {
        bool isNumber = long.TryParse(
            name.AsSpan(1), System.Globalization.NumberStyles.AllowHexSpecifier,
            System.Globalization.CultureInfo.InvariantCulture, out long id);
        if (!isNumber || transaction.Catalog.State.Find(CatalogKeys.Object(id)) is null)
        {
            throw new QueryException(
                SqlStates.UndefinedTable, "The sequence of this default was dropped",
                hint: "ALTER TABLE … ALTER COLUMN … DROP DEFAULT, or SET another one.");
        }
        string? plain = transaction.Catalog.Names(NameSpace.Relation).Where(n => n.Record.Id == id)
            .Select(n => n.Name).FirstOrDefault();
        return new Known(id, plain ?? name, transaction.Catalog.GetSequence(id));
    }

    private sealed record Known(long Id, string Name, SequenceDefinition Definition);
}
