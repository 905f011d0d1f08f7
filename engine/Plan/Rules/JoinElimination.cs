namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Drops joins whose right input only confirms: a left join with unique partners that nobody reads goes away, an inner
/// one becomes a semi join, which stops at the first partner.
/// </summary>
internal sealed class JoinElimination : IPlanRule
{
    public string Name => "join_elimination";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) => Reduce(plan, plan.OutputSet());

    private static LogicalNode Reduce(LogicalNode node, HashSet<PlanColumn> required)
    {
        if (node is Join { AsOf: null, Keys.IsEmpty: false } join && !join.Right.Output.Any(required.Contains))
        {
            switch (join.Kind)
            {
                case JoinKind.Left or JoinKind.Single when IsUnique(join):
                    return Reduce(join.Left, required);
                case JoinKind.Inner when IsUnique(join):
                    node = join with { Kind = JoinKind.Semi };
                    break;
            }
        }
        PlanList<LogicalNode> inputs = node.Inputs;
        if (inputs.IsEmpty) return node;
        LogicalNode[] reduced = new LogicalNode[inputs.Count];
        // What a node computes, needed or not, it computes from columns that must be there.
        if (node is Project or Aggregate or Window or SetOperation) required = node.OutputSet();
        for (int i = 0; i < reduced.Length; i++)
            reduced[i] = Reduce(inputs[i], RequiredColumns.OfInput(node, i, required));
        bool isSame = reduced.SequenceEqual(inputs, ReferenceEqualityComparer.Instance);
        return isSame ? node : node.WithInputs(reduced.ToPlanList());
    }

    private static bool IsUnique(Join join) => Uniqueness.IsUnique(
        join.Right, [.. join.Keys.Where(k => k.Right is ColumnUse && !k.NullsAreEqual).Select(
            k => ((ColumnUse)k.Right).Column)]);
}

/// <summary>Which columns tell the rows of a plan apart.</summary>
internal static class Uniqueness
{
    /// <summary>True when no two rows are equal in these columns (NULLs aside, which equal nothing).</summary>
    public static bool IsUnique(LogicalNode node, HashSet<PlanColumn> columns)
    {
        switch (node)
        {
            case Scan scan:
                return scan.Table.UniqueKeys.Any(
                    key => key.All(k => scan.Columns.Any(c => c.TableColumn == k && columns.Contains(c.Column))));
            case Filter or Sort or Limit or TopN or TableSample or Window:
                return IsUnique(node.Inputs[0], columns);
            case Distinct distinct:
                IEnumerable<Expression> keys = distinct.Keys.IsEmpty
                    ? distinct.Output.Select(c => (Expression)new ColumnUse(c)) : distinct.Keys;
                return keys.All(k => k is ColumnUse use && columns.Contains(use.Column))
                    || IsUnique(distinct.Input, columns);
            case Aggregate aggregate:
                return aggregate.GroupingSets.Count <= 1 && aggregate.Keys.All(k => columns.Contains(k.Column));
            case Project project:
                HashSet<PlanColumn> below = [.. project.Columns
                    .Where(c => columns.Contains(c.Column) && c.Expression is ColumnUse)
                    .Select(c => ((ColumnUse)c.Expression).Column)];
                return IsUnique(project.Input, below);
            case Join { Kind: JoinKind.Semi or JoinKind.Anti or JoinKind.Mark or JoinKind.Single } join:
                return IsUnique(join.Left, columns);
            case Join { Kind: JoinKind.Inner or JoinKind.Left, AsOf: null } join:
                // One partner at most leaves the left rows as they are.
                HashSet<PlanColumn> partners =
                    [.. join.Keys.Where(k => k.Right is ColumnUse).Select(k => ((ColumnUse)k.Right).Column)];
                return IsUnique(join.Left, columns) && IsUnique(join.Right, partners);
            default:
                return RowCounts.IsAtMostOne(node);
        }
    }
}
