using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Stages;

namespace ColFrag.Coordinator.Gathering;

/// <summary>A task that was started, here or at a worker. Whoever disposes of it ends it.</summary>
internal abstract class SiteTask(TaskAddress address) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Its number and where it runs.</summary>
    public TaskAddress Address => address;

    /// <summary>
    /// How it ended; never fails. A worker that is gone is an error of its task that is nobody else's fault.
    /// </summary>
    public abstract Task<TaskFinished> Ended { get; }

    /// <summary>Who did not lend what was asked of him before another one did.</summary>
    public ImmutableArray<LoanFault> Faults { get; protected init; } = [];

    public abstract ValueTask DisposeAsync();

    /// <summary>
    /// How a task ended whose rows could not be read: it may have failed before anybody asked for them. Null where it
    /// does not say so within a moment: its worker counts as gone.
    /// </summary>
    public async Task<TaskFinished?> EndSoonAsync(IClock clock)
    {
        using CancellationTokenSource over = new();
        Task patience = clock.Delay(s_patience, over.Token);
        await Waiting.FirstAsync(Ended, patience);
        over.Cancel();
        return Ended.IsCompleted ? await Ended : null;
    }
}

/// <summary>A task of the coordinator's own.</summary>
internal sealed class LocalSiteTask : SiteTask
{
    private readonly RunningTask _task;

    public LocalSiteTask(RunningTask task, TaskAddress address) : base(address)
    {
        _task = task;
        Ended = EndAsync();
    }

    public override Task<TaskFinished> Ended { get; }

    public override ValueTask DisposeAsync() => _task.DisposeAsync();

    private async Task<TaskFinished> EndAsync()
    {
        await _task.Ended;
        return _task.GetResult();
    }
}

/// <summary>A task at a worker, which lives as long as the call that started it.</summary>
internal sealed class RemoteSiteTask : SiteTask
{
    private readonly RpcStream _call;

    private RemoteSiteTask(RpcStream call, TaskAddress address, ImmutableArray<LoanFault> faults) : base(address)
    {
        _call = call;
        Faults = faults;
        Ended = EndAsync();
    }

    public override Task<TaskFinished> Ended { get; }

    /// <summary>Starts a task and waits until its rows can be read.</summary>
    /// <exception cref="ColFragException">The worker is gone, or the task cannot run there.</exception>
    public static async Task<RemoteSiteTask> StartAsync(
        RpcConnection connection, TaskOrder order, TaskAddress address, CancellationToken cancellationToken)
    {
        RpcStream call = await connection.StartAsync(
            order.ToMessage(), Timeout.InfiniteTimeSpan, cancellationToken);
        try
        {
            ImmutableArray<LoanFault> faults = [];
            if (!order.Loans.IsEmpty)
            {
                LoansFetched fetched = await call.ReadMessageAsync<LoansFetched>(cancellationToken);
                faults = fetched.Faults;
                if (!fetched.IsComplete) throw new LoanLostException(faults);
            }
            await call.ReadMessageAsync<Done>(cancellationToken);
            return new RemoteSiteTask(call, address, faults);
        }
        catch
        {
            await call.DisposeAsync();
            throw;
        }
    }

    public override ValueTask DisposeAsync() => _call.DisposeAsync();

    private async Task<TaskFinished> EndAsync()
    {
        try
        {
            return await _call.GetReplyAsync<TaskFinished>();
        }
        catch (Exception error)
        {
            return new TaskFinished(0, 0, [], Failure.From(error), -1);
        }
    }
}
