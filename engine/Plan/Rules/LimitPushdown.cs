using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Brings limits down to where fewer rows are made: a limit over a sort becomes a top-n, passes projections, and each
/// input of a UNION ALL, or the outer rows of a join that keeps them all, need give no more than the limit wants.
/// </summary>
internal sealed class LimitPushdown : IPlanRule
{
    public string Name => "limit_pushdown";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) =>
        plan.RewriteUp(node => node is Limit limit ? Push(limit) : node);

    private static LogicalNode Push(Limit limit)
    {
        if (limit.IsPercent) return limit;
        if (limit.Count is Constant { Value.IsNull: true }) limit = limit with { Count = null };
        if (limit.Offset is Constant { Value.IsNull: true } or Constant { Value: { IsNull: false } }
            && IsZero(limit.Offset)) limit = limit with { Offset = null };
        if (limit.Count is null) return limit.Offset is null ? limit.Input : limit;
        // No rows need nothing computed.
        if (limit.Count is Constant && IsZero(limit.Count) && limit.Input is not Values { Rows.IsEmpty: true })
            return new Values(limit.Output, default);
        switch (limit.Input)
        {
            case Sort sort:
                return new TopN(sort.Input, sort.Keys, limit.Count, limit.Offset, false);
            case Project project when !project.Expressions.Any(e => e.IsVolatile()):
                return project with { Input = Push(limit with { Input = project.Input }) };
            case SetOperation { Kind: SetOperationKind.Union, IsAll: true } set when Total(limit) is { } total:
                return limit with
                {
                    Input = set with { Operands = set.Operands.Map(o => Push(new Limit(o, total, null))) },
                };
            case Join { Kind: JoinKind.Left or JoinKind.Mark or JoinKind.Single, AsOf: null } join when Total(limit)
                is { } total && join.Left is not Limit:
                return limit with { Input = join with { Left = Push(new Limit(join.Left, total, null)) } };
            case Limit { IsPercent: false, Offset: null } inner when limit.Offset is null
                && Smaller(limit.Count, inner.Count) is { } smaller:
                return Push(inner with { Count = smaller });
            default:
                return limit;
        }
    }

    private static bool IsZero(Expression? expression) => expression is null
        || (expression is Constant constant && (constant.Value.IsNull || constant.Value.AsInteger == 0));

    /// <summary>
    /// Rows to make so that enough remain after the offset; null where it is not known while planning.
    /// </summary>
    private static Constant? Total(Limit limit)
    {
        if (limit.Count is not Constant { Value.IsNull: false } count) return null;
        Int128 offset = 0;
        if (limit.Offset is Constant { Value.IsNull: false } skipped) offset = skipped.Value.AsInteger;
        else if (limit.Offset is not null) return null;
        Int128 total = count.Value.AsInteger + offset;
        return total >= 0 && total <= long.MaxValue ? new Constant(Value.BigInt((long)total)) : null;
    }

    private static Expression? Smaller(Expression left, Expression? right)
    {
        if (left is not Constant { Value.IsNull: false } a || right is not Constant { Value.IsNull: false } b)
            return null;
        return a.Value.AsInteger <= b.Value.AsInteger ? a : b;
    }
}
