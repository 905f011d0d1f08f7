using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Coordinator.Listeners.Postgres;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;
using Microsoft.AspNetCore.Connections;

namespace ColFrag.Coordinator.Listeners;

/// <summary>
/// Where everybody comes in. The first bytes decide: a TLS handshake is answered, and then the first bytes inside
/// decide; <c>CFS1</c> is a native session, <c>CFN1</c> a process of the cluster, anything else a client of the
/// PostgreSQL protocol, whose start-up message begins with a length and may ask for TLS itself.
/// </summary>
/// <param name="sessions">Serves native sessions.</param>
/// <param name="postgres">Serves clients of the PostgreSQL protocol.</param>
/// <param name="clock">Measures the patience with who says nothing.</param>
internal sealed class FrontDoor(SessionServer sessions, PostgresServer postgres, IClock clock)
{
    /// <summary>Serves processes of the cluster; null where there is none.</summary>
    public RpcServer? Nodes { get; init; }

    /// <summary>Speaks TLS with those who begin with it; null where there is no certificate.</summary>
    public DoorTls? Tls { get; init; }

    /// <summary>True lets everybody come from other machines in the open.</summary>
    public bool TrustsNetwork { get; init; }

    /// <summary>Serves one connection until it ends.</summary>
    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        SslStream? secure = null;
        try
        {
            IDuplexPipe transport = connection.Transport;
            byte[]? preface = await ReadPrefaceAsync(transport.Input, connection.ConnectionClosed);
            if (Tls is not null && preface is [DoorTls.FirstByte, ..])
            {
                secure = new SslStream(new PipeStream(transport));
                if (!await SecureAsync(secure, Tls, connection.ConnectionClosed)) return;
                transport = new StreamPipe(secure);
                preface = await ReadPrefaceAsync(transport.Input, connection.ConnectionClosed);
            }
            if (preface is not null) await ServeAsync(connection, transport, secure, preface);
        }
        finally
        {
            if (secure is not null) await secure.DisposeAsync();
        }
    }

    private async Task ServeAsync(
        ConnectionContext connection, IDuplexPipe transport, SslStream? secure, byte[] preface)
    {
        // The other end of a Unix socket has no name; the socket's own says where it is.
        string peer = NetworkAddress.Format(
            connection.RemoteEndPoint is IPEndPoint remote ? remote : connection.LocalEndPoint!);
        bool isProtected = secure is not null || TrustsNetwork || IsLocal(connection);
        bool isNode = preface.AsSpan().SequenceEqual(SocketTransport.NodePreface.Span);
        if (!isNode && !preface.AsSpan().SequenceEqual(SocketTransport.SessionPreface.Span))
        {
            await postgres.ServeAsync(transport, peer, connection.ConnectionClosed, isProtected, secure is not null);
            return;
        }
        if (isNode && Nodes is null) return;
        X509Certificate2? shown = secure?.RemoteCertificate as X509Certificate2;
        // Nodes are asked for no password: a certificate proves that they belong here, or where they come from does.
        if (isNode) isProtected = Tls is { KnowsMembers: true } ? shown is not null : isProtected && secure is null;
        bool isClosed = false;
        PipeConnection pipe = new(
            transport, peer,
            // After an orderly end the server sends what is left by itself, which an abort would cut off.
            abort: () => { if (!isClosed) connection.Abort(); },
            close: async () =>
            {
                isClosed = true;
                if (secure is not null) await secure.ShutdownAsync();
            })
        {
            ExpectedPreface = isNode ? SocketTransport.NodePreface : SocketTransport.SessionPreface,
            IsProtected = isProtected,
            CertificateName = () => shown?.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
        };
        if (isNode) await Nodes!.ServeAsync(pipe, connection.ConnectionClosed);
        else await sessions.ServeAsync(pipe);
    }

    private static bool IsLocal(ConnectionContext connection) =>
        connection.RemoteEndPoint is not IPEndPoint { Address: var address } || IPAddress.IsLoopback(address);

    /// <summary>Shakes hands; false with who cannot, or takes too long.</summary>
    private async Task<bool> SecureAsync(SslStream secure, DoorTls tls, CancellationToken closed)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(closed);
        using CancellationTokenSource arrived = new();
        _ = CancelAfterAsync(patience, arrived.Token);
        try
        {
            await secure.AuthenticateAsServerAsync(tls.Options(), patience.Token);
            return true;
        }
        catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            await arrived.CancelAsync();
        }
    }

    /// <summary>Looks at the first bytes and leaves them where they are; null when none come.</summary>
    private async Task<byte[]?> ReadPrefaceAsync(PipeReader input, CancellationToken closed)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(closed);
        using CancellationTokenSource arrived = new();
        _ = CancelAfterAsync(patience, arrived.Token);
        try
        {
            int length = SocketTransport.SessionPreface.Length;
            ReadResult result = await input.ReadAtLeastAsync(length, patience.Token);
            if (result.Buffer.Length < length) return null;
            byte[] preface = result.Buffer.Slice(0, length).ToArray();
            input.AdvanceTo(result.Buffer.Start);
            return preface;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            return null;
        }
        finally
        {
            await arrived.CancelAsync();
        }
    }

    private async Task CancelAfterAsync(CancellationTokenSource patience, CancellationToken arrived)
    {
        try
        {
            await clock.Delay(RpcLimits.Default.HelloTimeout, arrived);
            await patience.CancelAsync();
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // What was waited for came in time.
        }
    }
}
