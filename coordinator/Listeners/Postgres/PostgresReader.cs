using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using ColFrag.Engine.Errors;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>Messages from a client, each within a limit that is checked before memory is taken.</summary>
internal sealed class PostgresReader(PipeReader source)
{
    /// <summary>The largest start-up message; PostgreSQL's own limit.</summary>
    public const int MaxStartupBytes = 10_000;

    /// <summary>The largest other message.</summary>
    public const int MaxMessageBytes = 64 << 20;

    private const int HeaderBytes = 5;

    /// <summary>The next start-up message, or null when the client left before one.</summary>
    public async ValueTask<PostgresMessage?> ReadStartupAsync(CancellationToken cancellationToken)
    {
        byte[]? header = await ReadExactlyAsync(4, true, cancellationToken);
        if (header is null) return null;
        int length = BinaryPrimitives.ReadInt32BigEndian(header);
        if (length is < 8 or > MaxStartupBytes) throw Invalid(length);
        byte[] body = (await ReadExactlyAsync(length - 4, false, cancellationToken))!;
        return new PostgresMessage('\0', body, body.Length);
    }

    /// <summary>The next message, or null when the client closed the connection.</summary>
    public async ValueTask<PostgresMessage?> ReadAsync(
        CancellationToken cancellationToken, int maxBytes = MaxMessageBytes)
    {
        ReadResult result = await source.ReadAtLeastAsync(HeaderBytes, cancellationToken);
        if (result.Buffer.Length < HeaderBytes) return EndOf(result, mayEnd: true);
        (char type, int length) = HeaderOf(result.Buffer);
        if (length < 4 || length > maxBytes) throw Invalid(length);
        int count = HeaderBytes + length - 4;
        // Mostly it is here as a whole; only a longer one is waited for.
        if (result.Buffer.Length < count)
        {
            // Not "examined": a wait for more than is here would then not end.
            source.AdvanceTo(result.Buffer.Start);
            result = await source.ReadAtLeastAsync(count, cancellationToken);
            if (result.Buffer.Length < count) return EndOf(result, mayEnd: false);
        }
        byte[] body = length == 4 ? [] : new byte[length - 4];
        result.Buffer.Slice(HeaderBytes, body.Length).CopyTo(body);
        source.AdvanceTo(result.Buffer.GetPosition(count));
        return new PostgresMessage(type, body, body.Length);
    }

    private static (char Type, int Length) HeaderOf(ReadOnlySequence<byte> bytes)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        bytes.Slice(0, HeaderBytes).CopyTo(header);
        return ((char)header[0], BinaryPrimitives.ReadInt32BigEndian(header[1..]));
    }

    private PostgresMessage? EndOf(ReadResult result, bool mayEnd)
    {
        bool isClean = result.Buffer.IsEmpty && mayEnd;
        source.AdvanceTo(result.Buffer.End);
        return isClean ? null : throw new ConnectionClosedException();
    }

    private async ValueTask<byte[]?> ReadExactlyAsync(int count, bool mayEnd, CancellationToken cancellationToken)
    {
        ReadResult result = await source.ReadAtLeastAsync(count, cancellationToken);
        if (result.Buffer.Length < count)
        {
            bool isClean = result.Buffer.IsEmpty && mayEnd;
            source.AdvanceTo(result.Buffer.End);
            return isClean ? null : throw new ConnectionClosedException();
        }
        byte[] bytes = new byte[count];
        result.Buffer.Slice(0, count).CopyTo(bytes);
        source.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }

    private static QueryException Invalid(int length) =>
        new(SqlStates.ProtocolViolation, $"Invalid message length: {length}");
}
