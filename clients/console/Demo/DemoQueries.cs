namespace ColFrag.Console.Demo;

/// <summary>The statements of the demo.</summary>
static class DemoQueries
{
    /// <summary>Small, and needed everywhere: in a cluster each worker is to have a copy.</summary>
    public const string CreateAirports =
        """
        CREATE TABLE airports (
          iata TEXT NOT NULL, name TEXT, city TEXT, state TEXT, country TEXT, latitude DOUBLE, longitude DOUBLE
        ) WITH (distributed_by = broadcast)
        """;

    /// <summary>Cut by rows and by columns.</summary>
    /// <param name="ranges">Number of hash ranges.</param>
    public static string CreateFlights(int ranges) =>
        $"""
        CREATE TABLE flights (
          date TIMESTAMP, delay BIGINT, distance BIGINT, origin TEXT, destination TEXT
        ) WITH (
          distributed_by = hash(origin),
          column_groups = ((date, delay, distance), (origin, destination)),
          ranges = {ranges}
        )
        """;

    /// <summary>Loads a file of the data set.</summary>
    public static string Copy(string table, string path) =>
        $"COPY {table} FROM '{path.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>What is asked, with the question in words.</summary>
    public static IReadOnlyList<(string Question, string Sql)> Questions { get; } =
    [
        ("Which airports have the most departures, and how late do flights arrive that start there?",
            """
            SELECT origin, count(*) AS flights, avg(delay) AS average_delay, max(delay) AS worst
            FROM flights
            GROUP BY origin
            ORDER BY flights DESC, origin
            LIMIT 5
            """),
        ("Which are the longest routes that are flown every day?",
            """
            SELECT origin, destination, max(distance) AS miles, count(*) AS flights
            FROM flights
            GROUP BY origin, destination
            HAVING count(*) >= 59
            ORDER BY miles DESC, origin, destination
            LIMIT 5
            """),
        ("Which were the worst days to fly?",
            """
            SELECT date_trunc('day', date) AS day, count(*) AS flights, avg(delay) AS average_delay
            FROM flights
            GROUP BY day
            ORDER BY average_delay DESC, day
            LIMIT 5
            """),
    ];
}
