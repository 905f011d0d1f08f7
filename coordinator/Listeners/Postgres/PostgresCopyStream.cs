using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>
/// The bytes of a COPY … FROM STDIN: the bodies of CopyData messages up to CopyDone. A last line <c>\.</c> is none of
/// them: psql sends it with what a script has, and the end of the data it is in every format that has lines.
/// </summary>
internal sealed class PostgresCopyStream(PostgresReader reader, CancellationToken stopping) : ForwardReadStream
{
    private PostgresMessage? _current;

    /// <summary>What came behind a line that may be the last one.</summary>
    private PostgresMessage? _next;

    private bool _isAtLine = true;
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
        _current = _next ?? await ReceiveAsync(cancellationToken);
        _next = null;
        switch (_current.Type)
        {
            case 'd':
                int marker = EndMarkerOf(_current.Rest, _isAtLine);
                if (!_current.IsAtEnd) _isAtLine = _current.Rest[^1] == '\n';
                if (marker < 0) return true;
                // Inside quotes it may be a value's: only the end makes it the end.
                _next = await ReceiveAsync(cancellationToken);
                if (_next.Type == 'c') _current = new PostgresMessage('d', _current.Rest.ToArray(), marker);
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

    private async ValueTask<PostgresMessage> ReceiveAsync(CancellationToken cancellationToken) =>
        await reader.ReadAsync(cancellationToken) ?? throw new ConnectionClosedException();

    /// <summary>Where the last line begins, if it is the marker; -1 where it is not.</summary>
    private static int EndMarkerOf(ReadOnlySpan<byte> bytes, bool isAtLine)
    {
        ReadOnlySpan<byte> line = bytes.TrimEnd("\r\n"u8);
        if (!line.EndsWith("\\."u8)) return -1;
        int start = line.Length - 2;
        return (start == 0 ? isAtLine : line[start - 1] == '\n') ? start : -1;
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
