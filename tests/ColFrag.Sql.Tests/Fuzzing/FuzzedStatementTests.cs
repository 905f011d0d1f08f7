using System.Diagnostics;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Sql.Tests.Scripts;
using ColFrag.Sql.Tests.Targets;
using Xunit.Abstractions;

namespace ColFrag.Sql.Tests.Fuzzing;

/// <summary>Damaged statements run or fail with an error that tells; they never crash, and always end.</summary>
[Trait("Budget", "fuzz")]
public sealed class FuzzedStatementTests(ITestOutputHelper output)
{
    private const int Floor = 500;
    private const int StatementsPerDatabase = 400;

    // A statement may be slow, such as a cross join of many tables; then it is cancelled, and must end.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_hanging = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_damaged_statement_runs_or_says_what_is_wrong_with_it()
    {
        TimeSpan budget = TestBudget.Share("fuzz", 2);
        long started = Stopwatch.GetTimestamp();
        int seed = Seeds.Next("fuzz");
        output.WriteLine($"seed {seed}");
        string[] statements = Corpus();
        int tried = 0;
        int succeeded = 0;
        do
        {
            StatementMutator mutator = new(new Random(seed), statements);
            EmbeddedTarget target = EmbeddedTarget.Tiny(seed) with
            {
                Options = new DatabaseOptions { Threads = 2, MemoryLimitBytes = 256 << 20 },
                DisabledRules = "",
            };
            await using ISqlSite site = await target.OpenAsync();
            await using ISession session = await site.ConnectAsync();
            // A busy machine may take longer over the first statements than patience is for damaged ones.
            foreach (string statement in s_tables) await ReadAllAsync(session, statement, CancellationToken.None);
            for (int i = 0; i < StatementsPerDatabase; i++)
            {
                string sql = mutator.Next();
                if (TouchesFiles(sql)) continue;
                tried++;
                string? crash = await RunAsync(session, sql);
                if (crash is null) succeeded++;
                Assert.True(crash is null or Refused, $"COLFRAG_SEED={seed}, statement {i}: {crash}\n{sql}");
            }
            seed = unchecked(seed + 1) & int.MaxValue;
        }
        while (!Seeds.IsRepeated && (tried < Floor || Stopwatch.GetElapsedTime(started) < budget));
        output.WriteLine($"{tried} statements, of which {succeeded} succeeded");
        // About three of a hundred still mean something.
        Assert.True(Seeds.IsRepeated || (tried >= Floor && succeeded > tried / 100));
    }

    private const string Refused = "refused";

    private static readonly string[] s_tables =
    [
        "CREATE TABLE t (id INTEGER, g TEXT, n INTEGER, b BIGINT, d DECIMAL(10,2), f DOUBLE PRECISION, s TEXT, w DATE)",
        "INSERT INTO t SELECT i, 'g' || i % 3, i % 7, i * 1000, i / 4.0, i, 's' || i, " +
            "DATE '2020-01-01' + CAST(i AS INTEGER) FROM range(300) AS r(i)",
        "CREATE TABLE u (id INTEGER, tid INTEGER, x INTEGER, y TEXT)",
        "INSERT INTO u VALUES (1, 1, 5, 'p'), (2, 1, 6, 'q'), (3, NULL, NULL, NULL), (4, 9, 8, 'r')",
        "CREATE TABLE v (x INTEGER, z TEXT)",
        "INSERT INTO v VALUES (5, 'five'), (NULL, 'none')",
    ];

    private static string[] Corpus()
    {
        string folder = Repository.PathOf("tests", "sql");
        return
        [
            .. Directory.EnumerateFiles(folder, "*.test", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .SelectMany(ScriptParser.ParseFile)
                .Select(command => command switch
                {
                    StatementCommand statement => statement.Sql,
                    QueryCommand query => query.Sql,
                    _ => "",
                })
                .Where(sql => sql.Length > 0),
        ];
    }

    // A damaged name of a file could be anything.
    private static bool TouchesFiles(string sql) =>
        sql.Contains("COPY", StringComparison.OrdinalIgnoreCase) ||
        sql.Contains("EXPORT", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null when it ran, <see cref="Refused"/> when it failed as statements may, else what happened.</summary>
    private static async Task<string?> RunAsync(ISession session, string sql)
    {
        using CancellationTokenSource cancel = new(s_patience);
        Task run = ReadAllAsync(session, sql, cancel.Token);
        if (await Task.WhenAny(run, Task.Delay(s_hanging, CancellationToken.None)) != run) return "hangs";
        try
        {
            await run;
            return null;
        }
        catch (QueryException error) when (error.SqlState == SqlStates.InFailedTransaction)
        {
            // A BEGIN that went through, and a statement that did not: all others would be refused without a look.
            await ReadAllAsync(session, "ROLLBACK", CancellationToken.None);
            return Refused;
        }
        catch (QueryException error) when (error.SqlState != SqlStates.InternalError)
        {
            return Refused;
        }
        catch (StorageException error) when (error.SqlState == SqlStates.UndefinedFile)
        {
            // FROM 'x.csv', where there is no such file.
            return Refused;
        }
        catch (Exception error)
        {
            return error.ToString();
        }
    }

    private static async Task ReadAllAsync(ISession session, string sql, CancellationToken cancellationToken)
    {
        await using QueryResult result = await session.ExecuteAsync(sql, null, cancellationToken);
        while (await result.ReadAsync(cancellationToken) is not null)
        {
        }
    }
}
