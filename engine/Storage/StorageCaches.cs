using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Storage;

/// <summary>The caches that the segments of a process share: blocks and table-wide dictionaries, under one account.</summary>
internal sealed class StorageCaches : IDisposable
{
    /// <summary>Creates the caches and tells the broker how to shrink them.</summary>
    public StorageCaches(MemoryBroker broker, long capacityBytes = long.MaxValue)
    {
    }

    /// <summary>The table-wide dictionaries.</summary>
    public GlobalDictionaries Dictionaries => throw new NotImplementedException();

    /// <summary>Gives back at least this many bytes if it has them; returns how many.</summary>
    public long Shrink(long bytes) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
