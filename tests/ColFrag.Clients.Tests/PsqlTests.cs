using ColFrag.Clients.Tests.Support;

namespace ColFrag.Clients.Tests;

/// <summary>psql: what people type, and its commands that ask the catalog.</summary>
[Trait("Budget", "clients")]
public sealed class PsqlTests
{
    private const string Tables =
        """
        CREATE TABLE city (id integer PRIMARY KEY, name varchar NOT NULL, area numeric(10,2), founded date,
            UNIQUE (name));
        CREATE TABLE sale (city integer NOT NULL, amount double precision, at timestamp, note varchar);
        CREATE VIEW big AS SELECT name, area FROM city WHERE area > 100;
        CREATE SCHEMA other;
        CREATE TABLE other.t2 (a bigint, b boolean);
        """;

    // Text that the text format must escape, NULLs, and a text that looks like one.
    private const string Rows = "VALUES (1, E'tab\\there', 1.50), (2, NULL, NULL), (3, '\\N', -7.25)";

    [JudgedFact(Judge.Psql, Judge.PostgresServer)]
    public async Task Descriptions_of_tables_are_those_of_PostgreSQL()
    {
        using ReferencePostgres peer = ReferencePostgres.Start();
        await using TestServer server = await TestServer.StartAsync();
        string[] commands = ["\\dt", "\\dv", "\\di", "\\d city", "\\d sale", "\\d big", "\\dt other.*", "\\d other.t2"];
        string[] arguments = [.. new[] { Tables }.Concat(commands).SelectMany(c => new[] { "-c", c })];
        string expected = Psql(peer.Port, "postgres", "postgres", arguments);
        Assert.Contains("city_pkey", expected, StringComparison.Ordinal);
        Assert.Equal(expected, Psql(server.Port, "postgres", "colfrag", arguments));
    }

    [JudgedTheory(Judge.Psql)]
    [InlineData("\\d")]
    [InlineData("\\d+ city")]
    [InlineData("\\dt+")]
    [InlineData("\\dn+")]
    [InlineData("\\l")]
    [InlineData("\\du")]
    [InlineData("\\df lower")]
    [InlineData("\\dT")]
    [InlineData("\\sv big")]
    [InlineData("\\dS pg_class")]
    [InlineData("\\db")]
    [InlineData("\\dx")]
    [InlineData("\\dconfig *")]
    [InlineData("\\dew")]
    [InlineData("\\dy")]
    [InlineData("\\ddp")]
    [InlineData("\\conninfo")]
    public async Task Psql_commands_are_answered(string command)
    {
        await using TestServer server = await TestServer.StartAsync();
        string answer = Psql(server.Port, "tester", "colfrag", "-c", Tables, "-c", command);
        Assert.DoesNotContain("ERROR", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("ended with", answer, StringComparison.Ordinal);
    }

    [JudgedFact(Judge.Psql)]
    public async Task All_commands_that_describe_something_are_answered()
    {
        const string Letters =
            @"d,da,dA,dAc,dAf,dAo,dAp,db,dc,dC,dd,dD,ddp,dE,des,det,deu,dew,df,dF,dFd,dFp,dFt,dg,di,dl,dL,dm,dn,do,dO,"
            + "dp,dP,drds,dRp,dRs,ds,dt,dT,du,dv,dx,dX,dy,l,z";
        string[] commands = [.. Letters.Split(',').SelectMany(c => new[] { $"\\{c}", $"\\{c}+" })
            .Where(c => c is not ("\\z+" or "\\dp+" or "\\ddp+" or "\\drds+" or "\\dl+"))];
        await using TestServer server = await TestServer.StartAsync();
        string answer = Psql(server.Port, "tester", "colfrag",
            [.. new[] { Tables, "\\d+ big", "\\d+ pg_catalog.pg_class", "\\dp city", "\\df+ abs" }.Concat(commands)
                .SelectMany(c => new[] { "-c", c })]);
        Assert.DoesNotContain("ERROR", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("ended with", answer, StringComparison.Ordinal);
        Assert.Contains("Access privileges", answer, StringComparison.Ordinal);
    }

    [JudgedFact(Judge.Psql)]
    public async Task Files_are_copied_both_ways_in_text_csv_and_binary()
    {
        await using TestServer server = await TestServer.StartAsync();
        string folder = Directory.CreateTempSubdirectory("colfrag-psql-").FullName;
        try
        {
            foreach (string format in new[] { "text", "csv", "binary" })
            {
                string file = Path.Combine(folder, format);
                string answer = Psql(
                    server.Port, "tester", "colfrag", "-At",
                    "-c", $"CREATE TABLE a AS SELECT * FROM ({Rows}) v(i, t, d)",
                    "-c", "CREATE TABLE b AS SELECT * FROM a WHERE false",
                    "-c", $"\\copy a TO '{file}' (FORMAT {format})",
                    "-c", $"\\copy b FROM '{file}' (FORMAT {format})",
                    "-c", "SELECT count(*) FROM (SELECT * FROM a EXCEPT SELECT * FROM b) d",
                    "-c", "SELECT count(*) FROM b",
                    "-c", "DROP TABLE a", "-c", "DROP TABLE b");
                Assert.Equal("SELECT 3\nSELECT 0\nCOPY 3\nCOPY 3\n0\n3\nDROP TABLE\nDROP TABLE\n", answer);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [JudgedFact(Judge.Psql)]
    public async Task Errors_point_into_the_text_and_transactions_end_as_they_should()
    {
        await using TestServer server = await TestServer.StartAsync();
        string answer = Psql(
            server.Port, "tester", "colfrag", "-At", "-v", "VERBOSITY=verbose",
            "-c", "BEGIN", "-c", "CREATE TABLE t (a integer)", "-c", "SELECT b FROM t", "-c", "SELECT 1", "-c",
                "COMMIT",
            "-c", "SELECT count(*) FROM t");
        Assert.Contains("42703", answer, StringComparison.Ordinal);
        Assert.Contains("LINE 1: SELECT b FROM t", answer, StringComparison.Ordinal);
        Assert.Contains("25P02", answer, StringComparison.Ordinal);
        Assert.Contains("ROLLBACK", answer, StringComparison.Ordinal);
        Assert.Contains("42P01", answer, StringComparison.Ordinal);
    }

    private static string Psql(int port, string user, string database, params string[] arguments) => ClientScript.Run(
        ["psql", "-X", "-h", "127.0.0.1", "-p", $"{port}", "-U", user, "-d", database, .. arguments]);
}
