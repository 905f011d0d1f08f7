using ColFrag.Engine.Plan.Rules;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>How often a plan reads a common table.</summary>
internal static class CommonTableUse
{
    /// <summary>
    /// The plan with a recursive query in place of its only reference, so that rows flow as they come and a LIMIT above
    /// can end it; the plan itself where nobody reads the table. Null where the rows must be kept: several references,
    /// one that is asked in every round of another recursion, or a query that somebody asked to be MATERIALIZED.
    /// </summary>
    public static LogicalNode? TryInline(LogicalNode plan, int id, LogicalNode definition)
    {
        CteReference[] references = [.. plan.DescendantsAndSelf().OfType<CteReference>().Where(r => r.CteId == id)];
        if (references.Length == 0) return plan;
        bool isAskedAgain = plan.DescendantsAndSelf().OfType<RecursiveCte>().Any(r => Reads(r.Step, id));
        if (references.Length > 1 || definition is not RecursiveCte || isAskedAgain) return null;
        PlanList<PlanColumn> output = definition.Output;
        Project inlined = new(definition, references[0].Columns.Map(
            c => new NamedExpression(c.Column, new ColumnUse(output[c.TableColumn]))));
        return plan.RewriteUp(node => ReferenceEquals(node, references[0]) ? inlined : node);
    }

    /// <summary>
    /// True where computing the query twice gives two answers, so that all who refer to it must see the rows of one:
    /// random numbers, values of sequences, samples without a seed.
    /// </summary>
    public static bool DiffersEachTime(LogicalNode plan) => plan.DescendantsAndSelf().Any(
        node => node is TableSample { Seed: null } || node.Expressions.Any(e => e.DiffersEachTime()));

    private static bool Reads(LogicalNode plan, int id) =>
        plan.DescendantsAndSelf().Any(node => node is CteReference reference && reference.CteId == id);
}
