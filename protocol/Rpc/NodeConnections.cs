using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Rpc;

/// <summary>
/// One connection to each node, made when it is first asked for and again after it broke; all calls share it.
/// </summary>
/// <param name="transport">The network.</param>
/// <param name="self">Who calls; asked at every hello, since an incarnation changes with a registration.</param>
/// <param name="clock">The time.</param>
/// <param name="limits">Bounds and times.</param>
internal sealed class NodeConnections(
    ITransport transport, Func<NodeIdentity> self, IClock clock, RpcLimits? limits = null) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<WorkerAddress, Task<RpcConnection>> _connections = [];
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The connection to a node, which answers under its id there; worker 0 is a coordinator.</summary>
    /// <exception cref="ClusterException">Nobody answers, or somebody else does.</exception>
    public async ValueTask<RpcConnection> GetAsync(WorkerAddress node, CancellationToken cancellationToken = default)
    {
        Task<RpcConnection> connecting;
        lock (_lock)
        {
            if (_stop.IsCancellationRequested)
                throw new ClusterException("The process is stopping", sqlState: SqlStates.AdminShutdown);
            if (!_connections.TryGetValue(node, out connecting!) || IsOver(connecting))
            {
                connecting = ConnectAsync(node);
                _connections[node] = connecting;
            }
        }
        // Who gives up does not take the connection from the others who wait for it.
        return await connecting.OrCanceledAsync(cancellationToken);
    }

    /// <summary>Ends the connection to a node that is known to be gone, so that calls under way do not wait.</summary>
    public void Drop(WorkerAddress node, ClusterException reason)
    {
        Task<RpcConnection>? connecting;
        lock (_lock) _connections.Remove(node, out connecting);
        if (connecting is { IsCompletedSuccessfully: true }) connecting.Result.Abort(reason);
    }

    /// <summary>Closes all connections; calls under way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<RpcConnection>[] connections;
        lock (_lock)
        {
            if (_stop.IsCancellationRequested) return;
            _stop.Cancel();
            connections = [.. _connections.Values];
            _connections.Clear();
        }
        foreach (Task<RpcConnection> connecting in connections)
        {
            try
            {
                await (await connecting).DisposeAsync();
            }
            catch (Exception error) when (error is ColFragException or OperationCanceledException)
            {
                // There was none.
            }
        }
        _stop.Dispose();
    }

    private static bool IsOver(Task<RpcConnection> connecting) =>
        connecting.IsCompleted && !(connecting.IsCompletedSuccessfully && connecting.Result.IsOpen);

    private async Task<RpcConnection> ConnectAsync(WorkerAddress node)
    {
        NodeIdentity caller = self();
        NodeIdentity? expected =
            node.Worker == 0 ? null : new NodeIdentity(caller.Cluster, NodeKind.Worker, (ulong)node.Worker, 0);
        // Awaited where the lock is not held: a transport in memory answers at once.
        await Task.Yield();
        return await RpcConnection.ConnectAsync(transport, node.Address, caller, expected, clock, limits, _stop.Token);
    }
}
