using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>Native bytes for the length of a block of code.</summary>
internal readonly unsafe ref struct NativeLease
{
    private readonly NativeBuffer _buffer;

    public NativeLease(long bytes, MemoryAccount account) =>
        _buffer = NativeBuffer.Allocate(Math.Max(bytes, 1), account);

    public byte* Pointer => _buffer.Pointer;

    public void Dispose() => _buffer.Release();
}
