using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.CommonTables;

/// <summary>
/// What USING KEY keeps of a recursion: the newest row of each key, in the order in which the keys came. Of a round
/// that gives several rows of one key the last one counts.
/// </summary>
internal sealed unsafe class KeyedRows : IDisposable
{
    // Rows that were replaced are thrown away once there are more of them than of the others, and at least so many.
    private const int LeastReplaced = 64 * 1024;

    private readonly Schema _columns;
    private readonly PlanList<int> _key;
    private readonly MemoryAccount _account;
    private readonly GroupTable _keys;
    private readonly GroupTable? _contents;
    private readonly List<uint> _newest = [];
    private readonly List<uint> _contentOf = [];
    private RowBuffer _rows;

    /// <param name="columns">The columns of the recursion.</param>
    /// <param name="key">Which of them are the key.</param>
    /// <param name="isDistinct">True where a row that its key has already begins no new round.</param>
    /// <param name="account">Pays for the rows.</param>
    public KeyedRows(Schema columns, PlanList<int> key, bool isDistinct, MemoryAccount account)
    {
        (_columns, _key, _account) = (columns, key, account);
        _keys = new GroupTable([.. key.Map(k => columns[k].Type)], account);
        if (isDistinct) _contents = new GroupTable([.. columns.Fields.Select(f => f.Type)], account);
        _rows = new RowBuffer(columns, account);
    }

    /// <summary>Takes the rows of a round over, and returns those that the next round begins with.</summary>
    public RowBuffer Put(IReadOnlyList<RowBuffer> round)
    {
        RowBuffer fresh = new(_columns, _account);
        using Batch part = new(_columns);
        ColumnVector[] key = new ColumnVector[_key.Count];
        uint* groups = stackalloc uint[Batch.MaxRows];
        uint* contents = stackalloc uint[Batch.MaxRows];
        int* kept = stackalloc int[Batch.MaxRows];
        foreach (RowBuffer buffer in round)
        {
            for (long first = 0; first < buffer.Count; first += Batch.MaxRows)
            {
                int count = (int)Math.Min(Batch.MaxRows, buffer.Count - first);
                buffer.Slice(first, count, part);
                for (int k = 0; k < key.Length; k++) key[k] = part.Columns[_key[k]];
                _keys.Find(key, count, groups);
                _contents?.Find(part.Columns, count, contents);
                int n = 0;
                for (int i = 0; i < count; i++)
                {
                    if (!Replace(groups[i], _contents is null ? 0 : contents[i], (uint)(_rows.Count + n))) continue;
                    kept[n++] = i;
                }
                if (n == 0) continue;
                _rows.Append(part.Columns, kept, n);
                fresh.Append(part.Columns, kept, n);
            }
            buffer.Dispose();
        }
        if (_rows.Count - _newest.Count > Math.Max(_newest.Count, LeastReplaced)) Compact();
        return fresh;
    }

    /// <summary>The newest row of each key; good until the next round is put in.</summary>
    public RowBuffer Current()
    {
        if (_rows.Count > _newest.Count) Compact();
        return _rows;
    }

    public void Dispose()
    {
        _keys.Dispose();
        _contents?.Dispose();
        _rows.Dispose();
    }

    // Groups are numbered from 1 as they appear.
    private bool Replace(uint group, uint content, uint row)
    {
        int index = (int)group - 1;
        if (index == _newest.Count)
        {
            _newest.Add(row);
            _contentOf.Add(content);
            return true;
        }
        if (_contents is not null && _contentOf[index] == content) return false;
        (_newest[index], _contentOf[index]) = (row, content);
        return true;
    }

    private void Compact()
    {
        RowBuffer all = new(_columns, _account);
        using Batch part = new(_columns);
        uint* rows = stackalloc uint[Batch.MaxRows];
        for (int first = 0; first < _newest.Count; first += Batch.MaxRows)
        {
            int count = Math.Min(Batch.MaxRows, _newest.Count - first);
            for (int i = 0; i < count; i++)
            {
                rows[i] = _newest[first + i];
                _newest[first + i] = (uint)(first + i);
            }
            _rows.Gather(rows, count, part);
            all.Append(part.Columns, null, count);
        }
        _rows.Dispose();
        _rows = all;
    }
}
