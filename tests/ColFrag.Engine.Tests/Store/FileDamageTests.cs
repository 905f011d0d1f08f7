using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Tests.Catalog;
using ColFrag.Engine.Tests.Storage;

namespace ColFrag.Engine.Tests.Store;

/// <summary>Random damage of the files that are not segments. COLFRAG_LONG=1 tries 100,000 of each kind.</summary>
public sealed class FileDamageTests
{
    private const int Keys = 12;
    private static readonly int s_rounds = RandomDamage.Rounds(300);
    private readonly ManualClock _clock = new();

    [Fact]
    public void Damaged_delete_vectors_are_found_out()
    {
        byte[][] vectors =
        [
            DeleteVector.Of(100_000, [1, 500, 99_999]).ToBytes(),
            DeleteVector.Of(5_000, Enumerable.Range(0, 5_000).Where(r => r % 3 == 0)).ToBytes(),
        ];
        for (int seed = 0; seed < s_rounds; seed++)
        {
            Random random = new(seed);
            byte[] damaged = RandomDamage.Of(vectors[seed % vectors.Length], random);
            MustFindOut(seed, () => DeleteVector.Read(damaged, "vector"));
        }
    }

    [Fact]
    public async Task Damaged_journals_are_found_out()
    {
        MemoryFileSystem files = new();
        await using Journal journal = await Journal.OpenAsync(files, Guid.NewGuid());
        JournalExtent[] extents = await journal.AppendAsync(
            [
                .. Enumerable.Range(1, 3).Select(
                    i => new JournalRecord(JournalRecordKind.Rows, 5, i, new byte[300 * i])),
            ]);
        string path = StorePaths.JournalFile(extents[0].File);
        byte[] whole = files.ReadAll(path, int.MaxValue);
        MemoryFileSystem copy = new();
        await copy.EnsureFolderAsync(StorePaths.Journal);
        for (int seed = 0; seed < s_rounds; seed++)
        {
            Random random = new(seed);
            (JournalExtent extent, int id) = (extents[seed % 3], (seed % 3) + 1);
            byte[] damaged = [.. whole];
            byte[] record = RandomDamage.Of(whole.AsSpan((int)extent.Offset, extent.Length), random);
            // A cut record is one whose end was never written.
            damaged.AsSpan((int)extent.Offset, extent.Length).Clear();
            record.CopyTo(damaged.AsSpan((int)extent.Offset));
            if (damaged.AsSpan().SequenceEqual(whole)) continue;
            await RandomDamage.ReplaceAsync(copy, path, damaged);
            MustFindOut(seed, () => Journal.Read(copy, extent, JournalRecordKind.Rows, 5, id));
        }
    }

    [Fact]
    public async Task Damaged_snapshots_of_the_catalog_are_found_out()
    {
        MemoryFileSystem files = await WriteCatalogAsync(withSnapshot: true);
        byte[] whole = files.ReadAll("catalog/snapshot", int.MaxValue);
        for (int seed = 0; seed < s_rounds; seed++)
        {
            await RandomDamage.ReplaceAsync(files, "catalog/snapshot", RandomDamage.Of(whole, new Random(seed)));
            ColFragException? error = null;
            try
            {
                await using LogCatalog catalog = await OpenAsync(files);
            }
            catch (ColFragException found)
            {
                error = found;
            }
            Assert.True(error is not null, $"seed {seed} was not found out");
        }
    }

    [Fact]
    public async Task A_damaged_log_of_the_catalog_is_found_out_or_ends_early()
    {
        MemoryFileSystem files = await WriteCatalogAsync(withSnapshot: false);
        byte[] whole = files.ReadAll("catalog/log", int.MaxValue);
        int found = 0;
        for (int seed = 0; seed < s_rounds; seed++)
        {
            await RandomDamage.ReplaceAsync(files, "catalog/log", RandomDamage.Of(whole, new Random(seed)));
            try
            {
                await using LogCatalog catalog = await OpenAsync(files);
                CatalogEntries entries = await catalog.ReadAsync(default);
                // The torn end of the last write is cut off; what stands before it is there, in order and unchanged.
                Assert.Equal(
                    Enumerable.Range(0, entries.Entries.Length).Select(KeyOf),
                    entries.Entries.Select(e => e.Key.ToString()));
            }
            catch (ColFragException)
            {
                found++;
            }
        }
        Assert.True(found > s_rounds / 2, $"only {found} of {s_rounds} were found out");
    }

    private static void MustFindOut(int seed, Action read)
    {
        try
        {
            read();
        }
        catch (CorruptDataException)
        {
            return;
        }
        catch (StorageException other) when (other.SqlState == SqlStates.FeatureNotSupported)
        {
            // The format number was hit: another version is refused before anything else is believed.
            return;
        }
        catch (Exception other)
        {
            Assert.Fail($"seed {seed}: {other}");
        }
        Assert.Fail($"seed {seed} was not found out");
    }

    private static string KeyOf(int i) => string.Create(CultureInfo.InvariantCulture, $"key{i:00}");

    private async Task<MemoryFileSystem> WriteCatalogAsync(bool withSnapshot)
    {
        MemoryFileSystem files = new();
        await using LogCatalog catalog = await OpenAsync(files);
        for (int i = 0; i < Keys; i++)
        {
            await catalog.CommitAsync(new CatalogTransaction().Put(new CatalogKey(KeyOf(i)), new byte[40 * i]));
        }
        if (withSnapshot) await catalog.CheckpointAsync();
        return files;
    }

    private async Task<LogCatalog> OpenAsync(MemoryFileSystem files) =>
        await LogCatalog.OpenAsync(files, "catalog", _clock, new SeededRandom(1));
}
