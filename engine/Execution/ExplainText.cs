using System.Globalization;

namespace ColFrag.Engine.Execution;

/// <summary>A plan as indented lines, with figures where it was run.</summary>
internal static class ExplainText
{
    /// <summary>One line per node, inputs below and to the right of what they feed.</summary>
    public static IReadOnlyList<string> Lines(PhysicalNode root, QueryRun? run)
    {
        List<string> lines = [];
        Add(lines, root, run, 0);
        return lines;
    }

    private static void Add(List<string> lines, PhysicalNode node, QueryRun? run, int depth)
    {
        string indent = depth == 0 ? "" : new string(' ', (depth - 1) * 2) + "-> ";
        string figures = "";
        if (node.EstimatedRows >= 0) figures += string.Create(CultureInfo.InvariantCulture, $"  (estimated {node.EstimatedRows:0} rows)");
        if (run is not null)
        {
            OperatorStatistics statistics = run.StatisticsOf(node);
            figures += string.Create(
                CultureInfo.InvariantCulture, $"  (rows {statistics.Rows}, {statistics.Time.TotalMilliseconds:0.000} ms");
            if (statistics.Bytes > 0) figures += string.Create(CultureInfo.InvariantCulture, $", {statistics.Bytes} bytes");
            figures += ")";
        }
        lines.Add(indent + node.Describe() + figures);
        foreach (PhysicalNode input in node.Inputs) Add(lines, input, run, depth + 1);
    }
}
