using ColFrag.Engine.Bytes;
using ColFrag.Engine.Execution;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Sessions;

/// <summary>What COPY FROM STDIN reads at the server: bytes that the client sends once they are asked for.</summary>
/// <param name="call">The statement's call.</param>
/// <param name="stop">Set when the statement or the call is cancelled.</param>
internal sealed class CopyInputStream(RpcCall call, CancellationToken stop) : Stream
{
    private Frame? _frame;
    private int _position;
    private bool _isAsked;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("The length of a COPY is not known before its end.");

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException("A COPY has no position.");
        set => throw new NotSupportedException("A COPY has no position.");
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isAsked)
        {
            _isAsked = true;
            await call.SendAsync(CopyInputWanted.Instance);
        }
        while (_frame is null || _position == _frame.Body.Length)
        {
            _frame?.Dispose();
            _position = 0;
            _frame = await call.ReadAsync(stop);
            if (_frame is null) return 0;
        }
        int count = Math.Min(buffer.Length, _frame.Body.Length - _position);
        _frame.Body.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) =>
        throw new NotSupportedException("A COPY is read once, in order.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A COPY is only read.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A COPY is only read.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _frame?.Dispose();
        _frame = null;
        base.Dispose(disposing);
    }
}

/// <summary>What COPY TO STDOUT writes at the server: data frames to the client.</summary>
/// <param name="call">The statement's call.</param>
/// <param name="stop">Set when the statement or the call is cancelled.</param>
internal sealed class CopyOutputStream(RpcCall call, CancellationToken stop) : Stream
{
    private const int FrameBytes = 64 << 10;
    private ByteWriter? _frame;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("A COPY has no length.");

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException("A COPY has no position.");
        set => throw new NotSupportedException("A COPY has no position.");
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            _frame ??= call.BeginData(DataType.Copy, FrameBytes);
            int count = Math.Min(buffer.Length, FrameBytes - _frame.Length);
            _frame.WriteBytes(buffer.Span[..count]);
            buffer = buffer[count..];
            if (_frame.Length >= FrameBytes) await FlushAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_frame is not ByteWriter frame) return;
        _frame = null;
        while (!call.TrySendData(frame, out Signal? wait))
        {
            try
            {
                await wait!.WaitAsync(stop);
            }
            catch (OperationCanceledException)
            {
                frame.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush() => FlushAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A COPY is only written.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) =>
        throw new NotSupportedException("A COPY is written once, in order.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A COPY is written in order.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _frame?.Dispose();
        _frame = null;
        base.Dispose(disposing);
    }
}
