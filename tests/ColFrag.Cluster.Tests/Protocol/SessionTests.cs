using System.Text;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;
using static ColFrag.Cluster.Tests.Protocol.TestNodes;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>A remote session does what a local one does.</summary>
public sealed class SessionTests : IAsyncDisposable
{
    private readonly MemoryTransport _network = new();
    private readonly TestHost _host;
    private readonly SessionServer _server;
    private readonly IListener _listener;

    public SessionTests()
    {
        _host = new TestHost();
        _server = new SessionServer(_host, SystemClock.Instance, SystemRandom.Instance);
        _listener = _network.Listen("db:7432");
        _ = _server.RunAsync(_listener);
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    [Fact]
    public async Task Rows_arrive_with_their_schema_and_the_outcome()
    {
        await using RemoteSession session = await OpenAsync();
        await using QueryResult result = await session.ExecuteAsync("numbers 12345");
        Assert.Equal("n BIGINT, t VARCHAR", result.Schema.ToString());
        long next = 0;
        while (await result.ReadAsync() is ResultBatch batch)
        {
            ReadOnlySpan<long> numbers = batch.GetValues<long>(0);
            for (int i = 0; i < batch.RowCount; i++, next++)
            {
                Assert.Equal(next, numbers[i]);
                Assert.Equal($"number {next}", Encoding.UTF8.GetString(batch.GetUtf8(1, i)));
            }
        }
        Assert.Equal(12_345, next);
        Assert.Equal("SELECT 12345", result.CommandTag);
        Assert.Null(await result.ReadAsync());
    }

    [Fact]
    public async Task Options_of_a_statement_go_out_and_its_progress_comes_back()
    {
        await using RemoteSession session = await OpenAsync();
        List<StatementProgress> reports = [];
        StatementOptions options = new()
        {
            Consistency = ReadConsistency.Strong, Acknowledgement = WriteAcknowledgement.All,
            Progress = new Told(reports),
        };
        await using (QueryResult result = await session.ExecuteAsync("progress", null, options))
        {
            Assert.Null(await result.ReadAsync());
            Assert.Equal("Strong All", result.CommandTag);
        }
        // Those between may be left out where the client is slow; the last one never is.
        Assert.Equal(new StatementProgress(300, 300, 3, 3), reports[^1]);
        Assert.Equal("Default Default", await RunAsync(session, "progress"));
        Assert.Equal(300, reports[^1].RowsRead);
    }

    [Fact]
    public async Task Parameters_of_all_kinds_come_back()
    {
        Value[] parameters =
        [
            Value.BigInt(-5), Value.Text("Zürich"), Value.Null(LogicalType.Date), Value.Float(LogicalType.Double, 0.1),
            Value.Integer(LogicalType.Decimal(38, 2), Int128.MaxValue / 10), Value.Boolean(true),
            Value.Nested(LogicalType.List(LogicalType.Varchar), [Value.Text("a"), Value.Null(LogicalType.Varchar)]),
        ];
        await using RemoteSession session = await OpenAsync();
        await using QueryResult result = await session.ExecuteAsync("parameters", parameters);
        ResultBatch batch = (await result.ReadAsync())!;
        Assert.Equal(parameters, Enumerable.Range(0, parameters.Length).Select(i => batch.GetValue(i, 0)));
    }

    [Fact]
    public async Task An_error_keeps_its_place_and_the_session_goes_on()
    {
        await using RemoteSession session = await OpenAsync();
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => session.ExecuteAsync("error"));
        Assert.Equal((SqlStates.UndefinedColumn, 6, "Perhaps y."), (error.SqlState, error.Position, error.Hint));
        Assert.Equal(TransactionStatus.Idle, session.TransactionStatus);
        await CountAsync(session, 10);
    }

    [Fact]
    public async Task The_client_knows_what_became_of_the_transaction()
    {
        await using RemoteSession session = await OpenAsync();
        await RunAsync(session, "begin");
        Assert.Equal(TransactionStatus.InTransaction, session.TransactionStatus);
        await Assert.ThrowsAsync<QueryException>(() => session.ExecuteAsync("error"));
        Assert.Equal(TransactionStatus.Failed, session.TransactionStatus);
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => session.ExecuteAsync("numbers 1"));
        Assert.Equal(SqlStates.InFailedTransaction, error.SqlState);
        Assert.Equal("ROLLBACK", await RunAsync(session, "rollback"));
        Assert.Equal(TransactionStatus.Idle, session.TransactionStatus);
    }

    [Fact]
    public async Task A_cancelled_statement_stops_and_says_what_became_of_the_transaction()
    {
        await using RemoteSession session = await OpenAsync();
        await RunAsync(session, "begin");
        using CancellationTokenSource cancel = new();
        Task<QueryResult> hanging = session.ExecuteAsync("hang", cancellationToken: cancel.Token);
        Assert.False(hanging.IsCompleted);
        cancel.Cancel();
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => hanging.WaitAsync(Patience));
        Assert.Equal(SqlStates.QueryCanceled, error.SqlState);
        Assert.Equal(TransactionStatus.Failed, session.TransactionStatus);
        await RunAsync(session, "rollback");
    }

    [Fact]
    public async Task A_cancel_while_rows_are_read_stops_the_statement()
    {
        await using RemoteSession session = await OpenAsync();
        await using QueryResult result = await session.ExecuteAsync("numbers 1000000000");
        using CancellationTokenSource cancel = new();
        QueryException error = await Assert.ThrowsAsync<QueryException>(async () =>
        {
            for (int i = 0; await result.ReadAsync(cancel.Token) is not null; i++)
            {
                if (i == 100) cancel.Cancel();
            }
        });
        Assert.Equal(SqlStates.QueryCanceled, error.SqlState);
        await CountAsync(session, 10);
    }

    [Fact]
    public async Task A_result_that_is_left_early_stops_its_statement()
    {
        await using RemoteSession session = await OpenAsync();
        await using (QueryResult result = await session.ExecuteAsync("numbers 1000000000"))
        {
            Assert.NotNull(await result.ReadAsync());
        }
        int made = _host.Sessions[0].BatchCount;
        Assert.InRange(made, 1, 20_000);
        await CountAsync(session, 250);
    }

    [Fact]
    public async Task A_slow_reader_holds_the_statement_back()
    {
        await using RemoteSession session = await OpenAsync();
        await using QueryResult result = await session.ExecuteAsync("numbers 1000000000");
        Assert.NotNull(await result.ReadAsync());
        TestSession served = _host.Sessions[0];
        // Batches of 100 rows take about 3 KB here, and the window is 8 MiB.
        await Until(() => Volatile.Read(ref served.BatchCount) >= 1000);
        await Task.Delay(300);
        Assert.InRange(Volatile.Read(ref served.BatchCount), 1000, 20_000);
    }

    [Fact]
    public async Task Prepared_statements_run_often_and_are_forgotten()
    {
        await using RemoteSession session = await OpenAsync();
        await using (IPreparedStatement statement = await session.PrepareAsync(
            "parameters", [LogicalType.BigInt, null]))
        {
            Assert.Equal([LogicalType.BigInt, LogicalType.Varchar], statement.ParameterTypes);
            Assert.Equal("n BIGINT", statement.Schema.ToString());
            for (int i = 0; i < 5; i++)
            {
                await using QueryResult result = await statement.ExecuteAsync([Value.BigInt(i)]);
                Assert.Equal(i, (long)(await result.ReadAsync())!.GetInteger(0, 0));
            }
            Assert.Equal(1, _host.Sessions[0].PreparedCount);
        }
        Assert.Equal(0, _host.Sessions[0].PreparedCount);
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => session.PrepareAsync("wrong"));
        Assert.Equal(3, error.Position);
        await CountAsync(session, 10);
    }

    [Fact]
    public async Task Settings_are_told_at_the_start_and_when_they_change()
    {
        await using RemoteSession session = await OpenAsync(new SessionOptions
        {
            Settings = new Dictionary<string, string> { ["application_name"] = "tests" },
        });
        Assert.Equal([("application_name", "tests")], session.ReportedSettings);
        List<string> changed = [];
        session.SettingChanged = (name, value) => changed.Add($"{name}={value}");
        await using (QueryResult result = await session.ExecuteAsync("set timezone UTC"))
            Assert.Equal(["It was set."], result.Notices);
        Assert.Equal(["timezone=UTC"], changed);
        Assert.Equal([("application_name", "tests"), ("timezone", "UTC")], session.ReportedSettings);
    }

    [Fact]
    public async Task Bytes_are_copied_in_and_out()
    {
        await using RemoteSession session = await OpenAsync();
        session.CopyInput = new MemoryStream(Encoding.UTF8.GetBytes(new string('x', 20_000_000)));
        await using (QueryResult result = await session.ExecuteAsync("copyin"))
            Assert.Equal(20_000_000, result.RowsAffected);
        session.CopyInput = null;
        using MemoryStream output = new();
        session.CopyOutput = output;
        Assert.Equal("COPY 20000", await RunAsync(session, "copyout 20000"));
        Assert.Equal(20_000_000, output.Length);
    }

    [Fact]
    public async Task An_error_in_the_middle_of_a_copy_is_told_by_the_side_that_had_it()
    {
        await using RemoteSession session = await OpenAsync();
        session.CopyInput = new EndlessStream();
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => session.ExecuteAsync("copyinfails"));
        Assert.Equal("Line 1 is wrong", error.Message);
        session.CopyInput = new BrokenStream();
        IOException broken = await Assert.ThrowsAsync<IOException>(() => session.ExecuteAsync("copyin"));
        Assert.Equal("The file is gone", broken.Message);
        session.CopyInput = null;
        await CountAsync(session, 10);
    }

    [Fact]
    public async Task A_broken_connection_ends_the_session_at_both_ends()
    {
        await using RemoteSession session = await OpenAsync();
        await RunAsync(session, "begin");
        Task<QueryResult> hanging = session.ExecuteAsync("hang");
        _network.Connections[0].Abort();
        await ThrowsTransient(() => hanging);
        await ThrowsTransient(() => session.ExecuteAsync("numbers 1"));
        Assert.False(session.IsOpen);
        await Until(() => _host.Sessions[0].IsDisposed);
        await using RemoteSession next = await OpenAsync();
        await CountAsync(next, 10);
    }

    [Fact]
    public async Task Closing_the_client_closes_the_session()
    {
        RemoteSession session = await OpenAsync();
        await session.PrepareAsync("numbers 1");
        await session.DisposeAsync();
        await Until(() => _host.Sessions[0] is { IsDisposed: true, PreparedCount: 0 });
    }

    [Fact]
    public async Task One_statement_at_a_time_is_a_rule_that_is_told()
    {
        await using RemoteSession session = await OpenAsync();
        using CancellationTokenSource cancel = new();
        Task<QueryResult> hanging = session.ExecuteAsync("hang", cancellationToken: cancel.Token);
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(() => session.ExecuteAsync("numbers 1"));
        Assert.Equal(SqlStates.ObjectInUse, error.SqlState);
        cancel.Cancel();
        await Assert.ThrowsAsync<QueryException>(() => hanging);
        await CountAsync(session, 10);
    }

    [Fact]
    public async Task A_refusal_of_the_host_reaches_the_caller_as_it_is()
    {
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => OpenAsync(new SessionOptions { Database = "nosuch" }));
        Assert.Equal("Database does not exist: nosuch", error.Message);
    }

    [Fact]
    public async Task The_ports_of_nodes_and_of_sessions_tell_each_other_apart()
    {
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(() => RpcConnection.ConnectAsync(
            _network, _listener.Address, CallerNode, null, SystemClock.Instance));
        Assert.Contains("a port for sessions", error.Message, StringComparison.Ordinal);
        await using TestNodes nodes = Start(Echo(), _network);
        error = await Assert.ThrowsAsync<ClusterException>(() => RemoteSession.OpenAsync(
            _network, nodes.Address, new SessionOptions(), SystemClock.Instance, SystemRandom.Instance));
        Assert.Contains("the cluster's own processes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_proved_and_never_sent()
    {
        ScramVerifier verifier = ScramVerifier.Create("pässwörd", SystemRandom.Instance, ScramVerifier.MinIterations);
        TestHost host = new()
        {
            Verifier = user =>
                user == "ann" ? verifier : ScramVerifier.Mock(user, "secret"u8, ScramVerifier.MinIterations),
        };
        SessionServer server = new(host, SystemClock.Instance, SystemRandom.Instance);
        MemoryTransport network = new();
        await using IListener listener = network.Listen("db:1");
        _ = server.RunAsync(listener);

        await using (RemoteSession session = await ConnectAsync("ann", "pässwörd")) await CountAsync(session, 10);
        foreach ((string user, string password) in (ValueTuple<string, string>[])[
            ("ann", "wrong"), ("bob", "pässwörd")])
        {
            ClusterException error = await Assert.ThrowsAsync<ClusterException>(() => ConnectAsync(user, password));
            Assert.Equal((SqlStates.InvalidPassword, "Wrong user or password"), (error.SqlState, error.Message));
        }
        ClusterException none = await Assert.ThrowsAsync<ClusterException>(() => ConnectAsync("ann", null));
        Assert.Contains("asks for a password", none.Message, StringComparison.Ordinal);
        Assert.Single(host.Sessions);

        Task<RemoteSession> ConnectAsync(string user, string? password) => RemoteSession.OpenAsync(
            network, "db:1", new SessionOptions { User = user, Password = password }, SystemClock.Instance,
            SystemRandom.Instance, Patience);
    }

    [Fact]
    public async Task Sessions_work_over_a_socket_that_begins_with_their_name()
    {
        SocketTransport transport = new() { Preface = SocketTransport.SessionPreface };
        await using IListener listener = transport.Listen("127.0.0.1:0");
        _ = _server.RunAsync(listener);
        await using (RemoteSession session = await RemoteSession.ConnectAsync(
            listener.Address, new SessionOptions(), Patience))
        {
            Assert.Equal(listener.Address, session.DataSource);
            await CountAsync(session, 100_000);
        }
        using System.Net.Sockets.TcpClient raw = new();
        await using IListener bare = new SocketTransport().Listen("127.0.0.1:0");
        Task<IConnection?> accepting = bare.AcceptAsync();
        await Assert.ThrowsAsync<ClusterException>(async () =>
        {
            Task<RemoteSession> opening = RemoteSession.ConnectAsync(bare.Address, new SessionOptions(), Patience);
            // One who expects another name hangs up.
            IConnection accepted = (await accepting)!;
            await Assert.ThrowsAsync<CorruptDataException>(async () => await accepted.ReadAsync(Patience));
            await accepted.DisposeAsync();
            await opening;
        });
    }

    private Task<RemoteSession> OpenAsync(SessionOptions? options = null) => RemoteSession.OpenAsync(
        _network, "db:7432", options ?? new SessionOptions(), SystemClock.Instance, SystemRandom.Instance, Patience);

    private static async Task<string> RunAsync(RemoteSession session, string sql)
    {
        await using QueryResult result = await session.ExecuteAsync(sql);
        while (await result.ReadAsync() is not null)
        {
        }
        return result.CommandTag;
    }

    private static async Task CountAsync(RemoteSession session, int count)
    {
        await using QueryResult result = await session.ExecuteAsync($"numbers {count}");
        int rows = 0;
        while (await result.ReadAsync() is ResultBatch batch) rows += batch.RowCount;
        Assert.Equal(count, rows);
    }

    private sealed class Told(List<StatementProgress> reports) : IProgress<StatementProgress>
    {
        public void Report(StatementProgress value) => reports.Add(value);
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'x');
            return ValueTask.FromResult(buffer.Length);
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ < 3 ? ValueTask.FromResult(100) : throw new IOException("The file is gone");
    }
}
