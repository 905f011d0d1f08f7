using System.Diagnostics;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan.Rules;
using ColFrag.Sql.Tests.Comparing;
using ColFrag.Sql.Tests.Targets;
using Xunit.Abstractions;

namespace ColFrag.Sql.Tests.Generated;

/// <summary>
/// Random queries whose answers are compared with DuckDB's and PostgreSQL's, with each other, and with what logic says.
/// A failure prints the seed and the statements; COLFRAG_SEED repeats it.
/// </summary>
[Trait("Budget", "sql")]
public sealed class GeneratedQueryTests(ITestOutputHelper output)
{
    private const int QueriesPerSchema = 40;

    [JudgedFact(Judge.DuckDb)]
    public async Task Random_queries_have_DuckDBs_answers()
    {
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        foreach (string statement in DuckDbTranslation.Preamble) peer.Execute(statement);
        int refused = 0;
        int compared = await RunAsync("duckdb", floor: 200, async (schema, session, _) =>
        {
            foreach (string table in schema.Tables.Select(t => t.Name)) peer.Execute($"DROP TABLE IF EXISTS {table}");
            foreach (string statement in schema.Statements) peer.Execute(statement);
            int count = 0;
            for (int i = 0; i < QueriesPerSchema; i++)
            {
                GeneratedQuery query = schema.Queries.Create();
                if (Ask(peer, query.Sql) is not { } expected)
                {
                    refused++;
                    continue;
                }
                ResultTable actual = await schema.AskAsync(session, query.Sql);
                if (EqualResults.Difference(expected, actual, query.IsOrdered) is { } difference)
                {
                    throw schema.Failure(query.Sql, difference);
                }
                count++;
            }
            return count;
        });
        output.WriteLine($"{compared} queries compared with DuckDB, which refused {refused} more");
        Assert.True(refused < compared / 5, $"DuckDB refused {refused} of {compared + refused} queries");
    }

    [JudgedFact(Judge.PostgresServer, Judge.Psql)]
    public async Task Random_queries_have_PostgreSQLs_answers()
    {
        using PostgresPeer peer = PostgresPeer.Start();
        int refused = 0;
        int compared = await RunAsync("postgres", floor: 200, async (schema, session, _) =>
        {
            GeneratedQuery[] queries =
                [.. Enumerable.Range(0, QueriesPerSchema).Select(_ => schema.Queries.Create())];
            IEnumerable<string> statements =
                [.. schema.Tables.Select(t => $"DROP TABLE IF EXISTS {t.Name}"), .. schema.Statements];
            string?[][]?[] answers = peer.Rows(statements, [.. queries.Select(q => q.Sql)]);
            Assert.Equal(queries.Length, answers.Length);
            int count = 0;
            foreach ((GeneratedQuery query, string?[][]? rows) in queries.Zip(answers))
            {
                if (rows is null)
                {
                    refused++;
                    continue;
                }
                ResultTable actual = await schema.AskAsync(session, query.Sql);
                ResultTable expected = PostgresTranslation.Table(rows, query.Columns);
                if (EqualResults.Difference(expected, actual, query.IsOrdered) is { } difference)
                {
                    throw schema.Failure(query.Sql, difference);
                }
                count++;
            }
            return count;
        }, isPostgres: true);
        output.WriteLine($"{compared} queries compared with PostgreSQL, which refused {refused} more");
        Assert.True(refused < compared / 5, $"PostgreSQL refused {refused} of {compared + refused} queries");
    }

    [Fact]
    public async Task Random_queries_do_not_depend_on_threads_limits_and_rules()
    {
        int compared = await RunAsync("settings", floor: 100, async (schema, session, seed) =>
        {
            string rules = string.Join(',', Optimizer.RuleNames);
            EmbeddedTarget[] others =
            [
                EmbeddedTarget.Of(1, rules), EmbeddedTarget.Of(8), EmbeddedTarget.Of(2, rules),
                EmbeddedTarget.Tiny(seed), EmbeddedTarget.Spilling(seed),
            ];
            EmbeddedTarget other = others[seed % others.Length];
            await using ISqlSite site = await other.OpenAsync();
            await using ISession second = await site.ConnectAsync();
            await schema.LoadAsync(second);
            for (int i = 0; i < QueriesPerSchema; i++)
            {
                GeneratedQuery query = schema.Queries.Create();
                ResultTable expected = await schema.AskAsync(session, query.Sql);
                ResultTable actual = await schema.AskAsync(second, query.Sql);
                if (EqualResults.Difference(expected, actual, query.IsOrdered) is { } difference)
                {
                    throw schema.Failure(query.Sql, $"{other.Description}: {difference}");
                }
            }
            return QueriesPerSchema;
        });
        output.WriteLine($"{compared} queries compared between settings");
    }

    /// <summary>
    /// Ternary logic partitioning: M. Rigger, Z. Su, "Finding Bugs in Database Systems via Query Partitioning".
    /// </summary>
    [Fact]
    public async Task A_condition_its_opposite_and_its_being_unknown_divide_the_rows()
    {
        int compared = await RunAsync("tlp", floor: 100, async (schema, session, _) =>
        {
            for (int i = 0; i < QueriesPerSchema; i++)
            {
                (string from, IReadOnlyList<GeneratedColumn> columns) = schema.Queries.CreateFrom(1);
                string condition = schema.Queries.CreatePredicate(columns);
                string items = string.Join(", ", columns.Select((c, n) => $"{c.Name} AS x{n}"));
                string whole = $"SELECT {items} FROM {from}";
                string parts = $"{whole} WHERE {condition} UNION ALL {whole} WHERE NOT {condition} " +
                    $"UNION ALL {whole} WHERE ({condition}) IS NULL";
                ResultTable expected = await schema.AskAsync(session, whole);
                ResultTable actual = await schema.AskAsync(session, parts);
                if (EqualResults.Difference(expected, actual, isOrdered: false) is { } difference)
                {
                    throw schema.Failure(parts, difference);
                }
            }
            return QueriesPerSchema;
        });
        output.WriteLine($"{compared} conditions divided their rows");
    }

    /// <summary>
    /// NoREC: M. Rigger, Z. Su, "Detecting Optimization Bugs via Non-optimizing Reference Engine Construction".
    /// </summary>
    [Fact]
    public async Task A_filter_keeps_as_many_rows_as_its_condition_is_true_for()
    {
        int compared = await RunAsync("norec", floor: 100, async (schema, session, _) =>
        {
            for (int i = 0; i < QueriesPerSchema; i++)
            {
                (string from, IReadOnlyList<GeneratedColumn> columns) = schema.Queries.CreateFrom(1);
                string condition = schema.Queries.CreatePredicate(columns);
                string optimized = $"SELECT count(*) FROM {from} WHERE {condition}";
                string plain = $"SELECT count(CASE WHEN c THEN 1 END) FROM (SELECT {condition} AS c FROM {from}) q";
                ResultTable expected = await schema.AskAsync(session, plain);
                ResultTable actual = await schema.AskAsync(session, optimized);
                if (EqualResults.Difference(expected, actual, isOrdered: true) is { } difference)
                {
                    throw schema.Failure($"{optimized}\n{plain}", difference);
                }
            }
            return QueriesPerSchema;
        });
        output.WriteLine($"{compared} filters counted");
    }

    private static ResultTable? Ask(DuckDbPeer peer, string sql)
    {
        try
        {
            return DuckDbTranslation.Table(peer.Run(sql));
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>New schemas and queries over them until the time is up, at least as many as the floor.</summary>
    private async Task<int> RunAsync(
        string name, int floor, Func<Schema, ISession, int, Task<int>> check, bool isPostgres = false)
    {
        TimeSpan budget = TestBudget.Share("sql", 8);
        long started = Stopwatch.GetTimestamp();
        int seed = Seeds.Next(name);
        output.WriteLine($"seed {seed}");
        int compared = 0;
        do
        {
            Schema schema = new(seed, isPostgres);
            EmbeddedTarget target = seed % 3 == 0 ? new EmbeddedTarget() : EmbeddedTarget.Tiny(seed);
            schema.Target = target.Description;
            await using ISqlSite site = await target.OpenAsync();
            await using ISession session = await site.ConnectAsync();
            await schema.LoadAsync(session);
            compared += await check(schema, session, seed);
            seed = unchecked(seed + 1) & int.MaxValue;
        }
        while (!Seeds.IsRepeated && (compared < floor || Stopwatch.GetElapsedTime(started) < budget));
        Assert.True(Seeds.IsRepeated || compared >= floor);
        return compared;
    }

    /// <summary>The tables of one seed and queries over them.</summary>
    private sealed class Schema
    {
        private readonly int _seed;

        public Schema(int seed, bool isPostgres)
        {
            _seed = seed;
            Random random = new(seed);
            Tables = GeneratedSchema.Create(random);
            Queries = new QueryGenerator(random, Tables, isPostgres);
        }

        public IReadOnlyList<GeneratedTable> Tables { get; }

        public IEnumerable<string> Statements => Tables.SelectMany(t => t.Statements);

        public QueryGenerator Queries { get; }

        public string Target { get; set; } = "";

        public async Task LoadAsync(ISession session)
        {
            foreach (string statement in Statements)
            {
                await using QueryResult result = await session.ExecuteAsync(statement);
                while (await result.ReadAsync() is not null)
                {
                }
            }
        }

        public async Task<ResultTable> AskAsync(ISession session, string sql)
        {
            using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
            try
            {
                return await ResultTable.RunAsync(session, sql, null, limit.Token);
            }
            catch (Exception error)
            {
                string told = error is QueryException { SqlState: not SqlStates.InternalError } query
                    ? $"{query.SqlState} {query.Message}"
                    : error.ToString();
                throw Failure(sql, told);
            }
        }

        public Exception Failure(string sql, string what) => new InvalidOperationException(
            $"COLFRAG_SEED={_seed} [{Target}]: {what}\n{sql}\n" +
            string.Join('\n', Tables.Select(t => t.Statements[0])));
    }
}
