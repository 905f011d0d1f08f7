using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>Where a task finds the rows of a stage below its own, inside other messages.</summary>
/// <param name="Stage">Number of that stage, by which the plan names it.</param>
/// <param name="Partition">Which part of each producer's output is for this task.</param>
/// <param name="Producers">The tasks of that stage.</param>
internal sealed record TaskInput(int Stage, int Partition, ImmutableArray<TaskAddress> Producers) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(Stage);
        target.Write(Partition);
        target.WriteList(Producers, static (t, producer) => producer.Write(t));
    }

    internal static TaskInput Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        return new TaskInput(
            source.ReadInt32(), source.ReadInt32(),
            [.. source.ReadList(static s => s.ReadNested(TaskAddress.Read), TaskAddress.MaxCount)]);
    }
}

/// <summary>A task and where it runs, inside other messages.</summary>
/// <param name="Task">Its number within the query.</param>
/// <param name="Worker">The worker that runs it; 0 for the coordinator.</param>
internal sealed record TaskAddress(int Task, WorkerAddress Worker) : IMessage
{
    /// <summary>The most of them in one message.</summary>
    public const int MaxCount = 65_536;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Task);
        Worker.Write(target);
    }

    internal static TaskAddress Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return new TaskAddress(source.ReadInt32(), source.ReadNested(WorkerAddress.Read));
    }
}
