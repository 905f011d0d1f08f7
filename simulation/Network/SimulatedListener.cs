using ColFrag.Engine.Time;
using ColFrag.Protocol.Transport;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Network;

/// <summary>A process's part of the network.</summary>
internal sealed class SimulatedTransport(SimulatedNetwork network, Incarnation owner) : ITransport
{
    /// <inheritdoc/>
    public Task<IConnection> ConnectAsync(string address, CancellationToken cancellationToken = default) =>
        network.ConnectAsync(owner, address, cancellationToken);

    /// <inheritdoc/>
    public IListener Listen(string address) => network.Listen(owner, address);
}

/// <summary>Where a process takes connections.</summary>
internal sealed class SimulatedListener(SimulatedNetwork network, Incarnation owner, string address) : IListener
{
    private readonly Queue<SimulatedConnection> _waiting = new();
    private TaskCompletionSource? _hasNews;
    private bool _isDisposed;

    public Incarnation Owner => owner;

    /// <inheritdoc/>
    public string Address => address;

    public void Add(SimulatedConnection connection)
    {
        _waiting.Enqueue(connection);
        Tell();
    }

    /// <inheritdoc/>
    public async Task<IConnection?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_waiting.TryDequeue(out SimulatedConnection? connection)) return connection;
            if (_isDisposed) return null;
            _hasNews ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _hasNews.Task.OrCanceledAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        network.Remove(this);
        _isDisposed = true;
        Tell();
        return ValueTask.CompletedTask;
    }

    private void Tell()
    {
        TaskCompletionSource? news = _hasNews;
        _hasNews = null;
        news?.TrySetResult();
    }
}
