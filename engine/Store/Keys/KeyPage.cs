using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;

namespace ColFrag.Engine.Store.Keys;

/// <summary>Some keys in order, each with its row, in native memory that the broker counts.</summary>
internal sealed unsafe class KeyPage : CacheItem
{
    private readonly NativeBuffer _buffer;
    private readonly int _capacity;

    /// <param name="buffer">Room for the keys; the page releases it.</param>
    /// <param name="capacity">How many keys there is room for.</param>
    /// <param name="count">How many there are.</param>
    public KeyPage(NativeBuffer buffer, int capacity, int count)
    {
        _buffer = buffer;
        _capacity = capacity;
        Count = count;
    }

    public int Count { get; }

    /// <summary>The numbers of the keys, ascending.</summary>
    public Span<ulong> Numbers => new(_buffer.Pointer, Count);

    /// <summary>The row of each.</summary>
    public Span<int> Rows => new(_buffer.Pointer + (_capacity * (long)sizeof(ulong)), Count);

    public override long Bytes => _buffer.Length;

    public override long ReservedBytes => _buffer.Length;

    /// <summary>Bytes for so many keys.</summary>
    public static long SizeOf(int capacity) => Math.Max(1, capacity * (long)(sizeof(ulong) + sizeof(int)));

    /// <summary>The first key from an index on that is at least a number.</summary>
    public int FirstAtLeast(ulong number, int from)
    {
        ReadOnlySpan<ulong> numbers = Numbers;
        // Merging finds it nearby, searching far away: the steps double.
        int low = from, step = 1;
        while (low + step < numbers.Length && numbers[low + step] < number)
        {
            low += step;
            step *= 2;
        }
        int high = Math.Min(low + step, numbers.Length);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (numbers[middle] < number) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    protected override void Free() => _buffer.Release();
}
