using ColFrag.Engine.Errors;
using ColFrag.Protocol.Transport;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Network;

/// <summary>
/// A network between nodes by name (an address is <c>node:port</c>): frames arrive late and in order, connections
/// break, ways are cut in one direction or both and come back. What a cut holds up goes on when the way is free again,
/// as with TCP, unless somebody lost patience before.
/// </summary>
internal sealed class SimulatedNetwork(World world, SeededRandom random)
{
    private readonly SortedDictionary<string, SimulatedListener> _listeners = new(StringComparer.Ordinal);
    private readonly List<SimulatedConnection> _connections = [];
    private readonly HashSet<(string From, string To)> _cuts = [];
    private int _lastPort = 100;

    /// <summary>The longest that a frame is usually under way.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Frames delivered so far.</summary>
    public long FrameCount { get; private set; }

    /// <summary>Cuts the way in one direction.</summary>
    public void Cut(string from, string to) => _cuts.Add((from, to));

    /// <summary>Frees one way, and what it held up.</summary>
    public void Heal(string from, string to)
    {
        if (!_cuts.Remove((from, to))) return;
        foreach (SimulatedConnection connection in _connections.ToArray()) connection.GoOn();
    }

    /// <summary>Frees all ways.</summary>
    public void HealAll()
    {
        _cuts.Clear();
        foreach (SimulatedConnection connection in _connections.ToArray()) connection.GoOn();
    }

    /// <summary>True when frames get through.</summary>
    public bool IsFree(string from, string to) => !_cuts.Contains((from, to));

    /// <summary>Breaks some connection; false when there is none.</summary>
    public bool BreakOne()
    {
        if (_connections.Count == 0) return false;
        SimulatedConnection connection = random.Of(_connections);
        world.Trace.Tell(world.Now, "", $"the network breaks {connection.Owner.Name} - {connection.PeerNode}");
        connection.Break();
        return true;
    }

    /// <summary>
    /// Holds up what goes from one process to one node on the connections that are open now, while new ones go through:
    /// as with TCP after some losses in a row, or behind a wall that has forgotten its connections. False when there is
    /// none.
    /// </summary>
    /// <param name="time">How long.</param>
    /// <param name="sender">Whose messages; null for anybody's.</param>
    public bool Stall(TimeSpan time, Incarnation? sender = null)
    {
        SimulatedConnection[] open = [.. _connections.Where(c => sender is null || c.Owner == sender)];
        if (open.Length == 0) return false;
        SimulatedConnection one = random.Of(open);
        world.Trace.Tell(
            world.Now, "", $"connections stall for {time.TotalSeconds:F1} s: {one.Owner.Name} -> {one.PeerNode}");
        foreach (SimulatedConnection connection in _connections)
        {
            if (connection.Owner == one.Owner && connection.PeerNode == one.PeerNode) connection.Stall(time);
        }
        return true;
    }

    /// <summary>The connections of a process break, and the other ends hear of it.</summary>
    public void Reset(Incarnation life)
    {
        foreach (SimulatedConnection own in _connections.Where(c => c.Owner == life).ToArray()) own.Kill();
    }

    /// <summary>True while a node has a process, which answers for those that came before it.</summary>
    public Func<string, bool> IsUp { get; set; } = _ => true;

    internal TimeSpan NextDelay() =>
        TimeSpan.FromMicroseconds(50) +
        random.Between(TimeSpan.Zero, random.OneIn(50) ? LongestDelay * 20 : LongestDelay);

    internal void CountFrame() => FrameCount++;

    internal void Forget(SimulatedConnection connection) => _connections.Remove(connection);

    internal Task<IConnection> ConnectAsync(Incarnation caller, string address, CancellationToken cancellationToken)
    {
        world.RequireThread();
        TaskCompletionSource<IConnection> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource<IConnection>)source!).TrySetCanceled(token), made);
        TryConnect(caller, address, made, registration);
        return made.Task;
    }

    internal IListener Listen(Incarnation owner, string address)
    {
        if (address.EndsWith(":0", StringComparison.Ordinal)) address = $"{address[..^1]}{++_lastPort}";
        if (_listeners.TryGetValue(address, out SimulatedListener? other) && other.Owner.IsAlive)
            throw new ClusterException($"Cannot listen on {address} (somebody does)", isTransient: false);
        SimulatedListener listener = new(this, owner, address);
        _listeners[address] = listener;
        return listener;
    }

    internal void Remove(SimulatedListener listener)
    {
        if (_listeners.GetValueOrDefault(listener.Address) == listener) _listeners.Remove(listener.Address);
    }

    private void TryConnect(
        Incarnation caller, string address, TaskCompletionSource<IConnection> made,
        CancellationTokenRegistration registration)
    {
        string node = address[..address.LastIndexOf(':')];
        world.At(NextDelay() + NextDelay(), caller, () =>
        {
            if (made.Task.IsCompleted) return;
            if (!IsFree(caller.Name, node) || !IsFree(node, caller.Name))
            {
                // Nothing comes back: the caller tries until he loses patience.
                world.At(TimeSpan.FromMilliseconds(200), caller, () => TryConnect(caller, address, made, registration));
                return;
            }
            registration.Dispose();
            if (!_listeners.TryGetValue(address, out SimulatedListener? listener) || !listener.Owner.IsAlive)
            {
                made.TrySetException(new ClusterException($"Cannot connect to {address} (nobody listens)"));
                return;
            }
            SimulatedConnection near = new(world, this, caller, node, $"{address}");
            SimulatedConnection far = new(world, this, listener.Owner, caller.Name, $"{caller.Name} at {address}");
            near.Pair(far);
            _connections.Add(near);
            _connections.Add(far);
            listener.Add(far);
            if (!made.TrySetResult(near)) near.Abort();
        });
    }
}
