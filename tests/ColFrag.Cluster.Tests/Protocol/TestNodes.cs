using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Transport;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>
/// Two nodes that talk. The worker answers a <see cref="Failure"/> used as a plain request by what its message says:
/// the messages of the product are for other tests.
/// </summary>
internal sealed class TestNodes : IAsyncDisposable
{
    public static readonly Guid ClusterId = Guid.Parse("6f1c2a34-0000-4000-8000-00000000c0f1");
    public static readonly NodeIdentity CallerNode = new(ClusterId, NodeKind.Coordinator, 0xC0, 3);
    public static readonly NodeIdentity WorkerNode = new(ClusterId, NodeKind.Worker, 0xA1, 7);

    private readonly IListener _listener;
    private readonly CancellationTokenSource _stop = new();

    private TestNodes(ITransport transport, string address, RpcHandlers handlers, IClock clock, RpcLimits limits)
    {
        Transport = transport;
        Clock = clock;
        Limits = limits;
        Server = new RpcServer(new NodeGate(() => WorkerNode), handlers, clock, limits);
        _listener = transport.Listen(address);
        Serving = Server.RunAsync(_listener, _stop.Token);
    }

    public ITransport Transport { get; }

    public IClock Clock { get; }

    public RpcLimits Limits { get; }

    public RpcServer Server { get; }

    public Task Serving { get; }

    public string Address => _listener.Address;

    /// <summary>For tests that must end even when something hangs; no test depends on how long it is.</summary>
    public static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public static TestNodes Start(
        RpcHandlers handlers, ITransport? transport = null, string address = "worker:0", IClock? clock = null,
        RpcLimits? limits = null) =>
        new(transport ?? new MemoryTransport(), address, handlers, clock ?? SystemClock.Instance,
            limits ?? RpcLimits.Default);

    /// <summary>A request that says what the handler shall do.</summary>
    public static Failure Say(string text) => new(FailureKind.Internal, "XX000", text);

    /// <summary>What <see cref="Say"/> said.</summary>
    public static string Text(IMessage message) => ((Failure)message).Message;

    /// <summary>Answers each request with itself.</summary>
    public static RpcHandlers Echo() =>
        new RpcHandlers().On<Failure>(static (request, _) => Task.FromResult<IMessage>(request));

    public Task<RpcConnection> ConnectAsync(NodeIdentity? expected = null) =>
        RpcConnection.ConnectAsync(Transport, Address, CallerNode, expected, Clock, Limits, Patience);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _stop.Cancel();
        try
        {
            await Serving.WaitAsync(Patience);
        }
        catch (OperationCanceledException)
        {
            // Stopped while it waited.
        }
        _stop.Dispose();
    }

    /// <summary>Sends data of the given length, all of one byte.</summary>
    public static ByteWriter Fill(ByteWriter data, int length, byte value)
    {
        data.Append(length).Fill(value);
        return data;
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task Until(Func<bool> isSo)
    {
        CancellationToken patience = Patience;
        while (!isSo())
        {
            patience.ThrowIfCancellationRequested();
            await Task.Delay(1, patience);
        }
    }

    public static async Task<ClusterException> ThrowsTransient(Func<Task> action)
    {
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(action);
        Assert.True(error.IsTransient);
        return error;
    }
}
