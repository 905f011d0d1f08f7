namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Moves conditions towards the tables that they are about: through projections, groupings and joins, into scans. A
/// condition over both sides of a cross join makes it a join; one that refuses NULL-extended rows makes an outer join an
/// inner one.
/// </summary>
internal sealed class FilterPushdown : IRule
{
    public string Name => "filter_pushdown";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) => Push(plan, []);

    /// <summary>The plan with these conditions, over its output, applied as far down as they go.</summary>
    private static LogicalNode Push(LogicalNode node, List<Expression> conditions)
    {
        switch (node)
        {
            case Filter filter:
                conditions.AddRange(Conjunction.Split(filter.Predicate));
                return Push(filter.Input, conditions);
            case Scan scan:
                return conditions.Count == 0 ? scan : PushIntoScan(scan, conditions);
            case SourceScan scan:
                return conditions.Count == 0 ? scan : PushIntoScan(scan, conditions);
            case Project project:
                return PushThroughProject(project, conditions);
            case Aggregate { GroupingSets.IsEmpty: true, Keys.IsEmpty: false } aggregate:
                return PushThroughAggregate(aggregate, conditions);
            case CrossJoin cross:
                return PushIntoJoin(new Join(cross.Left, cross.Right, JoinKind.Inner, default, null, null), conditions);
            case Join { AsOf: null } join:
                return PushIntoJoin(join, conditions);
            case SetOperation set:
                return PushIntoSet(set, conditions);
            case Sort or Distinct { OrderBy.IsEmpty: true, Keys.IsEmpty: true } or MaterializedCte:
                return PushThroughSame(node, conditions);
            default:
                return Above(node.MapInputs(input => Push(input, [])), conditions);
        }
    }

    private static LogicalNode Above(LogicalNode node, List<Expression> conditions) =>
        conditions.Count == 0 ? node : new Filter(node, Conjunction.Of(conditions));

    private static bool IsMovable(Expression condition) =>
        !condition.DescendantsAndSelf().Any(e => e is Call { Function.IsVolatile: true });

    // Columns that only filters look at stay in the scan behind the output.
    private static LogicalNode PushIntoScan(Scan scan, List<Expression> conditions)
    {
        (List<Expression> inside, List<Expression> outside) = Split(conditions, IsMovable);
        return Above(inside.Count == 0 ? scan : scan with { Filters = [.. scan.Filters, .. inside] }, outside);
    }

    private static LogicalNode PushIntoScan(SourceScan scan, List<Expression> conditions)
    {
        (List<Expression> inside, List<Expression> outside) = Split(conditions, IsMovable);
        return Above(inside.Count == 0 ? scan : scan with { Filters = [.. scan.Filters, .. inside] }, outside);
    }

    private static LogicalNode PushThroughProject(Project project, List<Expression> conditions)
    {
        Dictionary<PlanColumn, Expression> made = project.Columns.ToDictionary(c => c.Column, c => c.Expression);
        (List<Expression> inside, List<Expression> outside) = Split(
            conditions, c => IsMovable(c) && PlanColumns.UsedBy(c).All(u => !made.TryGetValue(u, out Expression? e) || IsMovable(e)));
        LogicalNode input = Push(project.Input, [.. inside.Select(c => PlanColumns.Substitute(c, made))]);
        return Above(ReferenceEquals(input, project.Input) ? project : project with { Input = input }, outside);
    }

    // A condition over keys alone chooses groups before they are made.
    private static LogicalNode PushThroughAggregate(Aggregate aggregate, List<Expression> conditions)
    {
        Dictionary<PlanColumn, Expression> keys = aggregate.Keys.ToDictionary(k => k.Column, k => k.Expression);
        (List<Expression> inside, List<Expression> outside) = Split(
            conditions, c => IsMovable(c) && PlanColumns.UsedBy(c).Any() && PlanColumns.UsedBy(c).All(keys.ContainsKey));
        LogicalNode input = Push(aggregate.Input, [.. inside.Select(c => PlanColumns.Substitute(c, keys))]);
        return Above(ReferenceEquals(input, aggregate.Input) ? aggregate : aggregate with { Input = input }, outside);
    }

    private static LogicalNode PushThroughSame(LogicalNode node, List<Expression> conditions)
    {
        if (node is MaterializedCte cte)
        {
            return cte with { Definition = Push(cte.Definition, []), Body = Push(cte.Body, conditions) };
        }
        (List<Expression> inside, List<Expression> outside) = Split(conditions, IsMovable);
        return Above(node.WithInputs([Push(node.Inputs[0], inside)]), outside);
    }

    private static LogicalNode PushIntoSet(SetOperation set, List<Expression> conditions)
    {
        (List<Expression> inside, List<Expression> outside) = Split(conditions, IsMovable);
        PlanList<LogicalNode> operands = set.Operands.Map(operand =>
        {
            Dictionary<PlanColumn, Expression> own = [];
            for (int i = 0; i < set.Columns.Count; i++) own.Add(set.Columns[i], new ColumnUse(operand.Output[i]));
            return Push(operand, [.. inside.Select(c => PlanColumns.Substitute(c, own))]);
        });
        return Above(set with { Operands = operands }, outside);
    }

    private static LogicalNode PushIntoJoin(Join join, List<Expression> conditions)
    {
        HashSet<PlanColumn> left = join.Left.OutputSet();
        HashSet<PlanColumn> right = join.Right.OutputSet();
        join = Strengthen(join, conditions, left, right);
        bool keepsLeft = join.Kind is JoinKind.Left or JoinKind.Full or JoinKind.Mark or JoinKind.Single;
        bool keepsRight = join.Kind is JoinKind.Right or JoinKind.Full;
        List<Expression> forLeft = [];
        List<Expression> forRight = [];
        List<Expression> above = [];
        List<Expression> pairs = [];
        foreach (Expression condition in conditions)
        {
            bool isMovable = IsMovable(condition);
            if (isMovable && !keepsRight && PlanColumns.UsesOnly(condition, left)) forLeft.Add(condition);
            else if (isMovable && !keepsLeft && join.Kind is JoinKind.Inner or JoinKind.Right && PlanColumns.UsesOnly(condition, right)) forRight.Add(condition);
            else if (isMovable && join.Kind == JoinKind.Inner) pairs.Add(condition);
            else above.Add(condition);
        }
        // Conditions of the join itself that are about one side only filter that side, where rows of it may go missing.
        foreach (Expression condition in join.Residual is null ? default : Conjunction.Split(join.Residual))
        {
            bool isMovable = IsMovable(condition);
            bool rightMayGo = join.Kind is JoinKind.Inner or JoinKind.Left or JoinKind.Semi or JoinKind.Anti && !join.IsNullAware;
            if (isMovable && rightMayGo && PlanColumns.UsesOnly(condition, right)) forRight.Add(condition);
            else if (isMovable && join.Kind is JoinKind.Inner or JoinKind.Right or JoinKind.Semi && PlanColumns.UsesOnly(condition, left)) forLeft.Add(condition);
            else pairs.Add(condition);
        }
        (PlanList<JoinKey> keys, Expression? residual) = Binding.JoinConditions.Split(
            pairs.Count == 0 ? null : Conjunction.Of(pairs), join.Left.Output, join.Right.Output);
        Join pushed = join with
        {
            Left = Push(join.Left, forLeft), Right = Push(join.Right, forRight), Keys = [.. join.Keys, .. keys], Residual = residual,
        };
        bool isCross = pushed.Kind == JoinKind.Inner && pushed.Keys.IsEmpty && pushed.Residual is null;
        return Above(isCross ? new CrossJoin(pushed.Left, pushed.Right) : pushed, above);
    }

    // A comparison above an outer join is never true of a row that the join extended with NULLs.
    private static Join Strengthen(Join join, List<Expression> conditions, HashSet<PlanColumn> left, HashSet<PlanColumn> right)
    {
        bool refusesLeft = conditions.Exists(c => RefusesNulls(c, left));
        bool refusesRight = conditions.Exists(c => RefusesNulls(c, right));
        JoinKind kind = join.Kind switch
        {
            JoinKind.Left when refusesRight => JoinKind.Inner,
            JoinKind.Right when refusesLeft => JoinKind.Inner,
            JoinKind.Full when refusesLeft && refusesRight => JoinKind.Inner,
            JoinKind.Full when refusesLeft => JoinKind.Left,
            JoinKind.Full when refusesRight => JoinKind.Right,
            _ => join.Kind,
        };
        return kind == join.Kind ? join : join with { Kind = kind };
    }

    private static bool RefusesNulls(Expression condition, HashSet<PlanColumn> columns) => condition switch
    {
        Comparison comparison => IsPlain(comparison.Left, columns) || IsPlain(comparison.Right, columns),
        IsNull { IsNegated: true } test => IsPlain(test.Operand, columns),
        InList { IsNegated: false } list => IsPlain(list.Operand, columns),
        Like like => IsPlain(like.Operand, columns),
        _ => false,
    };

    private static bool IsPlain(Expression expression, HashSet<PlanColumn> columns) => expression switch
    {
        ColumnUse use => columns.Contains(use.Column),
        Cast { IsTry: false } cast => IsPlain(cast.Operand, columns),
        Arithmetic arithmetic => IsPlain(arithmetic.Left, columns) || IsPlain(arithmetic.Right, columns),
        _ => false,
    };

    private static (List<Expression> Inside, List<Expression> Outside) Split(List<Expression> conditions, Func<Expression, bool> isInside)
    {
        List<Expression> inside = [];
        List<Expression> outside = [];
        foreach (Expression condition in conditions) (isInside(condition) ? inside : outside).Add(condition);
        return (inside, outside);
    }
}
