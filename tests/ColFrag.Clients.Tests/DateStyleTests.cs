using ColFrag.Clients.Tests.Support;

namespace ColFrag.Clients.Tests;

/// <summary>DateStyle and TimeZone: what psql prints and reads under each is what it does with PostgreSQL.</summary>
[Trait("Budget", "clients")]
public sealed class DateStyleTests
{
    private const char Tab = '\t';

    private static readonly string[] s_styles =
    [
        "ISO, MDY", "ISO, DMY", "ISO, YMD", "SQL, MDY", "SQL, DMY", "SQL, YMD", "Postgres, MDY", "Postgres, DMY",
        "German", "DMY", "European", "US", "German, MDY", "NonEuropean, Postgresql", "default",
    ];

    private static readonly string[] s_questions =
    [
        "SHOW datestyle",
        "SELECT date '1/2/2026', date '2026-01-02', date '20260102', date '5-Jan-2024', date 'Jan 5, 2024'",
        "SELECT date '13/2/2026'", "SELECT date '2/13/2026'", "SELECT date '26/2/13'", "SELECT date '99-Jan-08'",
        "SELECT date '08-Jan-99'", "SELECT timestamp '2/3/2026 4:5:6.789', timestamp '1.2.2026 00:00'",
        "SELECT date '0044-03-15 BC', timestamp '0044-03-15 12:00 BC', date 'infinity', timestamp '-infinity'",
        "SELECT timestamp '2026-12-17 07:37:16', timestamp '2026-12-07 07:37:16.25', timestamp '1999-02-28'",
        "SELECT timestamptz '2026-12-17 07:37:16+00', timestamptz '2026-07-17 07:37:16.5+00', timestamptz 'infinity'",
        "SELECT date '2026-02-03'::text || timestamp '2026-02-03 04:05'::text",
        "SELECT timestamptz '2026-02-03 04:05+00'::text",
        "SELECT ARRAY[date '2026-02-03'], ARRAY[timestamp '2026-02-03 04:05']",
        "COPY (SELECT date '2026-02-03', timestamp '2026-02-03 04:05', timestamptz '2026-02-03 04:05+00') TO STDOUT",
        "COPY (SELECT date '2026-02-03', timestamp '2026-02-03 04:05', timestamptz '2026-02-03 04:05+00') TO STDOUT "
            + "(FORMAT csv)",
        "COPY (SELECT timestamptz '2026-07-03 04:05+00' AS \"at\", NULL::date AS d) TO STDOUT (FORMAT csv, HEADER)",
        "SELECT d, t FROM (SELECT DATE '2026-01-30' + x::integer, TIMESTAMP '2026-01-30 01:02:03' "
            + "+ x * INTERVAL '1 day' FROM generate_series(1, 30) AS s(x)) AS v(d, t)",
    ];

    [JudgedFact(Judge.Psql, Judge.PostgresServer)]
    public async Task Dates_are_printed_and_read_as_PostgreSQL_does_in_every_style()
    {
        string[] script = [.. s_styles.SelectMany(style => s_questions.Prepend($"SET datestyle = {style}"))];
        await CompareAsync(script);
    }

    [JudgedFact(Judge.Psql, Judge.PostgresServer)]
    public async Task Instants_are_printed_in_the_time_of_the_sessions_zone()
    {
        string[] zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "+05", "-3", "GMT-3", "UTC"];
        await CompareAsync([.. zones.SelectMany(zone => s_questions.Prepend($"SET timezone = '{zone}'"))]);
    }

    [JudgedFact(Judge.Psql, Judge.PostgresServer)]
    public Task A_style_comes_back_with_a_rollback_and_a_wrong_one_is_refused() => CompareAsync(
        "BEGIN", "SET datestyle = 'SQL, DMY'", "SELECT date '2026-01-02'", "ROLLBACK", "SELECT date '2026-01-02'",
        "SET datestyle = 'ISO, DMY, MDY'", "SET datestyle = 'SQL, ISO'", "SET datestyle = 'sideways'",
        "SET timezone = 'Atlantis'", "SHOW datestyle", "SET datestyle = SQL, DMY", "SHOW datestyle", "RESET datestyle",
        "SHOW datestyle");

    [JudgedTheory(Judge.Psql, Judge.PostgresServer)]
    [InlineData("ISO, DMY", "Europe/Berlin")]
    [InlineData("ISO, MDY", "America/New_York")]
    [InlineData("German", "UTC")]
    [InlineData("SQL, DMY", "UTC")]
    public Task What_COPY_reads_means_what_it_does_in_statements(string style, string zone) => CompareScriptAsync($"""
        SET datestyle = {style};
        SET timezone = '{zone}';
        CREATE TABLE moments (n integer, d date, t timestamp, z timestamptz);
        COPY moments FROM STDIN (FORMAT csv);
        1,1/2/2026,2026-02-03 04:05,2026-07-03 04:05
        2,,,2026-07-03 04:05+00
        3,2026-01-30,infinity,-infinity
        \.
        COPY moments FROM STDIN;
        4{Tab}1/2/2026{Tab}2026-02-03 04:05{Tab}2026-07-03 04:05
        5{Tab}\N{Tab}\N{Tab}2026-07-03 04:05:06.789+00
        \.
        SELECT * FROM moments ORDER BY n;
        COPY (SELECT * FROM moments ORDER BY n) TO STDOUT (FORMAT csv);
        COPY (SELECT * FROM moments ORDER BY n) TO STDOUT;
        DROP TABLE moments;

        """);

    private static Task CompareAsync(params string[] statements) => CompareScriptAsync(string.Concat(
        statements.Select(s => $"\\echo {s.Replace("'", "", StringComparison.Ordinal)}\n{s};\n")));

    private static async Task CompareScriptAsync(string statements)
    {
        using ReferencePostgres peer = ReferencePostgres.Start();
        await using TestServer server = await TestServer.StartAsync();
        string script = "\\set VERBOSITY sqlstate\n" + statements;
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, script);
            string expected = Psql(peer.Port, "postgres", path);
            Assert.Contains("2026", expected, StringComparison.Ordinal);
            Assert.Equal(expected, Psql(server.Port, "colfrag", path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Psql(int port, string database, string path) => ClientScript.Run(
        "sh", "-c", "exec psql \"$@\" 2>&1", "psql", "-XqAt", "-h", "127.0.0.1", "-p", $"{port}", "-U",
        ReferencePostgres.User, "-d", database, "-f", path);
}
