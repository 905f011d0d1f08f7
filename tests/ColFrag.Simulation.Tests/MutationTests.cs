using ColFrag.Simulation.Runs;
using Xunit.Abstractions;

namespace ColFrag.Simulation.Tests;

/// <summary>
/// Without one of the product's safeguards some seed fails: the simulation sees what they are for. Here only some that
/// almost every seed misses; the long run tries all of them.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const ulong Seeds = 20, LongSeeds = 2_000;

    [Theory]
    [InlineData("the catalog's log is not flushed")]
    [InlineData("column files are not flushed")]
    [InlineData("manifests are not flushed")]
    [InlineData("the catalog's folder is not flushed")]
    [InlineData("without VectorUnion")]
    [InlineData("without GroupDelete")]
    public void A_safeguard_that_is_left_out_is_missed(string name)
    {
        Assert.True(
            MutationRun.FindSeed(Mutant.All.Single(m => m.Name == name), 1, Seeds) is not null,
            $"Nobody misses it: {name}");
    }

    [LongFact]
    public void Every_safeguard_is_missed_in_the_long_run()
    {
        string[] survivors =
        [
            .. Mutant.All.Where(m => MutationRun.FindSeed(m, 1, LongSeeds) is null).Select(m => m.Name),
        ];
        int missed = Mutant.All.Count - survivors.Length;
        output.WriteLine($"mutation score: {missed} of {Mutant.All.Count} safeguards are missed");
        Assert.Empty(survivors);
    }
}
