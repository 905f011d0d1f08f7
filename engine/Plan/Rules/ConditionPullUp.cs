namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Takes conditions that see the outer columns out of a subquery, as far as they can be asked later just as well:
/// through projections (which then pass on what the conditions need), inner joins and sorts. What remains may still be
/// correlated.
/// </summary>
internal sealed class ConditionPullUp(HashSet<PlanColumn> outer)
{
    /// <summary>The plan without the conditions, giving every column that they use.</summary>
    public (LogicalNode Plan, List<Expression> Conditions) Pull(LogicalNode node)
    {
        switch (node)
        {
            case Filter filter:
                return PullFilter(filter);
            case Project project:
                return PullProject(project);
            case CrossJoin join:
                (LogicalNode left, List<Expression> leftConditions) = Pull(join.Left);
                (LogicalNode right, List<Expression> rightConditions) = Pull(join.Right);
                return (new CrossJoin(left, right), [.. leftConditions, .. rightConditions]);
            case Join { Kind: JoinKind.Inner, AsOf: null } join:
                return PullJoin(join);
            case Join { Kind: JoinKind.Semi or JoinKind.Anti or JoinKind.Mark or JoinKind.Left or JoinKind.Single,
                AsOf: null } join:
                // Only the side whose rows all come through: a condition on the other one decides about partners.
                (LogicalNode kept, List<Expression> conditions) = Pull(join.Left);
                return (join with { Left = kept }, conditions);
            case Sort sort:
                (LogicalNode sorted, List<Expression> ofSorted) = Pull(sort.Input);
                return (sort with { Input = sorted }, ofSorted);
            default:
                return (node, []);
        }
    }

    private bool SeesOuter(Expression expression) => PlanColumns.Uses(expression, outer);

    private (LogicalNode, List<Expression>) PullFilter(Filter filter)
    {
        (LogicalNode input, List<Expression> conditions) = Pull(filter.Input);
        List<Expression> own = [];
        foreach (Expression condition in Conjunction.Split(filter.Predicate))
        {
            if (SeesOuter(condition) && !condition.IsVolatile()) conditions.Add(condition);
            else own.Add(condition);
        }
        return (own.Count == 0 ? input : new Filter(input, Conjunction.Of(own)), conditions);
    }

    private (LogicalNode, List<Expression>) PullProject(Project project)
    {
        (LogicalNode input, List<Expression> conditions) = Pull(project.Input);
        if (conditions.Count == 0) return (project, conditions);
        HashSet<PlanColumn> given = [.. project.Output];
        HashSet<PlanColumn> available = input.OutputSet();
        IEnumerable<NamedExpression> needed = conditions
            .SelectMany(PlanColumns.UsedBy).Distinct()
            .Where(c => available.Contains(c) && !given.Contains(c))
            .Select(c => new NamedExpression(c, new ColumnUse(c)));
        return (new Project(input, project.Columns.Concat(needed).ToPlanList()), conditions);
    }

    private (LogicalNode, List<Expression>) PullJoin(Join join)
    {
        (LogicalNode left, List<Expression> conditions) = Pull(join.Left);
        (LogicalNode right, List<Expression> ofRight) = Pull(join.Right);
        conditions.AddRange(ofRight);
        List<Expression> rest = [];
        if (join.Residual is not null)
        {
            foreach (Expression condition in Conjunction.Split(join.Residual))
            {
                if (SeesOuter(condition) && !condition.IsVolatile()) conditions.Add(condition);
                else rest.Add(condition);
            }
        }
        return (join with { Left = left, Right = right, Residual = rest.Count == 0 ? null : Conjunction.Of(rest) },
            conditions);
    }
}
