using System.Collections.Immutable;
using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;

namespace ColFrag.Coordinator.Loading;

/// <summary>
/// Copies of workers' segments that lie in this process's folder for as long as somebody reads them here: compaction
/// does. No version names them, so that a start after a crash deletes them.
/// </summary>
internal sealed class SegmentLoans(IFileSystem files, WorkerList workers, NodeConnections connections)
{
    private readonly SegmentFetcher _fetcher = new(files);
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Loan> _loans = [];

    /// <summary>What is open of segments in this process.</summary>
    public SegmentCache? Segments { get; set; }

    /// <summary>Fetches what does not lie here; it stays until the result is disposed of.</summary>
    /// <exception cref="ColFragException">Nobody who has a segment can give it.</exception>
    public async ValueTask<IAsyncDisposable> BorrowAsync(
        IReadOnlyCollection<SegmentRecord> segments, CancellationToken cancellationToken)
    {
        Borrowed borrowed = new(this);
        try
        {
            foreach (SegmentRecord segment in segments.Where(s => !s.IsJournal && !s.IsLocal))
            {
                Loan loan = Take(segment);
                borrowed.Add(loan);
                await loan.Fetching.OrCanceledAsync(cancellationToken);
            }
            return borrowed;
        }
        catch
        {
            await borrowed.DisposeAsync();
            throw;
        }
    }

    /// <summary>Deletes the column files of a segment that lie here; its delete vectors and keys stay.</summary>
    public void DeleteOwn(SegmentRecord segment)
    {
        Segments?.Forget(segment.Key.Id);
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        FileEntry[] entries = [.. files.List(folder)];
        foreach (FileEntry entry in entries.Where(
            e => StorePaths.ReadVectorId(e.Name) is null && !StorePaths.IsKeys(e.Name)))
        {
            files.DeleteFile(FilePath.Combine(folder, entry.Name));
        }
        if (files.FolderExists(folder) && files.List(folder).Count == 0) files.DeleteFolder(folder);
    }

    private Loan Take(SegmentRecord segment)
    {
        lock (_lock)
        {
            if (!_loans.TryGetValue(segment.Key.Id, out Loan? loan) || loan.UserCount == 0)
            {
                // One that is being deleted is fetched again after that.
                loan = new Loan(segment, FetchAsync(segment, loan?.Deleted.Task ?? Task.CompletedTask));
                _loans[segment.Key.Id] = loan;
            }
            loan.UserCount++;
            return loan;
        }
    }

    private async Task FetchAsync(SegmentRecord segment, Task before)
    {
        await Task.Yield();
        await before;
        foreach (GroupRecord group in segment.Groups) await FetchAsync(segment, group);
    }

    private async Task FetchAsync(SegmentRecord segment, GroupRecord group)
    {
        ColFragException? last = null;
        foreach (long holder in group.Workers.OrderByDescending(workers.IsLive))
        {
            if (workers.Find(holder) is not { } worker) continue;
            try
            {
                RpcConnection connection = await connections.GetAsync(worker.Address);
                await _fetcher.FetchAsync(
                    connection, segment.FolderTable, segment.Key.Id,
                    [new GroupHash(group.Group, group.ManifestHash)]);
                return;
            }
            catch (ColFragException error)
            {
                last = error;
            }
        }
        throw new ClusterException(
            $"No worker gives segment {segment.Key} ({last?.Message ?? "none is known"})",
            hint: "Start the workers that are away; colfrag_workers lists them.", inner: last);
    }

    private async ValueTask ReturnAsync(Loan loan)
    {
        lock (_lock)
        {
            if (--loan.UserCount > 0) return;
        }
        try
        {
            await loan.Fetching;
        }
        catch (ColFragException)
        {
            // What came before it failed is deleted all the same.
        }
        DeleteOwn(loan.Segment);
        lock (_lock)
        {
            if (_loans.GetValueOrDefault(loan.Segment.Key.Id) == loan) _loans.Remove(loan.Segment.Key.Id);
        }
        loan.Deleted.SetResult();
    }

    private sealed class Loan(SegmentRecord segment, Task fetching)
    {
        public SegmentRecord Segment => segment;

        public Task Fetching => fetching;

        /// <summary>Who reads it; at 0 it is being deleted.</summary>
        public int UserCount { get; set; }

        public TaskCompletionSource Deleted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Borrowed(SegmentLoans owner) : IAsyncDisposable
    {
        private ImmutableArray<Loan> _loans = [];

        public void Add(Loan loan) => _loans = _loans.Add(loan);

        public async ValueTask DisposeAsync()
        {
            ImmutableArray<Loan> loans = _loans;
            _loans = [];
            foreach (Loan loan in loans) await owner.ReturnAsync(loan);
        }
    }
}
