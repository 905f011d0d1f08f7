using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions;

/// <summary>
/// What one call in one expression keeps, in one thread: room for the text it makes, prepared constants, scratch
/// vectors. Made by whoever compiles the expression, one per call, and reused for every batch.
/// </summary>
internal sealed class FunctionContext(SessionInfo session, MemoryAccount account) : IDisposable
{
    private readonly Arena _text = new(account);
    private readonly List<ColumnVector> _scratch = [];
    private object? _state;

    /// <summary>Fixed for the statement: time, zone, user, seed.</summary>
    public SessionInfo Session => session;

    /// <summary>Where native bytes are counted.</summary>
    public MemoryAccount Account => account;

    /// <summary>The rows that count, or null for all: an error in another row must not surface.</summary>
    public RowMask? Mask { get; set; }

    /// <summary>Looked at once per batch by functions that can take long.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>
    /// Room for the result's text. The result keeps the blocks alive, so batches that were retained stay readable.
    /// </summary>
    public Arena BeginText()
    {
        _text.Reset();
        return _text;
    }

    /// <summary>Makes the result keep the text alive that was written since <see cref="BeginText"/>.</summary>
    public void EndText(ColumnVector result)
    {
        foreach (NativeBuffer block in _text.Blocks) result.KeepAlive(block);
    }

    /// <summary>What the call prepared at its first batch: a compiled pattern, a parsed format.</summary>
    public TState GetState<TState>(Func<TState> create) where TState : class => (TState)(_state ??= create());

    /// <summary>A vector for values in between, kept for the next batch.</summary>
    public ColumnVector Scratch(int index, Types.LogicalType type)
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
        _text.Dispose();
        foreach (ColumnVector vector in _scratch) vector.Dispose();
        (_state as IDisposable)?.Dispose();
    }
}
