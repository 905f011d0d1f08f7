using System.Data;
using System.Data.Common;
using System.Numerics;
using System.Reflection;
using ColFrag.Clients.Tests.Support;
using ColFrag.Data;

namespace ColFrag.Clients.Tests.Provider;

/// <summary>
/// Every CLR type goes into the database as a parameter, by bulk copy of a data table and of a reader, and comes back as
/// itself, embedded and by native sessions. Those that Npgsql has too are in <see cref="ProviderScenarios"/>.
/// </summary>
public sealed class ProviderTypesTests
{
    private static readonly object[] s_values =
    [
        true, (sbyte)-8, (byte)200, (short)-3000, (ushort)60_000, -5, 4_000_000_000u, long.MinValue + 1, ulong.MaxValue,
        Int128.MaxValue, Int128.MinValue + 1, (UInt128)7, new BigInteger(-12), 1.5f, -2.25, (Half)0.5f, 12345.6789m, decimal.MaxValue,
        decimal.MinValue, 0.0000000000000000000000000001m, 'x', "grün \\ 'x'", "", new DateOnly(2024, 2, 29),
        DateOnly.MinValue, DateOnly.MaxValue, new TimeOnly(23, 59, 59, 999), new DateTime(2001, 2, 3, 4, 5, 6, 789),
        new DateTime(1, 1, 1), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc),
        new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero), TimeSpan.FromHours(25.5), TimeSpan.FromSeconds(-1.5),
        Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), new byte[] { 0, 255, 16 }, Array.Empty<byte>(),
        DayOfWeek.Friday, new[] { 1, 2, 3 }, new[] { "a", "b" }, new[] { 1.5, 2.5 }, new int?[] { 1, null },
        new[] { new DateOnly(2024, 1, 1) }, new[] { 1.25m, 2.5m }, new[] { true, false },
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_type_goes_in_as_a_parameter_and_by_bulk_copy_and_comes_back(bool isRemote)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ColFragDataSource source = ColFragDataSource.Create(
            isRemote ? $"Host=127.0.0.1;Port={server.Port};Username=tester" : "Data Source=:memory:");
        await using ColFragConnection connection = (ColFragConnection)await source.OpenConnectionAsync();
        MethodInfo check = typeof(ProviderTypesTests).GetMethod(
            nameof(CheckAsync), BindingFlags.NonPublic | BindingFlags.Static)!;
        foreach (object value in s_values)
            await (Task)check.MakeGenericMethod(value.GetType()).Invoke(null, [connection, value])!;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_value_that_does_not_fit_ends_the_load_and_the_connection_goes_on(bool isRemote)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ColFragDataSource source = ColFragDataSource.Create(
            isRemote ? $"Host=127.0.0.1;Port={server.Port};Username=tester" : "Data Source=:memory:");
        await using ColFragConnection connection = (ColFragConnection)await source.OpenConnectionAsync();
        await using ColFragCommand command = new("CREATE TABLE few (a smallint)", connection);
        await command.ExecuteNonQueryAsync();
        using DataTable rows = new();
        rows.Columns.Add("a", typeof(int));
        for (int i = 0; i < 5_000; i++) rows.Rows.Add(i);
        rows.Rows.Add(40_000);
        ColFragBulkCopy copy = new(connection) { DestinationTableName = "few" };
        Assert.Equal("22003", (await Assert.ThrowsAsync<ColFragException>(
            () => copy.WriteToServerAsync(rows))).SqlState);
        command.CommandText = "SELECT count(*) FROM few";
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    private static async Task CheckAsync<T>(ColFragConnection connection, T value)
    {
        await using ColFragCommand command = new("SELECT @v AS v", connection);
        command.Parameters.AddWithValue("v", value);
        Assert.Equal(value, await ReadAsync<T>(command));
        // A table of the type that the value has, twice: empty rows do not go missing among others.
        command.CommandText = "CREATE TABLE typed AS SELECT @v AS v; INSERT INTO typed VALUES (NULL)";
        await command.ExecuteNonQueryAsync();
        try
        {
            using DataTable rows = new();
            rows.Columns.Add("v", typeof(object));
            rows.Rows.Add([value]);
            rows.Rows.Add(DBNull.Value);
            ColFragBulkCopy copy = new(connection) { DestinationTableName = "typed" };
            Assert.Equal(2, await copy.WriteToServerAsync(rows));
            await using (DbDataReader reader = rows.CreateDataReader())
                Assert.Equal(2, await copy.WriteToServerAsync(reader));
            await using ColFragCommand read = new("SELECT v FROM typed", connection);
            await using DbDataReader all = await read.ExecuteReaderAsync();
            int nulls = 0, same = 0;
            while (await all.ReadAsync())
            {
                if (await all.IsDBNullAsync(0)) nulls++;
                else if (AreEqual(value, await all.GetFieldValueAsync<T>(0))) same++;
            }
            Assert.True((nulls, same) == (3, 3), $"{typeof(T)} {value}: {nulls} NULL and {same} equal of 6");
        }
        finally
        {
            await using ColFragCommand drop = new("DROP TABLE typed", connection);
            await drop.ExecuteNonQueryAsync();
        }
    }

    private static bool AreEqual<T>(T expected, T actual) =>
        expected is System.Collections.IEnumerable items and not string
            ? items.Cast<object?>().SequenceEqual(((System.Collections.IEnumerable)actual!).Cast<object?>())
            : EqualityComparer<T>.Default.Equals(expected, actual);

    private static async Task<T> ReadAsync<T>(ColFragCommand command)
    {
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return await reader.GetFieldValueAsync<T>(0);
    }
}
