using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Linq;

namespace ColFrag.Samples;

/// <summary>Tables as IQueryable.</summary>
internal static class LinqSample
{
    private sealed record Trip(int Id, string City, DateTime Started, decimal Fare, int? Tip);

    private sealed record City(string Name, string Country);

    public static async Task RunAsync(TextWriter output)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync(
            "CREATE TABLE trips (id INTEGER, city VARCHAR, started TIMESTAMP, fare DECIMAL(10, 2), tip INTEGER)");
        await connection.RunAsync("CREATE TABLE cities (name VARCHAR, country VARCHAR)");
        await connection.CopyFromAsync("trips", Enumerable.Range(1, 1_000).Select(i => new Trip(
            i, i % 4 == 0 ? "Oslo" : "Rome", new DateTime(2026, 1, 1).AddHours(i), i % 40, i % 3 == 0 ? null : i % 5)));
        await connection.CopyFromAsync("cities", new[] { new City("Oslo", "Norway"), new City("Rome", "Italy") });

        IQueryable<Trip> trips = connection.Table<Trip>("trips");
        IQueryable<City> cities = connection.Table<City>("cities");

        // One statement runs in the database; its rows stream into objects.
        decimal least = 10;
        var busy = from trip in trips
                   where trip.Fare >= least && trip.Started.Month == 1
                   group trip by trip.City into byCity
                   where byCity.Count() > 50
                   orderby byCity.Key
                   select new { City = byCity.Key, Trips = byCity.Count(), Fare = byCity.Sum(t => t.Fare) };
        foreach (var row in busy) await output.WriteLineAsync($"{row.City} {row.Trips} {row.Fare}");

        // Joins, also left ones; nested queries.
        var named = from trip in trips
                    join city in cities on trip.City equals city.Name
                    where trip.Id <= 2
                    orderby trip.Id
                    select new { trip.Id, city.Country };
        foreach (var row in named) await output.WriteLineAsync($"{row.Id} {row.Country}");
        var best = cities.OrderBy(c => c.Name).Select(c => new
        {
            c.Name, Best = trips.Where(t => t.City == c.Name).Max(t => t.Fare),
        });
        foreach (var row in best) await output.WriteLineAsync($"{row.Name} {row.Best}");

        // Without blocking a thread.
        int count = await trips.Where(t => t.Tip == null).CountAsync();
        decimal sum = await trips.RunAsync(q => q.Sum(t => t.Fare));
        await output.WriteLineAsync($"{count} without a tip, {sum} in all");
        await foreach (Trip trip in trips.OrderByDescending(t => t.Id).Take(1).AsAsyncEnumerable())
            await output.WriteLineAsync($"the last is {trip.Id}");

        // Values become parameters, never text.
        await output.WriteLineAsync(trips.Where(t => t.Fare > least).Select(t => t.Id).ToSql());

        // What SQL cannot say is refused, never computed here in silence.
        try
        {
            await trips.Where(t => IsLucky(t.Id)).CountAsync();
        }
        catch (QueryException error)
        {
            await output.WriteLineAsync(error.Message);
        }

        // Functions of SQL that C# has no name for.
        await output.WriteLineAsync($"{await trips.Where(t => SqlFunctions.Like(t.City, "O%")).CountAsync()} in O…");
    }

    private static bool IsLucky(int id) => id % 7 == 0;
}
