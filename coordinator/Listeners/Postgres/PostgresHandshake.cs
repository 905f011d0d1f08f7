using System.IO.Pipelines;
using ColFrag.Engine.Errors;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>What a client said of itself when it connected.</summary>
internal sealed record PostgresStartup(string User, string Database, IReadOnlyDictionary<string, string> Settings);

/// <summary>
/// The first messages of a connection: refusals of TLS and GSSAPI, cancel requests, the start-up message.
/// </summary>
internal sealed class PostgresHandshake(
    PostgresReader reader, PostgresWriter writer, PipeWriter output, PostgresCancellation cancellation)
{
    private const int ProtocolVersion3 = 196_608;
    private const int CancelRequest = 80_877_102;
    private const int TlsRequest = 80_877_103;
    private const int GssRequest = 80_877_104;
    private const int MaxRequests = 4;

    /// <summary>What the client said, or null when there is nothing to serve.</summary>
    public async ValueTask<PostgresStartup?> RunAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < MaxRequests; i++)
        {
            if (await reader.ReadStartupAsync(cancellationToken).ConfigureAwait(false) is not { } message) return null;
            int code = message.ReadInt32();
            switch (code)
            {
                case TlsRequest or GssRequest:
                    await output.WriteAsync("N"u8.ToArray(), cancellationToken).ConfigureAwait(false);
                    continue;
                case CancelRequest:
                    cancellation.Cancel(message.ReadInt32(), message.ReadInt32());
                    return null;
                default:
                    return ReadStartup(code, message);
            }
        }
        throw new QueryException(SqlStates.ProtocolViolation, "Too many requests before the start-up message");
    }

    private PostgresStartup ReadStartup(int code, PostgresMessage message)
    {
        if (code >> 16 != 3)
        {
            throw new QueryException(
                SqlStates.ProtocolViolation, $"Unsupported protocol version: {code >> 16}.{code & 0xFFFF}",
                hint: "This server speaks version 3.0.");
        }
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase);
        List<string> unknownOptions = [];
        while (!message.IsAtEnd)
        {
            string name = message.ReadText();
            if (name.Length == 0) break;
            string value = message.ReadText();
            if (name.StartsWith("_pq_.", StringComparison.Ordinal)) unknownOptions.Add(name);
            else settings[name] = value;
        }
        if (code != ProtocolVersion3 || unknownOptions.Count > 0) WriteNegotiation(unknownOptions);
        if (!settings.Remove("user", out string? user) || user.Length == 0)
        {
            throw new QueryException("28000", "No user name in the start-up message");
        }
        if (!settings.Remove("database", out string? database)) database = user;
        return new PostgresStartup(user, database, settings);
    }

    private void WriteNegotiation(List<string> unknownOptions)
    {
        writer.Begin('v');
        writer.WriteInt32(ProtocolVersion3);
        writer.WriteInt32(unknownOptions.Count);
        foreach (string option in unknownOptions) writer.WriteText(option);
        writer.End();
    }
}
