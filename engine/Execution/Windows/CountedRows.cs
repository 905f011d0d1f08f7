using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// Which rows count for an aggregate: those that its filter lets in and, where it is DISTINCT, whose arguments did not
/// come before in the frame. For one lane.
/// </summary>
internal sealed unsafe class CountedRows : IDisposable
{
    private readonly WindowFunction _function;
    private readonly WindowRows _rows;
    private readonly MemoryAccount _account;
    private readonly RowNumbers? _previous;

    public CountedRows(WindowFunction function, WindowRows rows, MemoryAccount account)
    {
        _function = function;
        _rows = rows;
        _account = account;
        foreach (int column in function.Columns) rows.Want(column);
        if (function.IsDistinct) _previous = new RowNumbers(account);
    }

    /// <summary>True when some rows may not count.</summary>
    public bool AreChosen => _function.Filter >= 0 || _function.IsDistinct;

    /// <summary>Reads the morsel.</summary>
    public void Load()
    {
        if (_previous is not null) FindPrevious(_previous.Reset(_rows.Count));
    }

    /// <summary>True when the filter lets the row in.</summary>
    public bool PassesFilter(int row)
    {
        if (_function.Filter < 0) return true;
        ColumnBuffer filter = _rows[_function.Filter];
        return filter.IsValid(row) && filter.Element<byte>(row) != 0;
    }

    /// <summary>True when the row counts in a frame that begins where its partition does.</summary>
    public bool CountsFromPartition(int row) =>
        PassesFilter(row) && (_previous is null || _previous[row] < _rows.PartitionFirst[row]);

    /// <summary>The row before that has the same arguments and passes the filter; -1 for none.</summary>
    public int PreviousOf(int row) => _previous![row];

    public void Dispose() => _previous?.Dispose();

    private void FindPrevious(int* previous)
    {
        using ColumnParts columns = new([.. _function.Arguments.Map(a => _rows[a])], _account);
        using Aggregation.GroupTable values = new([.. _function.Arguments.Map(_rows.TypeOf)], _account);
        List<int> last = [-1];
        uint* groups = stackalloc uint[Batch.MaxRows];
        for (int first = 0; first < _rows.Count; first += Batch.MaxRows)
        {
            int count = Math.Min(Batch.MaxRows, _rows.Count - first);
            values.Find(columns.Slice(first, count), count, groups);
            while (last.Count <= values.Count) last.Add(-1);
            for (int i = 0; i < count; i++)
            {
                int row = first + i;
                previous[row] = last[(int)groups[i]];
                if (PassesFilter(row)) last[(int)groups[i]] = row;
            }
        }
    }
}
