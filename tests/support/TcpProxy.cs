using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ColFrag.Tests.Support;

/// <summary>
/// Stands between a process and those who connect to it, and is a bad network: late, slow, silent in one direction or
/// both, or with connections that break.
/// </summary>
sealed class TcpProxy : IDisposable
{
    private readonly TcpListener _listener;
    private readonly string _host;
    private readonly int _port;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Socket> _open = [];

    /// <summary>Listens on an address for those who want to reach another one.</summary>
    public TcpProxy(string host, int port, string listenOn = "127.0.0.1", int listenPort = 0)
    {
        (_host, _port) = (host, port);
        _listener = new TcpListener(IPAddress.Parse(listenOn), listenPort);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Address => string.Create(
        CultureInfo.InvariantCulture, $"{((IPEndPoint)_listener.LocalEndpoint).Address}:{Port}");

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How late everything comes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>How much passes in a second; 0 is no limit.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>True where requests arrive and their answers are lost; connections stay.</summary>
    public bool SwallowsAnswers { get; set; }

    /// <summary>True where requests are lost; connections stay, and new ones are taken.</summary>
    public bool SwallowsRequests { get; set; }

    /// <summary>How many connections were broken.</summary>
    public int ResetCount { get; private set; }

    /// <summary>Breaks every connection.</summary>
    public void Reset()
    {
        Socket[] open;
        lock (_lock)
        {
            open = [.. _open];
            _open.Clear();
        }
        ResetCount += open.Length / 2;
        foreach (Socket socket in open) socket.Close(0);
    }

    /// <summary>Everything is as it should be.</summary>
    public void Mend()
    {
        bool lost = SwallowsAnswers || SwallowsRequests;
        (Delay, BytesPerSecond, SwallowsAnswers, SwallowsRequests) = (TimeSpan.Zero, 0, false, false);
        // What was swallowed is missing for ever.
        if (lost) Reset();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        Reset();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket from;
            try
            {
                from = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or
                ObjectDisposedException)
            {
                return;
            }
            _ = ServeAsync(from);
        }
    }

    private async Task ServeAsync(Socket from)
    {
        Socket to = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        from.NoDelay = true;
        lock (_lock)
        {
            _open.Add(from);
            _open.Add(to);
        }
        try
        {
            await to.ConnectAsync(_host, _port, _stop.Token);
            await Task.WhenAll(PumpAsync(from, to, isAnswer: false), PumpAsync(to, from, isAnswer: true));
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or
            ObjectDisposedException)
        {
            // One end is gone; the other one hears of it.
        }
        lock (_lock)
        {
            _open.Remove(from);
            _open.Remove(to);
        }
        from.Close(0);
        to.Close(0);
    }

    private async Task PumpAsync(Socket from, Socket to, bool isAnswer)
    {
        byte[] buffer = new byte[16 << 10];
        try
        {
            while (true)
            {
                int limit = BytesPerSecond;
                int most = limit == 0 ? buffer.Length : Math.Clamp(limit / 50, 1, buffer.Length);
                int read = await from.ReceiveAsync(buffer.AsMemory(0, most), _stop.Token);
                if (read == 0) break;
                if (limit > 0) await Task.Delay(TimeSpan.FromSeconds((double)read / limit), _stop.Token);
                if (Delay > TimeSpan.Zero) await Task.Delay(Delay, _stop.Token);
                if (isAnswer ? SwallowsAnswers : SwallowsRequests) continue;
                for (int sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
                }
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception)
        {
            // Both directions end together when one breaks.
            from.Close(0);
            to.Close(0);
            throw;
        }
    }
}
