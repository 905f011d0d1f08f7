using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// An array of group numbers by code: <c>code = value - Zero</c>, 0 for NULL. A number is 0 where there is no group.
/// Values are integers, or codes of a dictionary where there is one.
/// </summary>
internal readonly record struct DenseGroups(nint Numbers, Int128 Zero, long CodeCount, VectorDictionary? Dictionary);

/// <summary>
/// Groups of several lanes by one key of integers, or of texts that are codes of one dictionary, each lane with an
/// array over its keys: put together one range of keys after the other, without hashing and without copying keys or
/// states. Ranges are shared out to the lanes that give the groups.
/// </summary>
internal sealed unsafe class DenseMerge
{
    /// <summary>Keys of a range: their states' addresses stay in the second-level cache.</summary>
    private const int RangeKeys = 1 << 14;
    private readonly GroupStates[] _lanes;
    private readonly DenseGroups[] _arrays;
    private readonly Int128 _least;
    private readonly VectorDictionary? _dictionary;

    private DenseMerge(GroupStates[] lanes, DenseGroups[] arrays)
    {
        _lanes = lanes;
        _arrays = arrays;
        _dictionary = arrays[0].Dictionary;
        _least = arrays.Min(a => a.Zero) + 1;
        Int128 most = arrays.Max(a => a.Zero + a.CodeCount - 1);
        RangeCount = (int)((most - _least) / RangeKeys) + 1;
    }

    /// <summary>Number of ranges.</summary>
    public int RangeCount { get; }

    /// <summary>A merge of lanes that all have an array; null where one has none, or keys are too far apart.</summary>
    public static DenseMerge? TryCreate(IEnumerable<GroupStates> all)
    {
        GroupStates[] lanes = [.. all.Where(l => l.Count > 0)];
        if (lanes.Length == 0 || !Array.TrueForAll(lanes, l => l.Dense is not null)) return null;
        DenseGroups[] arrays = [.. lanes.Select(l => l.Dense!.Value)];
        if (!Array.TrueForAll(arrays, a => ReferenceEquals(a.Dictionary, arrays[0].Dictionary))) return null;
        Int128 span = arrays.Max(a => a.Zero + a.CodeCount) - arrays.Min(a => a.Zero);
        return span > 4 * arrays.Sum(a => a.CodeCount) ? null : new DenseMerge(lanes, arrays);
    }

    /// <summary>One thread's way through ranges.</summary>
    internal sealed class Reader : IDisposable
    {
        private readonly DenseMerge _merge;
        private readonly AccumulatorPlan _plan;
        private readonly LogicalType _type;
        private readonly NativeBuffer _states;
        private readonly NativeBuffer _found;
        private Int128 _first;
        private int _end;
        private int _next;
        private byte* _null;

        public Reader(DenseMerge merge, AccumulatorPlan plan, LogicalType type, MemoryAccount account)
        {
            _merge = merge;
            _plan = plan;
            _type = type;
            _states = NativeBuffer.Allocate(RangeKeys * sizeof(nint), account);
            _found = NativeBuffer.Allocate(2 * Batch.MaxRows * sizeof(nint), account);
        }

        /// <summary>Puts the groups of a range together.</summary>
        public void Take(int range)
        {
            _first = _merge._least + ((Int128)range * RangeKeys);
            (_next, _end) = (0, RangeKeys);
            _null = null;
            byte** states = (byte**)_states.Pointer;
            new Span<nint>(states, RangeKeys).Clear();
            for (int l = 0; l < _merge._lanes.Length; l++)
            {
                AddLane(_merge._lanes[l], _merge._arrays[l], states);
                if (range == 0) AddNull(_merge._lanes[l], _merge._arrays[l]);
            }
        }

        /// <summary>
        /// Writes the keys of the next groups of the range, at most a batch, and the addresses of their states; 0 after
        /// the last. That of NULL comes last.
        /// </summary>
        public int Next(ColumnVector keys, byte** states)
        {
            byte** all = (byte**)_states.Pointer;
            ulong* offsets = (ulong*)_found.Pointer;
            int count = 0;
            for (; _next < _end && count < Batch.MaxRows; _next++)
            {
                if (all[_next] is null) continue;
                offsets[count] = (ulong)_next;
                states[count++] = all[_next];
            }
            bool endsWithNull = count < Batch.MaxRows && _null is not null;
            if (endsWithNull)
            {
                offsets[count] = 0;
                states[count++] = _null;
                _null = null;
            }
            int size = _type.Physical.SizeBytes();
            if (_merge._dictionary is { } dictionary)
            {
                keys.ResetDictionary(PhysicalType.UInt32, dictionary, Math.Max(count, 1));
                size = sizeof(uint);
            }
            else
            {
                keys.ResetFlat(Math.Max(count, 1));
            }
            keys.Count = count;
            IntegerLanes.Convert((byte*)offsets, PhysicalType.UInt64, count, _first, size, keys.Data);
            // NULL has a code as well, whichever.
            if (endsWithNull && _merge._dictionary is not null) ((uint*)keys.Data)[count - 1] = 0;
            if (endsWithNull) keys.SetNull(count - 1, Math.Max(count, 1));
            return count;
        }

        public void Dispose()
        {
            _states.Release();
            _found.Release();
        }

        private void AddLane(GroupStates lane, in DenseGroups array, byte** states)
        {
            // Codes of the lane that are keys of the range; 0 is that of NULL.
            Int128 start = _first - array.Zero;
            int from = (int)Int128.Clamp(1 - start, 0, RangeKeys);
            int to = (int)Int128.Clamp(array.CodeCount - start, 0, RangeKeys);
            if (from >= to) return;
            uint* numbers = (uint*)array.Numbers + (long)start;
            byte** sources = (byte**)_found.Pointer, targets = sources + Batch.MaxRows;
            int pairs = 0;
            for (int i = from; i < to; i++)
            {
                uint number = numbers[i];
                if (number == 0) continue;
                byte* state = lane.StateOf(number);
                if (states[i] is null)
                {
                    states[i] = state;
                    continue;
                }
                sources[pairs] = state;
                targets[pairs] = states[i];
                if (++pairs < Batch.MaxRows) continue;
                _plan.Combine(lane.Plan, sources, targets, pairs);
                pairs = 0;
            }
            if (pairs > 0) _plan.Combine(lane.Plan, sources, targets, pairs);
        }

        private void AddNull(GroupStates lane, in DenseGroups array)
        {
            uint number = *(uint*)array.Numbers;
            if (number == 0) return;
            byte* state = lane.StateOf(number);
            byte* target = _null;
            if (target is null) _null = state;
            else _plan.Combine(lane.Plan, &state, &target, 1);
        }
    }
}
