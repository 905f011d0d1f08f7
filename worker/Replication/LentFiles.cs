using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;
using ColFrag.Protocol.Stages;

namespace ColFrag.Worker.Replication;

/// <summary>
/// Column files of groups that lie on other workers, for as long as tasks read them here beside groups that lie here;
/// after that for other tasks, as far as there is room. Each is verified as a copy would be, and is none: nothing names
/// it, and the next start of the process deletes it.
/// </summary>
/// <param name="files">The disk.</param>
/// <param name="fetcher">Fetches and verifies.</param>
/// <param name="segments">What is open of segments.</param>
/// <param name="connections">The network.</param>
/// <param name="keptBytes">The most bytes that stay when nobody reads them.</param>
internal sealed class LentFiles(
    IFileSystem files, SegmentFetcher fetcher, SegmentCache segments, NodeConnections connections, long keptBytes)
    : ILender
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Entry> _entries = [];

    // The one that was used last is at the end.
    private readonly LinkedList<Entry> _idle = new();
    private long _bytes;

    /// <summary>Bytes that lie here.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock) return _bytes;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Loan> BorrowAsync(ImmutableArray<LentGroup> wanted, CancellationToken cancellationToken)
    {
        Borrowed loan = new(this);
        try
        {
            foreach (LentGroup group in wanted)
            {
                Entry entry = Take(group.Segment, loan);
                using IDisposable turn = await entry.Turn.EnterAsync(cancellationToken);
                if (!await TryFetchAsync(entry, group, loan, cancellationToken)) break;
            }
            return loan;
        }
        catch (Exception error)
        {
            if (error is CorruptDataException) loan.Doubt();
            await loan.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has a group fetched from the first worker that gives it.</summary>
    private async ValueTask<bool> TryFetchAsync(
        Entry entry, LentGroup wanted, Borrowed loan, CancellationToken cancellationToken)
    {
        string folder = StorePaths.Lent(wanted.Segment);
        if (fetcher.HasLent(wanted, folder)) return true;
        files.CreateFolder(folder);
        foreach (WorkerAddress source in wanted.Sources)
        {
            try
            {
                RpcConnection connection = await connections.GetAsync(source, cancellationToken);
                long fetched = await fetcher.FetchLentAsync(connection, wanted, folder, cancellationToken);
                loan.Count(fetched);
                Count(entry, fetched);
                return true;
            }
            catch (ColFragException error) when (!IsOwnFault(error, folder))
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool isBad = error is CorruptDataException or StorageException { SqlState: SqlStates.UndefinedFile };
                loan.Faults.Add(new LoanFault(
                    wanted.Segment, wanted.Group.Group, source.Worker, isBad, Failure.From(error)));
            }
        }
        loan.Fail();
        return false;
    }

    /// <summary>True for a disk here that is full or fails: no other source would help.</summary>
    private static bool IsOwnFault(ColFragException error, string folder) =>
        error is StorageException storage && storage.Path.Contains(folder, StringComparison.Ordinal);

    private Entry Take(long segment, Borrowed loan)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(segment, out Entry? entry)) _entries.Add(segment, entry = new Entry(segment));
            if (!loan.Entries.Add(entry)) return entry;
            if (entry.UserCount++ == 0) _idle.Remove(entry);
            return entry;
        }
    }

    private void Count(Entry entry, long bytes)
    {
        lock (_lock)
        {
            entry.Bytes += bytes;
            _bytes += bytes;
        }
    }

    private void Return(HashSet<Entry> entries, bool isDoubtful)
    {
        lock (_lock)
        {
            foreach (Entry entry in entries.OrderBy(e => e.Segment))
            {
                entry.IsDoubtful |= isDoubtful;
                if (--entry.UserCount > 0) continue;
                if (entry.IsDoubtful) Drop(entry);
                else _idle.AddLast(entry);
            }
            while (_bytes > keptBytes && _idle.First is { } oldest) Drop(oldest.Value);
        }
    }

    private void Drop(Entry entry)
    {
        _idle.Remove(entry);
        _entries.Remove(entry.Segment);
        _bytes -= entry.Bytes;
        segments.ForgetFiles(entry.Segment);
        try
        {
            files.DeleteFolder(StorePaths.Lent(entry.Segment));
        }
        catch (StorageException)
        {
            // A disk that fails: what stays costs room until the next start, and whoever wants it verifies its hash.
        }
    }

    /// <summary>What lies here of a segment.</summary>
    private sealed class Entry(long segment)
    {
        public long Segment => segment;

        /// <summary>One at a time fetches.</summary>
        public Gate Turn { get; } = new();

        public int UserCount { get; set; }

        public long Bytes { get; set; }

        public bool IsDoubtful { get; set; }
    }

    private sealed class Borrowed(LentFiles owner) : Loan
    {
        private bool _isDoubtful;

        public HashSet<Entry> Entries { get; } = [];

        public void Count(long bytes) => FetchedBytes += bytes;

        public void Fail() => IsComplete = false;

        public override void Doubt() => _isDoubtful = true;

        public override ValueTask DisposeAsync()
        {
            owner.Return(Entries, _isDoubtful);
            Entries.Clear();
            return ValueTask.CompletedTask;
        }
    }
}
