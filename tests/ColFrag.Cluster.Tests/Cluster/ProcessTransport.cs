using ColFrag.Protocol;
using ColFrag.Protocol.Transport;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>One process's part of a network in memory: when it is killed all of its connections break.</summary>
internal sealed class ProcessTransport(MemoryTransport network) : ITransport
{
    private readonly Lock _lock = new();
    private readonly List<IConnection> _connections = [];
    private readonly List<IListener> _listeners = [];
    private volatile TaskCompletionSource _runs = Running();

    /// <summary>The process stops where it is: nothing arrives and nothing leaves, and no connection breaks.</summary>
    public void Pause() => _runs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>It goes on.</summary>
    public void Continue() => _runs.TrySetResult();

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
        Continue();
        foreach (IListener listener in listeners) await listener.DisposeAsync();
        foreach (IConnection connection in connections) connection.Abort();
    }

    private static TaskCompletionSource Running()
    {
        TaskCompletionSource runs = new();
        runs.SetResult();
        return runs;
    }

    private IConnection Keep(IConnection connection)
    {
        connection = new Connection(this, connection);
        lock (_lock) _connections.Add(connection);
        return connection;
    }

    private sealed class Connection(ProcessTransport owner, IConnection inner) : IConnection
    {
        public string Peer => inner.Peer;

        public string? PeerCertificateName => inner.PeerCertificateName;

        public bool IsProtected => inner.IsProtected;

        public int MaxBodyBytes
        {
            get => inner.MaxBodyBytes;
            set => inner.MaxBodyBytes = value;
        }

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
        {
            await owner._runs.Task.WaitAsync(cancellationToken);
            await inner.WriteAsync(frame, cancellationToken);
        }

        public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
        {
            await owner._runs.Task.WaitAsync(cancellationToken);
            await inner.FlushAsync(cancellationToken);
        }

        public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken = default)
        {
            Frame? frame = await inner.ReadAsync(cancellationToken);
            await owner._runs.Task.WaitAsync(cancellationToken);
            return frame;
        }

        public void Abort() => inner.Abort();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Listener(ProcessTransport owner, IListener inner) : IListener
    {
        public string Address => inner.Address;

        public async Task<IConnection?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await inner.AcceptAsync(cancellationToken) is { } connection ? owner.Keep(connection) : null;

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
