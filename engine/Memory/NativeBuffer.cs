using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ColFrag.Engine.Memory;

/// <summary>
/// A block of native memory with a reference count: allocated with one reference, freed with the last.
/// Aligned to 64 bytes and padded by <see cref="PaddingBytes"/> readable bytes, so that kernels may load whole vectors
/// past the end. While more than one holder exists the bytes are immutable; a writer must own.
/// </summary>
internal sealed unsafe class NativeBuffer
{
    /// <summary>Readable (not meaningful) bytes after the end.</summary>
    public const int PaddingBytes = 64;

    private const int AlignmentBytes = 64;
    private readonly MemoryAccount _account;
    private readonly long _allocatedBytes;
    private readonly Action? _release;
    private int _references = 1;

    private NativeBuffer(MemoryAccount account, byte* pointer, long length, long allocatedBytes)
    {
        _account = account;
        Pointer = pointer;
        Length = length;
        _allocatedBytes = allocatedBytes;
    }

    private NativeBuffer(byte* pointer, long length, Action release)
        : this(MemoryAccount.Untracked, pointer, length, 0) => _release = release;

    /// <summary>Frees a block that was dropped without <see cref="Release"/>: a leak, but not for ever.</summary>
    ~NativeBuffer()
    {
        if (_references > 0) Free();
    }

    /// <summary>The first byte.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>Usable bytes.</summary>
    public long Length { get; }

    /// <summary>True when only the caller holds it, so that it may be written.</summary>
    public bool IsExclusive => Volatile.Read(ref _references) == 1;

    /// <summary>True when all of these bytes are its own.</summary>
    public bool Contains(byte* start, long length) =>
        start >= Pointer && length <= Length && start - Pointer <= Length - length;

    /// <summary>The bytes as a span; for blocks below 2 GiB.</summary>
    public Span<byte> Span => new(Pointer, checked((int)Length));

    /// <summary>
    /// Stands for memory of somebody else, who is told once when its last holder is gone. Not padded, never written.
    /// </summary>
    public static NativeBuffer OfOthers(byte* pointer, long length, Action release) => new(pointer, length, release);

    /// <summary>Allocates a block; the bytes are not cleared.</summary>
    public static NativeBuffer Allocate(long length, MemoryAccount account)
    {
        account.Reserve(AllocatedBytes(length));
        return AllocateReserved(length, account);
    }

    /// <summary>
    /// Allocates a block, or returns null when the memory limit is reached; the bytes are not cleared.
    /// </summary>
    public static NativeBuffer? TryAllocate(long length, MemoryAccount account) =>
        account.TryReserve(AllocatedBytes(length)) ? AllocateReserved(length, account) : null;

    private static long AllocatedBytes(long length) =>
        BlockPool.SizeFor((length + PaddingBytes + AlignmentBytes - 1) & ~(long)(AlignmentBytes - 1));

    private static NativeBuffer AllocateReserved(long length, MemoryAccount account)
    {
        long allocated = AllocatedBytes(length);
        return new NativeBuffer(account, account.Blocks.Take(allocated), length, allocated);
    }

    /// <summary>Allocates a block of zeros.</summary>
    public static NativeBuffer AllocateZeroed(long length, MemoryAccount account)
    {
        NativeBuffer buffer = Allocate(length, account);
        NativeMemory.Clear(buffer.Pointer, (nuint)buffer._allocatedBytes);
        return buffer;
    }

    /// <summary>Adds a holder and returns this.</summary>
    public NativeBuffer Retain()
    {
        int references = Interlocked.Increment(ref _references);
        Debug.Assert(references > 1, "Retained after the last release.");
        return this;
    }

    /// <summary>Removes a holder; the last one frees.</summary>
    public void Release()
    {
        int references = Interlocked.Decrement(ref _references);
        Debug.Assert(references >= 0, "Released too often.");
        if (references != 0) return;
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_release is not null)
        {
            Pointer = null;
            _release();
            return;
        }
        Poison();
        _account.Blocks.Give(Pointer, _allocatedBytes);
        Pointer = null;
        _account.Release(_allocatedBytes);
    }

    [Conditional("DEBUG")]
    private void Poison() => NativeMemory.Fill(Pointer, (nuint)_allocatedBytes, 0xDB);
}
