namespace ColFrag.Engine.Linq;

/// <summary>
/// What SQL can say in a LINQ query and C# cannot. The methods only stand for it: calling them is an error.
/// </summary>
public static class SqlFunctions
{
    /// <summary>LIKE: <c>%</c> is any text, <c>_</c> any character.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pattern">The pattern.</param>
    public static bool Like(string? text, string pattern) => throw OnlyInQueries();

    /// <summary>LIKE without regard to case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pattern">The pattern.</param>
    public static bool ILike(string? text, string pattern) => throw OnlyInQueries();

    /// <summary>Any scalar function, built in or registered with <see cref="Database"/>.</summary>
    /// <param name="function">Its name; not a variable of a row.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <typeparam name="T">The C# type of its result.</typeparam>
    /// <example><code>trips.Select(t => SqlFunctions.Call&lt;string>("md5", t.City))</code></example>
    public static T Call<T>(string function, params object?[] arguments) => throw OnlyInQueries();

    private static InvalidOperationException OnlyInQueries() =>
        new("SqlFunctions only stand for SQL inside a LINQ query.");
}
