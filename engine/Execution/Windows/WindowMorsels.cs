using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>Where a lane gets its morsels: whole partitions, with their rows in order.</summary>
internal abstract unsafe class WindowMorsels : IDisposable
{
    /// <summary>Where the rows of all morsels are.</summary>
    public abstract IReadOnlyList<RowBuffer> Buffers { get; }

    /// <summary>True when they do not change from morsel to morsel.</summary>
    public abstract bool AreBuffersComplete { get; }

    /// <summary>Number of rows of the morsel.</summary>
    public int Count { get; protected set; }

    /// <summary>The rows of the morsel.</summary>
    public SortEntry* Entries { get; protected set; }

    /// <summary>Takes the next morsel: More where there is one, Done after the last.</summary>
    public abstract Flow TakeNext();

    /// <summary>True when a partition begins at the row.</summary>
    public abstract bool BeginsPartition(int row);

    /// <summary>Tells whether neighbours differ in the keys from one to before another.</summary>
    public abstract RowDifference CreateDifference(int firstKey, int endKey);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>Which morsel is next; shared by lanes.</summary>
internal sealed class MorselCounter
{
    private int _next = -1;

    public int Next() => Interlocked.Increment(ref _next);
}

/// <summary>Morsels of rows that are all in memory.</summary>
internal sealed unsafe class KeptMorsels(WindowState state, MorselCounter counter) : WindowMorsels
{
    private long _first;

    public override IReadOnlyList<RowBuffer> Buffers => state.Rows.Buffers;

    public override bool AreBuffersComplete => true;

    public override Flow TakeNext()
    {
        int morsel = counter.Next();
        if (morsel >= state.MorselCount) return Flow.Done;
        _first = state.GetMorsel(morsel, out int count);
        Count = count;
        Entries = state.Entries + _first;
        return Flow.More;
    }

    public override bool BeginsPartition(int row) => state.BeginsPartition(_first + row);

    public override RowDifference CreateDifference(int firstKey, int endKey) => new(state.Rows, firstKey, endKey);
}
