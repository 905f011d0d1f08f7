using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Cluster.Tests.Planning.Support;

/// <summary>One task's rows for one other task, in memory and so short that writers have to wait.</summary>
internal sealed class PartitionQueue(Schema columns) : IPartitionTarget, IDisposable
{
    private const int Capacity = 3;

    private readonly Lock _lock = new();
    private readonly Queue<OwnedBatch> _batches = new();
    private Signal? _hasRoom;
    private Signal? _hasNews;
    private bool _isEnded;
    private bool _isClosed;

    /// <summary>Rows that went through.</summary>
    public long RowCount { get; private set; }

    public Flow Add(Batch batch)
    {
        // What the wire relies on: vectors of the types that the plan says, in the lanes of these types.
        for (int c = 0; c < columns.Count; c++)
        {
            ColumnVector vector = batch.Columns[c];
            Assert.Equal(columns[c].Type, vector.Type);
            bool isWide = vector.Shape is VectorShape.Flat or VectorShape.Constant;
            Assert.True(!isWide || vector.Lane == vector.Type.Physical, $"{vector.Shape} {vector.Lane}");
        }
        OwnedBatch copy = new(columns, MemoryAccount.Untracked);
        copy.CopyFrom(batch);
        Signal? news;
        Flow flow = Flow.More;
        lock (_lock)
        {
            if (_isClosed)
            {
                copy.Dispose();
                return Flow.Done;
            }
            RowCount += copy.Batch.Count;
            _batches.Enqueue(copy);
            if (_batches.Count >= Capacity) flow = Flow.Blocked(_hasRoom ??= new Signal());
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
        return flow;
    }

    public void End()
    {
        Signal? news;
        lock (_lock)
        {
            _isEnded = true;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    /// <summary>
    /// The next batch, to be freed by the caller; else null, and what to wait for unless it is the end.
    /// </summary>
    public OwnedBatch? Take(out Signal? waitsFor)
    {
        OwnedBatch? batch;
        Signal? room = null;
        lock (_lock)
        {
            waitsFor = null;
            if (_batches.TryDequeue(out batch)) (room, _hasRoom) = (_hasRoom, null);
            else if (!_isEnded) waitsFor = _hasNews ??= new Signal();
        }
        room?.Set();
        return batch;
    }

    /// <summary>Nobody reads any more.</summary>
    public void Dispose()
    {
        Signal? room;
        lock (_lock)
        {
            _isClosed = true;
            room = _hasRoom;
            foreach (OwnedBatch batch in _batches) batch.Dispose();
            _batches.Clear();
        }
        room?.Set();
    }
}
