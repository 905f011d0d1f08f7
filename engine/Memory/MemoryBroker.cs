namespace ColFrag.Engine.Memory;

/// <summary>
/// Counts every native byte of a process against one limit. Whoever allocates reserves first, on an account of its
/// own. When the limit is short, caches are asked to shrink, then the largest spillable accounts (of the asking query
/// first) are asked to spill, a flag they see at their next batch; then the reservation is refused.
/// <para>
/// Accounts that can spill ask before every batch whether there is room (<see cref="MemoryAccount.TryIntend"/>) and
/// leave an eighth of the limit to those that cannot: an index that is being finished, vectors, the blocks of a scan.
/// </para>
/// </summary>
internal sealed class MemoryBroker(long limitBytes)
{
    private const long MaxUnusedBytes = 512L << 20;

    /// <summary>Who never had more leaves little behind.</summary>
    private const long LargePeakBytes = 64L << 20;

    /// <summary>To ask an account for less frees nothing that is worth a file.</summary>
    private const long FewestSpilledBytes = 64 << 10;

    private readonly Lock _lock = new();
    private readonly HashSet<MemoryAccount> _accounts = [];
    private long _usedBytes;
    private long _peakBytes;
    private long _abandonedBytes;
    private long _intendedBytes;

    /// <summary>A broker that never refuses, for tools and tests.</summary>
    public static MemoryBroker Unlimited { get; } = new(long.MaxValue);

    /// <summary>Blocks that are free and stay for the next who asks.</summary>
    public BlockPool Blocks { get; } = new(Math.Min(limitBytes / 8, MaxUnusedBytes));

    /// <summary>The limit that it was made with.</summary>
    public long DefaultLimitBytes { get; } = limitBytes;

    /// <summary>The limit; may be changed while running.</summary>
    public long LimitBytes { get; set; } = limitBytes;

    /// <summary>Bytes reserved now.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>The most bytes ever reserved at once.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Bytes that accounts still had when they were closed: none, unless a buffer was forgotten.</summary>
    public long AbandonedBytes => Interlocked.Read(ref _abandonedBytes);

    /// <summary>Number of accounts that are open.</summary>
    public int AccountCount
    {
        get
        {
            lock (_lock) return _accounts.Count;
        }
    }

    /// <summary>Called to give back cached bytes; returns how many it freed.</summary>
    public Func<long, long>? ShrinkCaches { get; set; }

    /// <summary>Gives unused memory back to the system: nobody will ask any more.</summary>
    public void Close() => Blocks.Close(trimsAllocator: PeakBytes >= LargePeakBytes);

    /// <summary>A new account.</summary>
    /// <param name="name">Whose bytes, for people.</param>
    /// <param name="query">Groups the accounts of one query; null for caches.</param>
    /// <param name="mayExceed">For <see cref="MemoryAccount.MayExceed"/>.</param>
    public MemoryAccount CreateAccount(string name, object? query = null, bool mayExceed = false)
    {
        MemoryAccount account = new(this, name, query) { MayExceed = mayExceed };
        // Nobody asks the accounts of a broker without a limit, and it is shared by all tests.
        if (!ReferenceEquals(this, Unlimited))
        {
            lock (_lock) _accounts.Add(account);
        }
        return account;
    }

    /// <summary>The accounts that are open, for people.</summary>
    public MemoryAccount[] GetAccounts()
    {
        lock (_lock) return [.. _accounts];
    }

    internal bool TryReserve(MemoryAccount account, long bytes)
    {
        if (TryTake(bytes, isForced: false)) return true;
        long missing = UsedBytes + bytes - LimitBytes;
        if (ShrinkCaches is not null && account.Query is not null && ShrinkCaches(missing) > 0 &&
            TryTake(bytes, isForced: false))
        {
            return true;
        }
        RequestSpill(account, missing);
        return account.MayExceed && TryTake(bytes, isForced: true);
    }

    /// <summary>True when an account that can spill may take so many bytes more.</summary>
    internal bool HasRoom(MemoryAccount account, long bytes)
    {
        long limit = LimitBytes;
        long most = limit - (limit / 8);
        bytes += Interlocked.Read(ref _intendedBytes) - account.IntendedBytes;
        long missing = UsedBytes + bytes - most;
        if (missing <= 0) return true;
        if (ShrinkCaches is not null) ShrinkCaches(missing);
        missing = UsedBytes + bytes - most;
        if (missing <= 0) return true;
        return !RequestSpill(account, missing) && UsedBytes + bytes <= limit - (limit / 16);
    }

    internal void Intend(long bytes) => Interlocked.Add(ref _intendedBytes, bytes);

    internal void Give(long bytes) => Interlocked.Add(ref _usedBytes, -bytes);

    internal void Remove(MemoryAccount account, long abandonedBytes)
    {
        Interlocked.Add(ref _abandonedBytes, abandonedBytes);
        lock (_lock) _accounts.Remove(account);
    }

    private bool TryTake(long bytes, bool isForced)
    {
        long used = Interlocked.Add(ref _usedBytes, bytes);
        if (used > Interlocked.Read(ref _peakBytes)) Interlocked.Exchange(ref _peakBytes, used);
        long unused = Blocks.KeptBytes;
        if (used + unused <= LimitBytes) return true;
        if (unused > 0) Blocks.Drain(used + unused - LimitBytes);
        if (used <= LimitBytes || isForced) return true;
        Interlocked.Add(ref _usedBytes, -bytes);
        return false;
    }

    /// <summary>
    /// Asks accounts to spill, the largest first and those of the asker's query before others. True when the asker is
    /// one of them.
    /// </summary>
    private bool RequestSpill(MemoryAccount asker, long missing)
    {
        lock (_lock)
        {
            IEnumerable<MemoryAccount> candidates = _accounts
                .Where(a => a.IsSpillable && (a == asker || a.UsedBytes >= FewestSpilledBytes))
                .OrderByDescending(a => a.Query == asker.Query)
                .ThenByDescending(a => a.UsedBytes);
            bool isAsked = false;
            foreach (MemoryAccount candidate in candidates)
            {
                if (missing <= 0) break;
                if (candidate == asker) isAsked = true;
                else candidate.SpillRequested = true;
                missing -= candidate.UsedBytes;
            }
            return isAsked;
        }
    }
}
