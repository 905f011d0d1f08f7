using System.Diagnostics;
using System.Globalization;

namespace ColFrag.Tests.Support;

/// <summary>
/// The seed of a run's random tests: made of the commit, so that a machine that checks a commit tries what its author
/// tried, and every commit something else.
/// </summary>
static class CommitSeed
{
    /// <summary>The seed; of no meaning where this is no checkout.</summary>
    public static int Value { get; } = Read();

    private static int Read()
    {
        if (Judge.FindProgram("git") is not string git) return Random.Shared.Next();
        ProcessStartInfo start = new(git, ["rev-parse", "HEAD"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.PathOf("."),
        };
        using Process process = Process.Start(start)!;
        string commit = process.StandardOutput.ReadLine() ?? "";
        process.WaitForExit();
        return uint.TryParse(commit.AsSpan(0, Math.Min(8, commit.Length)), NumberStyles.HexNumber, null, out uint seed)
            ? (int)(seed & int.MaxValue) : Random.Shared.Next();
    }
}
