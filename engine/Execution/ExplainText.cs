using System.Globalization;
using ColFrag.Engine.Execution.CommonTables;
using ColFrag.Engine.Execution.Operators;

namespace ColFrag.Engine.Execution;

/// <summary>A plan as indented lines, with figures where it was run.</summary>
internal static class ExplainText
{
    /// <summary>One line per node, inputs below and to the right of what they feed.</summary>
    /// <param name="root">The plan.</param>
    /// <param name="figures">What each node did; null where the plan was not run.</param>
    public static IReadOnlyList<string> Lines(
        PhysicalNode root, Func<PhysicalNode, OperatorStatistics>? figures = null)
    {
        List<string> lines = [];
        Add(lines, root, figures, 0);
        return lines;
    }

    private static void Add(
        List<string> lines, PhysicalNode node, Func<PhysicalNode, OperatorStatistics>? figures, int depth)
    {
        string indent = depth == 0 ? "" : new string(' ', (depth - 1) * 2) + "-> ";
        string actual = figures is null ? "" : Actual(figures(node), RowsOf(node, figures));
        lines.Add(indent + node.Describe() + Estimate(node) + actual);
        foreach (PhysicalNode input in node.Inputs) Add(lines, input, figures, depth + 1);
    }

    private static string Estimate(PhysicalNode node) => node.EstimatedRows < 0
        ? "" : string.Create(CultureInfo.InvariantCulture, $"  (estimated {node.EstimatedRows:0} rows)");

    /// <summary>Rows that left a node; one that is no step of its own passes on those of its inputs.</summary>
    public static long RowsOf(PhysicalNode node, Func<PhysicalNode, OperatorStatistics> figures) => node switch
    {
        UnionAllNode union => union.Operands.Sum(input => RowsOf(input, figures)),
        CommonTableNode table => RowsOf(table.Body, figures),
        _ => figures(node).Rows,
    };

    private static string Actual(OperatorStatistics statistics, long rows)
    {
        string bytes = statistics.Bytes > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {statistics.Bytes} bytes") : "";
        string details = string.Concat(statistics.GetDetails().Select(d => $", {d.Key} {d.Value}"));
        string spilled = statistics.SpilledBytes > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {statistics.SpilledBytes} bytes spilled") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"  (rows {rows}, {statistics.Time.TotalMilliseconds:0.000} ms{bytes}{spilled}{details})");
    }
}
