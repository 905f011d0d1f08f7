using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <content>Window functions.</content>
internal sealed partial class ExpressionBinder
{
    private Expression BindWindowCall(string name, Syntax.CallSyntax syntax)
    {
        if (clause.Windows is not { } collector)
        {
            throw new QueryException(
                SqlStates.WindowingError, $"Window functions are not allowed in {clause.Name}", syntax.Position);
        }
        Syntax.WindowSpecification specification = collector.Resolve(syntax.Over!);
        ExpressionBinder inner = new(
            context, scope,
            new Clause("a window function") { Aggregates = clause.Aggregates, Subqueries = clause.Subqueries });
        PlanList<Expression> partition = specification.PartitionBy.Select(p => inner.BindOwnType(p)).ToPlanList();
        PlanList<SortKey> order = specification.OrderBy.Select(o => inner.BindSortKey(o)).ToPlanList();
        Frame frame = inner.BindFrame(specification.Frame, order);
        WindowCall call = s_windowFunctions.TryGetValue(name, out WindowFunctionKind kind)
            ? inner.MakeWindowFunction(kind, name, syntax, partition, order, frame)
            : inner.MakeWindowAggregate(name, syntax, partition, order, frame);
        RefuseNested(call.Expressions, null, "a window function", syntax.Position);
        return collector.Add(call, name, context.Columns) with { Position = syntax.Position };
    }

    private Expression BindOwnType(Syntax.SyntaxExpression syntax)
    {
        Expression bound = Bind(syntax);
        return context.IsUnknown(bound) ? context.To(bound, LogicalType.Varchar) : bound;
    }

    private WindowCall MakeWindowAggregate(
        string name, Syntax.CallSyntax syntax, PlanList<Expression> partition, PlanList<SortKey> order, Frame frame)
    {
        if (!context.Functions.IsAggregate(name))
        {
            bool exists = context.Functions.IsScalar(name);
            throw new QueryException(
                exists ? SqlStates.WrongObjectType : SqlStates.UndefinedFunction,
                exists ? $"OVER specified, but {name} is neither a window function nor an aggregate"
                    : $"Function does not exist: {name}",
                syntax.Position, exists ? null : context.Functions.Suggest(name) is { } near ? $"Did you mean {near}?"
                    : null);
        }
        if (!syntax.OrderBy.IsEmpty && !syntax.IsWithinGroup)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"ORDER BY inside an aggregate is not supported over a window: {name}",
                    syntax.Position,
                "The ORDER BY of the window decides in which order rows reach the aggregate.");
        }
        AggregateCall call = MakeAggregate(name, syntax, this);
        return new WindowCall(
            WindowFunctionKind.Aggregate, call.Function, call.Arguments, partition, order, frame, call.Type)
        {
            IsDistinct = call.IsDistinct,
            Filter = call.Filter,
        };
    }

    private WindowCall MakeWindowFunction(
        WindowFunctionKind kind, string name, Syntax.CallSyntax syntax, PlanList<Expression> partition,
        PlanList<SortKey> order,
        Frame frame)
    {
        if (syntax.IsDistinct || syntax.Filter is not null || !syntax.OrderBy.IsEmpty)
        {
            string modifier = syntax.IsDistinct ? "DISTINCT" : syntax.Filter is not null ? "FILTER" : "ORDER BY";
            throw new QueryException(
                SqlStates.FeatureNotSupported,
                $"{modifier} is for aggregates, not for the window function {name}",
                    syntax.Position);
        }
        Expression[] arguments = [.. syntax.Arguments.Select(a => BindOwnType(a.Value))];
        (int min, int max) = kind switch
        {
            WindowFunctionKind.Ntile or WindowFunctionKind.FirstValue or WindowFunctionKind.LastValue => (1, 1),
            WindowFunctionKind.Lag or WindowFunctionKind.Lead => (1, 3),
            WindowFunctionKind.NthValue => (2, 2),
            _ => (0, 0),
        };
        if (arguments.Length < min || arguments.Length > max)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"Wrong number of arguments: {name}", syntax.Position);
        }
        LogicalType type = LogicalType.BigInt;
        switch (kind)
        {
            case WindowFunctionKind.PercentRank or WindowFunctionKind.CumeDist:
                type = LogicalType.Double;
                break;
            case WindowFunctionKind.Ntile:
                type = LogicalType.Integer;
                arguments[0] = context.To(arguments[0], LogicalType.BigInt);
                break;
            case WindowFunctionKind.Lag or WindowFunctionKind.Lead:
                // An undecided literal takes the type of the values.
                Expression fallback = arguments.Length > 2
                    ? Bind(syntax.Arguments[2].Value)
                    : new Constant(Value.Null(LogicalType.Null));
                type = context.CommonType([arguments[0], fallback], name);
                Expression offset = arguments.Length > 1 ? arguments[1] : new Constant(Value.BigInt(1));
                arguments = [context.To(arguments[0], type), context.To(offset, LogicalType.BigInt),
                    context.To(fallback, type)];
                break;
            case WindowFunctionKind.FirstValue or WindowFunctionKind.LastValue:
                type = arguments[0].Type;
                break;
            case WindowFunctionKind.NthValue:
                type = arguments[0].Type;
                arguments[1] = context.To(arguments[1], LogicalType.BigInt);
                break;
        }
        return new WindowCall(kind, null, arguments.ToPlanList(), partition, order, frame, type)
        {
            IgnoresNulls = syntax.NullTreatment == Syntax.NullTreatment.Ignore,
        };
    }

    private Frame BindFrame(Syntax.WindowFrame? syntax, PlanList<SortKey> order)
    {
        if (syntax is null) return order.IsEmpty ? Frame.Whole : Frame.UpToCurrent;
        FrameUnit unit = (FrameUnit)syntax.Unit;
        if (unit == FrameUnit.Groups && order.IsEmpty)
        {
            throw new QueryException(
                SqlStates.WindowingError, "GROUPS mode requires an ORDER BY clause", syntax.Position);
        }
        return new Frame(
            unit, BindFrameEnd(syntax.Start, unit, order), BindFrameEnd(syntax.End, unit, order),
            (FrameExclusion)syntax.Exclusion);
    }

    private FrameEnd BindFrameEnd(Syntax.FrameBound bound, FrameUnit unit, PlanList<SortKey> order)
    {
        FrameEndKind kind = (FrameEndKind)bound.Kind;
        if (bound.Offset is null) return new FrameEnd(kind);
        Expression offset = Bind(bound.Offset);
        if (unit != FrameUnit.Range) return new FrameEnd(kind, context.To(offset, LogicalType.BigInt));
        if (order.Count != 1)
        {
            throw new QueryException(
                SqlStates.WindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
                bound.Position);
        }
        LogicalType ordered = order[0].Expression.Type;
        bool isMoment = ordered.IsTimestamp || ordered.Kind is TypeKind.Date or TypeKind.Time or TypeKind.Interval;
        if (!isMoment && !ordered.IsNumeric)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported,
                $"RANGE with offset PRECEDING/FOLLOWING is not supported for column type {ordered}", bound.Position);
        }
        LogicalType distance = isMoment ? LogicalType.Interval : ordered;
        if (ordered.Kind == TypeKind.Date && offset.Type.IsInteger) distance = LogicalType.Integer;
        return new FrameEnd(kind, context.To(offset, distance));
    }
}
