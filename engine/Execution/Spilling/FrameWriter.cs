using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Spilling;

/// <summary>
/// Writes batches of rows of one lane into a spill file, which is made for the first of them. For one thread.
/// </summary>
internal sealed unsafe class FrameWriter : IDisposable
{
    private readonly QueryRun _run;
    private readonly OperatorStatistics? _statistics;
    private readonly SpillFrameWriter _frame;
    private readonly ColumnVector?[] _plain;
    private readonly LogicalType[] _types;
    private readonly Arena _arena;
    private SpillFile? _file;

    /// <param name="run">Whose file it is.</param>
    /// <param name="owner">The node whose rows they are, for figures.</param>
    /// <param name="types">The columns.</param>
    public FrameWriter(QueryRun run, PhysicalNode owner, IEnumerable<LogicalType> types)
    {
        _run = run;
        _statistics = run.StatisticsOf(owner);
        _types = [.. types];
        _plain = new ColumnVector?[_types.Length];
        _frame = new SpillFrameWriter(run.SpillAccount);
        _arena = new Arena(run.SpillAccount);
    }

    /// <summary>Writes the first rows of columns.</summary>
    public StoredFrame Write(ReadOnlySpan<ColumnVector> columns, int count)
    {
        _arena.Reset();
        _frame.Begin(count);
        for (int c = 0; c < _types.Length; c++) _frame.Add(Plain(c, columns[c], count), count);
        SpillFile file = _file ??= _run.CreateSpillFile();
        ReadOnlySpan<byte> payload = _frame.Payload;
        StoredFrame stored = new(file, file.Append(payload, count));
        _statistics?.AddSpilledBytes(payload.Length);
        return stored;
    }

    public void Dispose()
    {
        _frame.Dispose();
        _arena.Dispose();
        foreach (ColumnVector? vector in _plain) vector?.Dispose();
    }

    /// <summary>The column in a form that a frame can take: no codes, lists closed up.</summary>
    private ColumnVector Plain(int index, ColumnVector column, int count)
    {
        bool isNested = _types[index].IsNested;
        if (!isNested && column.Shape != VectorShape.Dictionary) return column;
        ColumnVector plain = _plain[index] ??= new ColumnVector(_types[index], _run.SpillAccount);
        if (isNested)
        {
            column.CopyTo(null, count, plain, _arena);
        }
        else
        {
            plain.ResetFlat(count);
            plain.Count = count;
            ElementGather.ToFlat(column, null, count, plain.Data);
            VectorCopy.CopyValidity(column, null, count, plain);
        }
        return plain;
    }
}
