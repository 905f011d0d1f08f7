using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions;

/// <summary>
/// What one call in one expression keeps, in one thread: room for the text it makes, prepared constants, scratch
/// vectors. Made by whoever compiles the expression, one per call, and reused for every batch.
/// </summary>
internal sealed class FunctionContext(SessionInfo session, MemoryAccount account) : IDisposable
{
    private readonly Arena _batchText = new(account);
    private readonly List<ColumnVector> _scratch = [];
    private readonly List<(Type Kind, object State)> _states = [];
    private Arena? _text;
    private object? _lastState;

    /// <summary>Fixed for the statement: time, zone, user, seed.</summary>
    public SessionInfo Session => session;

    /// <summary>Where native bytes are counted.</summary>
    public MemoryAccount Account => account;

    /// <summary>The rows that count, or null for all: an error in another row must not surface.</summary>
    public RowMask? Mask { get; set; }

    /// <summary>
    /// Looked at every few rows by drivers, and by functions that can take long with one: a batch of long texts or
    /// lists may be a tenth of a second of work.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>How many rows a driver computes between two looks at the token.</summary>
    public const int RowsBetweenLooks = 64;

    /// <summary>A context for a call inside this one.</summary>
    public FunctionContext CreateInner() => new(session, account) { CancellationToken = CancellationToken };

    /// <summary>Where functions write text.</summary>
    public Arena Text => _text ?? _batchText;

    /// <summary>
    /// Forgets the text of the batch before, once the result was reset. The result of that batch kept the blocks alive
    /// where it was retained.
    /// </summary>
    public void BeginText() => _batchText.Reset();

    /// <summary>Makes the result keep the text alive that was written since <see cref="BeginText"/>.</summary>
    public void EndText(ColumnVector result)
    {
        foreach (NativeBuffer block in Text.Blocks) result.KeepAlive(block);
    }

    /// <summary>Sends text to another arena, for results that outlive a batch; null sends it back.</summary>
    public void RedirectText(Arena? target) => _text = target;

    /// <summary>
    /// What the call prepared at its first batch, one object per type: a compiled pattern, a parsed format.
    /// </summary>
    public TState GetState<TState>() where TState : class, new()
    {
        // Most calls ask for the same state at every row.
        if (_lastState is TState last) return last;
        foreach ((Type kind, object state) in _states)
        {
            if (kind != typeof(TState)) continue;
            _lastState = state;
            return (TState)state;
        }
        TState created = new();
        _states.Add((typeof(TState), created));
        _lastState = created;
        return created;
    }

    /// <summary>A vector for values in between, kept for the next batch.</summary>
    public ColumnVector Scratch(int index, LogicalType type)
    {
        while (_scratch.Count <= index) _scratch.Add(new ColumnVector(type, account));
        if (!_scratch[index].Type.Equals(type))
        {
            _scratch[index].Dispose();
            _scratch[index] = new ColumnVector(type, account);
        }
        return _scratch[index];
    }

    public void Dispose()
    {
        _batchText.Dispose();
        foreach (ColumnVector vector in _scratch) vector.Dispose();
        foreach ((_, object state) in _states) (state as IDisposable)?.Dispose();
    }
}
