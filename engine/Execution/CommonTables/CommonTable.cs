using ColFrag.Engine.Execution.Rows;

namespace ColFrag.Engine.Execution.CommonTables;

/// <summary>Kept rows that a plan names: those of a WITH query, or of the last round of a recursive one.</summary>
internal sealed class CommonTable
{
    /// <summary>Rows that a sink keeps; there once it is complete.</summary>
    public CommonTable(Sink sink, Func<IReadOnlyList<RowBuffer>> buffers) => (Sink, Buffers) = (sink, buffers);

    /// <summary>Rows that are there.</summary>
    public CommonTable(Func<IReadOnlyList<RowBuffer>> buffers) => Buffers = buffers;

    /// <summary>Who must be complete before the rows are read; null where they are there.</summary>
    public Sink? Sink { get; }

    /// <summary>The rows.</summary>
    public Func<IReadOnlyList<RowBuffer>> Buffers { get; }
}
