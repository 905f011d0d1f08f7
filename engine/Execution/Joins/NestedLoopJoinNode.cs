using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Pairs of rows that meet a condition with no equality in it; every pair where there is no condition. The right side
/// is kept, the left one streams by.
/// </summary>
internal sealed record NestedLoopJoinNode(
    PhysicalNode Left, PhysicalNode Right, JoinKind Kind, Expression? Condition, Schema Columns) : PhysicalNode
{
    /// <summary>
    /// For Anti and Mark: a condition that is NULL for a pair, and true for none, makes the answer unknown.
    /// </summary>
    public bool IsNullAware { get; init; }

    public override IReadOnlyList<PhysicalNode> Inputs => [Left, Right];

    public override Schema Output => Columns;

    public override string Describe() =>
        Condition is null && Kind == JoinKind.Inner
            ? "Cross join"
            : $"Nested loop join {Kind.ToString().ToLowerInvariant()} on {Condition}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) =>
        this with { Left = inputs[0], Right = inputs[1] };

    public override void Write(PlanWriter target)
    {
        target.Begin(4);
        target.Write(Columns);
        target.WriteEnum(Kind);
        target.Write(Condition);
        target.Write(IsNullAware);
    }

    public static NestedLoopJoinNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(4);
        source.Check(inputs.Length == 2, "number of inputs");
        (Schema left, Schema right) = (inputs[0].Output, inputs[1].Output);
        Schema columns = source.ReadSchema();
        JoinKind kind = source.ReadEnum<JoinKind>();
        source.CheckJoin(kind, left, right, columns);
        Expression? condition = source.ReadConditionOrNil(new Schema([.. left.Fields, .. right.Fields]));
        return new NestedLoopJoinNode(inputs[0], inputs[1], kind, condition, columns)
        {
            IsNullAware = source.ReadBool(),
        };
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        RowsSink kept = new(Right.Output, isSerial: false) { Owner = this };
        LoopState state = layout.Run.Shared(this, () => new LoopState(kept));
        if (Kind is JoinKind.Right or JoinKind.Full)
        {
            Pipeline unmatched = layout.Fork(current);
            unmatched.RequireEndOf(this, layout);
            unmatched.Begin(new UnmatchedLoopSource(this, state), this);
        }
        Pipeline keeping = layout.AddPipeline(kept);
        current.Require(kept);
        current.AddStep(this);
        Right.LayOut(keeping, layout);
        Left.LayOut(current, layout);
    }

    public override Operator Start(PipelineContext context, Operator next)
    {
        LoopState state = context.Run.Shared<LoopState>(this, () => throw Invariant.Unreachable("loop state"));
        return Kind == JoinKind.Inner && FewRowsLoopOperator.Suits(state)
            ? new FewRowsLoopOperator(this, state, context, next) : new NestedLoopOperator(this, state, context, next);
    }
}

/// <summary>The kept side, and which of its rows found a partner.</summary>
internal sealed class LoopState(RowsSink rows)
{
    private byte[][]? _matched;

    public IReadOnlyList<RowBuffer> Buffers => rows.Buffers;

    /// <summary>A byte per row of each buffer.</summary>
    public byte[][] Matched
    {
        get
        {
            lock (rows) return _matched ??= [.. Buffers.Select(b => new byte[b.Count])];
        }
    }
}

/// <summary>Each left row against a batch of right rows at a time.</summary>
internal sealed unsafe class NestedLoopOperator : Operator
{
    private readonly NestedLoopJoinNode _node;
    private readonly LoopState _state;
    private readonly MaskExpression? _condition;
    private readonly MaskExpression? _isUnknown;
    private readonly Batch _right;
    private readonly Batch _pairs;
    private readonly Batch _given = new([]);
    private readonly ColumnVector[] _left;
    private readonly ColumnVector _mark = new(LogicalType.Boolean);
    private readonly RowMask _found = new();
    private readonly RowMask _unknown = new();
    private readonly bool _keepsRight;
    private Batch? _input;
    private int _row;
    private int _buffer;
    private long _rightRow;

    public NestedLoopOperator(NestedLoopJoinNode node, LoopState state, PipelineContext context, Operator next)
        : base(next)
    {
        _node = node;
        _state = state;
        _condition = node.Condition is null ? null : context.CompileMask(node.Condition);
        if (node.IsNullAware && node.Condition is not null)
        {
            _isUnknown = context.CompileMask(new IsNull(node.Condition, false));
        }
        MemoryAccount account = context.Run.VectorAccount;
        _right = new Batch(node.Right.Output);
        _left = [.. node.Left.Output.Fields.Select(f => new ColumnVector(f.Type, account))];
        _pairs = new Batch([.. _left, .. _right.Columns]);
        _keepsRight = node.Kind is JoinKind.Right or JoinKind.Full;
    }

    public override Flow Push(Batch batch)
    {
        _input = batch;
        _row = -1;
        _buffer = _state.Buffers.Count;
        _found.ClearAll(batch.Count);
        _unknown.ClearAll(batch.Count);
        return Continue();
    }

    public override Flow Resume()
    {
        Flow flow = Next.Resume();
        return flow.IsMore ? Continue() : flow;
    }

    public override void Dispose()
    {
        _pairs.Dispose();
        _right.Columns = [];
        _right.Dispose();
        _given.Columns = [];
        _given.Dispose();
        _mark.Dispose();
        _found.Dispose();
        _unknown.Dispose();
    }

    private Flow Continue()
    {
        if (_input is null) return Flow.More;
        for (int batches = 0; NextPart(); batches++)
        {
            Flow flow = GivePairs();
            if (!flow.IsMore) return flow;
            if (batches == Flow.BatchesPerTurn) return Flow.Yield;
        }
        Batch input = _input;
        _input = null;
        return GiveRest(input);
    }

    /// <summary>Moves to the next batch of right rows, or to the first for the next left row.</summary>
    private bool NextPart()
    {
        while (true)
        {
            bool isDecided = _node.Kind is JoinKind.Semi or JoinKind.Anti or JoinKind.Mark && _row >= 0 && _found[_row];
            if (_buffer < _state.Buffers.Count && !isDecided)
            {
                RowBuffer buffer = _state.Buffers[_buffer];
                if (_rightRow < buffer.Count)
                {
                    int count = (int)Math.Min(Batch.MaxRows, buffer.Count - _rightRow);
                    buffer.Slice(_rightRow, count, _right);
                    _rightRow += count;
                    return true;
                }
                _buffer++;
                _rightRow = 0;
                continue;
            }
            do _row++;
            while (_row < _input!.Count && _input.IsMasked && !_input.Mask[_row]);
            if (_row >= _input.Count) return false;
            ushort row = (ushort)_row;
            for (int c = 0; c < _left.Length; c++)
            {
                _input.Columns[c].Gather(&row, 1, _left[c]);
                if (_left[c].IsConstant) continue;
                if (_left[c].Shape != VectorShape.Flat)
                {
                    using ColumnVector flat = new(_left[c].Type);
                    _left[c].Flatten(flat);
                    _left[c].ShareFrom(flat);
                }
                _left[c].BecomeConstant(1);
            }
            _buffer = 0;
            _rightRow = 0;
        }
    }

    private Flow GivePairs()
    {
        int count = _right.Count;
        foreach (ColumnVector vector in _left) vector.Count = count;
        _pairs.Reset();
        _pairs.Count = count;
        if (_condition is not null)
        {
            RowMask mask = _pairs.BeginMask();
            _condition.AndInto(_pairs, mask);
            if (mask.IsEmpty)
            {
                LookForUnknown(count);
                return Flow.More;
            }
        }
        if (_node.Kind == JoinKind.Single && (_found[_row] || _pairs.SelectedCount > 1))
        {
            throw new QueryException(
                SqlStates.CardinalityViolation, "More than one row returned by a subquery used as an expression");
        }
        _found[_row] = true;
        if (_keepsRight)
        {
            byte[] matched = _state.Matched[_buffer];
            for (int i = 0; i < count; i++)
            {
                if (!_pairs.IsMasked || _pairs.Mask[i]) matched[_rightRow - count + i] = 1;
            }
        }
        return _node.Kind is JoinKind.Semi or JoinKind.Anti or JoinKind.Mark ? Flow.More : Next.Push(_pairs);
    }

    /// <summary>Remembers that the condition is NULL for the left row and one of the right rows.</summary>
    private void LookForUnknown(int count)
    {
        if (_isUnknown is null || _unknown[_row]) return;
        _pairs.Reset();
        _pairs.Count = count;
        RowMask mask = _pairs.BeginMask();
        _isUnknown.AndInto(_pairs, mask);
        if (!mask.IsEmpty) _unknown[_row] = true;
    }

    private Flow GiveRest(Batch input)
    {
        RowMask mask;
        switch (_node.Kind)
        {
            case JoinKind.Semi:
                mask = input.BeginMask();
                mask.And(_found.Words);
                return mask.IsEmpty ? Flow.More : Next.Push(input);
            case JoinKind.Anti:
                mask = input.BeginMask();
                Bitmap.AndNot(mask.Words, _found.Words, input.Count);
                Bitmap.AndNot(mask.Words, _unknown.Words, input.Count);
                return mask.IsEmpty ? Flow.More : Next.Push(input);
            case JoinKind.Mark:
                _mark.ResetFlat();
                _mark.Count = input.Count;
                Bitmap.ToBytes(_found.Words, input.Count, _mark.Data);
                for (int row = 0; row < input.Count; row++)
                {
                    if (_unknown[row] && !_found[row]) _mark.SetNull(row);
                }
                _given.Columns = [.. input.Columns, _mark];
                _given.TakeRows(input);
                return Next.Push(_given);
            case JoinKind.Left or JoinKind.Full or JoinKind.Single:
                mask = input.BeginMask();
                Bitmap.AndNot(mask.Words, _found.Words, input.Count);
                if (mask.IsEmpty) return Flow.More;
                foreach (ColumnVector vector in _right.Columns) vector.SetAllNull(input.Count);
                _given.Columns = [.. input.Columns, .. _right.Columns];
                _given.TakeRows(input);
                return Next.Push(_given);
            default:
                return Flow.More;
        }
    }
}

/// <summary>Rows of the kept side without a partner.</summary>
internal sealed unsafe class UnmatchedLoopSource(NestedLoopJoinNode node, LoopState state) : Source
{
    public override int MaxLanes => 1;

    public override SourceLane StartLane(PipelineContext context) => new Lane(node, state);

    private sealed class Lane(NestedLoopJoinNode node, LoopState state) : SourceLane
    {
        private readonly Batch _output = new(node.Columns);
        private int _buffer;
        private long _row;

        public override Flow Run(Operator first)
        {
            int leftCount = node.Left.Output.Count;
            uint* rows = stackalloc uint[Batch.MaxRows];
            for (; _buffer < state.Buffers.Count; _buffer++, _row = 0)
            {
                RowBuffer buffer = state.Buffers[_buffer];
                byte[] matched = state.Matched[_buffer];
                while (_row < buffer.Count)
                {
                    int count = 0;
                    for (; _row < buffer.Count && count < Batch.MaxRows; _row++)
                    {
                        if (matched[_row] == 0) rows[count++] = (uint)_row;
                    }
                    if (count == 0) continue;
                    for (int c = 0; c < _output.Columns.Length; c++)
                    {
                        if (c < leftCount) _output.Columns[c].SetAllNull(count);
                        else buffer.Columns[c - leftCount].Gather(rows, count, _output.Columns[c]);
                    }
                    _output.Reset();
                    _output.Count = count;
                    Flow flow = first.Push(_output);
                    if (!flow.IsMore) return flow;
                }
            }
            return Flow.Done;
        }

        public override void Dispose() => _output.Dispose();
    }
}
