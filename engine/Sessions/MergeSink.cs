using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Takes the rows of a MERGE or of INSERT … ON CONFLICT: the number of a <see cref="MergeAction"/>, the id of the row
/// that is replaced or removed, then the values.
/// </summary>
internal sealed class MergeSink : ChangeSink
{
    private readonly Merge _merge;
    private readonly RowSet _changed;
    private readonly HashSet<Value[]>[] _added;
    private readonly Lock _lock = new();
    private long _count;

    /// <param name="merge">The change.</param>
    /// <param name="writer">Takes the new rows.</param>
    /// <param name="changed">Takes the ids of rows that are replaced or removed.</param>
    /// <param name="checks">Names of the constraints of the columns behind.</param>
    /// <param name="returned">Collects the rows for RETURNING; null for none.</param>
    public MergeSink(
        Merge merge, TableWriter writer, RowSet changed, IReadOnlyList<string> checks, List<Value[]>? returned)
        : base(writer, checks, returned)
    {
        _merge = merge;
        _changed = changed;
        _added = [.. merge.AddedOnce.Select(_ => new HashSet<Value[]>(KeyComparer.Instance))];
    }

    /// <summary>Rows that were added, replaced or removed.</summary>
    public long Count => Interlocked.Read(ref _count);

    protected override int FirstColumn => 2;

    protected override bool Choose(Batch batch, RowMask added)
    {
        RowMask mask = batch.BeginMask();
        added.ClearAll(batch.Count);
        long count = 0;
        for (int row = 0; row < batch.Count; row++)
        {
            if (!mask[row]) continue;
            MergeAction action = (MergeAction)(int)batch.Columns[0].GetInteger(row);
            if (action != MergeAction.Insert && !_changed.TryAdd((long)batch.Columns[1].GetInteger(row)))
            {
                throw Twice();
            }
            if (action == MergeAction.Insert && !IsFirstOfKeys(batch, row))
            {
                if (_merge.RefusesSecond) throw Twice();
                mask[row] = false;
                continue;
            }
            if (action != MergeAction.Delete) added[row] = true;
            count++;
        }
        Interlocked.Add(ref _count, count);
        return true;
    }

    private bool IsFirstOfKeys(Batch batch, int row)
    {
        if (_added.Length == 0) return true;
        lock (_lock)
        {
            Value[]?[] keys = [.. _merge.AddedOnce.Select(k => KeyOf(batch, row, k))];
            for (int k = 0; k < keys.Length; k++)
            {
                if (keys[k] is { } key && _added[k].Contains(key)) return false;
            }
            for (int k = 0; k < keys.Length; k++)
            {
                if (keys[k] is { } key) _added[k].Add(key);
            }
            return true;
        }
    }

    /// <summary>The values of a key; null where one is NULL, which equals no other.</summary>
    private static Value[]? KeyOf(Batch batch, int row, PlanList<int> key)
    {
        Value[] values = [.. key.Select(k => batch.Columns[2 + k].GetValue(row))];
        return Array.Exists(values, v => v.IsNull) ? null : values;
    }

    private static QueryException Twice() => new(
        SqlStates.CardinalityViolation, "The statement cannot change a row a second time",
        hint: "Make sure that no two rows to be added or merged meet the same row.");

    private sealed class KeyComparer : IEqualityComparer<Value[]>
    {
        public static KeyComparer Instance { get; } = new();

        public bool Equals(Value[]? x, Value[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(Value[] key)
        {
            HashCode hash = default;
            foreach (Value value in key) hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
