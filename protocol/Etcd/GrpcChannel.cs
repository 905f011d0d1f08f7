using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Etcd;

/// <summary>
/// gRPC to one address over HTTP/2, framed by hand:
/// <code>
///   bytes    field
///   1        0: not compressed
///   4        length of the message, big-endian
///   length   the message, protobuf
/// </code>
/// How a call ended is in the trailers, or in the headers where there is no body.
/// </summary>
internal sealed class GrpcChannel : IDisposable
{
    /// <summary>The longest message that is taken: a page of a thousand values with room to spare.</summary>
    public const int MaxMessageBytes = 128 << 20;

    private const int PrefixBytes = 5;

    private static readonly MediaTypeHeaderValue s_grpc = new("application/grpc");

    private readonly HttpClient _http;

    public GrpcChannel(Uri address, SslClientAuthenticationOptions? tls)
    {
        Address = address;
        SocketsHttpHandler handler = new()
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            // etcd hangs up on who pings more often than every five seconds, or without a call under way.
            KeepAlivePingDelay = TimeSpan.FromSeconds(6),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(3),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        };
        if (tls is not null) handler.SslOptions = tls;
        _http = new HttpClient(handler)
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxMessageBytes + PrefixBytes,
        };
    }

    /// <summary>Where it goes.</summary>
    public Uri Address { get; }

    /// <summary>Sends one message and waits for one.</summary>
    /// <exception cref="GrpcException">It was not answered with success.</exception>
    public async Task<ReadOnlyMemory<byte>> CallAsync(
        string method, ReadOnlyMemory<byte> message, string? token, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = Request(method, token, new ByteArrayContent(Frame(message.Span)));
            using HttpResponseMessage response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseContentRead, cancellationToken);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            ThrowUnlessSuccess(response);
            CorruptDataException.ThrowUnless(body.Length >= PrefixBytes, "frame", Address.Authority, 0);
            int length = ReadPrefix(body);
            CorruptDataException.ThrowUnless(
                length <= body.Length - PrefixBytes, "length of a frame", Address.Authority, 1);
            return body.AsMemory(PrefixBytes, length);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Failed(error);
        }
    }

    /// <summary>Sends one message, keeps the request open, and gives the answers as they come.</summary>
    /// <exception cref="GrpcException">It was not answered with success.</exception>
    public async Task<GrpcStream> OpenAsync(
        string method, ReadOnlyMemory<byte> message, string? token, CancellationToken cancellationToken)
    {
        OpenContent content = new(Frame(message.Span));
        HttpRequestMessage request = Request(method, token, content);
        try
        {
            HttpResponseMessage response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            Stream answers = await response.Content.ReadAsStreamAsync(cancellationToken);
            return new GrpcStream(this, request, response, answers, content.Finish);
        }
        catch (Exception error)
        {
            content.Finish();
            request.Dispose();
            if (error is HttpRequestException or IOException) throw Failed(error);
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Throws unless the answer, whose body was read, says that the call succeeded.</summary>
    internal static void ThrowUnlessSuccess(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new GrpcException(GrpcStatus.Unavailable, $"HTTP status {(int)response.StatusCode}, not gRPC");
        }
        string? text = Last(response.TrailingHeaders, "grpc-status") ?? Last(response.Headers, "grpc-status");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            throw new GrpcException(GrpcStatus.Unknown, "The answer ends without a status");
        }
        if (status == (int)GrpcStatus.Ok) return;
        string? message = Last(response.TrailingHeaders, "grpc-message") ?? Last(response.Headers, "grpc-message");
        throw new GrpcException((GrpcStatus)status, Uri.UnescapeDataString(message ?? $"gRPC status {status}"));
    }

    /// <summary>The length of the message of a frame.</summary>
    internal static int ReadPrefix(ReadOnlySpan<byte> prefix)
    {
        CorruptDataException.ThrowUnless(prefix[0] == 0, "compression of a frame", "answer of gRPC", 0);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        CorruptDataException.ThrowUnless(length <= MaxMessageBytes, "length of a frame", "answer of gRPC", 1);
        return (int)length;
    }

    internal GrpcException Failed(Exception error)
    {
        // Whoever got no connection has sent nothing.
        bool wasSent = error is not HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or
                HttpRequestError.SecureConnectionError,
        };
        string reason = (error.InnerException ?? error).Message;
        return new GrpcException(GrpcStatus.Unavailable, $"{Address.Authority}: {reason}", wasSent, error);
    }

    private static string? Last(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values) ? values.LastOrDefault() : null;

    private static byte[] Frame(ReadOnlySpan<byte> message)
    {
        byte[] frame = new byte[PrefixBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    private static HttpRequestMessage Request(string method, string? token, HttpContent content)
    {
        HttpRequestMessage request = new(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content,
        };
        content.Headers.ContentType = s_grpc;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        // Without it a watch on a member that lost the others stays open and silent for ever.
        request.Headers.Add("hasleader", "true");
        if (token is not null) request.Headers.Add("token", token);
        return request;
    }

    /// <summary>A body that begins with one frame and ends when the stream is no longer wanted.</summary>
    private sealed class OpenContent(byte[] frame) : HttpContent
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Finish() => _done.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(frame);
            await stream.FlushAsync();
            await _done.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
