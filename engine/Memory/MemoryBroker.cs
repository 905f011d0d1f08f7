using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Memory;

/// <summary>
/// Counts every native byte of a process against one limit. Whoever allocates reserves first, on an account of its
/// own. When the limit is short, caches are asked to shrink, then the largest spillable accounts (of the asking query
/// first) are asked to spill, a flag they see at their next batch; then the reservation is refused.
/// </summary>
internal sealed class MemoryBroker(long limitBytes)
{
    private const long MaxUnusedBytes = 512L << 20;

    private readonly Lock _lock = new();
    private readonly List<MemoryAccount> _accounts = [];
    private long _usedBytes;

    /// <summary>A broker that never refuses, for tools and tests.</summary>
    public static MemoryBroker Unlimited { get; } = new(long.MaxValue);

    /// <summary>Blocks that are free and stay for the next who asks.</summary>
    public BlockPool Blocks { get; } = new(Math.Min(limitBytes / 8, MaxUnusedBytes));

    /// <summary>The limit; may be changed while running.</summary>
    public long LimitBytes { get; set; } = limitBytes;

    /// <summary>Bytes reserved now.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>Called to give back cached bytes; returns how many it freed.</summary>
    public Func<long, long>? ShrinkCaches { get; set; }

    /// <summary>A new account. <paramref name="query"/> groups the accounts of one query; null for caches.</summary>
    public MemoryAccount CreateAccount(string name, object? query = null)
    {
        MemoryAccount account = new(this, name, query);
        lock (_lock) _accounts.Add(account);
        return account;
    }

    internal bool TryReserve(MemoryAccount account, long bytes)
    {
        if (TryTake(bytes)) return true;
        long missing = UsedBytes + bytes - LimitBytes;
        if (ShrinkCaches is not null && account.Query is not null && ShrinkCaches(missing) > 0 && TryTake(bytes))
            return true;
        RequestSpill(account, missing);
        return false;
    }

    internal void Give(long bytes) => Interlocked.Add(ref _usedBytes, -bytes);

    internal void Remove(MemoryAccount account)
    {
        lock (_lock) _accounts.Remove(account);
    }

    private bool TryTake(long bytes)
    {
        long used = Interlocked.Add(ref _usedBytes, bytes);
        long unused = Blocks.KeptBytes;
        if (used + unused <= LimitBytes) return true;
        if (unused > 0) Blocks.Drain(used + unused - LimitBytes);
        if (used <= LimitBytes) return true;
        Interlocked.Add(ref _usedBytes, -bytes);
        return false;
    }

    private void RequestSpill(MemoryAccount asker, long missing)
    {
        lock (_lock)
        {
            IEnumerable<MemoryAccount> candidates = _accounts
                .Where(a => a.IsSpillable && a != asker)
                .OrderByDescending(a => a.Query == asker.Query)
                .ThenByDescending(a => a.UsedBytes);
            foreach (MemoryAccount candidate in candidates)
            {
                if (missing <= 0) break;
                candidate.SpillRequested = true;
                missing -= candidate.UsedBytes;
            }
        }
    }
}

/// <summary>The bytes of one operator, cache or buffer.</summary>
internal sealed class MemoryAccount : IDisposable
{
    private readonly MemoryBroker _broker;
    private long _usedBytes;
    private long _peakBytes;
    private volatile bool _spillRequested;

    internal MemoryAccount(MemoryBroker broker, string name, object? query)
    {
        _broker = broker;
        Name = name;
        Query = query;
    }

    /// <summary>An account that counts for nobody, for tools and tests.</summary>
    public static MemoryAccount Untracked { get; } = new(MemoryBroker.Unlimited, "untracked", null);

    /// <summary>Where blocks come from and go to.</summary>
    public BlockPool Blocks => _broker.Blocks;

    /// <summary>Whose bytes, for people.</summary>
    public string Name { get; }

    /// <summary>The query it belongs to, or null.</summary>
    public object? Query { get; }

    /// <summary>True while the holder is able to spill on request.</summary>
    public bool IsSpillable { get; set; }

    /// <summary>Set by the broker; the holder looks at its next batch, spills and clears it.</summary>
    public bool SpillRequested
    {
        get => _spillRequested;
        set => _spillRequested = value;
    }

    /// <summary>Bytes reserved now.</summary>
    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>The most bytes ever reserved at once.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Reserves bytes, or returns false when the limit is reached.</summary>
    public bool TryReserve(long bytes)
    {
        if (!_broker.TryReserve(this, bytes)) return false;
        long used = Interlocked.Add(ref _usedBytes, bytes);
        if (used > Interlocked.Read(ref _peakBytes)) Interlocked.Exchange(ref _peakBytes, used);
        return true;
    }

    /// <summary>Reserves bytes.</summary>
    /// <exception cref="QueryException">53200: the memory limit is reached.</exception>
    public void Reserve(long bytes)
    {
        if (TryReserve(bytes)) return;
        // Dictionaries of files are left to the collector, which does not know of the limit.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (TryReserve(bytes)) return;
        throw new QueryException(
            SqlStates.OutOfMemory,
            $"Out of memory: {Name} needs {bytes:N0} bytes more, {_broker.UsedBytes:N0} of {_broker.LimitBytes:N0} are in use",
            hint: "Raise memory_limit, or lower threads.");
    }

    /// <summary>Gives bytes back.</summary>
    public void Release(long bytes)
    {
        // What a closed account had was given back then; buffers that the collector frees later give nothing more.
        long had = Interlocked.Add(ref _usedBytes, -bytes) + bytes;
        _broker.Give(Math.Clamp(had, 0, bytes));
    }

    /// <summary>Gives everything back and closes the account.</summary>
    public void Dispose()
    {
        _broker.Give(Interlocked.Exchange(ref _usedBytes, 0));
        _broker.Remove(this);
    }
}
