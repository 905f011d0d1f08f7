using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Tests.Kernels;

/// <summary>Native values for kernels: padded as vectors are, filled by a formula or at random.</summary>
internal sealed unsafe class Padded<T> : IDisposable where T : unmanaged
{
    private readonly NativeBuffer _buffer;

    public Padded(int count)
    {
        Count = count;
        _buffer = NativeBuffer.AllocateZeroed(Math.Max(1, (long)count * sizeof(T)), MemoryAccount.Untracked);
    }

    public Padded(int count, Func<int, T> value) : this(count)
    {
        for (int i = 0; i < count; i++) Pointer[i] = value(i);
    }

    public int Count { get; }

    public T* Pointer => (T*)_buffer.Pointer;

    public T this[int index] => Pointer[index];

    public T[] ToArray() => new ReadOnlySpan<T>(Pointer, Count).ToArray();

    public void Dispose() => _buffer.Release();

    public static Padded<T> Random(int count, int seed)
    {
        Padded<T> values = new(count);
        new Random(seed).NextBytes(new Span<byte>(values.Pointer, count * sizeof(T)));
        return values;
    }
}
