namespace ColFrag.Engine.Store;

/// <summary>
/// What was used last, up to a number of bytes. Whoever takes a value out shares it, so that it stays good when the
/// cache drops it.
/// </summary>
internal sealed class ByteLimitedCache<TKey, TValue>(long maxBytes, Func<TValue, TValue> share) : IDisposable
    where TKey : notnull
    where TValue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>Bytes of all values.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>A value for the caller to dispose of; default when it is not here.</summary>
    public bool TryGet(TKey key, out TValue value)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                value = default!;
                return false;
            }
            _byUse.Remove(node);
            _byUse.AddLast(node);
            value = share(node.Value.Value);
            return true;
        }
    }

    /// <summary>Keeps a share of a value, unless there is one already.</summary>
    public void Add(TKey key, TValue value, long sizeBytes)
    {
        lock (_lock)
        {
            if (sizeBytes > maxBytes || _entries.ContainsKey(key)) return;
            _entries.Add(key, _byUse.AddLast(new Entry(key, share(value), sizeBytes)));
            SizeBytes += sizeBytes;
            while (SizeBytes > maxBytes) Drop(_byUse.First!);
        }
    }

    /// <summary>Drops a value that nobody will ask for again.</summary>
    public void Remove(TKey key)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node)) Drop(node);
        }
    }

    /// <summary>Drops all values of some keys.</summary>
    public void RemoveAll(Func<TKey, TValue, bool> isUnwanted)
    {
        lock (_lock)
        {
            LinkedListNode<Entry>[] unwanted =
                [.. _entries.Values.Where(n => isUnwanted(n.Value.Key, n.Value.Value))];
            foreach (LinkedListNode<Entry> node in unwanted) Drop(node);
        }
    }

    /// <summary>Drops values of at least so many bytes, the longest unused first; returns how many bytes.</summary>
    public long Shrink(long bytes)
    {
        lock (_lock)
        {
            long before = SizeBytes;
            while (before - SizeBytes < bytes && _byUse.First is { } oldest) Drop(oldest);
            return before - SizeBytes;
        }
    }

    public void Dispose() => Shrink(long.MaxValue);

    private void Drop(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        SizeBytes -= node.Value.SizeBytes;
        node.Value.Value.Dispose();
    }

    private readonly record struct Entry(TKey Key, TValue Value, long SizeBytes);
}
