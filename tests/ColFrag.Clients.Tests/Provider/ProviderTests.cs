using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ColFrag.Clients.Tests.Support;
using ColFrag.Data;
using ColFrag.Engine.Linq;
using Npgsql;

namespace ColFrag.Clients.Tests.Provider;

/// <summary>
/// The scenarios of providers: first with Npgsql, whose word counts, then with ours in both of its forms.
/// </summary>
public sealed class ProviderTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    public static IEnumerable<object[]> Scenarios => ProviderScenarios.Names;

    [JudgedTheory(Judge.PostgresServer)]
    [MemberData(nameof(Scenarios))]
    public async Task Npgsql_with_PostgreSQL_agrees(string scenario)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={postgres.Server.Port};Username={ReferencePostgres.User};"
            + $"Database={ReferencePostgres.User}");
        await ProviderScenarios.RunAsync(scenario, source);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Embedded(string scenario)
    {
        await using ColFragDataSource source = ColFragDataSource.Create("Data Source=:memory:;Threads=2");
        await ProviderScenarios.RunAsync(scenario, source);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Remote_by_native_sessions(string scenario)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ColFragDataSource source =
            ColFragDataSource.Create($"Host=127.0.0.1;Port={server.Port};Username=tester");
        await ProviderScenarios.RunAsync(scenario, source);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Npgsql_against_our_server(string scenario)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.NpgsqlText);
        await ProviderScenarios.RunAsync(scenario, source);
    }

    [Fact]
    public void The_factory_makes_all_parts()
    {
        DbProviderFactory factory = ColFragFactory.Instance;
        Assert.True(factory.CanCreateBatch);
        using DbConnection connection = factory.CreateConnection()!;
        connection.ConnectionString = "Data Source=:memory:";
        connection.Open();
        using DbCommand command = factory.CreateCommand()!;
        command.Connection = connection;
        command.CommandText = "SELECT ? + $2 + :c";
        foreach ((string name, int value) in new[] { ("a", 1), ("b", 2), ("c", 3) })
        {
            DbParameter parameter = factory.CreateParameter()!;
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        Assert.Equal(6, command.ExecuteScalar());
    }

    [Fact]
    public void Connection_strings_refuse_words_that_mean_nothing()
    {
        Assert.Throws<ArgumentException>(() => new ColFragConnection("Data Sorce=x"));
        ColFragConnectionStringBuilder parts = new("Server=db;User Id=me;Pwd=secret;Port=7433");
        Assert.Equal(("db", 7433, "me", "secret", true),
            (parts.Host, parts.Port, parts.Username, parts.Password, parts.IsRemote));
        Assert.Throws<ArgumentException>(() => new ColFragConnectionStringBuilder("Port=many"));
    }

    [Fact]
    public void Basic_types_are_those_that_data_frames_take()
    {
        using ColFragConnection connection = new("Data Source=:memory:;Clr Types=Basic");
        connection.Open();
        using ColFragCommand command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT true, 1::tinyint, 2::smallint, 3, 4::bigint, 5::hugeint, 6::utinyint, 7::usmallint, 8::uinteger,
                9::ubigint, 1.5::decimal(9,2), 1.5::real, 1.5::double, DATE '2024-01-02', TIME '03:04:05',
                TIMESTAMP '2024-01-02 03:04:05', 'x', 'ab'::blob, '{}'::json, INTERVAL '1 day', [1, 2]
            """;
        using DbDataReader reader = command.ExecuteReader();
        Assert.True(reader.Read());
        // The types of the switch in DataFrame.LoadFrom(DbDataReader); others it refuses.
        Type[] known =
        [
            typeof(bool), typeof(byte), typeof(char), typeof(decimal), typeof(double), typeof(float), typeof(int),
            typeof(long), typeof(sbyte), typeof(short), typeof(uint), typeof(ulong), typeof(ushort), typeof(string),
            typeof(DateTime),
        ];
        for (int i = 0; i < reader.FieldCount; i++)
        {
            Assert.Contains(reader.GetFieldType(i), known);
            Assert.IsType(reader.GetFieldType(i), reader.GetValue(i));
        }
    }

    [Fact]
    public async Task Connections_of_one_folder_share_it()
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-provider-").FullName;
        try
        {
            await using ColFragConnection first = new($"Data Source={folder}");
            await first.OpenAsync();
            await using ColFragConnection second = new($"Data Source={folder}");
            await second.OpenAsync();
            await using ColFragCommand create =
                new("CREATE TABLE shared (a integer); INSERT INTO shared VALUES (1)", first);
            Assert.Equal(1, await create.ExecuteNonQueryAsync());
            await first.CloseAsync();
            await using ColFragCommand count = new("SELECT count(*) FROM shared", second);
            Assert.Equal(1L, await count.ExecuteScalarAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed record Sale(int Id, string? City, decimal Amount);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LINQ_runs_embedded_and_by_native_sessions(bool isRemote)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ColFragDataSource source = ColFragDataSource.Create(
            isRemote ? $"Host=127.0.0.1;Port={server.Port};Username=tester" : "Data Source=:memory:");
        await using ColFragConnection connection = (ColFragConnection)await source.OpenConnectionAsync();
        await using ColFragCommand create = new(
            "CREATE TABLE sales (id integer, city varchar, amount decimal(10, 2));"
            + "INSERT INTO sales VALUES (1, 'Oslo', 10.5), (2, 'Rome', 7), (3, 'Oslo', 1), (4, NULL, 2)", connection);
        await create.ExecuteNonQueryAsync();
        string[] cities = ["Oslo", "Rome"];
        var sums = await connection.Table<Sale>("sales").Where(s => cities.Contains(s.City)).GroupBy(s => s.City)
            .Select(g => new { City = g.Key, Sum = g.Sum(s => s.Amount) }).OrderBy(x => x.City).ToListAsync();
        Assert.Equal([new { City = (string?)"Oslo", Sum = 11.5m }, new { City = (string?)"Rome", Sum = 7m }], sums);
        Assert.Equal(new Sale(4, null, 2m), connection.Table<Sale>("sales").Single(s => s.City == null));
        foreach (Sale sale in connection.Table<Sale>("sales").Where(s => s.Id == 1))
        {
            Assert.Equal("Oslo", sale.City);
            Assert.Throws<InvalidOperationException>(() => connection.Table<Sale>("sales").Count());
        }
        Assert.Equal("42P01", Assert.Throws<ColFragException>(
            () => connection.Table<Sale>("nosuch").Count()).SqlState);
    }

    [Fact]
    public async Task Bulk_copy_takes_tables_readers_and_objects()
    {
        await using ColFragConnection connection = new("Data Source=:memory:");
        await connection.OpenAsync();
        await using ColFragCommand create = new(
            "CREATE TABLE sales (id integer NOT NULL, city varchar, amount decimal(10, 2))", connection);
        await create.ExecuteNonQueryAsync();
        ColFragBulkCopy copy = new(connection);
        await Assert.ThrowsAsync<InvalidOperationException>(() => copy.WriteToServerAsync([new Sale(1, "x", 1)]));
        copy.DestinationTableName = "sales";
        Assert.Equal(2, await copy.WriteToServerAsync([new Sale(1, "Oslo", 1.5m), new Sale(2, null, 2)]));
        using DataTable table = new();
        await using (ColFragCommand all = new("SELECT * FROM sales", connection))
        await using (DbDataReader reader = await all.ExecuteReaderAsync()) table.Load(reader);
        Assert.Equal(2, copy.WriteToServer(table));
        await using (DbDataReader reader = table.CreateDataReader())
            Assert.Equal(2, await copy.WriteToServerAsync(reader));
        using MemoryStream arrow = new();
        Assert.Equal(6, await connection.CopyToArrowAsync("SELECT * FROM sales", arrow));
        arrow.Position = 0;
        Assert.Equal(6, await copy.WriteArrowToServerAsync(arrow));
        using DataTable nulls = new();
        nulls.Columns.Add("id", typeof(int));
        nulls.Rows.Add(DBNull.Value);
        Assert.Equal("23502", (await Assert.ThrowsAsync<ColFragException>(
            () => copy.WriteToServerAsync(nulls))).SqlState);
        Assert.Equal(12, connection.Table<Sale>("sales").Count());
    }

    [Fact]
    public async Task Of_several_hosts_the_first_that_answers_takes_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        // Port 1 is nobody's.
        string text = $"Host=127.0.0.1:1,127.0.0.1:{server.Port};Username=tester";
        foreach (bool isBalanced in new[] { false, true, true })
        {
            await using ColFragConnection connection = new($"{text};Load Balance Hosts={isBalanced}");
            await connection.OpenAsync();
            await using ColFragCommand command = new("SELECT 1", connection);
            Assert.Equal(1, await command.ExecuteScalarAsync());
        }
        await using ColFragConnection nobody = new("Host=127.0.0.1:1,127.0.0.1:2;Username=tester");
        Assert.StartsWith("08", (await Assert.ThrowsAsync<ColFragException>(() => nobody.OpenAsync())).SqlState,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ColFragConnection("Host=a;Load Balance Hosts=perhaps"));
    }

    [Fact]
    public async Task Listeners_hear_of_commands_and_their_errors()
    {
        List<string> heard = [];
        using MeterListener meters = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == ClientTelemetry.Name) listener.EnableMeasurementEvents(instrument);
            },
        };
        // Other tests run beside this one: only its own words count.
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            string text = string.Join(' ', tags.ToArray().Select(t => t.Value));
            if (text.Contains("VALUES", StringComparison.Ordinal)) lock (heard) heard.Add(text);
        });
        meters.Start();
        List<string> activities = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == ClientTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = a =>
            {
                if (a.OperationName == "VALUES")
                    lock (activities) activities.Add($"{a.Status} {a.GetTagItem("db.query.text")}");
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using ColFragConnection connection = new("Data Source=:memory:");
        await connection.OpenAsync();
        await using ColFragCommand command = new("VALUES (1)", connection);
        await command.ExecuteScalarAsync();
        command.CommandText = "VALUES (1 / 0)";
        await Assert.ThrowsAsync<ColFragException>(() => command.ExecuteScalarAsync());
        Assert.Equal(["colfrag VALUES", "colfrag VALUES 22012"], heard);
        Assert.Equal(["Unset VALUES (1)", "Error VALUES (1 / 0)"], activities);
    }
}
