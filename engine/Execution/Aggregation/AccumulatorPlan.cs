using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
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
    private readonly Dictionary<object, Accumulator> _known = [];
    private readonly List<int> _filters = [-1];
    private readonly AggregateResult[] _results;
    private readonly MemoryAccount _account;
    private readonly SessionInfo _session;

    public AccumulatorPlan(IReadOnlyList<AggregateSpec> aggregates, SessionInfo session, MemoryAccount account)
    {
        _account = account;
        _session = session;
        _results = [.. aggregates.Select(Add)];
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

    public IReadOnlyList<Accumulator> Accumulators => _accumulators;

    /// <summary>Positions of the filter columns; the first, -1, is none.</summary>
    public IReadOnlyList<int> Filters => _filters;

    /// <summary>Bytes of the states of a group.</summary>
    public int Stride { get; }

    /// <summary>The columns that all states become.</summary>
    public IEnumerable<LogicalType> PartialTypes => _accumulators.SelectMany(a => a.PartialTypes);

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

    /// <summary>Writes the states of groups as columns.</summary>
    public void WritePartial(byte** states, int count, ReadOnlySpan<ColumnVector> targets)
    {
        foreach (Accumulator accumulator in _accumulators)
        {
            int columns = accumulator.PartialTypes.Count;
            accumulator.WritePartial(states, count, targets[..columns]);
            targets = targets[columns..];
        }
    }

    /// <summary>Adds columns of states to groups.</summary>
    public void MergePartial(ReadOnlySpan<ColumnVector> partials, byte** states, int count)
    {
        foreach (Accumulator accumulator in _accumulators)
        {
            int columns = accumulator.PartialTypes.Count;
            accumulator.MergePartial(partials[..columns], states, count);
            partials = partials[columns..];
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

    private AggregateResult Add(AggregateSpec spec)
    {
        int filter = FilterIndex(spec.Filter);
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
                return new ExactSumResult(function.ResultType, Sum(column, filter, type), Rows(filter), Nulls(column, filter));
            case AggregateShape.Avg when isExact:
                return new ExactAverageResult(
                    type, function.ResultType, Sum(column, filter, type), Rows(filter), Nulls(column, filter));
            case AggregateShape.Sum or AggregateShape.Avg when type.IsFloat:
                return new FloatSumResult(
                    function.ResultType, function.Shape == AggregateShape.Avg, DoubleSum(column, filter, type), Rows(filter),
                    Nulls(column, filter));
            case AggregateShape.Min or AggregateShape.Max when IsInteger64(type):
                return new IntegerExtremeResult(IntegerExtreme(column, filter, function.Shape == AggregateShape.Max, type));
            case AggregateShape.Min or AggregateShape.Max when type.IsFloat:
                return new FloatExtremeResult(FloatExtreme(column, filter, function.Shape == AggregateShape.Max, type));
            default:
                return Kernel(spec, filter);
        }
    }

    private static bool IsInteger64(LogicalType type) => type.Physical.IsInteger() && type.Physical != PhysicalType.Int128;

    private int FilterIndex(int column)
    {
        int index = _filters.IndexOf(column);
        if (index >= 0) return index;
        _filters.Add(column);
        return _filters.Count - 1;
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

    private NullCountAccumulator Nulls(int column, int filter) =>
        Known(("nulls", column, filter), () => new NullCountAccumulator(column, filter));

    private SumAccumulator Sum(int column, int filter, LogicalType type) =>
        Known(("sum", column, filter), () => new SumAccumulator(column, filter, type, _account));

    private DoubleSumAccumulator DoubleSum(int column, int filter, LogicalType type) =>
        Known(("sum", column, filter), () => new DoubleSumAccumulator(column, filter, type, _account));

    private IntegerExtremeAccumulator IntegerExtreme(int column, int filter, bool isMax, LogicalType type) =>
        Known(("extreme", column, filter, isMax), () => new IntegerExtremeAccumulator(column, filter, isMax, type, _account));

    private FloatExtremeAccumulator FloatExtreme(int column, int filter, bool isMax, LogicalType type) =>
        Known(("extreme", column, filter, isMax), () => new FloatExtremeAccumulator(column, filter, isMax, type, _account));

    private KernelResult Kernel(AggregateSpec spec, int filter) => new(Known(
        spec, () => new KernelAccumulator(spec.Function.Kernel, spec.Arguments, filter, _session, _account)));
}
