using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Transport;

namespace ColFrag.Worker.Registration;

/// <summary>
/// Keeps a worker known to its coordinator: registers whenever the connection is new, then says once a second that it
/// is alive, on the same connection, so that the coordinator sees at once when the process is gone.
/// </summary>
internal sealed class CoordinatorLink(
    ITransport transport, string coordinator, Func<NodeIdentity> self, IClock clock, IRandom random, RpcLimits limits,
    TimeSpan interval)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private const int ShortestPauseMilliseconds = 50;
    private const int LongestPauseMilliseconds = 1000;

    /// <summary>Why the coordinator was out of reach last; null while it is not.</summary>
    public ColFragException? LastFailure { get; private set; }

    /// <summary>Registers and beats until stopped; never fails.</summary>
    /// <param name="describe">What to say at a registration.</param>
    /// <param name="registered">Called with each answer before the first heartbeat.</param>
    /// <param name="refused">Called when the coordinator refuses for good; the link ends.</param>
    /// <param name="beat">What to say each second.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(
        Func<RegisterWorker> describe, Func<WorkerRegistered, ValueTask> registered, Action<ColFragException> refused,
        Func<Heartbeat> beat, CancellationToken stop)
    {
        for (int failures = 0; !stop.IsCancellationRequested; failures++)
        {
            try
            {
                await using RpcConnection connection = await RpcConnection.ConnectAsync(
                    transport, coordinator, self(), expected: null, clock, limits, stop);
                WorkerRegistered answer =
                    await connection.CallAsync<WorkerRegistered>(describe(), s_patience, stop);
                await registered(answer);
                LastFailure = null;
                failures = 0;
                await BeatAsync(connection, beat, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (ColFragException error)
            {
                LastFailure = error;
                // A disk of the coordinator that fails, say, is his trouble and passes: only who is told that he does
                // not belong here gives up.
                if (error is ClusterException { IsTransient: false })
                {
                    refused(error);
                    return;
                }
            }
            await PauseAsync(failures, stop);
        }
    }

    private async Task BeatAsync(RpcConnection connection, Func<Heartbeat> beat, CancellationToken stop)
    {
        while (true)
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Waiting.FirstAsync(clock.Delay(interval, over.Token), connection.Ended);
            over.Cancel();
            stop.ThrowIfCancellationRequested();
            await connection.CallAsync<Done>(beat(), s_patience, stop);
        }
    }

    /// <summary>Longer after each failure, and not the same for all workers.</summary>
    private async Task PauseAsync(int failures, CancellationToken stop)
    {
        int longest = Math.Min(LongestPauseMilliseconds, ShortestPauseMilliseconds << Math.Min(failures, 10));
        try
        {
            await clock.Delay(TimeSpan.FromMilliseconds(1 + random.Next(longest)), stop);
        }
        catch (OperationCanceledException)
        {
            // The loop looks at the token.
        }
    }
}
