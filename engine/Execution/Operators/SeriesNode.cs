using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// A series of numbers or times from a start by steps; a NULL bound gives no rows, a step of zero is an error.
/// </summary>
internal sealed record SeriesNode(Schema Columns, Expression First, Expression Last, Expression Step, bool IncludesEnd)
    : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    public override string Describe() => $"Series {First} to {Last} by {Step}";

    public override void Write(PlanWriter target)
    {
        target.Begin(5);
        target.Write(Columns);
        target.Write(First);
        target.Write(Last);
        target.Write(Step);
        target.Write(IncludesEnd);
    }

    public static SeriesNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(5);
        source.None(inputs);
        Schema columns = source.ReadSchema();
        source.Check(columns.Count == 1, "number of columns");
        Schema none = new();
        return new SeriesNode(
            columns, source.ReadExpression(none), source.ReadExpression(none), source.ReadExpression(none),
            source.ReadBool());
    }

    public override void LayOut(Pipeline current, PlanLayout layout) => current.Begin(new SeriesSource(this), this);
}

/// <summary>Computes the bounds, then gives batches of values from one lane, in order.</summary>
internal sealed unsafe class SeriesSource(SeriesNode node) : Source
{
    public override int MaxLanes => 1;

    public override SourceLane StartLane(PipelineContext context) => new Lane(node, context);

    private sealed class Lane : SourceLane
    {
        private readonly Batch _output;
        private readonly LogicalType _type;
        private readonly bool _includesEnd;
        private readonly Value _stepValue;
        private Int128 _next;
        private readonly Int128 _end;
        private readonly Int128 _step;
        private bool _isEnded;

        public Lane(SeriesNode node, PipelineContext context)
        {
            _type = node.Columns[0].Type;
            _output = new Batch(node.Columns);
            _includesEnd = node.IncludesEnd;
            ExpressionSet set = context.CreateExpressions();
            ScalarEvaluator[] bounds = set.Compile([node.First, node.Last, node.Step]);
            using Batch one = new(Array.Empty<ColumnVector>()) { Count = 1 };
            set.Begin(null);
            Value first = bounds[0].Evaluate(one, null).GetValue(0);
            Value last = bounds[1].Evaluate(one, null).GetValue(0);
            _stepValue = bounds[2].Evaluate(one, null).GetValue(0);
            _isEnded = first.IsNull || last.IsNull || _stepValue.IsNull;
            if (_isEnded) return;
            _next = first.AsInteger;
            _end = last.AsInteger;
            _step = IsByInterval ? _stepValue.AsInterval.Span * UnitsPerMicrosecond : _stepValue.AsInteger;
            if (_step == 0)
            {
                throw new QueryException(
                    SqlStates.InvalidParameterValue, "Step size cannot equal zero", node.Step.Position);
            }
        }

        private bool IsByInterval => _stepValue.Type.Kind == TypeKind.Interval;

        /// <summary>For types coarser than a microsecond the steps are taken by calendar alone.</summary>
        private long UnitsPerMicrosecond => _type.Kind == TypeKind.TimestampNanoseconds ? 1000 : 1;

        public override Flow Run(Operator first)
        {
            if (_isEnded) return Flow.Done;
            ColumnVector target = _output.Columns[0];
            target.ResetFlat();
            int count = 0;
            while (count < Batch.MaxRows && IsInside(_next))
            {
                VectorValues.StoreInteger(target.Data, target.Lane, count++, _next);
                _next = IsByInterval ? SeriesSteps.Add(_type, _next, _stepValue.AsInterval) : _next + _step;
            }
            _isEnded = !IsInside(_next);
            if (count == 0) return Flow.Done;
            target.Count = count;
            _output.Reset();
            _output.Count = count;
            return first.Push(_output);
        }

        public override void Dispose() => _output.Dispose();

        private bool IsInside(Int128 value)
        {
            int order = _step > 0 ? value.CompareTo(_end) : _end.CompareTo(value);
            return order < 0 || (order == 0 && _includesEnd);
        }
    }
}

/// <summary>Steps through the calendar.</summary>
internal static class SeriesSteps
{
    /// <summary>
    /// A date or timestamp and an interval: months first (to the last day where the month is shorter), then days, then
    /// time.
    /// </summary>
    public static Int128 Add(LogicalType type, Int128 value, Interval step)
    {
        long unitsPerDay = type.Kind switch
        {
            TypeKind.Date => 1,
            TypeKind.TimestampSeconds => 86_400,
            TypeKind.TimestampMilliseconds => 86_400_000,
            TypeKind.TimestampNanoseconds => 86_400_000_000_000,
            _ => 86_400_000_000,
        };
        Int128 time = ((value % unitsPerDay) + unitsPerDay) % unitsPerDay;
        long days = (long)((value - time) / unitsPerDay);
        if (step.Months != 0)
        {
            (long year, int month, int day) = Calendar.FromDays(days);
            long months = (year * 12) + (month - 1) + step.Months;
            year = Math.DivRem(months, 12, out long monthIndex);
            if (monthIndex < 0)
            {
                monthIndex += 12;
                year--;
            }
            month = (int)monthIndex + 1;
            days = Calendar.ToDays(year, month, Math.Min(day, Calendar.DaysInMonth(year, month)));
        }
        days += step.Days;
        return ((Int128)days * unitsPerDay) + time + ((Int128)step.Microseconds * unitsPerDay / 86_400_000_000);
    }
}
