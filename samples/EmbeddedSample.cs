using ColFrag.Engine;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Types;

namespace ColFrag.Samples;

/// <summary>The engine in this process: tables, records, batches, keys, functions.</summary>
internal static class EmbeddedSample
{
    private sealed record Trip(int Id, string City, DateTime Started, decimal Fare, double? Rating);

    private sealed record Driver(int Id, string Name, int Trips);

    public static async Task RunAsync(TextWriter output)
    {
        using Database database = Database.Open(":memory:");     // or a folder, made when there is none
        using Connection connection = database.Connect();        // one for each caller
        await connection.RunAsync(
            "CREATE TABLE trips (id INTEGER, city VARCHAR, started TIMESTAMP, fare DECIMAL(10, 2), rating DOUBLE)");

        // Objects go in by the million: members are columns, by name.
        IEnumerable<Trip> trips = Enumerable.Range(1, 100_000).Select(i => new Trip(
            i, i % 3 == 0 ? "Oslo" : "Rome", new DateTime(2026, 1, 1).AddMinutes(i), i % 50,
            i % 7 == 0 ? null : i % 5));
        long count = await connection.CopyFromAsync("trips", trips);
        await output.WriteLineAsync($"{count} trips");

        // An appender where rows are not at hand as a sequence; nothing is visible before CompleteAsync.
        await using (Appender<Trip> appender = await connection.OpenAppenderAsync<Trip>("trips"))
        {
            await appender.AppendAsync(new Trip(100_001, "Bergen", new DateTime(2026, 3, 1), 12.5m, null));
            await appender.CompleteAsync();
        }

        // Records stream out as they come; values are parameters.
        await foreach (Trip trip in connection.QueryAsync<Trip>(
            "SELECT * FROM trips WHERE city = $1 ORDER BY id", ["Bergen"]))
        {
            await output.WriteLineAsync($"{trip.Id} {trip.City} {trip.Fare}");
        }

        // Batches show columns as spans: no object per row.
        await using (QueryResult result = await connection.ExecuteAsync("SELECT id FROM trips WHERE rating IS NULL"))
        {
            long sum = 0;
            while (await result.ReadAsync() is { } batch)
            {
                foreach (int id in batch.GetValues<int>(0)) sum += id;
            }
            await output.WriteLineAsync($"sum of ids {sum}");
        }

        // A statement that is prepared once runs often.
        await using (IPreparedStatement byCity = await connection.PrepareAsync(
            "SELECT count(*) FROM trips WHERE city = $1"))
        {
            foreach (string city in new[] { "Oslo", "Rome" })
            {
                await using QueryResult result = await byCity.ExecuteAsync([Value.Text(city)]);
                ResultBatch? batch = await result.ReadAsync();
                await output.WriteLineAsync($"{city} {batch!.GetValues<long>(0)[0]}");
            }
        }

        // Single rows of a table with a primary key.
        await connection.RunAsync("CREATE TABLE drivers (id INTEGER PRIMARY KEY, name VARCHAR, trips INTEGER)");
        await connection.PutAsync("drivers", new Driver(7, "Ada", 1));
        await connection.PutAsync("drivers", new Driver(7, "Ada", 2));
        Driver? ada = await connection.GetAsync<Driver>("drivers", 7);
        await output.WriteLineAsync($"{ada}");
        await output.WriteLineAsync($"deleted {await connection.DeleteAsync("drivers", 7)}");

        // How far a statement is, for a bar on the screen.
        double done = 0;
        StatementOptions options = new() { Progress = new Progress<StatementProgress>(p => done = p.Fraction) };
        await using (QueryResult fares = await connection.ExecuteAsync("SELECT sum(fare) FROM trips", null, options))
        {
            ResultBatch? batch = await fares.ReadAsync();
            await output.WriteLineAsync($"fares {batch!.GetValue(0, 0)}");
        }

        // Functions of C# in SQL: of one row, of whole vectors, aggregates.
        database.CreateFunction("with_tax", (decimal price, string city) => city == "Oslo" ? price * 1.25m : price);
        database.CreateVectorFunction<double, double>("halved", (input, halves) =>
        {
            for (int i = 0; i < input.Length; i++) halves[i] = input[i] / 2;
        });
        database.CreateAggregate("longest", new AggregateDefinition<string, string, string?>
        {
            Create = () => "", Add = (longest, text) => text.Length > longest.Length ? text : longest,
            Combine = (a, b) => a.Length >= b.Length ? a : b, Finish = longest => longest,
        });
        await foreach ((decimal fare, double half, string name) row in connection.QueryAsync<(decimal, double, string)>(
            "SELECT max(with_tax(fare, city)), max(halved(rating)), longest(city) FROM trips"))
        {
            await output.WriteLineAsync($"{row.fare} {row.half} {row.name}");
        }

        // Every call takes a token; a statement stops within a tenth of a second.
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        try
        {
            await connection.RunAsync("SELECT count(*) FROM trips a, trips b", null, stop.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or Engine.Errors.ColFragException)
        {
            await output.WriteLineAsync("cancelled");
        }

        // Arrow goes out, for any library that reads it.
        using MemoryStream arrow = new();
        await output.WriteLineAsync(
            $"{await connection.CopyToArrowAsync("SELECT * FROM trips WHERE city = 'Bergen'", arrow)} row of Arrow");
    }
}
