using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Memory;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Protocol.Stages;

/// <summary>Where one task gets the rows of other stages: from the tasks that make them, as they make them.</summary>
/// <param name="inputs">Where they are.</param>
/// <param name="dictionaries">Counts dictionaries, which outlive the run.</param>
/// <param name="open">Begins to read a partition of a task.</param>
internal sealed class TaskInputs(
    ImmutableArray<TaskInput> inputs, MemoryAccount dictionaries, Func<TaskAddress, int, PartitionStream> open)
    : IExchangeInputs, IDisposable
{
    private readonly List<ExchangeSource> _sources = [];
    private readonly List<PartitionStream> _streams = [];
    private int _failedTask = -1;

    /// <summary>Number of the task whose rows could not be got first; -1 when there is none.</summary>
    public int FailedTask => Volatile.Read(ref _failedTask);

    /// <summary>Bytes of rows that came from other processes, once the run has ended.</summary>
    public long ReceivedBytes => _streams.Sum(s => s.ReceivedBytes);

    public Source Open(ExchangeSourceNode node, QueryRun run)
    {
        TaskInput input = inputs.FirstOrDefault(i => i.Stage == node.Stage)
            ?? throw new ClusterException(
                $"A task was not told where the rows of stage {node.Stage} are", isTransient: false,
                SqlStates.ProtocolViolation);
        // Reading begins now, before the pipeline does: what comes first is there when it is wanted.
        ExchangeSource source = new(
            node.Columns, run.CreateAccount($"rows of stage {node.Stage}"), dictionaries,
            Math.Max(1, input.Producers.Length))
        {
            Failed = (stream, _) => Interlocked.CompareExchange(ref _failedTask, stream.Task, -1),
        };
        _sources.Add(source);
        foreach (TaskAddress producer in input.Producers)
        {
            PartitionStream stream = open(producer, input.Partition);
            _streams.Add(stream);
            source.Add(stream);
        }
        source.EndAdding();
        return source;
    }

    /// <summary>Stops reading; also where the run was never made.</summary>
    public void Dispose()
    {
        foreach (ExchangeSource source in _sources) source.Dispose();
    }
}
