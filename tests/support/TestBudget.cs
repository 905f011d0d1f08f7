using System.Globalization;
using System.Text.Json;

namespace ColFrag.Tests.Support;

/// <summary>
/// How long a family of open-ended tests (simulation, fuzzing, kills) may look for faults. The seconds stand in
/// tests/budget.json; test.sh hands them over as COLFRAG_BUDGET_NAME, and its --long mode hands over larger ones.
/// A test whose time is limited this way carries <c>[Trait("Budget", "simulation")]</c>, written out, because test.sh
/// finds it by that text.
/// </summary>
static class TestBudget
{
    /// <summary>All the time of one family, shared by its tests.</summary>
    public static TimeSpan Of(string family)
    {
        string? seconds = Environment.GetEnvironmentVariable("COLFRAG_BUDGET_" + family.ToUpperInvariant());
        return TimeSpan.FromSeconds(
            seconds is { Length: > 0 } ? double.Parse(seconds, CultureInfo.InvariantCulture) : Default(family));
    }

    /// <summary>The share of one test among <paramref name="testCount"/> of its family.</summary>
    public static TimeSpan Share(string family, int testCount) => Of(family) / testCount;

    /// <summary>
    /// A tenth of the time of a full run: a single <c>dotnet test</c> is a developer waiting.
    /// </summary>
    private static double Default(string family)
    {
        using JsonDocument budget = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("tests", "budget.json")));
        return budget.RootElement.GetProperty("seconds").GetProperty(family).GetDouble() / 10;
    }
}
