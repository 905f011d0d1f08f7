using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Sql.Tests.Comparing;

namespace ColFrag.Sql.Tests.Flights;

/// <summary>
/// The questions of tests/sql/flights/queries.sql over the same files, here and in DuckDB. Any open session can be
/// judged: embedded, on workers, with one of them down.
/// </summary>
sealed class FlightsJudge : IDisposable
{
    private const string OrderedMark = "-- in order";

    private readonly DuckDbPeer _peer = DuckDbPeer.Start();
    private readonly string _flights;
    private readonly string _airports;
    private readonly Dictionary<string, ResultTable> _answers = [];

    private FlightsJudge(string flights, string airports)
    {
        _flights = flights;
        _airports = airports;
        _peer.Execute("SET integer_division = true");
        _peer.Execute($"CREATE TABLE airports AS FROM read_csv('{airports}', header = true, nullstr = '')");
        _peer.Execute($"CREATE TABLE flights AS FROM read_parquet('{flights}')");
    }

    /// <summary>Over three million flights, which must lie beside the checkout.</summary>
    public static FlightsJudge OverAll() => new(
        Path.Combine(Repository.Shared!, "data", "flights-3m.parquet"), InDatasets("airports.csv"));

    /// <summary>Over the extract that is part of the checkout.</summary>
    public static FlightsJudge OverExtract() => new(
        InDatasets("flights.parquet"), InDatasets("airports.csv"));

    /// <summary>The queries, and whether each orders all of its rows.</summary>
    public static IReadOnlyList<(string Sql, bool IsOrdered)> Queries { get; } = ReadQueries();

    /// <summary>Creates and fills the two tables as datasets/flights/schema.sql does.</summary>
    public async Task LoadAsync(ISession session)
    {
        string schema = await File.ReadAllTextAsync(InDatasets("schema.sql"));
        schema = schema.Replace("'airports.csv'", $"'{_airports}'", StringComparison.Ordinal)
            .Replace("'flights.parquet'", $"'{_flights}'", StringComparison.Ordinal);
        const StringSplitOptions Cleanly = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string statement in schema.Split(';', Cleanly))
        {
            await using QueryResult result = await session.ExecuteAsync(statement);
            while (await result.ReadAsync() is not null)
            {
            }
        }
    }

    /// <summary>Asks every question and fails with all answers that are not DuckDB's.</summary>
    public async Task CheckAsync(ISession session)
    {
        List<string> differences = [];
        foreach ((string sql, bool isOrdered) in Queries)
        {
            string? difference = await DifferenceAsync(session, sql, isOrdered);
            if (difference is not null) differences.Add($"{sql}\n=> {difference}");
        }
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    /// <summary>Null where the session answers one question as DuckDB does.</summary>
    public async Task<string?> DifferenceAsync(ISession session, string sql, bool isOrdered)
    {
        if (!_answers.TryGetValue(sql, out ResultTable? expected))
        {
            _answers.Add(sql, expected = DuckDbTranslation.Table(_peer.Run(sql)));
        }
        try
        {
            return EqualResults.Difference(expected, await ResultTable.RunAsync(session, sql), isOrdered);
        }
        catch (ColFragException error)
        {
            return $"{error.SqlState} {error.Message}";
        }
    }

    public void Dispose() => _peer.Dispose();

    private static string InDatasets(string file) => Repository.PathOf("datasets", "flights", file);

    private static List<(string Sql, bool IsOrdered)> ReadQueries()
    {
        string text = File.ReadAllText(Repository.PathOf("tests", "sql", "flights", "queries.sql"));
        return
        [
            .. from block in text.Split("\n\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
               let lines = block.Split('\n')
               let sql = string.Join('\n', lines.Where(line => !line.StartsWith("--", StringComparison.Ordinal)))
               where sql.Length > 0
               select (sql, lines[0] == OrderedMark),
        ];
    }
}
