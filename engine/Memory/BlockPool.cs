using System.Numerics;
using System.Runtime.InteropServices;

namespace ColFrag.Engine.Memory;

/// <summary>
/// Freed blocks of native memory that are given out again. The system's allocator gives large blocks back to the
/// kernel, and every page of the next one is a fault again: that costs more than filling it. Sizes are rounded up to
/// steps of an eighth, so that blocks fit again; blocks of several MiB are asked for as huge pages. What lies here
/// makes room for blocks of other sizes: used and unused ones together are at most a quarter more than what was once in
/// use.
/// </summary>
/// <param name="capacityBytes">Bytes that may lie here unused.</param>
internal sealed unsafe partial class BlockPool(long capacityBytes)
{
    /// <summary>Smaller blocks are left to the allocator, which keeps them by itself.</summary>
    public const long MinBytes = 64 << 10;

    private const long HugePageBytes = 2 << 20;
    private const int StepBits = 3;
    private const int AdviseHugePage = 14;

    private readonly Lock _lock = new();
    private readonly Stack<nint>[] _blocks = new Stack<nint>[64 << StepBits];
    private long _keptBytes;
    private long _usedBytes;
    private long _mostUsedBytes;
    private bool _isClosed;

    /// <summary>Frees what lies here.</summary>
    ~BlockPool()
    {
        lock (_lock) _isClosed = true;
        Drain(long.MaxValue);
    }

    /// <summary>
    /// Frees what lies here and keeps nothing any more. The allocator keeps what threads freed for threads to come,
    /// gigabytes after a large query: it is asked to give that back too.
    /// </summary>
    public void Close(bool trimsAllocator)
    {
        lock (_lock) _isClosed = true;
        Drain(long.MaxValue);
        if (!trimsAllocator || !OperatingSystem.IsLinux()) return;
        try
        {
            _ = TrimAllocator(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc, which keeps less.
        }
    }

    /// <summary>Bytes that lie here unused.</summary>
    public long KeptBytes => Interlocked.Read(ref _keptBytes);

    /// <summary>
    /// The size that a block of at least so many bytes gets: a multiple of an eighth of a power of two.
    /// </summary>
    public static long SizeFor(long bytes)
    {
        if (bytes < MinBytes) return bytes;
        int shift = BitOperations.Log2((ulong)bytes) - StepBits;
        return ((bytes + (1L << shift) - 1) >> shift) << shift;
    }

    /// <summary>A block of a size of <see cref="SizeFor"/>; its bytes are not cleared.</summary>
    public byte* Take(long size)
    {
        if (size < MinBytes) return Allocate(size);
        long surplus;
        lock (_lock)
        {
            _usedBytes += size;
            _mostUsedBytes = Math.Max(_mostUsedBytes, _usedBytes);
            if (_blocks[ClassOf(size)] is { Count: > 0 } blocks)
            {
                _keptBytes -= size;
                return (byte*)blocks.Pop();
            }
            surplus = _usedBytes + _keptBytes - (_mostUsedBytes + _mostUsedBytes / 4);
        }
        if (surplus > 0) Drain(surplus);
        return Allocate(size);
    }

    /// <summary>Takes a block back, to keep or to free.</summary>
    public void Give(byte* block, long size)
    {
        if (size >= MinBytes)
        {
            lock (_lock)
            {
                _usedBytes -= size;
                if (!_isClosed && _keptBytes + size <= capacityBytes)
                {
                    _keptBytes += size;
                    (_blocks[ClassOf(size)] ??= new Stack<nint>()).Push((nint)block);
                    return;
                }
            }
        }
        NativeMemory.AlignedFree(block);
    }

    /// <summary>
    /// Frees at least so many bytes, if so many lie here, in as few blocks as that takes and the smallest that do.
    /// Returns how many.
    /// </summary>
    public long Drain(long bytes)
    {
        long freed = 0;
        lock (_lock)
        {
            while (freed < bytes && Fitting(bytes - freed) is { } fitting)
            {
                NativeMemory.AlignedFree((void*)_blocks[fitting].Pop());
                freed += SizeOf(fitting);
            }
            _keptBytes -= freed;
        }
        return freed;
    }

    /// <summary>
    /// The class of the smallest block of at least about so many bytes, else of the largest; null for none.
    /// </summary>
    private int? Fitting(long bytes)
    {
        int wanted = ClassOf(bytes);
        for (int c = wanted; c < _blocks.Length; c++)
        {
            if (_blocks[c] is { Count: > 0 }) return c;
        }
        for (int c = wanted - 1; c >= 0; c--)
        {
            if (_blocks[c] is { Count: > 0 }) return c;
        }
        return null;
    }

    private static byte* Allocate(long size)
    {
        bool isHuge = OperatingSystem.IsLinux() && size >= 2 * HugePageBytes;
        byte* block = (byte*)NativeMemory.AlignedAlloc((nuint)size, isHuge ? (nuint)HugePageBytes : 64);
        // Advice: a kernel that does not take it changes nothing.
        if (isHuge) _ = Advise(block, (nuint)size, AdviseHugePage);
        return block;
    }

    private static int ClassOf(long size)
    {
        int log = BitOperations.Log2((ulong)size);
        return (log << StepBits) + (int)((size >> (log - StepBits)) & ((1 << StepBits) - 1));
    }

    private static long SizeOf(int index)
    {
        int log = index >> StepBits;
        return (1L << log) + ((long)(index & ((1 << StepBits) - 1)) << (log - StepBits));
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimAllocator(nuint padding);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* block, nuint bytes, int advice);
}
