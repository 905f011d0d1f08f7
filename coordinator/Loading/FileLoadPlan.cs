using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Coordinator.Loading;

/// <summary>
/// A plan that workers can run over parts of files: it does nothing but compute columns and leave rows out, so that
/// every row stands for itself.
/// </summary>
/// <param name="Scan">What reads the files.</param>
/// <param name="Root">The plan with the rows of stage 0 in place of the files.</param>
internal sealed record FileLoadPlan(SourceScanNode Scan, PhysicalNode Root)
{
    /// <summary>True for a plan that reads files at all.</summary>
    public static bool ReadsFiles(LogicalNode plan) => plan.DescendantsAndSelf().OfType<SourceScan>()
        .Any(s => s.Source is SourceTable { Files: not null });

    /// <summary>The plan for workers; null where rows must come together in one place.</summary>
    public static FileLoadPlan? TryMake(PhysicalNode plan)
    {
        PhysicalNode[] steps = [.. plan.DescendantsAndSelf()];
        if (steps.OfType<SourceScanNode>().ToArray() is not [{ Table.Files: not null } scan]) return null;
        if (!steps.All(s => s is SourceScanNode || IsStep(s)) || !scan.Filters.All(CanTravel)) return null;
        PhysicalNode rows = RowsOf(scan);
        return new FileLoadPlan(scan, plan.RewriteUp(node => node is SourceScanNode ? rows : node));
    }

    private static bool IsStep(PhysicalNode node) => node switch
    {
        ProjectNode project => project.Expressions.All(CanTravel),
        FilterNode filter => CanTravel(filter.Predicate),
        _ => false,
    };

    // Of random() and nextval() every process would make its own.
    private static bool CanTravel(Expression expression) => ExpressionRegistry.Travels(expression)
        && !expression.DescendantsAndSelf().Any(e => e is Call { Function.IsVolatile: true });

    private static PhysicalNode RowsOf(SourceScanNode scan)
    {
        Schema files = scan.Table.Schema;
        Field[] read = [.. scan.Positions.Select((p, i) => i < scan.Columns.Count ? scan.Columns[i] : files[p])];
        ExchangeSourceNode rows = new(0, new Schema(read));
        if (scan.Filters.IsEmpty) return rows;
        FilterNode passed = new(rows, Conjunction.Of(scan.Filters));
        Expression[] given = [.. scan.Columns.Fields.Select((f, i) => new ColumnReference(i, f.Type, f.Name))];
        return new ProjectNode(passed, [.. given], scan.Columns);
    }
}
