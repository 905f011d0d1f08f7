using System.Buffers;
using System.IO.Pipelines;
using System.Security.Authentication;
using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Transport;

/// <summary>
/// Frames over a pair of byte streams: a socket, a TLS stream, or what a web server's connection handler is given. The
/// first bytes may be a preface that tells protocols on one port apart.
/// </summary>
internal sealed class PipeConnection : IConnection
{
    /// <summary>Bytes from which the rest of a body is read to its place, past the buffer of the pipe.</summary>
    private const int DirectBytes = 16 << 10;

    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly Action _abort;
    private readonly Func<ValueTask> _close;
    private readonly byte[] _header = new byte[FrameHeader.Size];
    private ReadOnlyMemory<byte> _sentPreface;
    private ReadOnlyMemory<byte> _expectedPreface;
    private volatile bool _isAborted;

    /// <summary>Takes over the two ends.</summary>
    /// <param name="pipe">The byte streams.</param>
    /// <param name="peer">The other end, for people.</param>
    /// <param name="abort">Ends the connection at once.</param>
    /// <param name="close">Ends it in order, after the last byte was sent.</param>
    public PipeConnection(IDuplexPipe pipe, string peer, Action abort, Func<ValueTask> close)
    {
        _input = pipe.Input;
        _output = pipe.Output;
        _abort = abort;
        _close = close;
        Peer = peer;
    }

    /// <inheritdoc/>
    public string Peer { get; }

    /// <inheritdoc/>
    public string? PeerCertificateName => CertificateName?.Invoke();

    /// <inheritdoc/>
    public bool IsProtected { get; init; } = true;

    /// <summary>Reads the name in the peer's certificate.</summary>
    public Func<string?>? CertificateName { private get; init; }

    /// <summary>Runs before the first byte is read, under the same deadline as the hello: a TLS handshake.</summary>
    public Func<CancellationToken, Task>? Prepare { private get; set; }

    /// <inheritdoc/>
    public int MaxBodyBytes { get; set; } = RpcLimits.MaxHelloBytes;

    /// <summary>What the incoming pipe reads from, where long bodies may be read from it too.</summary>
    public Stream? Source { private get; init; }

    /// <summary>Bytes sent before the first frame.</summary>
    public ReadOnlyMemory<byte> SentPreface
    {
        init => _sentPreface = value;
    }

    /// <summary>Bytes that the peer sends before his first frame.</summary>
    public ReadOnlyMemory<byte> ExpectedPreface
    {
        init => _expectedPreface = value;
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        try
        {
            if (_sentPreface.Length > 0)
            {
                _output.Write(_sentPreface.Span);
                _sentPreface = default;
            }
            // Small frames gather until the flush; a large one goes out as it is, behind those.
            if (frame.Length <= 16 << 10) _output.Write(frame.Span);
            else Check(await _output.WriteAsync(frame, cancellationToken));
            if (_output.CanGetUnflushedBytes && _output.UnflushedBytes >= 64 << 10)
                Check(await _output.FlushAsync(cancellationToken));
        }
        catch (Exception error) when (IsBroken(error))
        {
            throw Broken(error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            Check(await _output.FlushAsync(cancellationToken));
        }
        catch (Exception error) when (IsBroken(error))
        {
            throw Broken(error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (Prepare is not null) await PrepareAsync(Prepare, cancellationToken);
            if (_expectedPreface.Length > 0) await ReadPrefaceAsync(cancellationToken);
            if (!await FillAsync(_header, mayEnd: true, cancellationToken)) return null;
            FrameHeader header = FrameHeader.Read(_header, MaxBodyBytes, Peer);
            Frame frame = Frame.Announced(header);
            try
            {
                await FillAsync(frame.Room, mayEnd: false, cancellationToken);
                frame.Check(header, _header, Peer);
                return frame;
            }
            catch
            {
                frame.Dispose();
                throw;
            }
        }
        catch (Exception error) when (IsBroken(error))
        {
            throw Broken(error);
        }
    }

    /// <inheritdoc/>
    public void Abort()
    {
        _isAborted = true;
        _abort();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_isAborted) await _close();
        }
        catch (Exception error) when (IsBroken(error))
        {
            // It is over, which is what was wanted.
        }
        _abort();
    }

    private async ValueTask PrepareAsync(Func<CancellationToken, Task> prepare, CancellationToken cancellationToken)
    {
        try
        {
            await prepare(cancellationToken);
            Prepare = null;
        }
        catch (AuthenticationException error)
        {
            throw new ClusterException(
                $"No secure connection: {Peer} ({error.Message})", isTransient: false,
                hint: "Compare the certificates and the authority that both ends trust.", inner: error);
        }
    }

    private async ValueTask ReadPrefaceAsync(CancellationToken cancellationToken)
    {
        byte[] preface = new byte[_expectedPreface.Length];
        await FillAsync(preface, mayEnd: false, cancellationToken);
        CorruptDataException.ThrowUnless(
            preface.AsSpan().SequenceEqual(_expectedPreface.Span), "first bytes of a connection", Peer, 0);
        _expectedPreface = default;
    }

    /// <summary>Copies bytes as they arrive until the target is full. False at the end of the stream.</summary>
    private async ValueTask<bool> FillAsync(Memory<byte> target, bool mayEnd, CancellationToken cancellationToken)
    {
        int done = 0;
        while (done < target.Length)
        {
            if (!_input.TryRead(out ReadResult result))
            {
                if (Source is not null && target.Length - done >= DirectBytes)
                {
                    int count = await Source.ReadAsync(target[done..], cancellationToken);
                    if (count == 0) throw BrokenInside();
                    done += count;
                    continue;
                }
                result = await _input.ReadAsync(cancellationToken);
            }
            ReadOnlySequence<byte> arrived = result.Buffer;
            int taken = (int)Math.Min(arrived.Length, target.Length - done);
            arrived.Slice(0, taken).CopyTo(target.Span[done..]);
            _input.AdvanceTo(arrived.GetPosition(taken));
            done += taken;
            if (done == target.Length) break;
            if (result.IsCanceled) throw new OperationCanceledException();
            if (!result.IsCompleted) continue;
            if (mayEnd && done == 0) return false;
            throw BrokenInside();
        }
        return true;
    }

    private ClusterException BrokenInside() => new($"The connection broke in the middle of a frame: {Peer}");

    private void Check(FlushResult result)
    {
        if (result.IsCompleted) throw new ClusterException($"The peer closed the connection: {Peer}");
    }

    private static bool IsBroken(Exception error) =>
        error is IOException or System.Net.Sockets.SocketException or ObjectDisposedException
            or InvalidOperationException;

    private ClusterException Broken(Exception error) =>
        new($"The connection broke: {Peer} ({error.Message})", inner: error);
}
