using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// Expressions compiled together for one thread: constants are folded, parts that occur several times are computed once
/// per batch, conditions become masks.
/// </summary>
internal sealed class ExpressionSet : IDisposable
{
    private readonly ExpressionScope _scope;
    private readonly List<IDisposable> _owned = [];
    private readonly Dictionary<Expression, int> _occurrences = [];
    private readonly Dictionary<Expression, SharedEvaluator> _shared = [];

    public ExpressionSet(ExpressionScope scope) => _scope = scope;

    /// <summary>Changes with every batch; what is shared is good for one value.</summary>
    public long Stamp { get; private set; }

    private MemoryAccount Account => _scope.Account;

    /// <summary>Compiles expressions that are evaluated over the same batches, for the same rows.</summary>
    public ScalarEvaluator[] Compile(IEnumerable<Expression> expressions)
    {
        Expression[] bound = [.. expressions.Select(Bind)];
        foreach (Expression expression in bound) CountOccurrences(expression);
        return [.. bound.Select(e => Scalar(e, isConditional: false))];
    }

    /// <summary>Compiles one expression.</summary>
    public ScalarEvaluator Compile(Expression expression) => Compile([expression])[0];

    /// <summary>Compiles a condition. The mask begins its batches itself.</summary>
    public MaskExpression CompileMask(Expression condition)
    {
        Expression bound = Bind(condition);
        CountOccurrences(bound);
        return Own(new RootMask(this, Mask(bound, wanted: true, isConditional: false)));
    }

    /// <summary>The rows of the batch that count anywhere; null for all.</summary>
    public RowMask? Rows { get; private set; }

    /// <summary>Says that the next evaluations are of another batch.</summary>
    public void Begin(RowMask? rows)
    {
        Stamp++;
        Rows = rows;
    }

    /// <summary>Frees all evaluators.</summary>
    public void Dispose()
    {
        foreach (IDisposable item in _owned) item.Dispose();
        _owned.Clear();
    }

    /// <summary>True when evaluating it can be an error.</summary>
    internal static bool CanThrow(Expression expression) => expression.DescendantsAndSelf().Any(e => e switch
    {
        Arithmetic or Plan.Negate or Cast { IsTry: false } => true,
        Call call => call.Function.CanThrow,
        Like like => like.Pattern is not Constant,
        _ => false,
    });

    private static bool IsVolatile(Expression expression) =>
        expression.DescendantsAndSelf().Any(e => e is Call { Function.IsVolatile: true });

    private T Own<T>(T item) where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    /// <summary>Puts in parameters and folds what depends on no row.</summary>
    public Expression Bind(Expression expression) => expression.RewriteUp(e => e switch
    {
        Parameter parameter => new Constant(ParameterValue(parameter)) { Position = parameter.Position },
        Constant or ColumnReference => e,
        _ when e.Children.All(c => c is Constant) && !IsVolatile(e) => Fold(e),
        _ => e,
    });

    private Value ParameterValue(Parameter parameter)
    {
        if (parameter.Number < 1 || parameter.Number > _scope.Parameters.Count)
        {
            throw new QueryException(
                "08P01", $"No value for parameter: ${parameter.Number}", parameter.Position);
        }
        Value value = _scope.Parameters[parameter.Number - 1];
        Invariant.Holds(value.IsNull || value.Type.Equals(parameter.Type));
        return value.IsNull ? Value.Null(parameter.Type) : value;
    }

    /// <summary>
    /// The constant that an expression over constants gives; itself when that is an error, left for a row to raise.
    /// </summary>
    private Expression Fold(Expression expression)
    {
        using ExpressionSet folding = new(_scope);
        using Batch one = new(Array.Empty<ColumnVector>()) { Count = 1 };
        try
        {
            ColumnVector value = folding.Scalar(expression, isConditional: true).Evaluate(one, null);
            return new Constant(value.GetValue(0)) { Position = expression.Position };
        }
        catch (ColFragException)
        {
            return expression;
        }
    }

    private void CountOccurrences(Expression expression)
    {
        if (expression is LeafExpression) return;
        int count = _occurrences.GetValueOrDefault(expression);
        _occurrences[expression] = count + 1;
        if (count > 0) return;
        foreach (Expression child in expression.Children) CountOccurrences(child);
    }

    private ScalarEvaluator Scalar(Expression expression, bool isConditional)
    {
        if (_occurrences.GetValueOrDefault(expression) <= 1 || IsVolatile(expression))
            return Own(Plain(expression, isConditional));
        bool canThrow = CanThrow(expression);
        // Behind a CASE or AND other rows arrive than elsewhere.
        if (canThrow && isConditional) return Own(Plain(expression, isConditional));
        if (!_shared.TryGetValue(expression, out SharedEvaluator? shared))
        {
            shared = Own(new SharedEvaluator(Own(Plain(expression, isConditional)), this, canThrow));
            _shared.Add(expression, shared);
        }
        return shared;
    }

    private ScalarEvaluator Plain(Expression expression, bool isConditional)
    {
        switch (expression)
        {
            case ColumnReference column:
                return new ColumnEvaluator(column.Index, column.Type);
            case Constant constant:
                return new ConstantEvaluator(constant.Value, Account);
            case Call call:
                return new CallEvaluator(
                    call.Function, [.. call.Arguments.Select(a => Scalar(a, isConditional))], call.Position,
                    _scope.CreateContext(Account));
            case Arithmetic arithmetic:
                return CompileArithmetic(
                    arithmetic, Scalar(arithmetic.Left, isConditional), Scalar(arithmetic.Right, isConditional));
            case Plan.Negate negate when negate.Type.IsFloat:
                return new NegateEvaluator(Scalar(negate.Operand, isConditional), Account);
            case Plan.Negate negate:
                return CompileNegation(negate, Scalar(negate.Operand, isConditional));
            case Cast cast:
                return CastCompiler.Compile(cast, Scalar(cast.Operand, isConditional), _scope, Own);
            case Case choice:
                return CompileCase(choice, isConditional);
            default:
                Invariant.Holds(expression.Type.Kind == TypeKind.Boolean);
                return new BooleanEvaluator(
                    Mask(expression, wanted: true, isConditional),
                    IsNeverNull(expression) ? null : Mask(expression, wanted: false, isConditional: true), Account);
        }
    }

    private ScalarEvaluator CompileArithmetic(Arithmetic arithmetic, ScalarEvaluator left, ScalarEvaluator right) =>
        arithmetic.Type.Physical switch
        {
            PhysicalType.Float32 => new FloatArithmetic<float>(arithmetic, left, right, Account),
            PhysicalType.Float64 => new FloatArithmetic<double>(arithmetic, left, right, Account),
            _ when arithmetic.Operator is ArithmeticOperator.Divide or ArithmeticOperator.Modulo => new CallEvaluator(
                Functions.Scalar.Arithmetic.Bind(arithmetic.Operator.Symbol(), left.Type, right.Type, arithmetic.Type),
                [left, right], arithmetic.Position, _scope.CreateContext(Account)),
            _ => new IntegerArithmetic(arithmetic, left, right, Account),
        };

    private IntegerArithmetic CompileNegation(Plan.Negate negate, ScalarEvaluator operand)
    {
        Constant zero = new(Value.Integer(negate.Type, 0));
        Arithmetic subtraction =
            new(ArithmeticOperator.Subtract, zero, negate.Operand, negate.Type) { Position = negate.Position };
        return new IntegerArithmetic(subtraction, Own(new ConstantEvaluator(zero.Value, Account)), operand, Account);
    }

    private CaseEvaluator CompileCase(Case choice, bool isConditional)
    {
        List<MaskExpression> conditions = [];
        List<ScalarEvaluator> results = [];
        foreach (CaseBranch branch in choice.Branches)
        {
            conditions.Add(Mask(branch.Condition, wanted: true, isConditional || conditions.Count > 0));
            results.Add(Scalar(branch.Result, isConditional: true));
        }
        results.Add(Scalar(choice.Otherwise, isConditional: true));
        return new CaseEvaluator([.. conditions], [.. results], Account);
    }

    private static bool IsNeverNull(Expression expression) => expression is IsNull or IsDistinct;

    /// <summary>The rows for which a condition is true, or those for which it is false; NULL is neither.</summary>
    private MaskExpression Mask(Expression expression, bool wanted, bool isConditional)
    {
        MaskExpression? byEntry = TryByEntry(expression, wanted);
        return Own(byEntry ?? PlainMask(expression, wanted, isConditional));
    }

    /// <summary>Conditions on one text column are decided per dictionary entry where there is a dictionary.</summary>
    private EntryMask? TryByEntry(Expression expression, bool wanted)
    {
        if (expression is LeafExpression or IsNull { Operand: ColumnReference }) return null;
        ColumnReference? column = null;
        foreach (Expression part in expression.DescendantsAndSelf())
        {
            if (part is Call { Function.IsVolatile: true }) return null;
            if (part is not ColumnReference reference) continue;
            if (reference.Type.Physical != PhysicalType.Utf8) return null;
            if (column is not null && column.Index != reference.Index) return null;
            column = reference;
        }
        if (column is null) return null;
        ExpressionSet inner = Own(new ExpressionSet(_scope));
        inner.CountOccurrences(expression);
        MaskExpression condition = inner.Own(inner.PlainMask(expression, wanted, isConditional: false));
        return new EntryMask(inner.Own(new RootMask(inner, condition)), column.Index, column.Type, Account);
    }

    private MaskExpression PlainMask(Expression expression, bool wanted, bool isConditional)
    {
        switch (expression)
        {
            case Constant constant:
                return new ConstantMask(!constant.Value.IsNull && constant.Value.AsBoolean == wanted);
            case Not not:
                return PlainMask(not.Operand, !wanted, isConditional);
            case Conjunction and:
                return Connect(and.Operands, wanted, isAnd: wanted, isConditional);
            case Disjunction or:
                return Connect(or.Operands, wanted, isAnd: !wanted, isConditional);
            case Plan.Comparison comparison:
                return CompileComparison(comparison, wanted, isConditional);
            case IsDistinct distinct:
                return new DistinctMask(
                    distinct.IsNegated != wanted, Scalar(distinct.Left, isConditional),
                    Scalar(distinct.Right, isConditional), Account);
            case IsNull isNull:
                return new NullMask(Scalar(isNull.Operand, isConditional), isNull.IsNegated != wanted);
            case InList list:
                return CompileIn(list, list.IsNegated != wanted, isConditional);
            case Like like:
                return CompileLike(like, like.IsNegated != wanted, isConditional);
            default:
                return new BooleanMask(Scalar(expression, isConditional), wanted, Account);
        }
    }

    private MaskExpression Connect(PlanList<Expression> operands, bool wanted, bool isAnd, bool isConditional)
    {
        List<MaskExpression> masks = [];
        foreach (Expression operand in operands) masks.Add(Mask(operand, wanted, isConditional || masks.Count > 0));
        return isAnd ? new AndMask([.. masks]) : new OrMask([.. masks]);
    }

    private MaskExpression CompileComparison(Plan.Comparison comparison, bool wanted, bool isConditional)
    {
        if (comparison.Collation is not null)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"Collation is not supported in comparisons: {comparison.Collation}",
                comparison.Position);
        }
        ComparisonOperator op = wanted ? comparison.Operator : comparison.Operator.Negate();
        Expression left = comparison.Left;
        Expression right = comparison.Right;
        if (left is Constant && right is not Constant) (left, right, op) = (right, left, op.Mirror());
        if (right is Constant { Value: var value } && IsFilterable(left.Type))
        {
            if (value.IsNull) return new ConstantMask(false);
            ScalarEvaluator operand = Scalar(left, isConditional);
            return new FilterMask(operand, ScanFilter.Compare(0, (FilterOperator)op, value), wanted: true, Account);
        }
        return new CompareMask(op, Scalar(left, isConditional), Scalar(right, isConditional), Account);
    }

    private MaskExpression CompileIn(InList list, bool wanted, bool isConditional)
    {
        ScalarEvaluator operand = Scalar(list.Operand, isConditional);
        if (!list.Items.All(i => i is Constant) || !IsFilterable(list.Operand.Type))
        {
            return new InMask(operand, [.. list.Items.Select(i => Scalar(i, isConditional: true))], wanted, Account);
        }
        if (!wanted && list.Items.Any(i => ((Constant)i).Value.IsNull)) return new ConstantMask(false);
        ScanFilter filter = ScanFilter.In(0, [.. list.Items.Select(i => ((Constant)i).Value).Where(v => !v.IsNull)]);
        return new FilterMask(operand, filter, wanted, Account);
    }

    private MaskExpression CompileLike(Like like, bool wanted, bool isConditional)
    {
        ScalarEvaluator operand = Scalar(like.Operand, isConditional);
        if (like.Pattern is not Constant { Value: var value })
        {
            return new LikeMask(like, wanted, operand, Scalar(like.Pattern, isConditional));
        }
        if (value.IsNull) return new ConstantMask(false);
        LikePattern pattern = LikePattern.Compile(value.AsBytes, like.Escape, like.IsCaseInsensitive);
        ScanFilter filter = pattern.Shape switch
        {
            LikeShape.Exact =>
                ScanFilter.Compare(0, FilterOperator.Equal, Value.Bytes(value.Type, pattern.Literal.ToArray())),
            LikeShape.Prefix => ScanFilter.Prefix(0, pattern.Literal),
            LikeShape.Contains => ScanFilter.Contains(0, pattern.Literal),
            LikeShape.Everything => ScanFilter.IsNotNull(0),
            _ => ScanFilter.Text(0, pattern.IsMatch, pattern.LongestLiteral),
        };
        return new FilterMask(operand, filter, wanted, Account);
    }

    /// <summary>True for the types that scan filters compare.</summary>
    private static bool IsFilterable(LogicalType type) => !type.IsNested && type.Kind != TypeKind.Null;

    /// <summary>A whole condition: each call is another batch.</summary>
    private sealed class RootMask(ExpressionSet set, MaskExpression condition) : MaskExpression
    {
        public override void AndInto(Batch batch, RowMask mask)
        {
            set.Begin(mask);
            condition.AndInto(batch, mask);
        }
    }
}
