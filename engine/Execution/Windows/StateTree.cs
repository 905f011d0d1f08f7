using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>A row (level 0) or a node of a higher level.</summary>
internal readonly record struct TreePart(int Level, int Index);

/// <summary>
/// States of an aggregate over 16, 256, 4,096 … neighbouring rows of a morsel, as partial columns, which can be merged
/// any number of times. Any range of rows is some nodes and a few rows at its ends (segment tree; Leis et al. 2015,
/// "Efficient Processing of Window Functions in Analytical SQL Queries"). For one lane.
/// </summary>
internal sealed unsafe class StateTree : IDisposable
{
    private const int FanOutShift = 4;
    private const int FanOut = 1 << FanOutShift;
    private readonly IAggregateKernel _kernel;
    private readonly ColumnParts _arguments;
    private readonly CountedRows _counted;
    private readonly WindowRows _rows;
    private readonly AggregateContext _context;
    private readonly MemoryAccount _account;
    private readonly List<(RowBuffer Nodes, ColumnParts Parts)> _levels = [];
    private readonly int _stride;

    /// <summary>Builds the tree over the rows of the morsel.</summary>
    public StateTree(
        IAggregateKernel kernel, ColumnParts arguments, CountedRows counted, WindowRows rows, AggregateContext context,
        MemoryAccount account)
    {
        _kernel = kernel;
        _arguments = arguments;
        _counted = counted;
        _rows = rows;
        _context = context;
        _account = account;
        _stride = (kernel.StateSizeBytes + 15) & ~15;
        for (int level = 1, below = rows.Count; below >= FanOut; level++)
        {
            BuildLevel(level, below);
            below = (int)_levels[^1].Nodes.Count;
        }
    }

    /// <summary>Adds the parts that make up a range of rows, in order.</summary>
    public void Split(int first, int end, List<TreePart> parts)
    {
        int level = 0;
        Stack<(int Level, int First, int End)>? tails = null;
        while (first < end)
        {
            int inner = (first + FanOut - 1) >> FanOutShift;
            int innerEnd = end >> FanOutShift;
            if (level >= _levels.Count || inner >= innerEnd)
            {
                for (int i = first; i < end; i++) parts.Add(new TreePart(level, i));
                break;
            }
            for (int i = first; i < inner << FanOutShift; i++) parts.Add(new TreePart(level, i));
            if (innerEnd << FanOutShift < end) (tails ??= new()).Push((level, innerEnd << FanOutShift, end));
            first = inner;
            end = innerEnd;
            level++;
        }
        while (tails is not null && tails.TryPop(out (int Level, int First, int End) tail))
        {
            for (int i = tail.First; i < tail.End; i++) parts.Add(new TreePart(tail.Level, i));
        }
    }

    /// <summary>
    /// Adds to each state its parts, one part of each at a time, so that the work is done by vectors.
    /// </summary>
    public void Add(IReadOnlyList<List<TreePart>> parts, byte** states, int count)
    {
        uint* indexes = stackalloc uint[Batch.MaxRows];
        byte** targets = stackalloc byte*[Batch.MaxRows];
        bool isMore = true;
        for (int step = 0; isMore; step++)
        {
            isMore = false;
            for (int level = 0; level <= _levels.Count; level++)
            {
                int n = 0;
                for (int i = 0; i < count; i++)
                {
                    if (step >= parts[i].Count || parts[i][step].Level != level) continue;
                    isMore = true;
                    indexes[n] = (uint)parts[i][step].Index;
                    targets[n] = level == 0 && _counted.AreChosen && !_counted.PassesFilter((int)indexes[n]) ? null
                        : states[i];
                    n++;
                }
                if (n == 0) continue;
                if (level == 0) _kernel.Update(_arguments.Gather(indexes, n), targets, n, _context);
                else _kernel.MergePartial(_levels[level - 1].Parts.Gather(indexes, n), targets, n, _context);
            }
        }
    }

    public void Dispose()
    {
        foreach ((RowBuffer nodes, ColumnParts parts) in _levels)
        {
            parts.Dispose();
            nodes.Dispose();
        }
    }

    // Only full nodes are made: what is left over at the end is taken from the level below.
    private void BuildLevel(int level, int below)
    {
        const int NodesAtOnce = Batch.MaxRows / FanOut;
        RowBuffer nodes = new(_kernel.PartialTypes, _account);
        _levels.Add((nodes, new ColumnParts(nodes.Columns, _account)));
        using NativeLease lease = new((long)NodesAtOnce * _stride, _account);
        byte** states = stackalloc byte*[NodesAtOnce];
        byte** targets = stackalloc byte*[Batch.MaxRows];
        for (int s = 0; s < NodesAtOnce; s++) states[s] = lease.Pointer + ((long)s * _stride);
        int full = below >> FanOutShift << FanOutShift;
        for (int first = 0; first < full; first += Batch.MaxRows)
        {
            _rows.ThrowIfStopped();
            int count = Math.Min(Batch.MaxRows, full - first);
            int made = count >> FanOutShift;
            for (int s = 0; s < made; s++) _kernel.Initialize(states[s]);
            for (int i = 0; i < count; i++)
            {
                bool isOut = level == 1 && _counted.AreChosen && !_counted.PassesFilter(first + i);
                targets[i] = isOut ? null : states[i >> FanOutShift];
            }
            if (level == 1) _kernel.Update(_arguments.Slice(first, count), targets, count, _context);
            else _kernel.MergePartial(_levels[level - 2].Parts.Slice(first, count), targets, count, _context);
            ColumnVector[] partials = [.. nodes.Columns.Select(c => new ColumnVector(c.Type, _account))];
            _kernel.WritePartial(states, made, partials, _context);
            nodes.Append(partials, null, made);
            foreach (ColumnVector partial in partials) partial.Dispose();
        }
    }
}
