using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using ColFrag.Engine.Bytes;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>
/// Messages to a client: a type byte, a big-endian length that counts itself, a body. Collected and sent when a
/// <see cref="FlushAsync"/> asks, or when much has come together, so that a slow reader holds the sender back.
/// Source: PostgreSQL documentation, "Message Formats".
/// </summary>
internal sealed class PostgresWriter(PipeWriter target) : IDisposable
{
    private const int SendBytes = 64 << 10;
    private ByteWriter _buffer = new(SendBytes * 2);

    /// <summary>What is being sent is not touched; until that is through, the next bytes come together here.</summary>
    private ByteWriter _sent = new(0);
    private Task _sending = Task.CompletedTask;
    private int _lengthAt = -1;

    /// <summary>Where the body of the open message is written.</summary>
    public ByteWriter Body => _buffer;

    /// <summary>Opens a message.</summary>
    public void Begin(char type)
    {
        _buffer.WriteByte((byte)type);
        _lengthAt = _buffer.Length;
        WriteInt32(0);
    }

    /// <summary>Closes the open message.</summary>
    public void End()
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.Written(_lengthAt, 4), _buffer.Length - _lengthAt);
        _lengthAt = -1;
    }

    /// <summary>Takes the open message back, after its body could not be made.</summary>
    public void Abandon()
    {
        if (_lengthAt < 0) return;
        _buffer.Truncate(_lengthAt - 1);
        _lengthAt = -1;
    }

    /// <summary>A message without a body.</summary>
    public void Empty(char type)
    {
        Begin(type);
        End();
    }

    public void WriteInt16(int value) => BinaryPrimitives.WriteInt16BigEndian(_buffer.Append(2), checked((short)value));

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.Append(4), value);

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(_buffer.Append(8), value);

    public void WriteByte(byte value) => _buffer.WriteByte(value);

    /// <summary>UTF-8 with a zero at its end; zeros inside are left out.</summary>
    public void WriteText(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) text = text.Replace("\0", "", StringComparison.Ordinal);
        Encoding.UTF8.GetBytes(text, _buffer.Append(Encoding.UTF8.GetByteCount(text)));
        _buffer.WriteByte(0);
    }

    /// <summary>True when enough has come together to be sent.</summary>
    public bool IsLarge => _buffer.Length >= SendBytes;

    /// <summary>Sends when enough has come together.</summary>
    public ValueTask SendIfLargeAsync(CancellationToken cancellationToken) =>
        IsLarge ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;

    /// <summary>
    /// Sends what there is. Whoever stops waiting cuts nothing off: what is on its way goes on, since half of it, or
    /// half of a TLS record, would be the end of the connection; and is waited for before the next bytes are sent.
    /// </summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (!_sending.IsCompletedSuccessfully) await _sending.WaitAsync(cancellationToken);
        if (_buffer.Length == 0) return;
        (_buffer, _sent) = (_sent, _buffer);
        _buffer.Clear();
        ValueTask<FlushResult> write = target.WriteAsync(_sent.WrittenMemory, CancellationToken.None);
        if (write.IsCompletedSuccessfully)
        {
            Check(write.Result);
            return;
        }
        _sending = CheckAsync(write);
        await _sending.WaitAsync(cancellationToken);
    }

    /// <summary>Gives the buffers back, once nothing is sent from them any more.</summary>
    public void Dispose()
    {
        _buffer.Dispose();
        // A write that never ends, since nobody reads, keeps its buffer.
        if (_sending.IsCompleted) _sent.Dispose();
        else _ = _sending.ContinueWith(_ => _sent.Dispose(), TaskScheduler.Default);
    }

    private static async Task CheckAsync(ValueTask<FlushResult> write) => Check(await write);

    private static void Check(FlushResult result)
    {
        if (result.IsCompleted) throw new ConnectionClosedException();
    }
}
