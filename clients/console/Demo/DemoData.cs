using ColFrag.Engine.Errors;

namespace ColFrag.Console.Demo;

/// <summary>The data set that comes with the program (datasets/flights).</summary>
sealed record DemoData(string Flights, string Airports)
{
    /// <summary>Rows of flights.parquet.</summary>
    public const long FlightCount = 966_409;

    /// <summary>Bytes of the same rows as CSV with a header, as DuckDB writes it.</summary>
    public const long FlightCsvBytes = 34_070_365;

    /// <summary>Finds the files beside the program.</summary>
    /// <exception cref="StorageException">They are not there.</exception>
    public static DemoData Find()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "datasets", "flights");
        DemoData data = new(Path.Combine(folder, "flights.parquet"), Path.Combine(folder, "airports.csv"));
        foreach (string file in new[] { data.Flights, data.Airports })
        {
            if (!File.Exists(file))
            {
                throw new StorageException(
                    "The data of the demo are missing", file, "They are part of the source tree: datasets/flights.",
                    SqlStates.UndefinedFile);
            }
        }
        return data;
    }
}
