using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>Equal expressions that cost less and that other rules understand better.</summary>
internal sealed class ExpressionSimplifier(SessionInfo session)
{
    /// <summary>The expression with constants computed and conditions in simple form.</summary>
    public Expression Simplify(Expression expression) => expression.RewriteUp(SimplifyNode);

    /// <summary>A condition of which only the rows count for which it is true: NULL is as good as FALSE.</summary>
    public Expression SimplifyCondition(Expression condition)
    {
        Expression simple = Simplify(condition);
        return simple is Constant { Value.IsNull: true } ? new Constant(Value.Boolean(false)) : simple;
    }

    private Expression SimplifyNode(Expression node)
    {
        Expression simple = node switch
        {
            Conjunction conjunction => SimplifyConjunction(conjunction),
            Disjunction disjunction => SimplifyDisjunction(disjunction),
            Not not => SimplifyNot(not),
            Case choice => SimplifyCase(choice),
            Comparison comparison => SimplifyComparison(comparison),
            InList list => SimplifyIn(list),
            Like like => SimplifyLike(like),
            IsNull { Operand: Constant constant } test => Truth(constant.Value.IsNull != test.IsNegated),
            Cast cast when cast.Operand.Type.Equals(cast.Type) => cast.Operand,
            _ => node,
        };
        return Fold(simple);
    }

    private Expression Fold(Expression expression)
    {
        if (expression is Constant || !expression.IsFoldable()) return expression;
        // Only nodes whose operands are constants already: anything below was tried before.
        foreach (Expression child in expression.Children)
        {
            if (child is not Constant) return expression;
        }
        try
        {
            return new Constant(
                ExpressionEvaluator.EvaluateConstant(expression, session)) { Position = expression.Position };
        }
        catch (QueryException)
        {
            // The error is the execution's, and only if a row gets there.
            return expression;
        }
    }

    private static Expression SimplifyConjunction(Conjunction conjunction)
    {
        List<Expression> kept = [];
        bool hasNull = false;
        foreach (Expression operand in conjunction.Operands.SelectMany(
            o => (IEnumerable<Expression>)Conjunction.Split(o)))
        {
            if (operand.IsTrue()) continue;
            if (operand is Constant { Value.IsNull: false }) return operand;
            hasNull |= operand is Constant;
            if (!kept.Contains(operand)) kept.Add(operand);
        }
        if (kept.Count == 0) return Truth(true);
        // NULL AND x is never true but may be FALSE; it stays unless it stands alone.
        return hasNull && kept.Count == 1 ? kept[0] : Rebuild(conjunction, kept, Conjunction.Of);
    }

    private static Expression SimplifyDisjunction(Disjunction disjunction)
    {
        List<Expression> kept = [];
        foreach (Expression operand in disjunction.Operands.SelectMany(
            o => o is Disjunction d ? (IEnumerable<Expression>)d.Operands : [o]))
        {
            if (operand.IsTrue()) return operand;
            if (operand is Constant { Value.IsNull: false }) continue;
            if (!kept.Contains(operand)) kept.Add(operand);
        }
        if (kept.Count == 0) return Truth(false);
        if (kept.Count > 1 && Factor(kept) is { } factored) return factored;
        return Rebuild(disjunction, kept, Disjunction.Of);
    }

    private static Expression Rebuild(
        Expression original, List<Expression> operands, Func<IEnumerable<Expression>, Expression> build) =>
        operands.Count == original.Children.Count
            && operands.SequenceEqual(original.Children, ReferenceEqualityComparer.Instance)
            ? original : build(operands);

    // (a AND b) OR (a AND c) is a AND (b OR c): what all branches need can filter, or join, earlier.
    private static Expression? Factor(List<Expression> branches)
    {
        List<Expression> common = [.. Conjunction.Split(branches[0])];
        foreach (Expression branch in branches.Skip(1))
        {
            PlanList<Expression> operands = Conjunction.Split(branch);
            common.RemoveAll(c => operands.IndexOf(c) < 0);
        }
        common.RemoveAll(c => c.IsVolatile());
        if (common.Count == 0) return null;
        List<Expression> rests = [];
        foreach (Expression branch in branches)
        {
            Expression rest = Conjunction.Of(Conjunction.Split(branch).Where(o => !common.Contains(o)));
            // A branch that asks for nothing more makes the rest of the others irrelevant.
            if (rest.IsTrue()) return Conjunction.Of(common);
            rests.Add(rest);
        }
        return Conjunction.Of([.. common, Disjunction.Of(rests)]);
    }

    private Expression SimplifyNot(Not not) => not.Operand switch
    {
        Not inner => inner.Operand,
        Comparison comparison => comparison with { Operator = comparison.Operator.Negate() },
        IsNull test => test with { IsNegated = !test.IsNegated },
        IsDistinct test => test with { IsNegated = !test.IsNegated },
        InList list => list with { IsNegated = !list.IsNegated },
        Like like => like with { IsNegated = !like.IsNegated },
        Conjunction conjunction => Simplify(Disjunction.Of(conjunction.Operands.Select(o => new Not(o)))),
        Disjunction disjunction => Simplify(Conjunction.Of(disjunction.Operands.Select(o => new Not(o)))),
        _ => not,
    };

    private static Expression SimplifyCase(Case choice)
    {
        List<CaseBranch> kept = [];
        Expression otherwise = choice.Otherwise;
        foreach (CaseBranch branch in choice.Branches)
        {
            if (branch.Condition.IsNeverTrue()) continue;
            if (branch.Condition.IsTrue())
            {
                otherwise = branch.Result;
                break;
            }
            kept.Add(branch);
        }
        if (kept.Count == 0) return otherwise;
        return kept.Count == choice.Branches.Count
            ? choice
            : new Case(kept.ToPlanList(), otherwise) { Position = choice.Position };
    }

    private Expression SimplifyComparison(Comparison comparison)
    {
        if (comparison.Left is Constant { Value.IsNull: true } || comparison.Right is Constant { Value.IsNull: true })
        {
            return new Constant(Value.Null(LogicalType.Boolean));
        }
        // Constants stand on the right, where every other rule looks for them.
        if (comparison.Left.IsRowIndependent() && !comparison.Right.IsRowIndependent())
        {
            comparison = comparison with
            {
                Left = comparison.Right, Right = comparison.Left, Operator = comparison.Operator.Mirror(),
            };
        }
        return comparison is { Left: Cast cast, Right: Constant constant }
            && CastUnwrapping.Unwrap(comparison, cast, constant, session) is { } unwrapped
            ? unwrapped : comparison;
    }

    private static Expression SimplifyIn(InList list)
    {
        if (list.Operand is Constant { Value.IsNull: true }) return new Constant(Value.Null(LogicalType.Boolean));
        List<Expression> items = [];
        foreach (Expression item in list.Items)
        {
            if (!items.Contains(item)) items.Add(item);
        }
        if (items.Count == 1 && items[0] is not Constant { Value.IsNull: true })
        {
            ComparisonOperator op = list.IsNegated ? ComparisonOperator.NotEqual : ComparisonOperator.Equal;
            return new Comparison(op, list.Operand, items[0]) { Position = list.Position };
        }
        return items.Count == list.Items.Count ? list : list with { Items = items.ToPlanList() };
    }

    private static Expression SimplifyLike(Like like)
    {
        if (like.Pattern is not Constant { Value.IsNull: false } constant || like.IsCaseInsensitive) return like;
        LikePattern pattern;
        try
        {
            pattern = LikePattern.Compile(constant.Value.AsBytes, like.Escape, false);
        }
        catch (QueryException)
        {
            return like;
        }
        switch (pattern.Shape)
        {
            case LikeShape.Exact:
                Constant literal = new(Value.Bytes(LogicalType.Varchar, pattern.Literal.ToArray()));
                ComparisonOperator op = like.IsNegated ? ComparisonOperator.NotEqual : ComparisonOperator.Equal;
                return new Comparison(op, like.Operand, literal) { Position = like.Position };
            case LikeShape.Everything when !like.IsNegated:
                // True for every text, NULL for NULL.
                return new Comparison(ComparisonOperator.GreaterOrEqual, like.Operand, new Constant(Value.Text("")));
            default:
                return like;
        }
    }

    private static Constant Truth(bool value) => new(Value.Boolean(value));
}
