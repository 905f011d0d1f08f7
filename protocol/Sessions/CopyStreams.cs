using ColFrag.Engine.Bytes;
using ColFrag.Engine.Execution;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Sessions;

/// <summary>What COPY FROM STDIN reads at the server: bytes that the client sends once they are asked for.</summary>
/// <param name="call">The statement's call.</param>
/// <param name="stop">Set when the statement or the call is cancelled.</param>
internal sealed class CopyInputStream(RpcCall call, CancellationToken stop) : ForwardReadStream
{
    private Frame? _frame;
    private int _position;
    private bool _isAsked;

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
internal sealed class CopyOutputStream(RpcCall call, CancellationToken stop) : ForwardWriteStream
{
    private const int FrameBytes = 64 << 10;
    private ByteWriter? _frame;

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
    protected override void Dispose(bool disposing)
    {
        _frame?.Dispose();
        _frame = null;
        base.Dispose(disposing);
    }
}
