using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using ColFrag.Coordinator.Listeners.Postgres;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;
using Microsoft.AspNetCore.Connections;

namespace ColFrag.Coordinator.Listeners;

/// <summary>
/// Where everybody comes in. The first four bytes decide: <c>CFS1</c> is a native session, <c>CFN1</c> a process of the
/// cluster, anything else a client of the PostgreSQL protocol, whose start-up message begins with a length.
/// </summary>
/// <param name="sessions">Serves native sessions.</param>
/// <param name="postgres">Serves clients of the PostgreSQL protocol.</param>
/// <param name="clock">Measures the patience with who says nothing.</param>
internal sealed class FrontDoor(SessionServer sessions, PostgresServer postgres, IClock clock)
{
    /// <summary>Serves processes of the cluster; null where there is none.</summary>
    public RpcServer? Nodes { get; init; }

    /// <summary>True lets processes of the cluster come from other machines, in the open.</summary>
    public bool TrustsNetwork { get; init; }

    /// <summary>Serves one connection until it ends.</summary>
    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (await ReadPrefaceAsync(connection) is not { } preface) return;
        // The other end of a Unix socket has no name; the socket's own says where it is.
        string peer = NetworkAddress.Format(
            connection.RemoteEndPoint is IPEndPoint remote ? remote : connection.LocalEndPoint!);
        bool isNode = preface.AsSpan().SequenceEqual(SocketTransport.NodePreface.Span);
        if (!isNode && !preface.AsSpan().SequenceEqual(SocketTransport.SessionPreface.Span))
        {
            await postgres.ServeAsync(connection.Transport, peer, connection.ConnectionClosed);
            return;
        }
        // Nodes are asked for no password: a certificate would prove who they are, and there is none here.
        if (isNode && (Nodes is null || !(TrustsNetwork || IsLocal(connection)))) return;
        bool isClosed = false;
        PipeConnection pipe = new(
            connection.Transport, peer,
            // After an orderly end the server sends what is left by itself, which an abort would cut off.
            abort: () => { if (!isClosed) connection.Abort(); },
            close: () =>
            {
                isClosed = true;
                return ValueTask.CompletedTask;
            })
        {
            ExpectedPreface = isNode ? SocketTransport.NodePreface : SocketTransport.SessionPreface,
        };
        if (isNode) await Nodes!.ServeAsync(pipe, connection.ConnectionClosed);
        else await sessions.ServeAsync(pipe);
    }

    private static bool IsLocal(ConnectionContext connection) =>
        connection.RemoteEndPoint is not IPEndPoint { Address: var address } || IPAddress.IsLoopback(address);

    /// <summary>Looks at the first bytes and leaves them where they are; null when none come.</summary>
    private async Task<byte[]?> ReadPrefaceAsync(ConnectionContext connection)
    {
        using CancellationTokenSource patience =
            CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        using CancellationTokenSource arrived = new();
        _ = CancelAfterAsync(patience, arrived.Token);
        try
        {
            int length = SocketTransport.SessionPreface.Length;
            PipeReader input = connection.Transport.Input;
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
            // The bytes came in time.
        }
    }
}
