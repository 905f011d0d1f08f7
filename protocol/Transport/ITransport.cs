using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Transport;

/// <summary>
/// How processes reach each other. Sockets in production; queues of one process in tests; in the simulation a network
/// that delays, cuts and loses.
/// </summary>
internal interface ITransport
{
    /// <summary>Connects to a listener.</summary>
    /// <exception cref="ClusterException">Nobody answers there.</exception>
    Task<IConnection> ConnectAsync(string address, CancellationToken cancellationToken = default);

    /// <summary>Begins to listen.</summary>
    /// <param name="address">Where; a port of 0 is any free one, which the listener then names.</param>
    IListener Listen(string address);
}

/// <summary>Waits for connections until disposed of.</summary>
internal interface IListener : IAsyncDisposable
{
    /// <summary>Where others connect to.</summary>
    string Address { get; }

    /// <summary>The next connection, or null when the listener was disposed of.</summary>
    Task<IConnection?> AcceptAsync(CancellationToken cancellationToken = default);
}

/// <summary>
/// Frames to and from one peer, in order, none lost in between: when one cannot be delivered the connection is over.
/// One caller writes and one reads at a time.
/// </summary>
internal interface IConnection : IAsyncDisposable
{
    /// <summary>The other end, for people.</summary>
    string Peer { get; }

    /// <summary>What the peer's certificate says he is, or null without one.</summary>
    string? PeerCertificateName { get; }

    /// <summary>
    /// False where strangers could listen in, or be the peer: a plain connection from another machine, or one without
    /// the certificate that is asked for.
    /// </summary>
    bool IsProtected => true;

    /// <summary>The longest body accepted from the peer; raised once he has said who he is.</summary>
    int MaxBodyBytes { get; set; }

    /// <summary>Writes a sealed frame; waits while the peer takes none. The bytes are free again afterwards.</summary>
    /// <exception cref="ClusterException">The connection is broken.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default);

    /// <summary>Sends what was written.</summary>
    /// <exception cref="ClusterException">The connection is broken.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>The next frame, or null when the peer ended the connection between two frames.</summary>
    /// <exception cref="ClusterException">The connection is broken.</exception>
    /// <exception cref="CorruptDataException">What arrived is no frame, or damaged.</exception>
    ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends the connection at once; reads and writes under way fail.</summary>
    void Abort();
}
