using ColFrag.Clients.Tests.Support;

namespace ColFrag.Clients.Tests;

/// <summary>A real PostgreSQL with our server as a foreign one (postgres_fdw), and its load generator.</summary>
[Trait("Budget", "clients")]
public sealed class ForeignServerTests
{
    private const string Tables =
        """
        CREATE TABLE city (id integer PRIMARY KEY, name varchar NOT NULL, area numeric(10, 2), founded date);
        INSERT INTO city VALUES (1, 'Oslo', 454.12, '1040-01-01'), (2, 'Rome', 1285, NULL), (3, 'Bergen', NULL, NULL);
        CREATE TABLE sale (city integer, amount double precision, at timestamp);
        INSERT INTO sale SELECT x % 3 + 1, x * 0.5, timestamp '2026-01-01' + x * interval '1 hour'
            FROM generate_series(1, 1000) AS s(x);
        """;

    [JudgedFact(Judge.Psql, Judge.PostgresServer)]
    public async Task PostgreSQL_reads_our_tables_as_its_own()
    {
        using ReferencePostgres peer = ReferencePostgres.Start();
        await using TestServer server = await TestServer.StartAsync();
        Psql(server.Port, "tester", "colfrag", Tables);
        string connect =
            $"""
            CREATE EXTENSION postgres_fdw;
            CREATE SERVER colfrag FOREIGN DATA WRAPPER postgres_fdw
                OPTIONS (host '127.0.0.1', port '{server.Port}', dbname 'colfrag');
            CREATE USER MAPPING FOR postgres SERVER colfrag OPTIONS (user 'tester', password_required 'false');
            IMPORT FOREIGN SCHEMA public FROM SERVER colfrag INTO public;
            """;
        string[] questions =
        [
            "SELECT * FROM city ORDER BY id",
            "SELECT name FROM city WHERE area > 1000 OR founded < '1100-01-01' ORDER BY name",
            "SELECT count(*), sum(amount), max(at) FROM sale WHERE amount > 100",
            "SELECT c.name, count(*) FROM sale s JOIN city c ON c.id = s.city GROUP BY c.name ORDER BY c.name",
            "SELECT city, amount FROM sale ORDER BY amount DESC LIMIT 3",
        ];
        string answer = Psql(peer.Port, ReferencePostgres.User, ReferencePostgres.User, [connect, .. questions]);
        string expected = Psql(server.Port, "tester", "colfrag", questions);
        Assert.DoesNotContain("ended with", expected, StringComparison.Ordinal);
        Assert.EndsWith(expected, answer, StringComparison.Ordinal);
        // What is written through PostgreSQL is here.
        answer = Psql(
            peer.Port, ReferencePostgres.User, ReferencePostgres.User,
            "INSERT INTO city VALUES (4, 'Paris', 105.4, NULL)");
        Assert.Contains("INSERT 0 1", answer, StringComparison.Ordinal);
        Assert.Equal("Paris\n", Psql(server.Port, "tester", "colfrag", "SELECT name FROM city WHERE id = 4"));
    }

    [JudgedFact(Judge.Psql, Judge.PostgresServer)]
    public async Task Pgbench_reads_rows_by_key_in_all_query_modes()
    {
        await using TestServer server = await TestServer.StartAsync();
        string[] target = ["-h", "127.0.0.1", "-p", $"{server.Port}", "-U", "tester", "-s", "1", "colfrag"];
        Assert.DoesNotContain(
            "ended with", ClientScript.Run(["pgbench", "-i", "-q", .. target]), StringComparison.Ordinal);
        string mixed = ClientScript.Run(["pgbench", "-n", "-c", "1", "-t", "5", .. target]);
        Assert.Contains("actually processed: 5/5", mixed, StringComparison.Ordinal);
        foreach (string mode in new[] { "simple", "extended", "prepared" })
        {
            string answer = ClientScript.Run(
                "pgbench", "-h", "127.0.0.1", "-p", $"{server.Port}", "-U", "tester", "-n", "-S", "-M", mode, "-s", "1",
                "-c", "2", "-t", "100", "colfrag");
            Assert.Contains("actually processed: 200/200", answer, StringComparison.Ordinal);
        }
    }

    private static string Psql(int port, string user, string database, params string[] statements) => ClientScript.Run(
    [
        "psql", "-X", "-At", "-h", "127.0.0.1", "-p", $"{port}", "-U", user, "-d", database,
        .. statements.SelectMany(s => new[] { "-c", s }),
    ]);
}
