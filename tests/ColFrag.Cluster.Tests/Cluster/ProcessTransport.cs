using ColFrag.Protocol.Transport;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>One process's part of a network in memory: when it is killed all of its connections break.</summary>
internal sealed class ProcessTransport(MemoryTransport network) : ITransport
{
    private readonly Lock _lock = new();
    private readonly List<IConnection> _connections = [];
    private readonly List<IListener> _listeners = [];

    public async Task<IConnection> ConnectAsync(string address, CancellationToken cancellationToken = default) =>
        Keep(await network.ConnectAsync(address, cancellationToken));

    public IListener Listen(string address)
    {
        Listener listener = new(this, network.Listen(address));
        lock (_lock) _listeners.Add(listener);
        return listener;
    }

    /// <summary>The process is gone: nobody is told in order.</summary>
    public async ValueTask KillAsync()
    {
        IConnection[] connections;
        IListener[] listeners;
        lock (_lock)
        {
            connections = [.. _connections];
            listeners = [.. _listeners];
        }
        foreach (IListener listener in listeners) await listener.DisposeAsync();
        foreach (IConnection connection in connections) connection.Abort();
    }

    private IConnection Keep(IConnection connection)
    {
        lock (_lock) _connections.Add(connection);
        return connection;
    }

    private sealed class Listener(ProcessTransport owner, IListener inner) : IListener
    {
        public string Address => inner.Address;

        public async Task<IConnection?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await inner.AcceptAsync(cancellationToken) is { } connection ? owner.Keep(connection) : null;

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
