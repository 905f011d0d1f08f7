using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Rows;

namespace ColFrag.Cluster.Tests.Planning.Support;

/// <summary>The rows of several queues; a lane per queue.</summary>
internal sealed class QueueSource(IReadOnlyList<PartitionQueue> queues) : Source
{
    private int _next = -1;

    public override int MaxLanes => Math.Max(1, queues.Count);

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, queues);

    public override void Dispose()
    {
        foreach (PartitionQueue queue in queues) queue.Dispose();
    }

    private sealed class Lane(QueueSource source, IReadOnlyList<PartitionQueue> queues) : SourceLane
    {
        private PartitionQueue? _queue;
        private OwnedBatch? _batch;

        public override Flow Run(Operator first)
        {
            // The steps are done with the batch before: they have answered for it.
            _batch?.Dispose();
            _batch = null;
            if (_queue is null)
            {
                int index = Interlocked.Increment(ref source._next);
                if (index >= queues.Count) return Flow.Done;
                _queue = queues[index];
            }
            _batch = _queue.Take(out Signal? waitsFor);
            if (_batch is not null) return first.Push(_batch.Batch);
            if (waitsFor is not null) return Flow.Blocked(waitsFor);
            _queue = null;
            return Flow.More;
        }

        public override void Dispose() => _batch?.Dispose();
    }
}
