using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Storage;

/// <summary>
/// The caches that the segments of a process share: blocks and table-wide dictionaries, under one account.
/// </summary>
internal sealed class StorageCaches : IDisposable
{
    /// <summary>Files kept open; many systems allow a process 1,024.</summary>
    private const int MaxOpenFiles = 384;

    private readonly MemoryBroker _broker;
    private readonly MemoryAccount _account;

    /// <summary>Creates the caches and tells the broker how to shrink them.</summary>
    /// <param name="broker">Counts the bytes.</param>
    /// <param name="capacityBytes">The most bytes kept, even while memory is free.</param>
    public StorageCaches(MemoryBroker broker, long capacityBytes = long.MaxValue)
    {
        _broker = broker;
        _account = broker.CreateAccount("block cache");
        Blocks = new BlockCache(_account, capacityBytes);
        Files = new BlockCache(_account, MaxOpenFiles);
        Dictionaries = new GlobalDictionaries(_account);
        // A broker without a limit is shared by tools and tests and asks nobody.
        if (!ReferenceEquals(broker, MemoryBroker.Unlimited)) broker.ShrinkCaches = Shrink;
    }

    /// <summary>Blocks, footers and dictionaries of segments.</summary>
    public BlockCache Blocks { get; }

    /// <summary>Files of segments that are open, by how many they are.</summary>
    public BlockCache Files { get; }

    /// <summary>The table-wide dictionaries.</summary>
    public GlobalDictionaries Dictionaries { get; }

    /// <summary>Gives back bytes that others keep and can read again; returns how many.</summary>
    public Func<long, long>? ShrinkOthers { get; set; }

    /// <summary>Gives back at least this many bytes if it has them; returns how many.</summary>
    public long Shrink(long bytes)
    {
        long freed = Blocks.Shrink(bytes);
        if (freed < bytes && ShrinkOthers is { } others) freed += others(bytes - freed);
        return freed >= bytes ? freed : freed + Dictionaries.Shrink();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_broker.ShrinkCaches == Shrink) _broker.ShrinkCaches = null;
        Blocks.Shrink(long.MaxValue);
        Files.Shrink(long.MaxValue);
        Dictionaries.Shrink();
    }
}
