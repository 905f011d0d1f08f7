using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Store.Keys;
using ColFrag.Engine.Tests.Storage;

namespace ColFrag.Engine.Tests.Store;

/// <summary>
/// Keys in files answer like keys in memory, come and go with memory, and damage costs nothing but making them again.
/// </summary>
public sealed class KeyFileTests : IDisposable
{
    private const string Path = "keys-1";

    private readonly MemoryFileSystem _files = new();
    private readonly StorageCaches _caches = new(MemoryBroker.Unlimited);

    public void Dispose() => _caches.Dispose();

    public static TheoryData<string> Kinds => ["dense", "sparse", "hashes", "doubled", "signed", "few", "one", "none"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_file_has_the_keys_that_were_written(string kind)
    {
        using KeysInMemory memory = Make(kind, 7);
        KeyFile file = await WriteAsync(memory);
        Assert.Equal(memory.Count, file.Count);
        Assert.Equal(Read(memory), Read(file));
        Assert.True(memory.Repeated().SequenceEqual(file.Repeated()));
        foreach (ulong number in memory.Keys.Numbers.ToArray().Where((_, i) => i % 7 == 0))
        {
            Assert.Equal(memory.RowsOf(number), file.RowsOf(number));
            Assert.Equal(memory.RowsOf(number + 1), file.RowsOf(number + 1));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Two_files_match_as_their_keys_do_whichever_is_larger(string kind)
    {
        using KeysInMemory some = Make(kind, 7), others = Make(kind, 8);
        KeyFile file = await WriteAsync(some);
        ILookup<ulong, int> byNumber = Read(others).ToLookup(k => k.Number, k => k.Row);
        (int, int)[] expected = [.. Read(some).SelectMany(k => byNumber[k.Number].Select(row => (k.Row, row)))];
        Assert.True(expected.SequenceEqual(file.Matches(others)));
        IEnumerable<(int, int)> turned = others.Matches(file).Select(m => (m.Theirs, m.Mine));
        Assert.True(expected.Order().SequenceEqual(turned.Order()));
    }

    [Fact]
    public async Task Keys_are_found_with_less_memory_than_they_take()
    {
        using KeysInMemory memory = Make("hashes", 1, 1 << 20);
        (await WriteAsync(memory)).Dispose();
        MemoryBroker broker = new(8 << 20);
        using StorageCaches caches = new(broker);
        KeyFile file = KeyFile.Open(_files, caches.Blocks, Path);
        for (int i = 0; i < memory.Count; i += 997)
        {
            Assert.Contains(memory.Keys.Rows[i], file.RowsOf(memory.Keys.Numbers[i]));
            Assert.InRange(broker.UsedBytes, 1, 8 << 20);
        }
    }

    [Fact]
    public async Task Flipped_bits_and_cut_files_give_CorruptData_and_never_another_answer()
    {
        using KeysInMemory memory = Make("hashes", 3);
        await WriteAsync(memory);
        byte[] original = _files.ReadAll(Path, int.MaxValue);
        (ulong, int)[] expected = Read(memory);
        int rounds = Environment.GetEnvironmentVariable("COLFRAG_LONG") == "1" ? 100_000 : 300;
        for (int seed = 0; seed < rounds; seed++)
        {
            Random random = new(seed);
            byte[] damaged = random.Next(5) == 0 ? original[..random.Next(original.Length)] : [.. original];
            if (damaged.Length == original.Length)
            {
                int last = random.Next(2) == 0 ? 600 : damaged.Length;
                damaged[^(1 + random.Next(last))] ^= (byte)(1 << random.Next(8));
            }
            await RandomDamage.ReplaceAsync(_files, Path, damaged);
            try
            {
                KeyFile file = KeyFile.Open(_files, _caches.Blocks, Path);
                Assert.True(expected.SequenceEqual(Read(file)));
                // What was flipped is in the bloom filter then.
                for (int i = 0; i < expected.Length; i += 31) Assert.NotEmpty(file.RowsOf(expected[i].Item1));
                Assert.Fail($"seed {seed} was not found out");
            }
            catch (CorruptDataException)
            {
            }
            catch (StorageException other) when (other.SqlState == SqlStates.FeatureNotSupported)
            {
                // The format number was hit.
            }
        }
    }

    [Fact]
    public async Task A_damaged_index_with_a_good_checksum_gives_CorruptData_and_never_another_exception()
    {
        using KeysInMemory memory = Make("hashes", 3);
        await WriteAsync(memory);
        byte[] original = _files.ReadAll(Path, int.MaxValue);
        int length = BitConverter.ToInt32(original.AsSpan(original.Length - KeyFile.TrailerBytes));
        int start = original.Length - KeyFile.TrailerBytes - length;
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. original];
            damaged[start + random.Next(length)] ^= (byte)(1 << random.Next(8));
            uint checksum = Checksum.Crc32C(damaged.AsSpan(start, length));
            BitConverter.TryWriteBytes(damaged.AsSpan(damaged.Length - 4), checksum);
            await RandomDamage.ReplaceAsync(_files, Path, damaged);
            try
            {
                Read(KeyFile.Open(_files, _caches.Blocks, Path));
            }
            catch (CorruptDataException)
            {
            }
        }
    }

    [Fact]
    public async Task After_a_restart_rows_are_found_by_key_and_nothing_is_built()
    {
        await using StoreHarness store = await OpenAsync();
        long table = await CreateAsync(store);
        await store.InsertAsync(table, Enumerable.Range(0, 5_000).Select(i => i * 3L));
        Assert.Single(KeyFiles(store));
        await store.CloseAndReopenAsync();
        await using Transaction transaction = store.Tables.Begin();
        TableSnapshot snapshot = transaction.GetTable(table);
        KeyConstraint key = KeySearch.KeyOf(snapshot)!;
        Assert.IsType<KeyFile>(snapshot.Cache.FindKeys(snapshot.Segments[0], key));
        Assert.Equal(KeySearch.Outcome.Found, KeySearch.Find(snapshot, key, 2_997, out _, out int row));
        Assert.Equal(999, row);
        Assert.Equal(KeySearch.Outcome.Absent, KeySearch.Find(snapshot, key, 2_998, out _, out _));
    }

    [Fact]
    public async Task Compaction_and_a_lost_file_get_theirs_by_maintenance()
    {
        await using StoreHarness store = await OpenAsync();
        long table = await CreateAsync(store);
        for (int load = 0; load < 3; load++)
        {
            await store.InsertAsync(table, Enumerable.Range(load * 2_000, 2_000).Select(i => (long)i));
        }
        foreach (string path in KeyFiles(store)) store.Files.DeleteFile(path);
        await store.CloseAndReopenAsync();
        await store.Embedded.Maintenance.RunOnceAsync();
        Assert.Equal(3, KeyFiles(store).Length);
        Assert.Empty(Verify(store).Damages);
    }

    [Fact]
    public async Task Damage_in_a_key_file_is_reported_by_verify_and_mended_where_it_is_met()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            await using StoreHarness store = await OpenAsync();
            long table = await CreateAsync(store);
            await store.InsertAsync(table, Enumerable.Range(0, 5_000).Select(i => i * 1_000_003L));
            string path = Assert.Single(KeyFiles(store));
            Random random = new(seed);
            long length;
            using (IFile file = store.Files.OpenRead(path)) length = file.Length;
            store.Files.Flip(path, random.NextInt64(length), (byte)(1 << random.Next(8)));
            Assert.Contains(Verify(store).Damages, d => d.File == path);
            await store.CloseAndReopenAsync();
            QueryException error = await Assert.ThrowsAsync<QueryException>(
                () => store.InsertAsync(table, Enumerable.Range(4_000, 2_000).Select(i => i * 1_000_003L)));
            Assert.Equal(SqlStates.UniqueViolation, error.SqlState);
            await store.InsertAsync(table, Enumerable.Range(0, 2_000).Select(i => (i * 1_000_003L) + 1));
            await store.Embedded.Maintenance.RunOnceAsync();
            // A flip that no search came across, in a filter that was not asked, is still there to be found.
            Assert.All(Verify(store).Damages, d => Assert.Equal(path, d.File));
        }
    }

    [Fact]
    public async Task Keys_that_are_not_those_of_the_rows_are_reported_although_all_checksums_are_good()
    {
        await using StoreHarness store = await OpenAsync();
        long table = await CreateAsync(store);
        await store.InsertAsync(table, Enumerable.Range(0, 2_000).Select(i => (long)i));
        string path = Assert.Single(KeyFiles(store));
        KeyFileIndex index = KeyFile.Open(store.Files, _caches.Blocks, path).Index;
        using KeysInMemory wrong = Of([.. Enumerable.Range(0, 2_000).Select(i => (ulong)i)], row => 1_999 - row);
        await KeyFileWriter.WriteAsync(
            store.Files, path, wrong, (index.TableId, index.SegmentId, index.RowCount), index.Columns);
        Assert.Equal(path, Assert.Single(Verify(store).Damages).File);
    }

    private static Task<StoreHarness> OpenAsync() => StoreHarness.OpenAsync(new StoreOptions { JournalRows = 1_000 });

    private static async Task<long> CreateAsync(StoreHarness store)
    {
        await using Transaction transaction = store.Tables.Begin();
        long id = transaction.CreateTable(
            TableStore.DefaultSchema, "t", StoreHarness.Define() with { PrimaryKey = [1] }, 1);
        await transaction.CommitAsync();
        return id;
    }

    private static VerificationResult Verify(StoreHarness store) =>
        new FolderVerification(store.Files, MemoryBroker.Unlimited).Run();

    private static string[] KeyFiles(StoreHarness store) =>
    [
        .. StorePaths.List(store.Files, StorePaths.Tables, folders: true)
            .SelectMany(t => StorePaths.List(store.Files, t.Path, folders: true))
            .SelectMany(s => store.Files.List(s.Path).Select(e => FilePath.Combine(s.Path, e.Name)))
            .Where(StorePaths.IsKeys),
    ];

    private async Task<KeyFile> WriteAsync(KeysInMemory keys)
    {
        await KeyFileWriter.WriteAsync(_files, Path, keys, (1, 2, Math.Max(1, keys.Count)), [1]);
        return KeyFile.Open(_files, _caches.Blocks, Path);
    }

    private static (ulong Number, int Row)[] Read(SegmentKeys keys)
    {
        List<(ulong, int)> found = [];
        using KeyCursor cursor = new(keys);
        while (cursor.Next()) found.Add((cursor.Number, cursor.Row));
        return [.. found];
    }

    private static KeysInMemory Make(string kind, int seed, int count = 9_000)
    {
        Random random = new(seed);
        Func<int, ulong> number = kind switch
        {
            "dense" => i => (ulong)(i + (seed * 100)),
            "sparse" => i => (ulong)i * 1_000_003,
            "doubled" => i => (ulong)(i / 5 * 3),
            "signed" => i => (ulong)(i - 4_500L),
            "hashes" => _ => (ulong)random.NextInt64() * 3,
            _ => _ => (ulong)random.NextInt64(50),
        };
        int rows = kind switch { "few" => 20, "one" => 1, "none" => 0, _ => count };
        // The second of a pair is much smaller where that decides how they are compared.
        if (seed == 8 && kind == "sparse") rows = 40;
        return Of([.. Enumerable.Range(0, rows).Select(number).Order()], row => (int)(row * 7919L % rows));
    }

    private static unsafe KeysInMemory Of(ulong[] numbers, Func<int, int> rowOf)
    {
        int count = numbers.Length;
        KeyPage page = new(NativeBuffer.Allocate(KeyPage.SizeOf(count), MemoryAccount.Untracked), count, count);
        numbers.CopyTo(page.Numbers);
        for (int i = 0; i < count; i++) page.Rows[i] = rowOf(i);
        return new KeysInMemory(page, isExact: true);
    }
}
