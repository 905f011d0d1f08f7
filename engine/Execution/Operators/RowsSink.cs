using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>Keeps all rows, in the order of arrival when there is one lane.</summary>
internal sealed class RowsSink(Schema schema, bool isSerial, MemoryAccount? account = null) : Sink
{
    private List<RowBuffer> _buffers = [];

    public override bool IsSerial => isSerial;

    /// <summary>The rows of each lane, after completion.</summary>
    public IReadOnlyList<RowBuffer> Buffers => _buffers;

    public Schema Schema => schema;

    /// <summary>The rows of each lane; the caller frees them.</summary>
    public IReadOnlyList<RowBuffer> TakeBuffers()
    {
        List<RowBuffer> taken = _buffers;
        _buffers = [];
        return taken;
    }

    public override Operator StartLane(PipelineContext context)
    {
        RowBuffer buffer = new(schema, account ?? context.CreateAccount("rows"));
        lock (_buffers) _buffers.Add(buffer);
        return new Collect(buffer);
    }

    public override void Dispose()
    {
        // Rows on an account of somebody else outlive the run: they are for him to take and to free.
        if (account is not null && IsComplete) return;
        foreach (RowBuffer buffer in _buffers) buffer.Dispose();
    }

    private sealed class Collect(RowBuffer buffer) : Operator(null)
    {
        public override Flow Push(Batch batch)
        {
            buffer.Append(batch);
            return Flow.More;
        }
    }
}
