using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Plan;

/// <summary>
/// Computes expressions the plain way: node by node, row by row where no function does it. Folds constants while
/// planning, and is what the executor's fast paths are tested against.
/// </summary>
internal sealed class ExpressionEvaluator(SessionInfo session, MemoryAccount? account = null) : IDisposable
{
    private readonly Dictionary<Expression, NodeState> _states = new(ReferenceEqualityComparer.Instance);
    private readonly MemoryAccount _account = account ?? MemoryAccount.Untracked;

    /// <summary>The value of an expression without columns.</summary>
    /// <exception cref="QueryException">The expression fails; the position is its own.</exception>
    public static Value EvaluateConstant(Expression expression, SessionInfo session)
    {
        using ExpressionEvaluator evaluator = new(session);
        return evaluator.Evaluate(expression, [], 1).GetValue(0);
    }

    /// <summary>
    /// The values of rows 0 to <paramref name="count"/> - 1, over columns by position. The vector is the evaluator's,
    /// or one of the columns, and good until the next call.
    /// </summary>
    public ColumnVector Evaluate(Expression expression, ColumnVector[] columns, int count, RowMask? mask = null)
    {
        try
        {
            return EvaluateNode(expression, columns, count, mask);
        }
        catch (QueryException e) when (e.Position < 0 && expression.Position >= 0)
        {
            throw e.At(expression.Position);
        }
    }

    public void Dispose()
    {
        foreach (NodeState state in _states.Values) state.Dispose();
    }

    private ColumnVector EvaluateNode(Expression expression, ColumnVector[] columns, int count, RowMask? mask)
    {
        if (expression is ColumnReference column) return columns[column.Index];
        NodeState state = StateOf(expression);
        switch (expression)
        {
            case Constant constant:
                state.SetConstant(constant.Value, count);
                break;
            case Call call:
                Run(call.Function, call.Arguments, state, columns, count, mask);
                break;
            case Cast cast:
                EvaluateCast(cast, state, columns, count, mask);
                break;
            case Arithmetic arithmetic:
                state.Function ??= Functions.Scalar.Arithmetic.Bind(
                    arithmetic.Operator.Symbol(), arithmetic.Left.Type, arithmetic.Right.Type, arithmetic.Type);
                Run(state.Function, arithmetic.Children, state, columns, count, mask);
                break;
            case Negate negate:
                state.Function ??= Functions.Scalar.Arithmetic.BindNegate(negate.Type);
                Run(state.Function, negate.Children, state, columns, count, mask);
                break;
            case Case choice:
                EvaluateCase(choice, state, columns, count, mask);
                break;
            case Conjunction or Disjunction:
                EvaluateChain(expression, state, columns, count, mask);
                break;
            default:
                EvaluatePredicate(expression, state, columns, count, mask);
                break;
        }
        return state.Result;
    }

    private void Run(
        ScalarFunction function, PlanList<Expression> operands, NodeState state, ColumnVector[] columns, int count,
        RowMask? mask)
    {
        ColumnVector[] arguments = new ColumnVector[operands.Count];
        for (int i = 0; i < arguments.Length; i++) arguments[i] = Evaluate(operands[i], columns, count, mask);
        state.Context.Mask = mask;
        function.Evaluate(arguments, count, state.Result, state.Context);
        state.Result.Count = count;
    }

    private void EvaluateCast(Cast cast, NodeState state, ColumnVector[] columns, int count, RowMask? mask)
    {
        state.Function ??= CastFunctions.Find(cast.Operand.Type, cast.Type, cast.IsTry) ??
            throw Invariant.Unreachable($"no cast from {cast.Operand.Type} to {cast.Type}");
        Run(state.Function, cast.Children, state, columns, count, mask);
    }

    // Rows that a condition decides are switched off for the conditions and results after it.
    private void EvaluateCase(Case choice, NodeState state, ColumnVector[] columns, int count, RowMask? mask)
    {
        using RowMask open = new();
        using RowMask taken = new();
        if (mask is null) open.SetAll(count);
        else open.CopyFrom(mask);
        state.BeginRows(count);
        foreach (CaseBranch branch in choice.Branches)
        {
            ColumnVector condition = Evaluate(branch.Condition, columns, count, open);
            taken.ClearAll(count);
            for (int row = 0; row < count; row++) taken[row] = open[row] && IsTrue(condition, row);
            state.CopyRows(Evaluate(branch.Result, columns, count, taken), taken, count);
            for (int row = 0; row < count; row++) open[row] &= !taken[row];
        }
        state.CopyRows(Evaluate(choice.Otherwise, columns, count, open), open, count);
        state.EndRows();
    }

    private void EvaluateChain(Expression chain, NodeState state, ColumnVector[] columns, int count, RowMask? mask)
    {
        // FALSE decides AND, TRUE decides OR; a NULL among the rest makes NULL.
        bool decides = chain is Disjunction;
        using RowMask open = new();
        if (mask is null) open.SetAll(count);
        else open.CopyFrom(mask);
        bool?[] values = new bool?[count];
        Array.Fill(values, !decides);
        foreach (Expression operand in chain.Children)
        {
            ColumnVector vector = Evaluate(operand, columns, count, open);
            for (int row = 0; row < count; row++)
            {
                if (!open[row]) continue;
                bool? value = vector.IsValid(row) ? vector.GetInteger(row) != 0 : null;
                if (value == decides) open[row] = false;
                if (value is null || value == decides) values[row] = value;
            }
        }
        state.SetBooleans(values);
    }

    private void EvaluatePredicate(
        Expression expression, NodeState state, ColumnVector[] columns, int count, RowMask? mask)
    {
        PlanList<Expression> operands = expression.Children;
        ColumnVector[] vectors = new ColumnVector[operands.Count];
        for (int i = 0; i < vectors.Length; i++) vectors[i] = Evaluate(operands[i], columns, count, mask);
        bool?[] values = new bool?[count];
        for (int row = 0; row < count; row++)
        {
            if (mask is not null && !mask[row]) continue;
            values[row] = Test(expression, vectors, row, state);
        }
        state.SetBooleans(values);
    }

    private static bool? Test(Expression expression, ColumnVector[] operands, int row, NodeState state)
    {
        ColumnVector first = operands[0];
        switch (expression)
        {
            case IsNull test:
                return first.IsValid(row) == test.IsNegated;
            case Not:
                return first.IsValid(row) ? first.GetInteger(row) == 0 : null;
            case Comparison comparison:
                if (!first.IsValid(row) || !operands[1].IsValid(row)) return null;
                return comparison.Operator.Accepts(ValueComparison.Compare(first, row, operands[1], row));
            case IsDistinct distinct:
                return IsDistinctFrom(first, operands[1], row) != distinct.IsNegated;
            case InList list:
                return IsIn(operands, row) is { } isIn ? isIn != list.IsNegated : null;
            case Like like:
                if (!first.IsValid(row) || !operands[1].IsValid(row)) return null;
                return state.PatternOf(like, operands[1].GetUtf8(row).Span).IsMatch(
                    first.GetUtf8(row).Span) != like.IsNegated;
            default:
                throw Invariant.Unreachable($"{expression.GetType().Name} while computing");
        }
    }

    private static bool IsDistinctFrom(ColumnVector left, ColumnVector right, int row)
    {
        bool isLeft = left.IsValid(row);
        bool isRight = right.IsValid(row);
        return isLeft && isRight ? ValueComparison.Compare(left, row, right, row) != 0 : isLeft != isRight;
    }

    private static bool? IsIn(ColumnVector[] operands, int row)
    {
        if (!operands[0].IsValid(row)) return null;
        bool? result = false;
        for (int i = 1; i < operands.Length; i++)
        {
            if (!operands[i].IsValid(row)) result = null;
            else if (ValueComparison.Compare(operands[0], row, operands[i], row) == 0) return true;
        }
        return result;
    }

    private static bool IsTrue(ColumnVector condition, int row) =>
        condition.IsValid(row) && condition.GetInteger(row) != 0;

    private NodeState StateOf(Expression expression)
    {
        if (_states.TryGetValue(expression, out NodeState? state)) return state;
        state = new NodeState(expression.Type, session, _account);
        _states.Add(expression, state);
        return state;
    }

    /// <summary>What one node keeps between batches.</summary>
    private sealed unsafe class NodeState(LogicalType type, SessionInfo session, MemoryAccount account) : IDisposable
    {
        private readonly Arena _text = new(account);
        private LikePattern? _pattern;
        private byte[] _patternText = [];
        private Value[] _rows = [];

        public ColumnVector Result { get; } = new(type, account);

        public FunctionContext Context { get; } = new(session, account);

        public ScalarFunction? Function { get; set; }

        public void SetConstant(Value value, int count)
        {
            _text.Reset();
            VectorBuilder.BuildConstant(Result, value, count, _text);
            KeepText(Result);
        }

        public void SetBooleans(bool?[] values)
        {
            Result.ResetFlat(Math.Max(values.Length, 1));
            Result.Count = values.Length;
            for (int row = 0; row < values.Length; row++)
            {
                Result.Data[row] = values[row] == true ? (byte)1 : (byte)0;
                if (values[row] is null) Result.SetNull(row, Math.Max(values.Length, 1));
            }
        }

        public void BeginRows(int count)
        {
            _rows = new Value[count];
            Array.Fill(_rows, Value.Null(type));
        }

        public void CopyRows(ColumnVector source, RowMask rows, int count)
        {
            for (int row = 0; row < count; row++)
            {
                if (rows[row]) _rows[row] = source.GetValue(row);
            }
        }

        public void EndRows()
        {
            _text.Reset();
            VectorBuilder.Build(Result, _rows, _text);
            KeepText(Result);
        }

        // Whoever keeps the result beyond the next batch keeps its text too.
        private void KeepText(ColumnVector vector)
        {
            if (vector.Type.Physical == PhysicalType.Utf8)
            {
                foreach (NativeBuffer block in _text.Blocks) vector.KeepAlive(block);
            }
            foreach (ColumnVector child in vector.Children) KeepText(child);
        }

        public LikePattern PatternOf(Like like, ReadOnlySpan<byte> text)
        {
            if (_pattern is not null && text.SequenceEqual(_patternText)) return _pattern;
            _patternText = text.ToArray();
            return _pattern = LikePattern.Compile(text, like.Escape, like.IsCaseInsensitive);
        }

        public void Dispose()
        {
            Result.Dispose();
            Context.Dispose();
            _text.Dispose();
        }
    }
}
