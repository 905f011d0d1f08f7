using ColFrag.Engine;

namespace ColFrag.Samples;

/// <summary>Walks through a graph in SQL: recursive queries that end, in an order that says something.</summary>
internal static class GraphSample
{
    private sealed record Road(string Source, string Target, int Hours);

    public static async Task RunAsync(TextWriter output)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE roads (source VARCHAR, target VARCHAR, hours INTEGER)");
        await connection.CopyFromAsync<Road>("roads",
        [
            new("Oslo", "Goteborg", 3), new("Oslo", "Stockholm", 6), new("Goteborg", "Copenhagen", 3),
            new("Stockholm", "Copenhagen", 7), new("Copenhagen", "Hamburg", 4), new("Hamburg", "Copenhagen", 4),
            new("Hamburg", "Amsterdam", 5), new("Hamburg", "Berlin", 3), new("Amsterdam", "Paris", 5),
            new("Berlin", "Prague", 4), new("Prague", "Vienna", 3), new("Paris", "Lyon", 4),
        ]);

        // The fastest way to every city. USING KEY keeps one row of each; recurring.ways are those of all rounds so
        // far, so that only what is faster than before goes on to the next round.
        await foreach ((string city, int hours) way in connection.QueryAsync<(string, int)>(
            """
            WITH RECURSIVE ways(city, hours) USING KEY (city) AS (
              SELECT 'Oslo', 0
              UNION
              SELECT r.target, min(w.hours + r.hours)::INTEGER
              FROM ways w JOIN roads r ON r.source = w.city
              LEFT JOIN recurring.ways known ON known.city = r.target
              WHERE known.city IS NULL OR w.hours + r.hours < known.hours
              GROUP BY r.target
            )
            SELECT city, hours FROM ways WHERE hours > 0 ORDER BY hours, city
            """))
        {
            await output.WriteLineAsync($"{way.hours} h {way.city}");
        }

        // Every walk from a city. CYCLE stops where a walk meets itself, SEARCH orders the rows as a tree is read.
        await foreach ((string city, long depth, bool again) step in connection.QueryAsync<(string, long, bool)>(
            """
            WITH RECURSIVE walks(city) AS (
              VALUES ('Hamburg')
              UNION ALL
              SELECT r.target FROM walks w JOIN roads r ON r.source = w.city
            ) SEARCH DEPTH FIRST BY city SET place CYCLE city SET again USING path
            SELECT city, len(path), again FROM walks ORDER BY place
            """))
        {
            string indent = new(' ', (int)(step.depth - 1) * 2);
            await output.WriteLineAsync($"{indent}{step.city}{(step.again ? " again" : "")}");
        }
    }
}
