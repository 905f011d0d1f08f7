using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Where decoded text goes: one buffer after the other, each kept alive by the vectors that point into it. When no
/// vector does any more, its room is used again. For one thread.
/// </summary>
internal sealed unsafe class TextHeap(MemoryAccount account) : IDisposable
{
    private const int BufferBytes = 256 << 10;

    private NativeBuffer? _current;
    private long _used;
    private ColumnVector? _target;

    /// <summary>Begins the texts of a vector.</summary>
    public void Begin(ColumnVector target)
    {
        _target = target;
        if (_current is { IsExclusive: true }) _used = 0;
    }

    /// <summary>Room for bytes in one piece; the vector keeps it alive.</summary>
    public byte* Reserve(long bytes)
    {
        if (_current is null || _current.Length - _used < bytes)
        {
            _current?.Release();
            _current = NativeBuffer.Allocate(Math.Max(BufferBytes, bytes), account);
            _used = 0;
        }
        byte* start = _current.Pointer + _used;
        _used += bytes;
        _target?.KeepAlive(_current);
        return start;
    }

    /// <summary>Lets the vector keep a buffer that texts point into.</summary>
    public void Keep(NativeBuffer buffer) => _target?.KeepAlive(buffer);

    /// <summary>Lets the vector keep what another vector's texts point into.</summary>
    public void KeepFrom(ColumnVector source) => _target?.KeepAliveFrom(source);

    /// <inheritdoc/>
    public void Dispose()
    {
        _current?.Release();
        _current = null;
        _target = null;
    }
}
