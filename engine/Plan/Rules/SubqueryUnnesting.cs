using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Turns every dependent join into an ordinary one, whatever the correlation: T. Neumann, A. Kemper, "Unnesting
/// Arbitrary Queries" (BTW 2015). First the cheap ways: conditions of the subquery that see the outer columns become
/// conditions of the join, and a scalar aggregate is grouped by the columns it is correlated on. Else the subquery is
/// computed once for the distinct values of the outer columns (<see cref="DomainPushdown"/>) and joined on them.
/// </summary>
internal sealed class SubqueryUnnesting : IPlanRule
{
    public string Name => "unnesting";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) => plan.RewriteUp(node => node switch
    {
        DependentJoin join => new Unnester(context).Unnest(join),
        // A scalar subquery without outer columns: one row by its form needs no check.
        Join { Kind: JoinKind.Single, Keys.IsEmpty: true, Residual: null } join => SimplifySingle(join),
        _ => node,
    });

    private static LogicalNode SimplifySingle(Join join)
    {
        if (RowCounts.IsExactlyOne(join.Right)) return new CrossJoin(join.Left, join.Right);
        return RowCounts.IsAtMostOne(join.Right) ? join with { Kind = JoinKind.Left } : join;
    }
}

/// <summary>How many rows a plan can give, by its form alone.</summary>
internal static class RowCounts
{
    /// <summary>True when there is always one row.</summary>
    public static bool IsExactlyOne(LogicalNode node) => node switch
    {
        Aggregate aggregate => aggregate.Keys.IsEmpty && aggregate.GroupingSets.Count <= 1,
        Project or Sort or Window => IsExactlyOne(node.Inputs[0]),
        Values values => values.Rows.Count == 1,
        CrossJoin join => IsExactlyOne(join.Left) && IsExactlyOne(join.Right),
        Join { Kind: JoinKind.Single or JoinKind.Mark } join => IsExactlyOne(join.Left),
        MaterializedCte cte => IsExactlyOne(cte.Body),
        _ => false,
    };

    /// <summary>True when there is never a second row.</summary>
    public static bool IsAtMostOne(LogicalNode node) => node switch
    {
        Filter or Distinct or Project or Sort or Window => IsAtMostOne(node.Inputs[0]),
        Limit limit => IsAtMostOne(limit.Input) ||
            (!limit.IsPercent && limit.Count is Constant { Value: { IsNull: false } count } && count.AsInteger <= 1),
        Empty => true,
        MaterializedCte cte => IsAtMostOne(cte.Body),
        _ => IsExactlyOne(node),
    };
}

/// <summary>Removes one dependent join, whose inputs have none any more.</summary>
internal sealed class Unnester(OptimizerContext context)
{
    /// <summary>The equal plan.</summary>
    public LogicalNode Unnest(DependentJoin join)
    {
        HashSet<PlanColumn> outer = join.Left.OutputSet();
        LogicalNode right = InlineCorrelatedCtes(join.Right, outer);
        if (join.Condition is null && LateralRebase.TryRebase(join.Left, right, join.Kind) is { } continued)
        {
            return KeepOutput(continued, join.Output);
        }
        if (join.Kind is JoinKind.Semi or JoinKind.Anti or JoinKind.Mark)
            right = DropWhatExistenceIgnores(right, join.Condition);
        (LogicalNode inner, List<Expression> conditions) = new ConditionPullUp(outer).Pull(right);
        if (!DependsOn(inner, outer)) return KeepOutput(WithConditions(join, inner, conditions), join.Output);
        if (join.Kind is JoinKind.Single or JoinKind.Left or JoinKind.Inner && join.Condition is null
            && TryScalarAggregate(join, right, outer) is { } grouped)
        {
            return grouped;
        }
        return join is { Kind: JoinKind.Mark or JoinKind.Anti, IsNullAware: true } && CanBeNull(join)
            ? UnnestNullAware(join with { Right = right }) : ThroughDomain(join, right, outer);
    }

    private static bool DependsOn(LogicalNode node, HashSet<PlanColumn> outer) =>
        PlanColumns.FreeColumns(node).Overlaps(outer);

    /// <summary>The join with conditions that used to stand in the subquery.</summary>
    private LogicalNode WithConditions(DependentJoin join, LogicalNode inner, List<Expression> conditions)
    {
        if (join.IsNullAware && conditions.Count > 0)
        {
            // What the subquery filtered must be true of a pair before it counts; only the membership test may be
            // unknown.
            if (CanBeNull(join)) return UnnestNullAware(join);
            join = join with { IsNullAware = false };
        }
        IEnumerable<Expression> all = join.Condition is null
            ? conditions
            : Conjunction.Split(join.Condition).Concat(conditions);
        return JoinOf(join, inner, Conjunction.Of(all));
    }

    private static LogicalNode JoinOf(DependentJoin join, LogicalNode right, Expression condition)
    {
        (PlanList<JoinKey> keys, Expression? residual) =
            Binding.JoinConditions.Split(condition.IsTrue() ? null : condition, join.Left.Output, right.Output);
        if (join.Kind == JoinKind.Inner && keys.IsEmpty && residual is null) return new CrossJoin(join.Left, right);
        return new Join(join.Left, right, join.Kind, keys, residual, join.Mark) { IsNullAware = join.IsNullAware };
    }

    // EXISTS and IN ask whether rows are there, not in what order or how often.
    private static LogicalNode DropWhatExistenceIgnores(LogicalNode node, Expression? condition) => node switch
    {
        Sort sort => DropWhatExistenceIgnores(sort.Input, condition),
        Distinct { Keys.IsEmpty: true } distinct => DropWhatExistenceIgnores(distinct.Input, condition),
        Limit { Offset: null, IsPercent: false, Count: Constant { Value: { IsNull: false } count } } limit
            when condition is null && count.AsInteger >= 1 => DropWhatExistenceIgnores(limit.Input, condition),
        Project project => project.MapInputs(input => DropWhatExistenceIgnores(input, condition)),
        _ => node,
    };

    /// <summary>
    /// A subquery that is one aggregate over correlated rows, perhaps with columns computed from it: grouped by what it
    /// is correlated on and joined; rows without a group get what the aggregates give for no rows.
    /// </summary>
    private LogicalNode? TryScalarAggregate(DependentJoin join, LogicalNode right, HashSet<PlanColumn> outer)
    {
        List<Project> above = [];
        LogicalNode node = right;
        while (node is Project project)
        {
            above.Add(project);
            node = project.Input;
        }
        if (node is not Aggregate { Keys.IsEmpty: true, GroupingSets.IsEmpty: true } aggregate) return null;
        if (above.Any(p => p.Expressions.Any(e => e.IsVolatile()))) return null;
        DomainPushdown domain = new(context, join.Left, PlanColumns.FreeColumns(right).Where(outer.Contains));
        LogicalNode input = domain.Push(aggregate.Input, out Dictionary<PlanColumn, PlanColumn> places);
        Expression Move(Expression e) => DomainPushdown.Replace(e, places);
        NamedExpression[] keys =
            [.. places.Select(p => new NamedExpression(context.Columns.CreateLike(p.Key), new ColumnUse(p.Value)))];
        NamedAggregate[] aggregates =
            [.. aggregate.Aggregates.Select(
                a => new NamedAggregate(context.Columns.CreateLike(a.Column), a.Call.Map(Move)))];
        Aggregate grouped = new(input, keys.ToPlanList(), default, aggregates.ToPlanList(), null);
        JoinKey[] joinKeys = [.. places.Keys.Select((column, i) => new JoinKey(
            new ColumnUse(column), new ColumnUse(keys[i].Column), !domain.IsNeverNull(column)))];
        LogicalNode joined = new Join(domain.Left, grouped, JoinKind.Left, joinKeys.ToPlanList(), null, null);
        // The values of the subquery's columns, now over the join.
        Dictionary<PlanColumn, Expression> values = [];
        for (int i = 0; i < aggregates.Length; i++)
        {
            Expression value = new ColumnUse(aggregates[i].Column);
            Value empty = EmptyAggregates.ValueOf(aggregate.Aggregates[i].Call, context.Session);
            if (!empty.IsNull) value = new Case([new CaseBranch(new IsNull(value, true), value)], new Constant(empty));
            values.Add(aggregate.Aggregates[i].Column, value);
        }
        for (int i = above.Count - 1; i >= 0; i--)
        {
            Dictionary<PlanColumn, Expression> next = [];
            foreach (NamedExpression column in above[i].Columns)
                next[column.Column] = PlanColumns.Substitute(column.Expression, values);
            values = next;
        }
        IEnumerable<NamedExpression> passed = join.Left.Output.Select(c => new NamedExpression(c, new ColumnUse(c)));
        IEnumerable<NamedExpression> computed = right.Output.Select(c => new NamedExpression(c, values[c]));
        return domain.Close(new Project(joined, passed.Concat(computed).ToPlanList()));
    }

    private LogicalNode ThroughDomain(DependentJoin join, LogicalNode right, HashSet<PlanColumn> outer)
    {
        DomainPushdown domain = new(context, join.Left, PlanColumns.FreeColumns(right).Where(outer.Contains));
        LogicalNode inner = domain.Push(right, out Dictionary<PlanColumn, PlanColumn> places);
        List<Expression> conditions = join.Condition is null ? [] : [.. Conjunction.Split(join.Condition)];
        foreach ((PlanColumn column, PlanColumn place) in places)
        {
            conditions.Add(domain.IsNeverNull(column)
                ? new Comparison(ComparisonOperator.Equal, new ColumnUse(column), new ColumnUse(place))
                : new IsDistinct(new ColumnUse(column), new ColumnUse(place), true));
        }
        LogicalNode joined =
            JoinOf(join with { Left = domain.Left, IsNullAware = false }, inner, Conjunction.Of(conditions));
        return domain.Close(KeepOutput(joined, join.Output));
    }

    // The domain's columns were needed for the join only.
    private static LogicalNode KeepOutput(LogicalNode plan, PlanList<PlanColumn> output) => plan.Output == output
        ? plan : new Project(plan, output.Map(c => new NamedExpression(c, new ColumnUse(c))));

    private static bool CanBeNull(DependentJoin join) =>
        join.Condition is not null && Conjunction.Split(join.Condition).Any(c =>
        c is not Comparison comparison || MayBeNull(join, comparison.Left) || MayBeNull(join, comparison.Right));

    private static bool MayBeNull(DependentJoin join, Expression expression) =>
        !Nullability.IsNeverNull(join.Left, expression) && !Nullability.IsNeverNull(join.Right, expression);

    /// <summary>
    /// x IN (correlated rows) with NULLs about: TRUE where a row is equal, else NULL where a comparison was NULL, else
    /// FALSE. Two questions of plain existence say which. NOT IN alone wants the rows for which both say no.
    /// </summary>
    private LogicalNode UnnestNullAware(DependentJoin join)
    {
        bool isAnti = join.Kind == JoinKind.Anti;
        Expression isTrue = join.Condition!;
        Expression isUnknown = new IsNull(isTrue, false);
        PlanColumn found = context.Columns.Create("found", LogicalType.Boolean, false);
        PlanColumn unknown = context.Columns.Create("unknown", LogicalType.Boolean, false);
        DependentJoin first = join with { Mark = isAnti ? null : found, IsNullAware = false };
        (LogicalNode copy, Dictionary<PlanColumn, PlanColumn> renamed) = PlanColumns.Copy(join.Right, context.Columns);
        Dictionary<PlanColumn, Expression> uses =
            renamed.ToDictionary(p => p.Key, p => (Expression)new ColumnUse(p.Value));
        DependentJoin second = new(
            Unnest(first), copy, join.Kind, PlanColumns.Substitute(isUnknown, uses), isAnti ? null : unknown, false);
        LogicalNode both = Unnest(second);
        if (isAnti) return both;
        Constant yes = new(Value.Boolean(true));
        Expression mark = new Case(
        [
            new CaseBranch(new ColumnUse(found), yes),
            new CaseBranch(new ColumnUse(unknown), new Constant(Value.Null(LogicalType.Boolean))),
        ], new Constant(Value.Boolean(false)));
        IEnumerable<NamedExpression> passed = join.Left.Output.Select(c => new NamedExpression(c, new ColumnUse(c)));
        return new Project(both, passed.Append(new NamedExpression(join.Mark!, mark)).ToPlanList());
    }

    /// <summary>Puts the definition of a WITH that sees outer columns in place of its references.</summary>
    private LogicalNode InlineCorrelatedCtes(LogicalNode plan, HashSet<PlanColumn> outer)
    {
        // What takes the place of a reference may stand in the definition of another, which then sees them too.
        do plan = InlineOnce(plan, outer);
        while (plan.DescendantsAndSelf().Any(n => n is MaterializedCte cte && DependsOn(cte.Definition, outer)));
        return plan;
    }

    private LogicalNode InlineOnce(LogicalNode plan, HashSet<PlanColumn> outer) => plan.RewriteUp(node =>
    {
        if (node is RecursiveCte recursive && DependsOn(recursive, outer) && !CarriedRecursion.IsCarried(recursive))
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported,
                $"A recursive query of this form cannot use columns of the query around it: {recursive.Name}",
                hint: "It can where each row of its second SELECT comes of a row of the round before.");
        }
        if (node is not MaterializedCte cte || !DependsOn(cte.Definition, outer)) return node;
        return cte.Body.RewriteUp(part => part is CteReference reference && reference.CteId == cte.CteId
            ? InlineReference(reference, cte.Definition) : part);
    });

    private Project InlineReference(CteReference reference, LogicalNode definition)
    {
        (LogicalNode copy, _) = PlanColumns.Copy(definition, context.Columns);
        PlanList<PlanColumn> output = copy.Output;
        return new Project(copy,
            reference.Columns.Map(c => new NamedExpression(c.Column, new ColumnUse(output[c.TableColumn]))));
    }
}
