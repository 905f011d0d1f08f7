using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Cheaper aggregates of the same value: count of what is never NULL counts rows; count(DISTINCT x) alone groups by x
/// first; keys that follow from other keys are computed per group, not per row; sum(x + 1) is sum(x) + count(x).
/// </summary>
internal sealed class AggregateSimplification : IPlanRule
{
    public string Name => "aggregate_simplification";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) => plan.RewriteUp(node =>
        node is Aggregate aggregate ? Simplify(aggregate, context) : node);

    private static LogicalNode Simplify(Aggregate aggregate, OptimizerContext context)
    {
        aggregate = CountRows(aggregate);
        if (MoveDependentKeys(aggregate, context) is { } moved) return moved;
        if (SplitSums(aggregate, context) is { } split) return split;
        return GroupDistinct(aggregate, context) ?? aggregate;
    }

    private static Aggregate CountRows(Aggregate aggregate) => aggregate with
    {
        Aggregates = aggregate.Aggregates.Rewrite(a =>
            a.Call is { Function.Shape: AggregateShape.Count, IsDistinct: false } call
                && Nullability.IsNeverNull(aggregate.Input, call.Arguments[0])
                ? a with { Call = new AggregateCall(CountStar(), default) { Filter = call.Filter } }
                : a),
    };

    private static AggregateFunction CountStar()
    {
        (AggregateOverload overload, LogicalType[] types) = FunctionRegistry.BuiltIn.ChooseAggregate("count", []);
        return overload.Bind(types, []);
    }

    // GROUP BY a, a - 1: the second key says nothing that the first does not.
    private static Project? MoveDependentKeys(Aggregate aggregate, OptimizerContext context)
    {
        if (!aggregate.GroupingSets.IsEmpty || aggregate.Keys.Count < 2) return null;
        HashSet<PlanColumn> plain =
            [.. aggregate.Keys.Select(k => k.Expression).OfType<ColumnUse>().Select(u => u.Column)];
        bool IsDependent(NamedExpression key) => key.Expression is not ColumnUse && !key.Expression.IsVolatile() &&
            (key.Expression is Constant
                || (PlanColumns.UsedBy(key.Expression).Any() && PlanColumns.UsesOnly(key.Expression, plain)));
        NamedExpression[] dependent = [.. aggregate.Keys.Where(IsDependent)];
        if (dependent.Length == aggregate.Keys.Count) dependent = dependent[1..];
        if (dependent.Length == 0) return null;
        PlanList<NamedExpression> kept = aggregate.Keys.Where(k => !dependent.Contains(k)).ToPlanList();
        Dictionary<PlanColumn, Expression> groups = [];
        foreach (NamedExpression key in kept)
        {
            if (key.Expression is ColumnUse use) groups.TryAdd(use.Column, new ColumnUse(key.Column));
        }
        LogicalNode narrow = Simplify(aggregate with { Keys = kept }, context);
        Dictionary<PlanColumn, Expression> computed =
            dependent.ToDictionary(k => k.Column, k => PlanColumns.Substitute(k.Expression, groups));
        return new Project(narrow,
            aggregate.Output.Map(c => new NamedExpression(c, computed.GetValueOrDefault(c) ?? new ColumnUse(c))));
    }

    // sum(x + c) = sum(x) + c * count(x), where x + c cannot overflow: x is cast from a narrower type.
    private static Project? SplitSums(Aggregate aggregate, OptimizerContext context)
    {
        int splittable = aggregate.Aggregates.Count(a => TrySplit(a.Call) is not null);
        // One sum is one pass either way; it pays when several share the parts.
        if (splittable < 2) return null;
        List<NamedAggregate> parts = [];
        PlanColumn Part(string name, AggregateCall call)
        {
            NamedAggregate? same = parts.Find(p => p.Call.Equals(call));
            if (same is null) parts.Add(same = new NamedAggregate(context.Columns.Create(name, call.Type), call));
            return same.Column;
        }
        Dictionary<PlanColumn, Expression> values = [];
        foreach (NamedAggregate one in aggregate.Aggregates)
        {
            if (TrySplit(one.Call) is not { } split)
            {
                parts.Add(one);
                continue;
            }
            (AggregateOverload count, LogicalType[] types) =
                FunctionRegistry.BuiltIn.ChooseAggregate("count", [new ArgumentType(split.Column.Type)]);
            ColumnUse sum = new(Part("sum", one.Call with { Arguments = [split.Column] }));
            ColumnUse rows = new(
                Part("count", new AggregateCall(count.Bind(types, []), [split.Column]) { Filter = one.Call.Filter }));
            Expression shift = new Arithmetic(
                ArithmeticOperator.Multiply, rows, new Constant(Value.BigInt(split.Constant)), LogicalType.BigInt);
            values.Add(one.Column, new Arithmetic(ArithmeticOperator.Add, sum, shift, LogicalType.BigInt));
        }
        Aggregate shared = aggregate with { Aggregates = parts.ToPlanList() };
        return new Project(
            Simplify(shared, context),
            aggregate.Output.Map(c => new NamedExpression(c, values.GetValueOrDefault(c) ?? new ColumnUse(c))));
    }

    private static (Expression Column, long Constant)? TrySplit(AggregateCall call)
    {
        bool isPlainSum = call is { Function.Shape: AggregateShape.Sum, IsDistinct: false }
            && call.Type.Kind == TypeKind.BigInt;
        if (!isPlainSum || call.Arguments[0]
            is not Arithmetic { Right: Constant { Value.IsNull: false } constant, Left: Cast cast } sum) return null;
        if (sum.Operator is not (ArithmeticOperator.Add or ArithmeticOperator.Subtract)
            || sum.Type.Kind != TypeKind.Integer) return null;
        Int128 limit = cast.Operand.Type.Kind switch
        {
            TypeKind.TinyInt => sbyte.MaxValue + 1,
            TypeKind.UTinyInt => byte.MaxValue,
            TypeKind.SmallInt => short.MaxValue + 1,
            TypeKind.USmallInt => ushort.MaxValue,
            _ => int.MaxValue,
        };
        Int128 value = constant.Value.AsInteger;
        if (Int128.Abs(value) + limit >= int.MaxValue) return null;
        return (cast, (long)(sum.Operator == ArithmeticOperator.Add ? value : -value));
    }

    // count(DISTINCT x) with nothing beside it: group by the keys and x, then count groups.
    private static Aggregate? GroupDistinct(Aggregate aggregate, OptimizerContext context)
    {
        if (!aggregate.GroupingSets.IsEmpty || aggregate.Aggregates.IsEmpty) return null;
        AggregateCall first = aggregate.Aggregates[0].Call;
        bool isUniform = first.Arguments.Count == 1 && aggregate.Aggregates.All(a =>
            a.Call is { IsDistinct: true, Filter: null, OrderBy.IsEmpty: true } && a.Call.Arguments == first.Arguments);
        if (!isUniform || first.Arguments[0].IsVolatile()) return null;
        PlanColumn value = context.Columns.Create("value", first.Arguments[0].Type);
        PlanList<NamedExpression> inner =
            aggregate.Keys.Map(k => new NamedExpression(context.Columns.CreateLike(k.Column), k.Expression));
        Aggregate groups =
            new(aggregate.Input, [.. inner, new NamedExpression(value, first.Arguments[0])], default, default, null);
        return aggregate with
        {
            Input = groups,
            Keys = aggregate.Keys.Select(
                (k, i) => new NamedExpression(k.Column, new ColumnUse(inner[i].Column))).ToPlanList(),
            Aggregates = aggregate.Aggregates.Map(
                a => a with { Call = a.Call with { IsDistinct = false, Arguments = [new ColumnUse(value)] } }),
        };
    }
}
