namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// What a condition says about one side of an equality holds for the other: with a = b and a &lt; 5, b &lt; 5 can
/// filter b's table before the join. Adds such conditions; pushing them down is <see cref="FilterPushdown"/>'s work.
/// </summary>
internal sealed class PredicateInference : IPlanRule
{
    public string Name => "predicate_inference";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) => Infer(plan, out _);

    private static LogicalNode Infer(LogicalNode node, out List<Expression> known)
    {
        switch (node)
        {
            case Scan scan:
                HashSet<PlanColumn> ofScan = scan.OutputSet();
                known = [.. scan.Filters.Where(f => PlanColumns.UsesOnly(f, ofScan))];
                return scan;
            case Filter filter:
                LogicalNode filtered = Infer(filter.Input, out known);
                known.AddRange(Conjunction.Split(filter.Predicate));
                return ReferenceEquals(filtered, filter.Input) ? filter : filter with { Input = filtered };
            case Project project:
                LogicalNode projected = Infer(project.Input, out List<Expression> below);
                known = ThroughProject(project, below);
                return ReferenceEquals(projected, project.Input) ? project : project with { Input = projected };
            case CrossJoin join:
                LogicalNode left = Infer(join.Left, out known);
                LogicalNode right = Infer(join.Right, out List<Expression> ofRight);
                known.AddRange(ofRight);
                return join.WithInputs([left, right]);
            case Join join:
                return InferJoin(join, out known);
            case Sort or TopN or Limit or Distinct:
                LogicalNode passed = Infer(node.Inputs[0], out known);
                return node.WithInputs([passed]);
            case MaterializedCte cte:
                LogicalNode definition = Infer(cte.Definition, out _);
                LogicalNode body = Infer(cte.Body, out known);
                return cte with { Definition = definition, Body = body };
            default:
                known = [];
                return node.MapInputs(input => Infer(input, out _));
        }
    }

    // Conditions over columns that the projection passes on, under their new names.
    private static List<Expression> ThroughProject(Project project, List<Expression> below)
    {
        Dictionary<PlanColumn, Expression> names = [];
        foreach (NamedExpression column in project.Columns)
        {
            if (column.Expression is ColumnUse use) names.TryAdd(use.Column, new ColumnUse(column.Column));
        }
        return [.. below.Where(c => PlanColumns.UsedBy(c).All(names.ContainsKey)).Select(
            c => PlanColumns.Substitute(c, names))];
    }

    private static Join InferJoin(Join join, out List<Expression> known)
    {
        LogicalNode left = Infer(join.Left, out List<Expression> ofLeft);
        LogicalNode right = Infer(join.Right, out List<Expression> ofRight);
        // Which side's rows may be dropped because their partners would be filtered.
        bool toRight = join.Kind is JoinKind.Inner or JoinKind.Left or JoinKind.Semi or JoinKind.Single
            || (join.Kind is JoinKind.Anti or JoinKind.Mark && !join.IsNullAware);
        bool toLeft = join.Kind is JoinKind.Inner or JoinKind.Right or JoinKind.Semi;
        List<Expression> addedRight = [];
        List<Expression> addedLeft = [];
        foreach (JoinKey key in join.Keys)
        {
            if (key.NullsAreEqual || key.Left is not ColumnUse a || key.Right is not ColumnUse b
                || !a.Type.Equals(b.Type)) continue;
            if (toRight) Copy(ofLeft, a.Column, b.Column, ofRight, addedRight);
            if (toLeft) Copy(ofRight, b.Column, a.Column, ofLeft, addedLeft);
        }
        if (addedLeft.Count > 0) left = new Filter(left, Conjunction.Of(addedLeft));
        if (addedRight.Count > 0) right = new Filter(right, Conjunction.Of(addedRight));
        known = join.Kind switch
        {
            JoinKind.Inner => [.. ofLeft, .. addedLeft, .. ofRight, .. addedRight],
            JoinKind.Right => [.. ofRight, .. addedRight],
            JoinKind.Full => [],
            _ => [.. ofLeft, .. addedLeft],
        };
        return ReferenceEquals(left, join.Left) && ReferenceEquals(right, join.Right)
            ? join
            : join with { Left = left, Right = right };
    }

    private static void Copy(
        List<Expression> known, PlanColumn from, PlanColumn to, List<Expression> already, List<Expression> added)
    {
        Dictionary<PlanColumn, Expression> rename = new() { [from] = new ColumnUse(to) };
        foreach (Expression condition in known)
        {
            if (condition.IsVolatile() || !PlanColumns.UsedBy(condition).Distinct().SequenceEqual([from])) continue;
            Expression copy = PlanColumns.Substitute(condition, rename);
            if (!already.Contains(copy) && !added.Contains(copy)) added.Add(copy);
        }
    }
}
