using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>Finds the rows of the build side with a key. Shared by lanes once built.</summary>
internal abstract unsafe class JoinIndex : IDisposable
{
    private NativeBuffer? _next;

    /// <summary>True when no two rows have equal keys.</summary>
    public bool IsUnique { get; protected set; } = true;

    /// <summary>
    /// For each row of the batch, the number of the first partner plus 1, or 0; rows outside the mask get 0.
    /// </summary>
    public abstract void Find(ColumnVector[] keys, RowMask? rows, int count, uint* heads, JoinProbeScratch scratch);

    /// <summary>The next row with the same key plus 1, or 0.</summary>
    public uint Next(uint row) => IsUnique ? 0 : ((uint*)_next!.Pointer)[row];

    /// <summary>
    /// Steps that are left to make the index, after its constructor: lanes do them side by side, and nothing is found
    /// before all are done.
    /// </summary>
    public virtual int StepCount => 0;

    /// <summary>Does one of the steps.</summary>
    public virtual void RunStep(int step) => throw Errors.Invariant.Unreachable("a step of an index without steps");

    /// <summary>What a scan can test of a key column of the probe side; null when nothing is worth it.</summary>
    public virtual ScanFilter? CreateFilter(int key) => null;

    public virtual void Dispose() => _next?.Release();

    /// <summary>Room for the chains.</summary>
    protected uint* AllocateNext(long rows, MemoryAccount account)
    {
        _next = NativeBuffer.AllocateZeroed(Math.Max(rows, 1) * sizeof(uint), account);
        return (uint*)_next.Pointer;
    }
}

/// <summary>What one lane needs while it probes.</summary>
internal sealed unsafe class JoinProbeScratch(MemoryAccount account) : IDisposable
{
    public NativeBuffer Numbers { get; } = NativeBuffer.Allocate(Batch.MaxRows * sizeof(ulong), account);

    public Rows.RowHash Hash { get; } = new(account);

    /// <summary>First partners by dictionary code of the probe side, and of which dictionary.</summary>
    public VectorDictionary? Dictionary { get; set; }

    public uint[] HeadsByCode { get; set; } = [];

    public void Dispose()
    {
        Numbers.Release();
        Hash.Dispose();
    }
}
