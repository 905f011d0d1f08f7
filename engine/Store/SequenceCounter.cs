using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Store;

/// <summary>
/// Where a sequence stands in this process. Values are given from memory at once; whoever got some calls
/// <see cref="FlushAsync"/> before anybody may rely on them.
/// </summary>
/// <remarks>
/// What is durable runs ahead, so that most flushes write nothing. Another process that gives values of the same
/// sequence moves the same key: one of the two flushes then fails with 40001 and its statement is run again.
/// </remarks>
internal sealed class SequenceCounter
{
    private const long Ahead = 32;

    private readonly Lock _lock = new();
    private readonly TableStore _store;
    private readonly CatalogKey _key;
    private readonly Turns<Use> _flushes;
    private bool _isLoaded;
    private SequenceState _position;
    private SequenceState _durable;
    private long _revision;

    /// <summary>True when values do not follow from the durable position: setval, a new cycle.</summary>
    private bool _isMoved;

    /// <summary>True while a transaction of this process is about to write the key for the first time.</summary>
    private bool _isOwnWrite;

    public SequenceCounter(TableStore store, long positionId)
    {
        _store = store;
        _key = CatalogKeys.Sequence(positionId);
        _flushes = new Turns<Use>(WriteAsync);
    }

    /// <summary>Where it stands.</summary>
    public SequenceState Position(SequenceDefinition definition)
    {
        lock (_lock)
        {
            Load(definition);
            return _position;
        }
    }

    /// <summary>Gives the next values.</summary>
    /// <exception cref="QueryException">2200H: there are none left.</exception>
    public void Take(SequenceDefinition definition, string name, Span<long> values)
    {
        lock (_lock)
        {
            Load(definition);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = _position.IsGiven ? Following(definition, name) : _position.Value;
                _position = new SequenceState(values[i], true);
            }
        }
    }

    /// <summary>Moves it, as setval does.</summary>
    public void Move(SequenceDefinition definition, SequenceState position)
    {
        lock (_lock)
        {
            Load(definition);
            _position = position;
            _isMoved = true;
        }
    }

    /// <summary>Makes durable that the values given so far are given.</summary>
    /// <param name="definition">What the sequence is.</param>
    /// <param name="sequence">The key of its record, which must not have changed.</param>
    /// <exception cref="QueryException">40001: another process moved or dropped it.</exception>
    public ValueTask FlushAsync(SequenceDefinition definition, CatalogEntry sequence) =>
        IsFlushed(definition) ? ValueTask.CompletedTask : _flushes.RunAsync(new Use(definition, sequence));

    /// <summary>
    /// What a transaction writes that made or restarted the sequence itself: nobody else can move it before the commit.
    /// </summary>
    public CatalogWrite ToWrite(SequenceDefinition definition)
    {
        lock (_lock)
        {
            // After the commit the key is read anew, with the revision that it then has.
            Load(definition);
            _isMoved = _isOwnWrite = true;
            return new CatalogWrite(_key, _position.ToBytes(), 0);
        }
    }

    // One write for all who wait.
    private async ValueTask WriteAsync(IReadOnlyList<Use> uses)
    {
        (SequenceDefinition definition, CatalogEntry sequence) = uses[^1];
        if (IsFlushed(definition)) return;
        SequenceState target;
        long revision;
        lock (_lock)
        {
            target = AheadOf(definition);
            revision = _revision;
            _isMoved = false;
        }
        CatalogTransaction write = new CatalogTransaction()
            .WhenUnchanged(_key, revision)
            .WhenUnchanged(sequence.Key, sequence.ModRevision)
            .Put(_key, target.ToBytes());
        await CommitAsync(write, target);
    }

    private async ValueTask CommitAsync(CatalogTransaction write, SequenceState target)
    {
        bool isKnown = false;
        try
        {
            CatalogOutcome outcome = await _store.Catalog.CommitAsync(write, CancellationToken.None);
            if (outcome.Succeeded)
            {
                lock (_lock) (_durable, _revision, isKnown) = (target, outcome.Revision, true);
                return;
            }
            await _store.Follower.GetAsync(outcome.Revision, CancellationToken.None);
            throw new QueryException(
                SqlStates.SerializationFailure, "Another process moved, changed or dropped the same sequence",
                hint: "Run it again.");
        }
        finally
        {
            if (!isKnown)
            {
                lock (_lock) _isLoaded = false;
            }
        }
    }

    private bool IsFlushed(SequenceDefinition definition)
    {
        lock (_lock)
        {
            if (!_isLoaded) return true;
            if (_isMoved) return false;
            if (_durable == _position) return true;
            return _durable.IsGiven && (definition.Increment > 0
                ? _position.Value <= _durable.Value
                : _position.Value >= _durable.Value);
        }
    }

    private void Load(SequenceDefinition definition)
    {
        CatalogEntry? entry = _isLoaded && _revision > 0 ? null : _store.Follower.Newest.State.Find(_key);
        if (_isLoaded)
        {
            // A transaction of this process wrote it meanwhile, with the position that is here.
            if (entry is null || !_isOwnWrite) return;
            _revision = entry.ModRevision;
            _isOwnWrite = false;
            return;
        }
        _isLoaded = true;
        _isMoved = _isOwnWrite = false;
        _revision = entry?.ModRevision ?? 0;
        _position = _durable = entry is null
            ? new SequenceState(definition.First, false)
            : SequenceState.Read(entry);
    }

    private SequenceState AheadOf(SequenceDefinition definition)
    {
        if (!_position.IsGiven) return _position;
        Int128 ahead = _position.Value + ((Int128)definition.Increment * (Math.Max(definition.Cache, Ahead) - 1));
        return new SequenceState((long)Int128.Clamp(ahead, definition.Minimum, definition.Maximum), true);
    }

    private long Following(SequenceDefinition definition, string name)
    {
        Int128 next = (Int128)_position.Value + definition.Increment;
        if (next >= definition.Minimum && next <= definition.Maximum) return (long)next;
        bool isUp = definition.Increment > 0;
        if (!definition.IsCycling)
        {
            throw new QueryException(
                "2200H",
                isUp ? $"nextval: reached maximum value of sequence \"{name}\" ({definition.Maximum})"
                    : $"nextval: reached minimum value of sequence \"{name}\" ({definition.Minimum})",
                hint: "ALTER SEQUENCE … RESTART, MAXVALUE or CYCLE lets it go on.");
        }
        _isMoved = true;
        return isUp ? definition.Minimum : definition.Maximum;
    }

    private readonly record struct Use(SequenceDefinition Definition, CatalogEntry Sequence);
}
