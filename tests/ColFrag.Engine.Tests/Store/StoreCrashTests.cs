using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Tests.Catalog;

namespace ColFrag.Engine.Tests.Store;

/// <summary>
/// The same work on a disk that fails or stops at each of its calls in turn. What was acknowledged is there afterwards,
/// what was asked last is there as a whole or not at all, and nothing else is.
/// </summary>
public sealed class StoreCrashTests
{
    private static readonly StoreOptions s_small = new() { JournalFileBytes = 2000, JournalVectorBytes = 40 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_call_keeps_what_was_acknowledged(bool losesEverything)
    {
        int failing = 0;
        bool wasReached = true;
        while (wasReached)
        {
            failing++;
            StoreHarness store = new() { Options = s_small };
            store.Files.FailCall(failing, FileFault.Failure);
            Work work = new();
            await work.RunAsync(store, stopsAtError: true);
            wasReached = work.Failed;
            store.Files.Fault = null;
            store.Files = store.Files.Crash(losesEverything ? null : new SeededRandom(failing));
            await store.ReopenAsync(seed: failing);
            await work.CheckAsync(store, $"call {failing}");
            await store.DisposeAsync();
        }
        Assert.True(failing > 60);
    }

    [Theory]
    [InlineData(FileFault.Failure)]
    [InlineData(FileFault.DiskFull)]
    public async Task A_failing_call_loses_nothing_and_the_next_start_finds_everything(object fault)
    {
        int failing = 0;
        bool wasReached = true;
        while (wasReached)
        {
            failing++;
            StoreHarness store = new() { Options = s_small };
            store.Files.FailCall(failing, (FileFault)fault);
            Work work = new();
            await work.RunAsync(store, stopsAtError: false);
            wasReached = work.Failed;
            store.Files.Fault = null;
            if (work.IsOpen) await store.DisposeAsync();
            await store.ReopenAsync(seed: failing);
            await work.CheckAsync(store, $"call {failing}");
            // What the failure left behind is gone, and the store goes on.
            long table = await store.CreateTableAsync("after");
            await store.InsertAsync(table, 1);
            Assert.Equal([1], await store.ReadAsync(table));
            await store.DisposeAsync();
        }
        Assert.True(failing > 60);
    }

    [Fact]
    public async Task A_second_crash_during_recovery_changes_nothing()
    {
        for (int failing = 1; failing < 40; failing++)
        {
            StoreHarness store = new() { Options = s_small };
            Work work = new();
            await work.RunAsync(store, stopsAtError: true);
            store.Files = store.Files.Crash(new SeededRandom(failing));
            store.Files.FailCall(failing, FileFault.Failure);
            try
            {
                await store.ReopenAsync();
            }
            catch (StorageException)
            {
                // The machine stops again.
            }
            store.Files.Fault = null;
            store.Files = store.Files.Crash(new SeededRandom(failing));
            await store.ReopenAsync();
            await work.CheckAsync(store, $"call {failing}");
            await store.DisposeAsync();
        }
    }

    /// <summary>A fixed list of transactions, with what the tables contain after each.</summary>
    private sealed class Work
    {
        private readonly SortedDictionary<string, SortedSet<long>> _expected = [];
        private SortedDictionary<string, SortedSet<long>>? _asked;

        /// <summary>True when a call failed.</summary>
        public bool Failed { get; private set; }

        public bool IsOpen { get; private set; }

        public async Task RunAsync(StoreHarness store, bool stopsAtError)
        {
            if (!await Try(async () => await store.ReopenAsync(), null))
            {
                if (stopsAtError) return;
                if (!await Try(async () => await store.ReopenAsync(), null)) return;
            }
            IsOpen = true;
            (string Table, long[] Insert, long[] Delete, bool Create, bool Drop)[] steps =
            [
                ("a", [], [], true, false), ("a", [1, 2, 3], [], false, false), ("b", [], [], true, false),
                ("a", [4], [1, 2], false, false),
                ("b", [.. Enumerable.Range(100, 60).Select(i => (long)i)], [], false, false),
                ("a", [5, 6], [3], false, false),
                ("b", [], [.. Enumerable.Range(100, 30).Select(i => 2L * (i - 50))], false, false),
                ("c", [7], [], true, false), ("a", [], [], false, true), ("b", [8], [101, 103], false, false),
                ("a", [9], [], true, false), ("c", [10, 11], [7], false, false), ("c", [], [10, 11], false, false),
            ];
            foreach (var step in steps)
            {
                if (step.Create == _expected.ContainsKey(step.Table)) continue;
                SortedDictionary<string, SortedSet<long>> next = Copy(_expected);
                if (step.Create) next[step.Table] = [];
                if (step.Drop) next.Remove(step.Table);
                if (next.TryGetValue(step.Table, out SortedSet<long>? rows))
                {
                    rows.UnionWith(step.Insert);
                    rows.ExceptWith(step.Delete);
                }
                bool done = await Try(async () =>
                {
                    await using Transaction transaction = store.Tables.Begin();
                    if (step.Create)
                    {
                        transaction.CreateTable(TableStore.DefaultSchema, step.Table, StoreHarness.Define());
                    }
                    long table = transaction.FindTable(TableStore.DefaultSchema, step.Table)!.TableId;
                    if (step.Delete.Length > 0) StoreHarness.Delete(transaction, table, step.Delete);
                    if (step.Insert.Length > 0) await StoreHarness.InsertAsync(transaction, table, step.Insert);
                    if (step.Drop) transaction.Drop(NameSpace.Relation, TableStore.DefaultSchema, step.Table);
                    await transaction.CommitAsync();
                }, next);
                if (!done && stopsAtError) return;
                // Whether a failed commit took effect is open; what comes after would be judged by it.
                if (!done && !await Decide(store, next)) return;
            }
        }

        /// <summary>The store has what was acknowledged, or besides what was asked last.</summary>
        public async Task CheckAsync(StoreHarness store, string when)
        {
            string found = Text(await ReadAsync(store));
            string[] allowed = _asked is null ? [Text(_expected)] : [Text(_expected), Text(_asked)];
            Assert.True(allowed.Contains(found), $"{when}: found {found}, not {string.Join(" or ", allowed)}");
            await CheckFilesAsync(store);
        }

        /// <summary>Nothing lies in the folder that no version names.</summary>
        private static async Task CheckFilesAsync(StoreHarness store)
        {
            CatalogSnapshot catalog = store.Tables.Follower.Newest;
            SegmentRecord[] named = [.. catalog.TableIds.SelectMany(t => KeptSegments.Of(catalog, t))];
            HashSet<long> journals = [.. named.SelectMany(KeptSegments.ExtentsOf).Select(e => e.File)];
            Assert.All(
                StorePaths.List(store.Files, StorePaths.Journal, folders: false), f => Assert.Contains(f.Id, journals));
            HashSet<long> segments = [.. named.Select(s => s.Key.Id)];
            foreach ((_, string path) in StorePaths.List(store.Files, StorePaths.Tables, folders: true))
            {
                Assert.All(
                    StorePaths.List(store.Files, path, folders: true), f => Assert.Contains(f.Id, segments));
            }
            await Task.CompletedTask;
        }

        private async Task<bool> Try(Func<Task> step, SortedDictionary<string, SortedSet<long>>? next)
        {
            _asked = next;
            try
            {
                await step();
            }
            catch (StorageException)
            {
                Failed = true;
                return false;
            }
            if (next is not null)
            {
                _expected.Clear();
                foreach ((string table, SortedSet<long> rows) in next) _expected.Add(table, rows);
            }
            _asked = null;
            return true;
        }

        /// <summary>
        /// After an error, the store itself says what it has, if it can still be asked; false when it cannot.
        /// </summary>
        private async Task<bool> Decide(StoreHarness store, SortedDictionary<string, SortedSet<long>> next)
        {
            string found;
            try
            {
                found = Text(await ReadAsync(store));
            }
            catch (StorageException)
            {
                return false;
            }
            Assert.True(found == Text(_expected) || found == Text(next));
            // A catalog whose flush failed shows the last certain state and takes no more.
            bool goesOn = await Try(async () =>
            {
                await using Transaction transaction = store.Tables.Begin();
                transaction.CreateSchema($"s{store.Tables.NewId()}");
                await transaction.CommitAsync();
            }, Copy(found == Text(_expected) ? _expected : next));
            if (!goesOn) _asked = next;
            return goesOn;
        }

        private static async Task<SortedDictionary<string, SortedSet<long>>> ReadAsync(StoreHarness store)
        {
            SortedDictionary<string, SortedSet<long>> found = [];
            await using Transaction transaction = store.Tables.Begin();
            foreach ((_, string name, NameRecord record) in transaction.Catalog.Names(NameSpace.Relation))
            {
                found.Add(name, [.. StoreHarness.Ids(transaction.GetTable(record.Id))]);
            }
            return found;
        }

        private static SortedDictionary<string, SortedSet<long>> Copy(
            SortedDictionary<string, SortedSet<long>> tables) =>
            new(tables.ToDictionary(t => t.Key, t => new SortedSet<long>(t.Value)));

        private static string Text(SortedDictionary<string, SortedSet<long>> tables) => string.Join(
            "; ", tables.Select(
                t => string.Create(CultureInfo.InvariantCulture, $"{t.Key}: {string.Join(' ', t.Value)}")));
    }
}
