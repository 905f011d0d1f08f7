using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using ColFrag.Coordinator.Listeners.Postgres;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;
using Microsoft.AspNetCore.Connections;

namespace ColFrag.Coordinator.Listeners;

/// <summary>
/// Where clients of every protocol come in. The first four bytes decide: <c>CFS1</c> is a native session, anything
/// else a client of the PostgreSQL protocol, whose start-up message begins with a length.
/// </summary>
internal sealed class FrontDoor(SessionServer sessions, PostgresServer postgres, IClock clock)
{
    /// <summary>Serves one connection until it ends.</summary>
    public async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (await IsNativeAsync(connection) is not { } isNative) return;
        // The other end of a Unix socket has no name; the socket's own says where it is.
        string peer = NetworkAddress.Format(
            connection.RemoteEndPoint is IPEndPoint remote ? remote : connection.LocalEndPoint!);
        if (!isNative)
        {
            await postgres.ServeAsync(connection.Transport, peer, connection.ConnectionClosed);
            return;
        }
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
            ExpectedPreface = SocketTransport.SessionPreface,
        };
        await sessions.ServeAsync(pipe);
    }

    /// <summary>Looks at the first bytes and leaves them where they are; null when none come.</summary>
    private async Task<bool?> IsNativeAsync(ConnectionContext connection)
    {
        using CancellationTokenSource patience =
            CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        using CancellationTokenSource arrived = new();
        _ = CancelAfterAsync(patience, arrived.Token);
        try
        {
            ReadOnlyMemory<byte> preface = SocketTransport.SessionPreface;
            PipeReader input = connection.Transport.Input;
            ReadResult result = await input.ReadAtLeastAsync(preface.Length, patience.Token);
            if (result.Buffer.Length < preface.Length) return null;
            bool isNative = result.Buffer.Slice(0, preface.Length).ToArray().AsSpan().SequenceEqual(preface.Span);
            input.AdvanceTo(result.Buffer.Start);
            return isNative;
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
