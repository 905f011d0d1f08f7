using System.Globalization;

namespace ColFrag.Sql.Tests;

/// <summary>
/// Where chance comes from: a seed for each commit, which every failure prints; <c>COLFRAG_SEED</c> repeats one.
/// </summary>
static class Seeds
{
    private static readonly int s_run = Environment.GetEnvironmentVariable("COLFRAG_SEED") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : CommitSeed.Value;

    /// <summary>True when COLFRAG_SEED gave the seed.</summary>
    public static bool IsRepeated { get; } = Environment.GetEnvironmentVariable("COLFRAG_SEED") is { Length: > 0 };

    /// <summary>The seed of something with a name, the same in every process of one run's seed.</summary>
    public static int Next(string name)
    {
        if (IsRepeated) return s_run;
        int hash = s_run;
        foreach (char c in name) hash = unchecked((hash * 31) + c);
        return hash & int.MaxValue;
    }
}
