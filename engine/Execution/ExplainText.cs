using System.Globalization;

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
        lines.Add(indent + node.Describe() + Estimate(node) + (figures is null ? "" : Actual(figures(node))));
        foreach (PhysicalNode input in node.Inputs) Add(lines, input, figures, depth + 1);
    }

    private static string Estimate(PhysicalNode node) => node.EstimatedRows < 0
        ? "" : string.Create(CultureInfo.InvariantCulture, $"  (estimated {node.EstimatedRows:0} rows)");

    private static string Actual(OperatorStatistics statistics)
    {
        string bytes = statistics.Bytes > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {statistics.Bytes} bytes") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"  (rows {statistics.Rows}, {statistics.Time.TotalMilliseconds:0.000} ms{bytes})");
    }
}
