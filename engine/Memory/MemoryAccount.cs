using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Memory;

/// <summary>The bytes of one operator, cache or buffer.</summary>
internal sealed class MemoryAccount : IDisposable
{
    /// <summary>Far below what any number of releases takes off: the mark of a closed account.</summary>
    private const long Closed = long.MinValue / 2;

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

    /// <summary>
    /// True for the few bytes that spilling itself needs: they are had even past the limit, since they free many more.
    /// </summary>
    public bool MayExceed { get; init; }

    /// <summary>Set by the broker; the holder looks at its next batch, spills and clears it.</summary>
    public bool SpillRequested
    {
        get => _spillRequested;
        set => _spillRequested = value;
    }

    /// <summary>Bytes reserved now.</summary>
    public long UsedBytes => Math.Max(0, Interlocked.Read(ref _usedBytes));

    /// <summary>The most bytes ever reserved at once.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>
    /// True when the holder, who can spill, may take so many bytes more; until it says otherwise nobody else who asks
    /// counts on them. For one lane: several that looked at the same time would all find the same room.
    /// </summary>
    public bool TryIntend(long bytes)
    {
        Intend(bytes);
        if (_broker.HasRoom(this, bytes)) return true;
        EndIntent();
        return false;
    }

    /// <summary>The holder takes so many bytes more, room or not; nobody else who asks counts on them.</summary>
    public void Intend(long bytes)
    {
        _broker.Intend(bytes - IntendedBytes);
        IntendedBytes = bytes;
    }

    /// <summary>The holder does not need what it meant to take.</summary>
    public void EndIntent() => Intend(0);

    /// <summary>Bytes that the holder means to take.</summary>
    internal long IntendedBytes { get; private set; }

    /// <summary>Reserves bytes, or returns false when the limit is reached.</summary>
    public bool TryReserve(long bytes)
    {
        if (!_broker.TryReserve(this, bytes)) return false;
        long used = Interlocked.Add(ref _usedBytes, bytes);
        if (used < 0)
        {
            // The account is closed: what a late buffer has counts for nobody.
            _broker.Give(bytes);
            return true;
        }
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
            $"Out of memory: {Name} needs {bytes:N0} bytes more, {_broker.UsedBytes:N0} of {_broker.LimitBytes:N0} " +
            "are in use",
            hint: "Raise memory_limit, or lower threads.");
    }

    /// <summary>Gives bytes back.</summary>
    public void Release(long bytes)
    {
        // What a closed account had was given back when it was closed.
        if (Interlocked.Add(ref _usedBytes, -bytes) >= Closed / 2) _broker.Give(bytes);
    }

    /// <summary>Gives everything back and closes the account; buffers freed later give nothing more.</summary>
    public void Dispose()
    {
        EndIntent();
        long left = Interlocked.Exchange(ref _usedBytes, Closed);
        if (left < Closed / 2) return;
        _broker.Give(left);
        _broker.Remove(this, left);
    }
}
