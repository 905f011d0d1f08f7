using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>
/// The accumulators behind a list of aggregates, each number kept once: avg(x), sum(x) and count(x) share a sum and two
/// counts. Also how results come from them. The same list gives the same plan everywhere, which lets partial states
/// travel. For one thread.
/// </summary>
internal sealed unsafe class AccumulatorPlan : IDisposable
{
    private readonly List<Accumulator> _accumulators = [];
    private readonly int _mergedFrom;
    private readonly int _statesAt;
    private readonly Dictionary<object, Accumulator> _known = [];
    private readonly List<int> _filters = [-1];
    private readonly List<int> _mergedFilters = [-1];
    private readonly AggregateResult[] _results;
    private readonly MemoryAccount _account;
    private readonly SessionInfo _session;
    private readonly Func<int, bool> _isNeverNull;
    private readonly bool _haveRows;

    /// <param name="aggregates">What is computed from rows.</param>
    /// <param name="merged">What comes as states.</param>
    /// <param name="statesAt">Position of the first column of states.</param>
    /// <param name="mergedFirst">
    /// How many of the merged ones were computed from rows below, where the rest was merged there: the two share no
    /// state.
    /// </param>
    /// <param name="session">What kernels may know.</param>
    /// <param name="account">Counts what kernels keep.</param>
    /// <param name="isNeverNull">
    /// Which columns have no NULLs to count; null where states travel, since others must keep them in the same form.
    /// </param>
    /// <param name="haveRows">True where no group is without rows.</param>
    public AccumulatorPlan(
        PlanList<AggregateSpec> aggregates, PlanList<AggregateSpec> merged, int statesAt, int mergedFirst,
        SessionInfo session, MemoryAccount account, Func<int, bool>? isNeverNull = null, bool haveRows = false)
    {
        _haveRows = haveRows;
        _isNeverNull = isNeverNull ?? (static _ => false);
        _account = account;
        _session = session;
        _statesAt = statesAt;
        List<AggregateResult> results = [];
        foreach (AggregateSpec spec in aggregates) results.Add(Add(spec, FilterIndex(_filters, spec.Filter)));
        _mergedFrom = _accumulators.Count;
        _known.Clear();
        for (int i = 0; i < merged.Count; i++)
        {
            if (i == mergedFirst) _known.Clear();
            // The filter was applied below; here it only tells states apart.
            results.Add(Add(merged[i], FilterIndex(_mergedFilters, merged[i].Filter)));
        }
        _results = [.. results];
        int offset = 0;
        // Kernels may hold 128-bit numbers; they want 16-byte addresses.
        foreach (Accumulator accumulator in _accumulators.OrderByDescending(a => a is KernelAccumulator))
        {
            offset = accumulator is KernelAccumulator ? (offset + 15) & ~15 : offset;
            accumulator.Offset = offset;
            offset += accumulator.SizeBytes;
        }
        Stride = _accumulators.Exists(a => a is KernelAccumulator) ? (offset + 15) & ~15 : Math.Max(offset, 8);
    }

    /// <summary>True when rows bring states.</summary>
    public bool Merges => _mergedFrom < _accumulators.Count;

    /// <summary>True when there is nothing to add: only the keys count.</summary>
    public bool IsEmpty => _accumulators.Count == 0;

    /// <summary>True when states are nothing but numbers: no kernel keeps anything beside them.</summary>
    public bool IsPlain => !_accumulators.Exists(a => a is KernelAccumulator);

    /// <summary>Positions of the filter columns; the first, -1, is none.</summary>
    public IReadOnlyList<int> Filters => _filters;

    /// <summary>Bytes of the states of a group.</summary>
    public int Stride { get; }

    /// <summary>The columns that all states become.</summary>
    public IEnumerable<LogicalType> StateTypes => _accumulators.SelectMany(a => a.PartialTypes);

    /// <summary>Makes rows of zeros states of no rows.</summary>
    public void Initialize(byte* rows, int count)
    {
        foreach (Accumulator accumulator in _accumulators) accumulator.Initialize(rows, count, Stride);
    }

    /// <summary>Writes the results of groups.</summary>
    public void Finish(byte** states, int count, ReadOnlySpan<ColumnVector> targets)
    {
        for (int i = 0; i < _results.Length; i++) _results[i].Write(states, count, targets[i]);
    }

    /// <summary>Adds each row to its group.</summary>
    public void Update(in AggregateRows rows)
    {
        for (int i = 0; i < _mergedFrom; i++) _accumulators[i].Update(rows);
    }

    /// <summary>Adds all rows, or those of the mask of each filter, to one state.</summary>
    public void UpdateAll(ReadOnlySpan<ColumnVector> columns, RowMask?[] masks, int count, byte* state)
    {
        for (int i = 0; i < _mergedFrom; i++)
        {
            _accumulators[i].UpdateAll(columns, masks[_accumulators[i].Filter], count, state);
        }
    }

    /// <summary>Adds the states that rows bring.</summary>
    public void Merge(ReadOnlySpan<ColumnVector> columns, byte** states, int count)
    {
        columns = columns[_statesAt..];
        for (int i = _mergedFrom; i < _accumulators.Count; i++)
        {
            int width = _accumulators[i].PartialTypes.Count;
            _accumulators[i].MergePartial(columns[..width], states, count);
            columns = columns[width..];
        }
    }

    /// <summary>Writes the states of groups as columns.</summary>
    public void WriteStates(byte** states, int count, ReadOnlySpan<ColumnVector> targets)
    {
        foreach (Accumulator accumulator in _accumulators)
        {
            int width = accumulator.PartialTypes.Count;
            accumulator.WritePartial(states, count, targets[..width]);
            targets = targets[width..];
        }
    }

    /// <summary>Adds columns written by <see cref="WriteStates"/> of a plan of the same aggregates.</summary>
    public void MergeStates(ReadOnlySpan<ColumnVector> columns, byte** states, int count)
    {
        foreach (Accumulator accumulator in _accumulators)
        {
            int width = accumulator.PartialTypes.Count;
            accumulator.MergePartial(columns[..width], states, count);
            columns = columns[width..];
        }
    }

    /// <summary>Adds states of another plan of the same aggregates.</summary>
    public void Combine(AccumulatorPlan from, byte** sources, byte** targets, int count)
    {
        for (int i = 0; i < _accumulators.Count; i++)
        {
            _accumulators[i].Combine(from._accumulators[i], sources, targets, count);
        }
    }

    public void Dispose()
    {
        foreach (Accumulator accumulator in _accumulators) accumulator.Dispose();
    }

    private AggregateResult Add(AggregateSpec spec, int filter)
    {
        AggregateFunction function = spec.Function;
        if (function.Shape == AggregateShape.CountStar) return new CountResult(Rows(filter), null);
        if (spec.Arguments.Count != 1) return Kernel(spec, filter);
        int column = spec.Arguments[0];
        LogicalType type = function.ArgumentTypes[0];
        bool isExact = type.IsInteger || type.Kind == TypeKind.Decimal;
        switch (function.Shape)
        {
            case AggregateShape.Count:
                return new CountResult(Rows(filter), Nulls(column, filter));
            case AggregateShape.Sum when isExact:
                return new ExactSumResult(
                    function.ResultType, Sum(column, filter, type),
                    _haveRows && filter == 0 && _isNeverNull(column) ? null : Rows(filter), Nulls(column, filter));
            case AggregateShape.Avg when isExact:
                return new ExactAverageResult(
                    type, function.ResultType, Sum(column, filter, type), Rows(filter), Nulls(column, filter));
            case AggregateShape.Sum or AggregateShape.Avg when type.IsFloat:
                return new FloatSumResult(
                    function.ResultType, function.Shape == AggregateShape.Avg, DoubleSum(column, filter, type),
                    Rows(filter),
                    Nulls(column, filter));
            case AggregateShape.Min or AggregateShape.Max when IsInteger64(type):
                return new IntegerExtremeResult(
                    IntegerExtreme(column, filter, function.Shape == AggregateShape.Max, type));
            case AggregateShape.Min or AggregateShape.Max when type.IsFloat:
                return new FloatExtremeResult(FloatExtreme(column, filter, function.Shape == AggregateShape.Max, type));
            default:
                return Kernel(spec, filter);
        }
    }

    private static bool IsInteger64(LogicalType type) =>
        type.Physical.IsInteger() && type.Physical != PhysicalType.Int128;

    private static int FilterIndex(List<int> filters, int column)
    {
        int index = filters.IndexOf(column);
        if (index >= 0) return index;
        filters.Add(column);
        return filters.Count - 1;
    }

    private T Known<T>(object key, Func<T> create) where T : Accumulator
    {
        if (_known.TryGetValue(key, out Accumulator? known)) return (T)known;
        T created = create();
        _known.Add(key, created);
        _accumulators.Add(created);
        return created;
    }

    private CountAccumulator Rows(int filter) => Known(("rows", filter), () => new CountAccumulator(filter));

    private NullCountAccumulator? Nulls(int column, int filter) => _isNeverNull(column)
        ? null
        : Known(("nulls", column, filter), () => new NullCountAccumulator(column, filter));

    private SumAccumulator Sum(int column, int filter, LogicalType type) =>
        Known(("sum", column, filter), () => new SumAccumulator(column, filter, type, _account));

    private DoubleSumAccumulator DoubleSum(int column, int filter, LogicalType type) =>
        Known(("sum", column, filter), () => new DoubleSumAccumulator(column, filter, type, _account));

    private IntegerExtremeAccumulator IntegerExtreme(int column, int filter, bool isMax, LogicalType type) =>
        Known(("extreme", column, filter, isMax), () =>
            new IntegerExtremeAccumulator(column, filter, isMax, type, _account));

    private FloatExtremeAccumulator FloatExtreme(int column, int filter, bool isMax, LogicalType type) =>
        Known(("extreme", column, filter, isMax), () =>
            new FloatExtremeAccumulator(column, filter, isMax, type, _account));

    private KernelResult Kernel(AggregateSpec spec, int filter) => new(Known(
        spec, () => new KernelAccumulator(spec.Function.Kernel, spec.Arguments, filter, _session, _account)));
}
