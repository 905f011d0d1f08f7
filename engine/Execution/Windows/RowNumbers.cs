using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>A number per row of a morsel, in memory that is reused from morsel to morsel.</summary>
internal sealed unsafe class RowNumbers(MemoryAccount account) : IDisposable
{
    private NativeBuffer? _buffer;

    public int* Pointer => (int*)_buffer!.Pointer;

    public int this[int row]
    {
        get => Pointer[row];
        set => Pointer[row] = value;
    }

    /// <summary>Room for so many numbers; what was there is lost.</summary>
    public int* Reset(int count)
    {
        long bytes = Math.Max(count, 1) * (long)sizeof(int);
        if (_buffer is null || _buffer.Length < bytes)
        {
            _buffer?.Release();
            _buffer = null;
            _buffer = NativeBuffer.Allocate(bytes, account);
        }
        return Pointer;
    }

    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
    }
}
