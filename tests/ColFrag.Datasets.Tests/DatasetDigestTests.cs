using System.Globalization;
using System.Security.Cryptography;
using ColFrag.Datasets.Making;
using ColFrag.Engine.Errors;

namespace ColFrag.Datasets.Tests;

/// <summary>
/// Files have the digests of their folder's MD5SUMS: those of TPC-H are the reference generator's, the others say that
/// a data set stays what it was when somebody measured with it.
/// </summary>
public sealed class DatasetDigestTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public Task Files_of_TPCH_are_those_of_the_reference_generator_on_any_number_of_threads(int threads) =>
        CheckAsync("tpch", "0.01", DatasetFormat.Tbl, threads);

    [LongFact]
    public Task Files_of_TPCH_at_scale_1_are_those_of_the_reference_generator() =>
        CheckAsync("tpch", "1", DatasetFormat.Tbl, threads: 4);

    [Theory]
    [InlineData("hits", "0.005")]
    [InlineData("h2o", "0.1")]
    [InlineData("users", "0.01")]
    public Task Rows_stay_the_same(string name, string scale) =>
        CheckAsync(name, scale, DatasetFormat.Csv, threads: 2);

    [Theory]
    [InlineData("tpch", 0)]
    [InlineData("tpch", double.NaN)]
    [InlineData("tpch", 20_000)]
    [InlineData("hits", 0)]
    [InlineData("h2o", -1)]
    [InlineData("users", 1e9)]
    public void A_scale_that_cannot_be_made_is_refused_with_the_range(string name, double scale)
    {
        QueryException refused = Assert.Throws<QueryException>(() => DatasetCatalog.Named(name).Tables(scale));
        Assert.Contains("it is a number from", refused.Hint, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void An_unknown_data_set_is_refused_with_the_names() => Assert.Contains(
        "tpch, hits, h2o", Assert.Throws<QueryException>(() => DatasetCatalog.Named("tpcds")).Hint,
        StringComparison.Ordinal);

    private static async Task CheckAsync(string name, string scale, DatasetFormat format, int threads)
    {
        Dictionary<string, string> digests = File.ReadLines(Repository.PathOf("datasets", name, "MD5SUMS"))
            .Select(line => line.Split("  "))
            .ToDictionary(parts => parts[1], parts => parts[0]);
        List<string> differing = [];
        foreach (TableGenerator table in
            DatasetCatalog.Named(name).Tables(double.Parse(scale, CultureInfo.InvariantCulture)))
        {
            using TemporaryFolder folder = new();
            WrittenTable written = await new DatasetWriter(folder.Path, format, threads).WriteAsync(table);
            await using FileStream file = File.OpenRead(written.Path);
            // What the reference publishes are MD5 digests; nothing here depends on their strength.
#pragma warning disable CA5351
            string digest = Convert.ToHexStringLower(await MD5.HashDataAsync(file));
#pragma warning restore CA5351
            if (digest != digests[$"{name}-{scale}/{Path.GetFileName(written.Path)}"]) differing.Add(table.Name);
        }
        Assert.Empty(differing);
    }
}
