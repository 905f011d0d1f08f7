using ColFrag.Engine.Files;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>A block in memory: its bytes, and what was worked out to decode them.</summary>
internal sealed class LoadedBlock(NativeBuffer buffer, BlockDecoder decoder) : CacheItem
{
    private readonly long _bytes = buffer.Length + decoder.IndexBytes + 256;
    private readonly long _reservedBytes = buffer.Length;

    /// <summary>Decodes it.</summary>
    public BlockDecoder Decoder => decoder;

    /// <inheritdoc/>
    public override long Bytes => _bytes;

    /// <inheritdoc/>
    public override long ReservedBytes => _reservedBytes;

    /// <inheritdoc/>
    protected override void Free() => buffer.Release();
}

/// <summary>An open file; counted, not weighed, since processes may have only so many.</summary>
internal sealed class OpenedFile(IFile file) : CacheItem
{
    /// <summary>The file.</summary>
    public IFile File => file;

    /// <inheritdoc/>
    public override long Bytes => 1;

    /// <inheritdoc/>
    protected override void Free() => file.Dispose();
}

/// <summary>An item of managed memory. While the cache keeps it, its bytes are reserved like native ones.</summary>
internal abstract class ManagedItem : CacheItem
{
    private MemoryAccount? _account;

    /// <inheritdoc/>
    public sealed override long ReservedBytes => _account is null ? 0 : Bytes;

    /// <summary>Reserves the bytes; false when there is no room for them.</summary>
    public bool TryReserve(MemoryAccount account)
    {
        if (!account.TryReserve(Bytes)) return false;
        _account = account;
        return true;
    }

    /// <inheritdoc/>
    protected sealed override void Free() => _account?.Release(Bytes);
}

/// <summary>A footer in memory.</summary>
internal sealed class LoadedFooter(ColumnFooter footer) : ManagedItem
{
    private readonly long _bytes = footer.MemoryBytes;

    /// <summary>The footer.</summary>
    public ColumnFooter Footer => footer;

    /// <inheritdoc/>
    public override long Bytes => _bytes;
}

/// <summary>
/// A dictionary in memory. Vectors point into it without counting, so its memory is freed by the finalizers of its
/// buffers, when the last of them is gone.
/// </summary>
internal sealed class LoadedDictionary(VectorDictionary dictionary, long bytes) : CacheItem
{
    /// <summary>The dictionary.</summary>
    public VectorDictionary Dictionary => dictionary;

    /// <inheritdoc/>
    public override long Bytes => bytes;

    /// <inheritdoc/>
    protected override void Free()
    {
    }
}

/// <summary>A bloom filter in memory.</summary>
internal sealed class LoadedBloom(BloomFilter bloom) : ManagedItem
{
    /// <summary>The filter.</summary>
    public BloomFilter Bloom => bloom;

    /// <inheritdoc/>
    public override long Bytes => bloom.Bytes;
}
