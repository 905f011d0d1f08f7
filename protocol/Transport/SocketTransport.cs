using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Transport;

/// <summary>
/// TCP (<c>host:port</c>, <c>[::1]:7490</c>) and Unix sockets (<c>unix:/run/colfrag/socket</c>), with TLS where options
/// for it are given.
/// </summary>
internal sealed class SocketTransport : ITransport
{
    /// <summary>What connections between the cluster's own processes begin with.</summary>
    public static ReadOnlyMemory<byte> NodePreface { get; } = "CFN1"u8.ToArray();

    /// <summary>What connections of remote clients begin with.</summary>
    public static ReadOnlyMemory<byte> SessionPreface { get; } = "CFS1"u8.ToArray();

    /// <summary>The bytes before the first frame of whoever connects.</summary>
    public ReadOnlyMemory<byte> Preface { get; init; } = NodePreface;

    /// <summary>How to speak TLS to listeners; null = plain.</summary>
    public SslClientAuthenticationOptions? ClientTls { get; init; }

    /// <summary>How to speak TLS to those who connect; null = plain.</summary>
    public SslServerAuthenticationOptions? ServerTls { get; init; }

    /// <inheritdoc/>
    public async Task<IConnection> ConnectAsync(string address, CancellationToken cancellationToken = default)
    {
        EndPoint endPoint = NetworkAddress.Parse(address);
        Socket socket = NetworkAddress.CreateSocket(endPoint);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            NetworkStream stream = new(socket, ownsSocket: true);
            if (ClientTls is null) return Wrap(stream, stream, socket, address, isClient: true, Preface);
            SslStream secure = new(stream);
            await secure.AuthenticateAsClientAsync(ClientTls, cancellationToken);
            return Wrap(secure, stream, socket, address, isClient: true, Preface);
        }
        catch (AuthenticationException error)
        {
            socket.Dispose();
            throw new ClusterException(
                $"No secure connection to {address} ({error.Message})", isTransient: false,
                hint: "Compare the certificates and the authority that both ends trust.", inner: error);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            socket.Dispose();
            throw new ClusterException(
                $"Cannot connect to {address} ({error.Message})",
                hint: "Is the process running there, and is the port the one of its ready line?", inner: error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IListener Listen(string address)
    {
        EndPoint endPoint = NetworkAddress.Parse(address);
        Socket socket = NetworkAddress.CreateSocket(endPoint);
        try
        {
            // A socket file that a stopped process left behind; a living one would hold its folder's lock.
            if (endPoint is UnixDomainSocketEndPoint) File.Delete(NetworkAddress.UnixPath(address));
            socket.Bind(endPoint);
            if (endPoint is UnixDomainSocketEndPoint && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(NetworkAddress.UnixPath(address), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(512);
            return new SocketListener(this, socket, NetworkAddress.Format(socket.LocalEndPoint!));
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new ClusterException(
                $"Cannot listen on {address} ({error.Message})", isTransient: false, SqlStates.CannotConnectNow,
                "Choose another port (0 = any free one), or stop the process that has it.", error);
        }
    }

    private static PipeConnection Wrap(
        Stream stream, NetworkStream raw, Socket socket, string peer, bool isClient, ReadOnlyMemory<byte> preface)
    {
        if (socket.ProtocolType == ProtocolType.Tcp) socket.NoDelay = true;
        return new PipeConnection(new StreamPipe(stream), peer, Abort, CloseAsync)
        {
            Source = stream,
            SentPreface = isClient ? preface : default,
            ExpectedPreface = isClient ? default : preface,
            CertificateName = () => (stream as SslStream)?.RemoteCertificate is X509Certificate2 certificate
                ? certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)
                : null,
        };

        void Abort()
        {
            // Linger 0: the peer is told at once, and nothing waits for it.
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // Closed already.
            }
            raw.Dispose();
        }

        async ValueTask CloseAsync()
        {
            if (stream is SslStream { IsAuthenticated: true } secure) await secure.ShutdownAsync();
            socket.Shutdown(SocketShutdown.Both);
            socket.Close();
        }
    }

    private sealed class StreamPipe(Stream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } =
            PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 << 10, minimumReadSize: 4 << 10));

        public PipeWriter Output { get; } =
            PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 64 << 10));
    }

    private sealed class SocketListener(SocketTransport transport, Socket socket, string address) : IListener
    {
        private volatile bool _isDisposed;

        public string Address => address;

        public async Task<IConnection?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (!_isDisposed)
            {
                try
                {
                    return Welcome(await socket.AcceptAsync(cancellationToken));
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
                {
                    // One who left at once is no reason to stop listening. Nor are too many open files, but then a
                    // pause is.
                    if (!_isDisposed) await Task.Delay(10, cancellationToken);
                }
            }
            return null;
        }

        public ValueTask DisposeAsync()
        {
            _isDisposed = true;
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        private PipeConnection Welcome(Socket accepted)
        {
            string peer = accepted.RemoteEndPoint is IPEndPoint remote ? NetworkAddress.Format(remote) : address;
            NetworkStream stream = new(accepted, ownsSocket: true);
            if (transport.ServerTls is not SslServerAuthenticationOptions tls)
                return Wrap(stream, stream, accepted, peer, isClient: false, transport.Preface);
            SslStream secure = new(stream);
            PipeConnection connection = Wrap(secure, stream, accepted, peer, isClient: false, transport.Preface);
            // Later, with the hello: one slow handshake must not keep others waiting.
            connection.Prepare = cancellationToken => secure.AuthenticateAsServerAsync(tls, cancellationToken);
            return connection;
        }
    }
}
