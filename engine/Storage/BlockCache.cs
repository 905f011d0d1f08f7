using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Keeps what was read from segments while memory allows: least recently used goes first. An item that is dropped lives
/// on with whoever still holds it.
/// </summary>
internal sealed class BlockCache(MemoryAccount account, long capacityBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<CacheKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _bytes;

    /// <summary>The account that cached bytes are reserved on.</summary>
    public MemoryAccount Account => account;

    /// <summary>Bytes of the items kept now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Number of the items kept now.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    /// <summary>Items found and not found so far.</summary>
    public (long Hits, long Misses) Counts => (Interlocked.Read(ref _hits), Interlocked.Read(ref _misses));

    private long _hits;
    private long _misses;

    /// <summary>The item of a key, retained for the caller; null when it is not here.</summary>
    public T? TryGet<T>(CacheKey key) where T : CacheItem
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                _misses++;
                return null;
            }
            _hits++;
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return (T)node.Value.Item.Retain();
        }
    }

    /// <summary>
    /// Keeps an item; when another thread was first, its item is returned instead, retained for the caller.
    /// </summary>
    public T Add<T>(CacheKey key, T item) where T : CacheItem
    {
        List<CacheItem> dropped = [];
        T result = item;
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                result = (T)node.Value.Item.Retain();
                dropped.Add(item);
            }
            else
            {
                _entries.Add(key, _byUse.AddLast(new Entry(key, item.Retain())));
                _bytes += item.Bytes;
                Drop(_bytes - capacityBytes, dropped, except: key);
            }
        }
        foreach (CacheItem old in dropped) old.Release();
        return result;
    }

    /// <summary>
    /// Keeps an item of managed memory where there is room, or can be made; else it is only the caller's. So there may
    /// be more footers than memory.
    /// </summary>
    public T AddWherePossible<T>(CacheKey key, T item) where T : ManagedItem
    {
        while (!item.TryReserve(account))
        {
            if (Shrink(item.Bytes) == 0) return item;
        }
        return Add(key, item);
    }

    /// <summary>Allocates a buffer for the cache, dropping others when memory is short.</summary>
    /// <exception cref="QueryException">53200: the limit is reached with nothing left to drop.</exception>
    public NativeBuffer Allocate(long bytes)
    {
        while (true)
        {
            if (NativeBuffer.TryAllocate(bytes, account) is { } buffer) return buffer;
            // With nothing left to give back, this says so in the words of the account.
            if (Shrink(bytes) == 0) return NativeBuffer.Allocate(bytes, account);
        }
    }

    /// <summary>
    /// Drops items until so many reserved bytes are given back, if there are so many; returns how many.
    /// </summary>
    public long Shrink(long bytes)
    {
        List<CacheItem> dropped = [];
        long freed = 0;
        lock (_lock)
        {
            while (freed < bytes && _byUse.First is { } node)
            {
                freed += node.Value.Item.ReservedBytes;
                Drop(node, dropped);
            }
        }
        foreach (CacheItem old in dropped) old.Release();
        return freed;
    }

    /// <summary>Drops all items of a segment that was closed.</summary>
    public void Remove(long segment)
    {
        List<CacheItem> dropped = [];
        lock (_lock)
        {
            for (LinkedListNode<Entry>? node = _byUse.First, next; node is not null; node = next)
            {
                next = node.Next;
                if (node.Value.Key.Segment == segment) Drop(node, dropped);
            }
        }
        foreach (CacheItem old in dropped) old.Release();
    }

    private void Drop(long bytes, List<CacheItem> dropped, CacheKey except)
    {
        long target = _bytes - bytes;
        LinkedListNode<Entry>? next;
        for (LinkedListNode<Entry>? node = _byUse.First; node is not null && bytes > 0 && _bytes > target; node = next)
        {
            next = node.Next;
            if (node.Value.Key != except || except == default) Drop(node, dropped);
        }
    }

    private void Drop(LinkedListNode<Entry> node, List<CacheItem> dropped)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        _bytes -= node.Value.Item.Bytes;
        dropped.Add(node.Value.Item);
    }

    private readonly record struct Entry(CacheKey Key, CacheItem Item);
}

/// <summary>
/// What an item is: a block of a column of an open segment, or -1 its footer, -2 its dictionary, -3 its bloom filter.
/// </summary>
internal readonly record struct CacheKey(long Segment, int Column, int Block)
{
    /// <summary>The block number of footers.</summary>
    public const int Footer = -1;

    /// <summary>The block number of dictionaries.</summary>
    public const int Dictionary = -2;

    /// <summary>The block number of bloom filters.</summary>
    public const int Bloom = -3;

    /// <summary>The block number of open files, whose column number is that of the file.</summary>
    public const int File = -4;

    private static long s_lastOwner;

    /// <summary>A number that no other open segment or file of the process has.</summary>
    public static long NextOwner() => Interlocked.Increment(ref s_lastOwner);
}

/// <summary>Something the cache keeps: counted by holders, freed with the last.</summary>
internal abstract class CacheItem
{
    private int _holders = 1;

    /// <summary>Bytes it takes.</summary>
    public abstract long Bytes { get; }

    /// <summary>Bytes of these that dropping it gives back to the memory account.</summary>
    public virtual long ReservedBytes => 0;

    /// <summary>Adds a holder.</summary>
    public CacheItem Retain()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    /// <summary>Removes a holder.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) Free();
    }

    /// <summary>Gives back what it holds.</summary>
    protected abstract void Free();
}
