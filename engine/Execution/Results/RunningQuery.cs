using ColFrag.Engine.Memory;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Results;

/// <summary>A plan at work and the reader's end of its rows.</summary>
internal sealed class RunningQuery : IAsyncDisposable
{
    /// <summary>Of the memory limit, what rows that wait for their reader may take; and at most.</summary>
    private const long MemoryShare = 32, MostBytes = 16 << 20;

    private readonly ResultQueue _queue;
    private readonly MemoryAccount _account;
    private readonly CancellationTokenRegistration _cancel;

    private RunningQuery(
        QueryRun run, ResultQueue queue, MemoryAccount account, CancellationToken cancellationToken)
    {
        Run = run;
        _account = account;
        _queue = queue;
        _ = EndAsync(run.Completion);
        _cancel = cancellationToken.Register(static run => ((QueryRun)run!).Cancel(), run);
        run.Start();
    }

    /// <summary>The run, for statistics.</summary>
    public QueryRun Run { get; }

    /// <summary>The columns.</summary>
    public Schema Schema => _queue.Schema;

    /// <summary>Starts a plan.</summary>
    public static RunningQuery Start(
        PhysicalNode plan, QueryEnvironment environment, CancellationToken cancellationToken = default)
    {
        MemoryAccount account = environment.Memory.CreateAccount("result");
        long mostBytes = Math.Min(environment.Memory.LimitBytes / MemoryShare, MostBytes);
        ResultQueue queue = new(plan.Output, account, capacityBytes: mostBytes, keepsShapes: environment.KeepsShapes);
        try
        {
            QueryRun run = new(plan, new ResultSink(queue), environment);
            return new RunningQuery(run, queue, account, cancellationToken);
        }
        catch
        {
            account.Dispose();
            throw;
        }
    }

    /// <summary>The next rows, good until the next call; null after the last. Fails with the run's error.</summary>
    public async ValueTask<Batch?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (Run.Completion.IsFaulted) await Run.Completion;
        Batch? batch = await _queue.ReadAsync(cancellationToken);
        if (batch is null) await Run.Completion;
        return batch;
    }

    /// <summary>Stops what still runs and waits until its memory is free.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cancel.DisposeAsync();
        _queue.Dispose();
        Run.Dispose();
        await Run.Completion.EndedAsync();
        _account.Dispose();
    }

    private async Task EndAsync(Task completion)
    {
        await completion.EndedAsync();
        _queue.End();
    }
}
