using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Execution;

namespace ColFrag.Protocol.Stages;

/// <summary>A partition of a task in this process.</summary>
internal sealed class LocalPartitionStream(PartitionQueue queue) : PartitionStream
{
    public override bool TryRead([NotNullWhen(true)] out PartitionBody? body, out Signal? wait)
    {
        body = null;
        if (!queue.TryTake(out ByteWriter? frame, out wait))
        {
            // All of it was read: the task need not keep the partition.
            if (wait is null) queue.Dispose();
            return false;
        }
        body = new ManagedBody(frame, frame.WrittenMemory[FrameHeader.Size..]);
        return true;
    }

    public override ValueTask DisposeAsync()
    {
        queue.Dispose();
        return ValueTask.CompletedTask;
    }
}
