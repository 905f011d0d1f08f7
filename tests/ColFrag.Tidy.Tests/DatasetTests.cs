using System.Security.Cryptography;

namespace ColFrag.Tidy.Tests;

/// <summary>The data that come with the project are the bytes that their checksums name.</summary>
public sealed class DatasetTests
{
    /// <summary>Every data set.</summary>
    public static TheoryData<string> Folders => [.. FoldersWith("schema.sql")];

    /// <summary>Those whose files are in the tree; the others are made by <c>colfrag dataset</c>.</summary>
    public static TheoryData<string> FoldersWithData => [.. FoldersWith("SHA256SUMS")];

    [Theory]
    [MemberData(nameof(FoldersWithData))]
    public void Every_data_file_has_its_checksum(string name)
    {
        string folder = Repository.PathOf("datasets", name);
        Dictionary<string, string> expected = File.ReadLines(Path.Combine(folder, "SHA256SUMS"))
            .Select(line => line.Split("  ", 2))
            .ToDictionary(parts => parts[1], parts => parts[0]);

        string[] data = [.. Directory.GetFiles(folder)
            .Select(file => Path.GetFileName(file))
            .Where(file => Path.GetExtension(file) is ".csv" or ".parquet")];

        Assert.NotEmpty(data);
        Assert.Equal(expected.Keys.Order(), data.Order());
        foreach (string file in data)
        {
            byte[] hash = SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, file)));
            Assert.Equal(expected[file], Convert.ToHexStringLower(hash));
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_data_set_says_where_it_is_from(string name)
    {
        string readme = File.ReadAllText(Repository.PathOf("datasets", name, "README.md"));
        Assert.Contains("schema.sql", readme, StringComparison.Ordinal);
        Assert.Matches("(?i)licence|Apache-2.0", readme);
    }

    [Fact]
    public void The_data_stay_small_enough_to_clone() =>
        Assert.InRange(DataFiles.Sum(file => new FileInfo(Repository.PathOf(file)).Length), 1, 5_000_000);

    [Fact]
    public void Every_data_file_lies_in_a_folder_with_checksums() => Assert.All(
        DataFiles, file => Assert.Contains(Path.GetDirectoryName(file) + "/SHA256SUMS", SourceTree.Files));

    private static IEnumerable<string> DataFiles => SourceTree.Files
        .Where(file => file.StartsWith("datasets/", StringComparison.Ordinal))
        .Where(file => Path.GetExtension(file) is ".csv" or ".parquet");

    private static IEnumerable<string> FoldersWith(string file) =>
        Directory.GetDirectories(Repository.PathOf("datasets"))
            .Where(folder => File.Exists(Path.Combine(folder, file)))
            .Select(folder => Path.GetFileName(folder));
}
