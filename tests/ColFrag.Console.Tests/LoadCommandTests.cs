using System.Diagnostics;
using System.Globalization;
using ColFrag.Engine;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;

namespace ColFrag.Console.Tests;

/// <summary><c>colfrag load</c> as a user runs it: a process, its output, its exit code.</summary>
public sealed class LoadCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-load").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Data => Path.Combine(_folder, "data");

    [Fact]
    public async Task A_table_is_made_from_what_the_files_have()
    {
        string a = Write("a.csv", "id,name,day\n1,one,2024-05-01\n2,\"two, too\",\n");
        string b = Write("b.csv", "id,name,day\n3,three,2024-05-03\n");
        (int code, string output) = CommandProcess.Run(
            "load", "t", a, b, "--data", Data, "--key", "id", "--ranges", "2");
        Assert.Equal(0, code);
        Assert.Contains("t: 3 rows read = 3 loaded + 0 rejected", output, StringComparison.Ordinal);
        await using Database database = await Database.OpenAsync(Data);
        using Connection connection = database.Connect();
        Assert.Equal(
            ["1|one|2024-05-01", "2|two, too|NULL", "3|three|2024-05-03"],
                await RowsAsync(connection, "SELECT * FROM t ORDER BY id"));
        Assert.Equal(
            ["bigint", "character varying", "date"],
            await RowsAsync(connection,
                "SELECT data_type FROM information_schema.columns WHERE table_name = 't' ORDER BY ordinal_position"));
    }

    [Fact]
    public void A_dry_run_shows_the_table_and_changes_nothing()
    {
        string a = Write("a.csv", "id;v\n1;2.5\n");
        (int code, string output) = CommandProcess.Run("load", "t", a, "--data", Data, "--dry-run");
        Assert.Equal(0, code);
        Assert.Contains("id BIGINT,\n    v DOUBLE", output, StringComparison.Ordinal);
        Assert.Contains("segments", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task A_load_that_fails_leaves_not_even_the_table()
    {
        string good = Write("a.csv", "id,v\n1,2\n"), bad = Write("b.csv", "id,v\n3,4\n5,6,7\n");
        (int code, string output) = CommandProcess.Run("load", "t", good, bad, "--data", Data);
        Assert.Equal(1, code);
        Assert.Contains("b.csv line 3: 5,6,7", output, StringComparison.Ordinal);
        Assert.Contains("nothing was loaded", output, StringComparison.Ordinal);
        await using Database database = await Database.OpenAsync(Data);
        using Connection connection = database.Connect();
        Assert.Empty(await RowsAsync(
            connection, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"));
    }

    [Fact]
    public async Task Files_that_are_committed_one_by_one_stay_when_a_later_one_fails()
    {
        string good = Write("a.csv", "id,v\n1,2\n"), bad = Write("b.csv", "id,v\n3,4\n5,6,7\n");
        (int code, string output) = CommandProcess.Run("load", "t", good, bad, "--data", Data, "--per-file");
        Assert.Equal(1, code);
        Assert.Contains("files before it stay loaded", output, StringComparison.Ordinal);
        await using Database database = await Database.OpenAsync(Data);
        using Connection connection = database.Connect();
        Assert.Equal(["1|2"], await RowsAsync(connection, "SELECT * FROM t"));
    }

    [Fact]
    public async Task A_load_of_many_files_goes_on_behind_the_one_that_failed()
    {
        string a = Write("a.csv", "id,v\n1,2\n"), b = Write("b.csv", "id,v\n3,4\n5,6,7\n"),
            c = Write("c.csv", "id,v\n7,8\n");
        string[] command = ["load", "t", a, b, c, "--data", Data, "--per-file", "--load-id", "night"];
        Assert.Equal(1, CommandProcess.Run(command).Code);
        Write("b.csv", "id,v\n3,4\n5,6\n");
        (int code, string output) = CommandProcess.Run(command);
        Assert.True(code == 0, output);
        Assert.Contains("t: 3 rows read = 3 loaded + 0 rejected", output, StringComparison.Ordinal);
        Assert.Contains("1 of 3 files were in already", output, StringComparison.Ordinal);
        (code, output) = CommandProcess.Run(command);
        Assert.True(code == 0, output);
        Assert.Contains("t: 0 rows read", output, StringComparison.Ordinal);
        await using Database database = await Database.OpenAsync(Data);
        using Connection connection = database.Connect();
        Assert.Equal(["1|2", "3|4", "5|6", "7|8"], await RowsAsync(connection, "SELECT * FROM t ORDER BY id"));
    }

    [Fact]
    public async Task A_load_that_is_run_twice_by_one_id_is_in_once()
    {
        string a = Write("a.csv", "id,v\n1,2\n"), b = Write("b.csv", "id,v\n3,4\n");
        Assert.Equal(0, CommandProcess.Run("load", "t", a, b, "--data", Data, "--load-id", "night").Code);
        (int code, string output) = CommandProcess.Run("load", "t", a, b, "--data", Data, "--load-id", "night");
        Assert.Equal(0, code);
        Assert.Contains("All of it was in already", output, StringComparison.Ordinal);
        (code, output) = CommandProcess.Run("load", "t", a, b, "--data", Data, "--per-file", "--load-id", "night");
        Assert.Equal(0, code);
        Assert.Equal(2, CommandProcess.Run("load", "t", a, "--data", Data, "--load-id", "a/b").Code);
        await using Database database = await Database.OpenAsync(Data);
        using Connection connection = database.Connect();
        Assert.Equal(["1|2", "3|4"], await RowsAsync(connection, "SELECT * FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Rows_that_were_rejected_are_told_counted_and_kept()
    {
        string path = Write("a.csv", "id,v\n1,2\nx,4\n5,6\n");
        string types = "types={'id': 'INTEGER'}";
        (int code, string output) = CommandProcess.Run(
            "load", "t", path, "--data", Data, "-o", types, "--on-error", "store");
        Assert.Equal(3, code);
        Assert.Contains("t: 3 rows read = 2 loaded + 1 rejected", output, StringComparison.Ordinal);
        Assert.Contains("SELECT * FROM t_rejects", output, StringComparison.Ordinal);
        await using Database database = await Database.OpenAsync(Data);
        using Connection connection = database.Connect();
        Assert.Equal([$"{path}|3|id|x,4"],
            await RowsAsync(connection, "SELECT file, line, column_name, raw_text FROM t_rejects"));
    }

    [Fact]
    public async Task A_folder_in_use_is_refused_with_the_process_that_uses_it()
    {
        string path = Write("a.csv", "id\n1\n");
        await using Database database = await Database.OpenAsync(Data);
        (int code, string output) = CommandProcess.Run("load", "t", path, "--data", Data);
        Assert.Equal(1, code);
        Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), output, StringComparison.Ordinal);
        Assert.Contains("hint:", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_line_that_is_wrong_ends_with_its_own_code()
    {
        string path = Write("a.csv", "id\n1\n");
        Assert.Equal(2, CommandProcess.Run("load", "t", path).Code);
        Assert.Equal(2, CommandProcess.Run("load", "t", path, "--data", Data, "--option", "header").Code);
        Assert.Equal(2, CommandProcess.Run("load", "t", path, "--data", ":memory:").Code);
    }

    [Fact]
    public async Task Files_are_uploaded_to_a_server_in_one_transaction()
    {
        await using Database database = await Database.OpenAsync(":memory:");
        await using DatabaseServer server = new(database);
        string a = Write("a.csv", "id,name\n1,one\n"), b = Write("b.csv", "id,name\n2,two\n");
        string flights = Path.Combine(AppContext.BaseDirectory, "datasets", "flights", "flights.parquet");
        (int code, string output) = CommandProcess.Run("load", "t", a, b, "--data", server.Address);
        Assert.True(code == 0, output);
        Assert.Contains("t: 2 rows read = 2 loaded + 0 rejected", output, StringComparison.Ordinal);
        (code, output) = CommandProcess.Run("load", "f", flights, "--data", server.Address);
        Assert.True(code == 0, output);
        string bad = Write("c.csv", "id,name\n3,three\nx,four\n");
        (code, output) = CommandProcess.Run("load", "t", a, bad, "--data", server.Address);
        Assert.Equal(1, code);
        Assert.Contains("c.csv line 3", output, StringComparison.Ordinal);
        using Connection connection = database.Connect();
        Assert.Equal(["1|one", "2|two"], await RowsAsync(connection, "SELECT * FROM t ORDER BY id"));
        Assert.Equal(["966409"], await RowsAsync(connection, "SELECT count(*) FROM f"));
    }

    [Theory]
    [InlineData("parquet")]
    [InlineData("arrow")]
    public async Task Results_are_written_as_files_that_are_read_again(string format)
    {
        string path = Path.Combine(_folder, "out." + format);
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "colfrag.dll"), "--format", format, "-c",
                "SELECT i, 'é' || i AS t FROM range(3000) r(i)",
            },
        };
        using (Process process = Process.Start(start)!)
        {
            await using (FileStream file = File.Create(path)) await process.StandardOutput.BaseStream.CopyToAsync(file);
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
        }
        await using Database database = await Database.OpenAsync(":memory:");
        using Connection connection = database.Connect();
        Assert.Equal(
            ["3000|4498500|é999"], await RowsAsync(connection, $"SELECT count(*), sum(i), max(t) FROM '{path}'"));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<string[]> RowsAsync(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => string.Join('|', row.Select(v => v.ToString())))];

    /// <summary>A database behind a socket of this machine.</summary>
    private sealed class DatabaseServer : IAsyncDisposable, ISessionHost
    {
        private readonly Database _database;
        private readonly IListener _listener;

        public DatabaseServer(Database database)
        {
            _database = database;
            Address = $"127.0.0.1:{ScriptedServer.FreePort().ToString(CultureInfo.InvariantCulture)}";
            _listener = new SocketTransport { Preface = SocketTransport.SessionPreface }.Listen(Address);
            _ = new SessionServer(this, SystemClock.Instance, SystemRandom.Instance).RunAsync(_listener);
        }

        public string Address { get; }

        public ValueTask<ScramVerifier?> GetVerifierAsync(
            SessionHello hello, ClientOrigin origin, CancellationToken cancellationToken) =>
            ValueTask.FromResult<ScramVerifier?>(null);

        public ValueTask<ISession> OpenAsync(SessionHello hello, CancellationToken cancellationToken) =>
            ValueTask.FromResult<ISession>(_database.Connect());

        public ValueTask DisposeAsync() => _listener.DisposeAsync();
    }
}
