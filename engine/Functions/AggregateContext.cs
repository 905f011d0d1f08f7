using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions;

/// <summary>
/// What the states of one aggregate of one operator share in one thread: bytes that grow, objects by handle. Contexts
/// of a query live until all its states are finished, so states may move between them.
/// </summary>
internal sealed class AggregateContext(SessionInfo session, MemoryAccount account) : IDisposable
{
    private readonly List<ColumnVector> _scratch = [];
    private readonly List<IDisposable> _objects = [];

    public SessionInfo Session => session;

    public MemoryAccount Account => account;

    /// <summary>Bytes that live as long as the states: text of min and max, lists.</summary>
    public Arena Arena { get; } = new(account);

    /// <summary>Room for the text of one result batch.</summary>
    public Arena ResultText { get; } = new(account);

    /// <summary>Forgets the text of the result batch before, which kept it alive where it was retained.</summary>
    public void BeginResultText() => ResultText.Reset();

    /// <summary>Makes the result keep the text alive that was written since <see cref="BeginResultText"/>.</summary>
    public void EndResultText(ColumnVector result)
    {
        foreach (NativeBuffer block in ResultText.Blocks) result.KeepAlive(block);
    }

    /// <summary>Keeps an object until the context ends.</summary>
    public T Keep<T>(T item) where T : class, IDisposable
    {
        _objects.Add(item);
        return item;
    }

    /// <summary>The vector, or a flat copy where it holds codes or a narrow lane; constants stay.</summary>
    public ColumnVector Flat(int index, ColumnVector vector)
    {
        if (vector.Shape is not (VectorShape.Dictionary or VectorShape.Narrow)) return vector;
        while (_scratch.Count <= index) _scratch.Add(new ColumnVector(vector.Type, account));
        if (!_scratch[index].Type.Equals(vector.Type))
        {
            _scratch[index].Dispose();
            _scratch[index] = new ColumnVector(vector.Type, account);
        }
        vector.Flatten(_scratch[index]);
        return _scratch[index];
    }

    public void Dispose()
    {
        Arena.Dispose();
        ResultText.Dispose();
        foreach (ColumnVector vector in _scratch) vector.Dispose();
        foreach (IDisposable item in _objects) item.Dispose();
    }
}
