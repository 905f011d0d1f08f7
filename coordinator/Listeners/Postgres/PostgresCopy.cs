using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>COPY between a client and a session: the messages around the rows.</summary>
internal sealed class PostgresCopy(
    ISession session, PostgresReader reader, PostgresWriter writer, CancellationToken closed)
{
    /// <summary>True where the rows of a statement go to the client or come from it.</summary>
    public static bool IsCopy(Statement statement) => statement is
        CopyFromStatement { Source.Kind: CopyEndpointKind.Client } or
        CopyToStatement { Target.Kind: CopyEndpointKind.Client };

    /// <summary>Runs the statement; the caller completes the result.</summary>
    public ValueTask<QueryResult> RunAsync(Statement statement, CancellationToken cancellationToken) => statement switch
    {
        CopyFromStatement from => ReceiveAsync(from, cancellationToken),
        CopyToStatement to => SendAsync(to, cancellationToken),
        _ => throw Invariant.Unreachable($"COPY {statement.GetType()}"),
    };

    private async ValueTask<QueryResult> ReceiveAsync(CopyFromStatement copy, CancellationToken cancellationToken)
    {
        // The client is asked for rows only when there is a table that takes them.
        int columns = copy.Columns.Count > 0
            ? copy.Columns.Count
            : await CountAsync($"SELECT * FROM {SqlWriter.Write(copy.Table)}", cancellationToken);
        string sql = SqlWriter.Write(PostgresCopyDialect.Complete(copy));
        await using (IPreparedStatement _ = await session.PrepareAsync(sql, null, cancellationToken))
        {
            Announce('G', columns, PostgresCopyDialect.IsBinary(copy.Options));
        }
        await writer.FlushAsync(closed);
        await using PostgresCopyStream source = new(reader, closed);
        session.CopyInput = source;
        try
        {
            return await FinishAsync(sql, cancellationToken);
        }
        finally
        {
            session.CopyInput = null;
            await source.DrainAsync();
        }
    }

    private async ValueTask<QueryResult> SendAsync(CopyToStatement copy, CancellationToken cancellationToken)
    {
        int columns = await CountAsync(SqlWriter.Write(copy.Query), cancellationToken);
        string sql = SqlWriter.Write(PostgresCopyDialect.Complete(copy));
        Announce('H', columns, PostgresCopyDialect.IsBinary(copy.Options));
        await using PostgresCopyTarget target = new(writer);
        session.CopyOutput = target;
        try
        {
            QueryResult result = await FinishAsync(sql, cancellationToken);
            writer.Empty('c');
            return result;
        }
        finally
        {
            session.CopyOutput = null;
        }
    }

    private async ValueTask<QueryResult> FinishAsync(string sql, CancellationToken cancellationToken)
    {
        QueryResult result = await session.ExecuteAsync(sql, null, cancellationToken);
        try
        {
            while (await result.ReadAsync(cancellationToken) is not null)
            {
            }
            return result;
        }
        catch
        {
            await result.DisposeAsync();
            throw;
        }
    }

    private async ValueTask<int> CountAsync(string sql, CancellationToken cancellationToken)
    {
        await using IPreparedStatement rows = await session.PrepareAsync(sql, null, cancellationToken);
        return rows.Schema.Count;
    }

    private void Announce(char type, int columns, bool isBinary)
    {
        writer.Begin(type);
        writer.WriteByte(isBinary ? (byte)1 : (byte)0);
        writer.WriteInt16(columns);
        for (int i = 0; i < columns; i++) writer.WriteInt16(isBinary ? 1 : 0);
        writer.End();
    }
}
