using System.Security.Cryptography;
using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Tests;

/// <summary>The .tbl files of TPC-H are those of the reference generator, byte for byte.</summary>
public sealed class TpchDigestTests
{
    [Fact]
    public Task Files_at_scale_0_01_have_the_digests_of_the_reference_generator() => CheckAsync("0.01", threads: 2);

    [Fact]
    public Task One_thread_makes_the_same_files() => CheckAsync("0.01", threads: 1);

    [LongFact]
    public Task Files_at_scale_1_have_the_digests_of_the_reference_generator() => CheckAsync("1", threads: 4);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(20_000)]
    public void A_scale_that_has_no_rows_or_too_large_keys_is_refused(double scale) => Assert.Contains(
        "No scale factor of TPC-H",
        Assert.Throws<Engine.Errors.QueryException>(() => DatasetCatalog.Named("tpch").Tables(scale)).Message,
        StringComparison.Ordinal);

    private static async Task CheckAsync(string scale, int threads)
    {
        Dictionary<string, string> digests = File.ReadLines(Repository.PathOf("datasets", "tpch", "MD5SUMS"))
            .Select(line => line.Split("  "))
            .ToDictionary(parts => parts[1], parts => parts[0]);
        List<string> differing = [];
        foreach (TableGenerator table in DatasetCatalog.Named("tpch").Tables(
            double.Parse(scale, System.Globalization.CultureInfo.InvariantCulture)))
        {
            using TemporaryFolder folder = new();
            WrittenTable written = await new DatasetWriter(folder.Path, DatasetFormat.Tbl, threads).WriteAsync(table);
            await using FileStream file = File.OpenRead(written.Path);
            // What the reference publishes are MD5 digests; nothing here depends on their strength.
#pragma warning disable CA5351
            string digest = Convert.ToHexStringLower(await MD5.HashDataAsync(file));
#pragma warning restore CA5351
            if (digest != digests[$"tpch-{scale}/{table.Name}.tbl"]) differing.Add(table.Name);
        }
        Assert.Empty(differing);
    }
}
