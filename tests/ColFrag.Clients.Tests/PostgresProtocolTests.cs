using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ColFrag.Clients.Tests.Support;
using ColFrag.Coordinator;
using ColFrag.Coordinator.Listeners.Postgres;
using ColFrag.Coordinator.Sessions;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;
using Npgsql;

namespace ColFrag.Clients.Tests;

/// <summary>
/// The parts of the protocol that scripts do not come by: passwords, TLS, cancel requests, large messages.
/// </summary>
public sealed class PostgresProtocolTests
{
    private const int FewIterations = 4096;

    [Fact]
    public async Task Passwords_are_proved_by_SCRAM_over_TLS()
    {
        using X509Certificate2 certificate = NewCertificate();
        await using TestServer server = await TestServer.StartAsync(
            new ServerOptions { Addresses = ["127.0.0.1:0"], Certificate = certificate }, Users(trustsLocal: false));
        string text = server.NpgsqlText + ";SSL Mode=Require;Trust Server Certificate=true;Username=ada";
        await using NpgsqlConnection right = new(text + ";Password=secret");
        await right.OpenAsync();
        await using NpgsqlCommand command = new("SELECT current_user", right);
        Assert.Equal("ada", await command.ExecuteScalarAsync());
        foreach (string wrong in new[] { text + ";Password=wrong",
            text.Replace("ada", "eve", StringComparison.Ordinal) + ";Password=secret" })
        {
            await using NpgsqlConnection refused = new(wrong);
            PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => refused.OpenAsync());
            Assert.Equal(SqlStates.InvalidPassword, error.SqlState);
        }
    }

    [JudgedFact(Judge.Psql)]
    public async Task Psql_proves_a_password_with_and_without_TLS()
    {
        using X509Certificate2 certificate = NewCertificate();
        await using TestServer server = await TestServer.StartAsync(
            new ServerOptions { Addresses = ["127.0.0.1:0"], Certificate = certificate }, Users(trustsLocal: false));
        foreach (string mode in new[] { "require", "disable" })
        {
            string answer = ClientScript.Run(
                "psql", "-XAt", $"host=127.0.0.1 port={server.Port} user=ada password=secret dbname=x sslmode={mode}",
                "-c", "SELECT 1");
            Assert.Equal("1\n", answer);
        }
    }

    [Fact]
    public async Task A_cancel_request_stops_the_statement_and_nothing_else()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NpgsqlConnection connection = new(server.NpgsqlText);
        await connection.OpenAsync();
        await using NpgsqlCommand command =
            new("SELECT count(*) FROM generate_series(1, 100000000000) AS t(x)", connection);
        Task<object?> running = Task.Run(() => command.ExecuteScalarAsync());
        while (!running.IsCompleted)
        {
            command.Cancel();
            await Task.Yield();
        }
        OperationCanceledException error = await Assert.ThrowsAsync<OperationCanceledException>(() => running);
        Assert.Equal(SqlStates.QueryCanceled, Assert.IsType<PostgresException>(error.InnerException).SqlState);
        await using NpgsqlCommand next = new("SELECT 1", connection);
        Assert.Equal(1, await next.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Values_larger_than_any_buffer_come_and_go()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NpgsqlConnection connection = new(server.NpgsqlText);
        await connection.OpenAsync();
        string large = new('x', 20 << 20);
        await using NpgsqlCommand command =
            new("SELECT length($1), $1", connection) { Parameters = { new() { Value = large } } };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(large.Length, reader.GetInt32(0));
        Assert.Equal(large, reader.GetString(1));
    }

    [JudgedFact(Judge.Psql)]
    public async Task A_script_of_psql_has_CSV_that_ends_with_a_marker()
    {
        await using TestServer server = await TestServer.StartAsync();
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """
                CREATE TABLE t (a integer, b varchar);
                COPY t FROM STDIN WITH CSV;
                1,one
                2,"two, three"
                \.
                COPY t FROM STDIN WITH (FORMAT csv, HEADER);
                a,b
                \.
                COPY t FROM STDIN CSV;
                \.
                SELECT count(*), string_agg(b, ';' ORDER BY a) FROM t;
                """);
            Assert.Equal("2|one;two, three\n", ClientScript.Run(
                "psql", "-XqAt", "-h", "127.0.0.1", "-p", $"{server.Port}", "-d", "colfrag", "-f", path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("1,a\n\\.\n", "1,a\n")]
    [InlineData("\\.\n", "")]
    [InlineData("1,a\n|\\.\r\n", "1,a\n")]
    [InlineData("1,\"x\n\\.\n|y\"\n\\.\n", "1,\"x\n\\.\ny\"\n")]
    [InlineData("1,a|\\.\n", "1,a\\.\n")]
    [InlineData("1,a\\.\n", "1,a\\.\n")]
    public async Task The_last_line_of_COPY_is_no_data_where_it_is_the_marker(string messages, string expected)
    {
        Pipe pipe = new();
        foreach (string message in messages.Split('|'))
            await pipe.Writer.WriteAsync(Message('d', message));
        await pipe.Writer.WriteAsync(Message('c', ""));
        await using PostgresCopyStream stream = new(new PostgresReader(pipe.Reader), CancellationToken.None);
        using StreamReader reader = new(stream);
        Assert.Equal(expected, await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Binary_COPY_of_Npgsql_loads_and_unloads()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NpgsqlConnection connection = new(server.NpgsqlText);
        await connection.OpenAsync();
        await using (NpgsqlCommand create = new(
            "CREATE TABLE bulk (id integer, name varchar, price numeric(10,2))", connection))
            await create.ExecuteNonQueryAsync();
        await using (NpgsqlBinaryImporter importer = await connection.BeginBinaryImportAsync(
            "COPY bulk FROM STDIN (FORMAT binary)"))
        {
            for (int i = 0; i < 5_000; i++)
            {
                await importer.StartRowAsync();
                await importer.WriteAsync(i);
                if (i % 3 == 0) await importer.WriteNullAsync();
                else await importer.WriteAsync($"n{i}");
                await importer.WriteAsync(i / 4m);
            }
            Assert.Equal(5_000UL, await importer.CompleteAsync());
        }
        decimal sum = 0;
        int nulls = 0;
        await using NpgsqlBinaryExporter exporter =
            await connection.BeginBinaryExportAsync("COPY bulk TO STDOUT (FORMAT binary)");
        while (await exporter.StartRowAsync() >= 0)
        {
            await exporter.ReadAsync<int>();
            if (exporter.IsNull)
            {
                nulls++;
                await exporter.SkipAsync();
            }
            else
            {
                await exporter.ReadAsync<string>();
            }
            sum += await exporter.ReadAsync<decimal>();
        }
        Assert.Equal((4999m * 5000 / 2 / 4, 1667), (sum, nulls));
    }

    private static byte[] Message(char type, string body)
    {
        byte[] message = [(byte)type, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(body)];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        return message;
    }

    private static PasswordAccess Users(bool trustsLocal) => new(
        new Dictionary<string, ScramVerifier>
        {
            ["ada"] = ScramVerifier.Create("secret", SecureRandom.Instance, FewIterations),
        },
        trustsLocal, SecureRandom.Instance);

    private static X509Certificate2 NewCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
