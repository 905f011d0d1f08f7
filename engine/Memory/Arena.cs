namespace ColFrag.Engine.Memory;

/// <summary>
/// Bump allocation in growing blocks, freed together: string bytes, group keys, build rows. Addresses stay where they
/// are for the life of the arena. For one thread.
/// </summary>
internal sealed unsafe class Arena(MemoryAccount account, int firstBlockBytes = 4096) : IDisposable
{
    private const int MaxBlockBytes = 4 << 20;
    private readonly List<NativeBuffer> _blocks = [];
    private byte* _next;
    private byte* _end;
    private long _usedBytes;

    /// <summary>Bytes handed out.</summary>
    public long UsedBytes => _usedBytes;

    /// <summary>The blocks, so that vectors that point into them can keep them alive.</summary>
    public IReadOnlyList<NativeBuffer> Blocks => _blocks;

    /// <summary>Bytes that the next block will have at least.</summary>
    public long NextBlockBytes =>
        _blocks.Count == 0 ? firstBlockBytes : Math.Min(MaxBlockBytes, _blocks[^1].Length * 2);

    /// <summary>Bytes left of the last block.</summary>
    public long FreeBytes => _end - _next;

    /// <summary>Takes bytes; aligned to 8 by default.</summary>
    public byte* Allocate(int bytes, int alignment = 8)
    {
        byte* start = (byte*)(((nuint)_next + (nuint)(alignment - 1)) & ~(nuint)(alignment - 1));
        if (_next is null || start + bytes > _end) start = AllocateInNewBlock(bytes);
        _next = start + bytes;
        _usedBytes += bytes;
        return start;
    }

    /// <summary>Gives back the bytes from <paramref name="end"/> to the end of the last allocation.</summary>
    public void Trim(byte* end)
    {
        _usedBytes -= _next - end;
        _next = end;
    }

    /// <summary>Copies bytes into the arena and returns where they are.</summary>
    public byte* Copy(ReadOnlySpan<byte> bytes)
    {
        byte* target = Allocate(bytes.Length, 1);
        bytes.CopyTo(new Span<byte>(target, bytes.Length));
        return target;
    }

    /// <summary>Forgets all but the largest block, which is reused. Pointers handed out before are dead.</summary>
    public void Reset()
    {
        if (_blocks.Count == 0) return;
        NativeBuffer last = _blocks[^1];
        bool keepsLast = last.IsExclusive;
        for (int i = 0; i < _blocks.Count - (keepsLast ? 1 : 0); i++) _blocks[i].Release();
        _blocks.Clear();
        _next = _end = null;
        _usedBytes = 0;
        if (!keepsLast) return;
        _blocks.Add(last);
        _next = last.Pointer;
        _end = last.Pointer + last.Length;
    }

    /// <summary>Frees the blocks that nobody else keeps.</summary>
    public void Dispose()
    {
        foreach (NativeBuffer block in _blocks) block.Release();
        _blocks.Clear();
        _next = _end = null;
    }

    private byte* AllocateInNewBlock(int bytes)
    {
        NativeBuffer block = NativeBuffer.Allocate(Math.Max(NextBlockBytes, bytes), account);
        _blocks.Add(block);
        _end = block.Pointer + block.Length;
        return block.Pointer;
    }
}
