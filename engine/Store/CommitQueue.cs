using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>
/// Turns what callers want to commit into catalog transactions, one at a time, each with as many of the waiting commits
/// as fit. Within one process nobody loses a race this way; against other processes the compares of the transaction
/// decide, and the loser looks again.
/// </summary>
internal sealed class CommitQueue
{
    // Of the compares and writes of a catalog transaction, a table takes one and two or a few more, a load two and one.
    private const int MaxMembers = 50;
    private const int MaxTables = 30;
    private const int MaxLoads = 25;
    private const int MaxEdits = 400;
    private const int MaxTries = 1000;

    private readonly ICatalog _catalog;
    private readonly CatalogFollower _follower;
    private readonly IFragmentStore _fragments;
    private readonly IClock _clock;
    private readonly IRandom _random;
    private readonly TimeSpan _unknownDeadline;
    private readonly Turns<Member> _turns;

    public CommitQueue(
        ICatalog catalog, CatalogFollower follower, IFragmentStore fragments, IClock clock, IRandom random,
        TimeSpan unknownDeadline)
    {
        _catalog = catalog;
        _follower = follower;
        _fragments = fragments;
        _clock = clock;
        _random = random;
        _unknownDeadline = unknownDeadline;
        _turns = new Turns<Member>(CommitAllAsync);
    }

    /// <summary>Commits, or says that something moved on and the request must be worked out anew.</summary>
    /// <exception cref="QueryException">It can never be committed.</exception>
    /// <exception cref="ClusterException">
    /// The outcome is not known; the same load can be sent again, and is then committed once.
    /// </exception>
    public async ValueTask<CommitOutcome> CommitAsync(
        CommitRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Member member = new(request);
        await _turns.RunAsync(member);
        if (member.Failure is not null) throw member.Failure;
        return member.Outcome!;
    }

    /// <summary>Ends when no commit is on its way.</summary>
    public Task WhenIdleAsync() => _turns.WhenIdleAsync();

    private async ValueTask CommitAllAsync(IReadOnlyList<Member> members)
    {
        Queue<Member> waiting = new(members);
        while (waiting.Count > 0) await CommitSomeAsync(waiting);
    }

    /// <summary>One catalog transaction with the first of those who wait and as many others as fit.</summary>
    private async ValueTask CommitSomeAsync(Queue<Member> waiting)
    {
        List<Member> group = [];
        for (int attempt = 0; ; attempt++)
        {
            Invariant.Holds(attempt < MaxTries);
            Gathering gathering = new(_follower.Newest, _fragments, _clock.UtcNow);
            foreach (Member member in group) gathering.Take(member);
            while (waiting.Count > 0 && gathering.HasRoomFor(waiting.Peek())) gathering.Take(waiting.Dequeue());
            group = gathering.Members;
            if (group.Count == 0) return;
            await Buggify.PauseAsync("a commit was worked out");
            try
            {
                CatalogOutcome outcome = await SendAsync(gathering.ToTransaction(_clock.UtcNow));
                if (outcome.Succeeded)
                {
                    gathering.Finish(_follower.Tables, outcome.Revision);
                    return;
                }
                await _follower.GetAsync(outcome.Revision);
                group = AfterConflict(group, outcome);
            }
            catch (ColFragException error)
            {
                foreach (Member member in group) member.Failure = error;
                return;
            }
        }
    }

    /// <summary>
    /// Sends a transaction until there is an answer; one with attempts can be sent twice without harm.
    /// </summary>
    private async ValueTask<CatalogOutcome> SendAsync(CatalogTransaction transaction)
    {
        TimeSpan deadline = _clock.Monotonic + _unknownDeadline;
        for (int failures = 0; ; failures++)
        {
            try
            {
                return await _catalog.CommitAsync(transaction);
            }
            catch (ClusterException error) when (error.IsTransient)
            {
                bool isSafe = transaction.ReadsOnConflict.Count > 0;
                if (!isSafe || _clock.Monotonic >= deadline) throw Unknown(error);
                int pause = Math.Min(5_000, 50 << Math.Min(failures, 8));
                await _clock.Delay(TimeSpan.FromMilliseconds(1 + _random.Next(pause)));
            }
        }
    }

    /// <summary>Answers those whose case is decided; gives back the others, to be tried again.</summary>
    private static List<Member> AfterConflict(List<Member> group, CatalogOutcome outcome)
    {
        List<Member> again = [];
        int read = 0;
        foreach (Member member in group)
        {
            foreach (LoadClaim claim in member.Request.Loads)
            {
                CatalogEntry? load = outcome.Reads[read++].Single, tombstone = outcome.Reads[read++].Single;
                if (load is not null) member.Outcome = EarlierOutcome(load, claim, member.Outcome);
                else if (tombstone is not null) member.Failure = Collected(claim.Attempt);
            }
            if (member.Outcome is not null) member.Failure = null;
            if (member.Outcome is not null || member.Failure is not null) continue;
            // What the caller compared besides may have changed for good: only the caller knows.
            if (member.Request.Compares.Length > 0) member.Outcome = CommitOutcome.Stale;
            else again.Add(member);
        }
        return again;
    }

    /// <summary>
    /// What a member is told of which a load is committed: by this very try, whose answer was lost, or by another one,
    /// of which it is told first.
    /// </summary>
    private static CommitOutcome EarlierOutcome(CatalogEntry load, LoadClaim claim, CommitOutcome? told)
    {
        LoadRecord record = LoadRecord.Read(load);
        if (told is not null && record.Attempt == claim.Attempt) return told;
        return new CommitOutcome(true, load.ModRevision, [record.Version], record);
    }

    private static ClusterException Collected(AttemptId attempt) => new(
        $"The files of this try were collected: {attempt}", hint: "Send the rows again as a new try.");

    private static ClusterException Unknown(ClusterException error) => new(
        "It is not known whether the commit took effect: the catalog does not answer", isTransient: false,
        hint: "Send the same load again, with the same load id: it is then committed once.", inner: error);

    /// <summary>One who waits for a commit.</summary>
    private sealed class Member(CommitRequest request)
    {
        public CommitRequest Request => request;

        public CommitOutcome? Outcome { get; set; }

        public Exception? Failure { get; set; }
    }

    /// <summary>Commits that go into one catalog transaction.</summary>
    private sealed class Gathering(CatalogSnapshot catalog, IFragmentStore fragments, DateTime now)
    {
        private readonly HashSet<LoadId> _loads = [];
        private SortedDictionary<long, TableDraft> _drafts = [];

        public List<Member> Members { get; } = [];

        /// <summary>True for the first, and for others as long as the limits of a transaction are far away.</summary>
        public bool HasRoomFor(Member member)
        {
            if (Members.Count == 0) return true;
            CommitRequest request = member.Request;
            // A load that comes twice waits for its first answer; what writes names goes alone.
            return Members.Count < MaxMembers && _drafts.Count + request.Tables.Length <= MaxTables &&
                _drafts.Values.Sum(d => d.EditCount) + request.Tables.Sum(CountEdits) <= MaxEdits &&
                _loads.Count + request.Loads.Length <= MaxLoads &&
                request.Compares.IsEmpty && request.Writes.IsEmpty &&
                Members[0].Request.Compares.IsEmpty && Members[0].Request.Writes.IsEmpty &&
                !request.Loads.Any(claim => _loads.Contains(claim.Attempt.Load));
        }

        /// <summary>Works a member into the drafts; one that does not fit any more is told so and left out.</summary>
        public void Take(Member member)
        {
            SortedDictionary<long, TableDraft> drafts = new(_drafts);
            try
            {
                foreach (TableChange change in member.Request.Tables)
                {
                    if (!NewPlaces(change).All(fragments.IsReachable)) throw Lost();
                    long table = change.Base.TableId;
                    TableDraft? draft = drafts.TryGetValue(table, out TableDraft? begun) ? begun
                        : TableDraft.TryBegin(catalog, change, now) ?? throw Gone();
                    draft = draft.TryTake(change, LoadsOf(member.Request, table));
                    if (draft is null)
                    {
                        member.Outcome = CommitOutcome.Stale;
                        return;
                    }
                    drafts[table] = draft;
                }
            }
            catch (ColFragException error)
            {
                member.Failure = error;
                return;
            }
            _drafts = drafts;
            Members.Add(member);
            _loads.UnionWith(member.Request.Loads.Select(claim => claim.Attempt.Load));
        }

        public CatalogTransaction ToTransaction(DateTime commitTime)
        {
            CatalogTransaction transaction = new();
            foreach (TableDraft draft in _drafts.Values) draft.Write(transaction);
            foreach (CommitRequest request in Members.Select(m => m.Request))
            {
                foreach (CatalogCompare compare in request.Compares) transaction.When(compare);
                foreach (CatalogWrite write in request.Writes) transaction.Write(write);
                foreach (LoadClaim claim in request.Loads) Write(transaction, claim, commitTime);
            }
            return transaction;
        }

        private void Write(CatalogTransaction transaction, LoadClaim claim, DateTime commitTime)
        {
            AttemptId attempt = claim.Attempt;
            long version = _drafts.TryGetValue(claim.TableId, out TableDraft? draft) ? draft.Version : 0;
            LoadRecord record = new(attempt, claim.TableId, version, claim.RowCount, commitTime);
            if (Safeguards.Keep(Safeguard.LoadCompare)) transaction.WhenAbsent(CatalogKeys.Load(attempt.Load));
            transaction.WhenAbsent(CatalogKeys.Tombstone(attempt))
                .Put(CatalogKeys.Load(attempt.Load), record.ToBytes())
                .ReadOnConflict(CatalogRead.Of(CatalogKeys.Load(attempt.Load)))
                .ReadOnConflict(CatalogRead.Of(CatalogKeys.Tombstone(attempt)));
        }

        /// <summary>Tells all members.</summary>
        public void Finish(TableStateCache tables, long revision)
        {
            foreach (TableDraft draft in _drafts.Values) tables.Keep(draft.Finish());
            foreach (Member member in Members)
            {
                ImmutableArray<long> versions =
                    [.. member.Request.Tables.Select(t => _drafts[t.Base.TableId].Version)];
                member.Outcome = new CommitOutcome(true, revision, versions);
            }
        }

        private static IEnumerable<LoadId> LoadsOf(CommitRequest request, long table) =>
            request.Loads.Where(claim => claim.TableId == table).Select(claim => claim.Attempt.Load);

        private static int CountEdits(TableChange change) =>
            change.Added.Length + change.Removed.Length + change.Deleted.Length + change.Edits.Length;

        /// <summary>
        /// Where a change says that rows lie, column group by column group. A worker that is gone for good, its disk
        /// too, never registers again under its id, so no compare tells of it.
        /// </summary>
        private static IEnumerable<long[]> NewPlaces(TableChange change) =>
        [
            .. change.Added.Where(s => !s.IsLocal).SelectMany(s => s.Groups).Select(g => g.Workers.ToArray()),
            .. change.Edits.OfType<SetWorkers>().Select(e => e.Workers.ToArray()),
        ];

        private static QueryException Lost() => new(
            SqlStates.SerializationFailure,
            "No worker that has the new rows is there any more; nothing of this transaction was kept",
            hint: "Run it again.");

        private static QueryException Gone() => new(
            SqlStates.SerializationFailure, "The table was dropped while this transaction changed it",
            hint: "Nothing of this transaction was kept; run it again.");
    }
}
