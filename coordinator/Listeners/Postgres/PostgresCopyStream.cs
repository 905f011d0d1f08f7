using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>The bytes of a COPY … FROM STDIN: the bodies of CopyData messages up to CopyDone.</summary>
internal sealed class PostgresCopyStream(PostgresReader reader, CancellationToken stopping) : ForwardReadStream
{
    private PostgresMessage? _current;
    private bool _isEnded;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_current is null || _current.IsAtEnd)
        {
            if (_isEnded || !await NextAsync(cancellationToken)) return 0;
        }
        int count = Math.Min(buffer.Length, _current.Rest.Length);
        _current.ReadBytes(count).CopyTo(buffer.Span);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), stopping).AsTask().GetAwaiter().GetResult();

    /// <summary>Takes in what the client still sends after the statement has ended.</summary>
    public async ValueTask DrainAsync()
    {
        while (!_isEnded)
        {
            try
            {
                await NextAsync(stopping);
            }
            catch (QueryException)
            {
                return;
            }
        }
    }

    private async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        _current = await reader.ReadAsync(cancellationToken)
            ?? throw new ConnectionClosedException();
        switch (_current.Type)
        {
            case 'd':
                return true;
            case 'c':
                _isEnded = true;
                _current = null;
                return false;
            case 'f':
                _isEnded = true;
                throw new QueryException(SqlStates.QueryCanceled, $"COPY from stdin failed: {_current.ReadText()}");
            case 'H' or 'S':
                _current = null;
                return true;
            default:
                _isEnded = true;
                throw new QueryException(
                    SqlStates.ProtocolViolation, $"Unexpected message during COPY from stdin: '{_current.Type}'");
        }
    }
}

/// <summary>The bytes of a COPY … TO STDOUT, as CopyData messages.</summary>
internal sealed class PostgresCopyTarget(PostgresWriter writer) : ForwardWriteStream
{
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        await writer.SendIfLargeAsync(cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.IsEmpty) return;
        writer.Begin('d');
        writer.Body.WriteBytes(buffer);
        writer.End();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        writer.SendIfLargeAsync(cancellationToken).AsTask();
}
