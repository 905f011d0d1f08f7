using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Tests.Store;

/// <summary>What reading a folder again finds. COLFRAG_LONG=1 flips many more bits.</summary>
public sealed class FolderVerificationTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("COLFRAG_LONG") == "1" ? 100_000 : 400;

    [Fact]
    public async Task A_folder_as_it_was_written_has_no_damage()
    {
        await using StoreHarness store = await MakeAsync();
        VerificationResult result = Verify(store.Files);
        Assert.Empty(result.Damages);
        Assert.Empty(result.Unnamed);
        Assert.True(result.Segments >= 4, $"{result.Segments} segments");
        Assert.True(result.Rows >= 9_003, $"{result.Rows} rows");
    }

    [Fact]
    public async Task Every_bit_that_flips_in_a_file_of_a_segment_is_found_with_its_file()
    {
        await using StoreHarness store = await MakeAsync();
        string[] paths = [.. FilesBelow(store.Files, StorePaths.Tables)];
        Assert.Contains(paths, p => p.Contains("/dv-", StringComparison.Ordinal));
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            string path = paths[random.Next(paths.Length)];
            long length;
            using (IFile file = store.Files.OpenRead(path)) length = file.Length;
            (long offset, byte bits) = (random.NextInt64(length), (byte)(1 << random.Next(8)));
            store.Files.Flip(path, offset, bits);
            VerificationResult result = Verify(store.Files);
            Assert.True(
                result.Damages.Any(d => d.File == path), $"seed {seed}: {path} at {offset}: {result.Damages.Length}");
            store.Files.Flip(path, offset, bits);
        }
        Assert.Empty(Verify(store.Files).Damages);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_found()
    {
        await using StoreHarness store = await MakeAsync();
        string[] paths = [.. FilesBelow(store.Files, StorePaths.Tables)];
        foreach (string path in paths) store.Files.DeleteFile(path);
        VerificationResult result = Verify(store.Files);
        Assert.All(
            paths.Where(p => p.Contains("/manifest-", StringComparison.Ordinal)),
            p => Assert.Contains(result.Damages, d => d.File == p));
        Assert.NotEmpty(result.DamagedSegments);
    }

    [Fact]
    public async Task A_flipped_bit_in_named_rows_of_the_journal_is_found()
    {
        await using StoreHarness store = await MakeAsync();
        CatalogSnapshot catalog = store.Tables.Follower.Newest;
        SegmentRecord rows = catalog.TableIds.SelectMany(t => KeptSegments.Of(catalog, t)).First(s => s.IsJournal);
        JournalExtent extent = rows.Journal!.Value;
        for (int i = 0; i < extent.Length; i++)
        {
            store.Files.Flip(StorePaths.JournalFile(extent.File), extent.Offset + i, 4);
            Assert.NotEmpty(Verify(store.Files).Damages);
            store.Files.Flip(StorePaths.JournalFile(extent.File), extent.Offset + i, 4);
        }
    }

    [Fact]
    public async Task What_no_version_names_is_told_and_is_no_damage()
    {
        await using StoreHarness store = await MakeAsync();
        await store.Files.EnsureFolderAsync(StorePaths.Segment(77, 88));
        VerificationResult result = Verify(store.Files);
        Assert.Empty(result.Damages);
        Assert.Equal(StorePaths.Segment(77, 88), Assert.Single(result.Unnamed));
    }

    [Fact]
    public void A_folder_of_something_else_is_refused() =>
        Assert.Throws<Errors.StorageException>(() => Verify(new MemoryFileSystem()));

    /// <summary>
    /// Column files, delete vectors as files and in the journal, rows in the journal, two kinds of cut.
    /// </summary>
    private static async Task<StoreHarness> MakeAsync()
    {
        StoreOptions options = new() { JournalRows = 1_000, JournalVectorBytes = 64 };
        StoreHarness store = await StoreHarness.OpenAsync(options);
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, Enumerable.Range(0, 6_000).Select(i => (long)i));
        await store.DeleteAsync(table, Enumerable.Range(0, 3_000).Select(i => (long)i * 2));
        await store.InsertAsync(table, 10_000, 10_001, 10_002);
        await store.DeleteAsync(table, 10_001);
        long cut = await store.CreateTableAsync("cut", new FragmentScheme(Distribution.Hash, [1]), 3);
        await store.InsertAsync(cut, Enumerable.Range(0, 3_000).Select(i => (long)i));
        return store;
    }

    private static VerificationResult Verify(IFileSystem files) =>
        new FolderVerification(files, MemoryBroker.Unlimited).Run();

    private static IEnumerable<string> FilesBelow(IFileSystem files, string folder)
    {
        foreach (FileEntry entry in files.List(folder))
        {
            string path = FilePath.Combine(folder, entry.Name);
            if (!entry.IsFolder) yield return path;
            else foreach (string below in FilesBelow(files, path)) yield return below;
        }
    }
}
