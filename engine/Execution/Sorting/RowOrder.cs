using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Sorting;

/// <summary>
/// Compares rows of buffers by value: the whole order, or the keys that a packed key leaves open. For one thread.
/// </summary>
internal sealed class RowOrder : IDisposable
{
    private readonly SortColumn[] _keys;
    private readonly LogicalType[] _types;
    private readonly RowBuffer[] _buffers;
    private readonly ElementOrder[] _orders;

    public RowOrder(IReadOnlyList<SortColumn> keys, IReadOnlyList<LogicalType> types, IReadOnlyList<RowBuffer> buffers)
    {
        _keys = [.. keys];
        _types = [.. types];
        _buffers = [.. buffers];
        _orders = [.. types.Select(t => new ElementOrder(t))];
    }

    /// <summary>Negative, zero or positive, looking at the keys from one on.</summary>
    public int Compare(in SortEntry left, in SortEntry right, int firstKey) =>
        Compare(left, right, firstKey, _keys.Length);

    /// <summary>The same, looking at the keys from one to before another.</summary>
    public int Compare(in SortEntry left, in SortEntry right, int firstKey, int endKey)
    {
        for (int k = firstKey; k < endKey; k++)
        {
            int column = _keys[k].Column;
            int order = CompareKey(
                k, _buffers[left.Buffer].Columns[column], left.Row, _buffers[right.Buffer].Columns[column], right.Row);
            if (order != 0) return order;
        }
        return 0;
    }

    public void Dispose()
    {
        foreach (ElementOrder order in _orders) order.Dispose();
    }

    private int CompareKey(int k, ColumnBuffer left, uint leftRow, ColumnBuffer right, uint rightRow)
    {
        SortColumn key = _keys[k];
        bool hasLeft = left.IsValid(leftRow) && _types[k].Kind != TypeKind.Null;
        bool hasRight = right.IsValid(rightRow) && _types[k].Kind != TypeKind.Null;
        if (!hasLeft || !hasRight)
        {
            if (hasLeft == hasRight) return 0;
            return hasLeft == key.NullsFirst ? 1 : -1;
        }
        int order = _orders[k].Compare(left, leftRow, right, rightRow);
        return key.IsDescending ? -order : order;
    }
}
