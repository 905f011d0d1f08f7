using ColFrag.Clients.Tests.Support;

namespace ColFrag.Clients.Tests;

/// <summary>
/// Programs by others, one script each, run against PostgreSQL and against ColFrag: they must not see a difference.
/// </summary>
[Trait("Budget", "clients")]
public sealed class ClientComparisonTests
{
    [JudgedFact(Judge.PostgresServer, Judge.Psycopg2)]
    public Task Psycopg2_sees_no_difference() => CompareAsync("psycopg2_client.py");

    [JudgedFact(Judge.PostgresServer, Judge.Asyncpg)]
    public Task Asyncpg_sees_no_difference() => CompareAsync("asyncpg_client.py");

    [JudgedFact(Judge.PostgresServer, Judge.Odbc)]
    public Task ODBC_sees_no_difference() => CompareAsync("odbc_client.py");

    [JudgedFact(Judge.PostgresServer, Judge.NodePg)]
    public Task Node_pg_sees_no_difference() => CompareAsync("pg_client.mjs");

    [JudgedFact(Judge.PostgresServer, Judge.NodePostgres)]
    public Task Node_postgres_sees_no_difference() => CompareAsync("postgres_client.mjs");

    [JudgedFact(Judge.PostgresServer, Judge.SqlAlchemy)]
    public Task SQLAlchemy_and_pandas_see_no_difference() => CompareAsync("sqlalchemy_client.py");

    [JudgedFact(Judge.PostgresServer, Judge.Jdbc)]
    public Task JDBC_sees_no_difference() => CompareAsync("JdbcClient.java");

    [JudgedFact(Judge.PostgresServer, Judge.Pgcli)]
    public Task Pgcli_sees_no_difference() => CompareAsync("pgcli_client.py", ReferencePostgres.User);

    private static async Task CompareAsync(string script, string user = "tester")
    {
        using ReferencePostgres peer = ReferencePostgres.Start();
        string expected = ClientScript.Run(script, peer.Port, ReferencePostgres.User, ReferencePostgres.User);
        Assert.DoesNotContain("ended with", expected, StringComparison.Ordinal);
        await using TestServer server = await TestServer.StartAsync();
        Assert.Equal(expected, ClientScript.Run(script, server.Port, user, "colfrag"));
        Assert.NotEmpty(expected);
    }
}
