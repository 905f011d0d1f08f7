using System.Globalization;
using System.Text;

namespace ColFrag.Simulation.Runs;

/// <summary>Draws a run as columns, one per node, time going down: what each did and who was there.</summary>
internal static class Timeline
{
    private const int ColumnWidth = 15;

    /// <summary>The lines of a run as text.</summary>
    /// <param name="report">A run that kept its lines.</param>
    /// <param name="withFrames">True for every frame and file too, not only what nodes and clients did.</param>
    public static string Draw(SimulationReport report, bool withFrames)
    {
        StringBuilder text = new();
        string[] nodes =
        [
            .. report.Lines.Select(l => l.Node).Where(n => n.Length > 0).Distinct().Order(StringComparer.Ordinal),
        ];
        Dictionary<string, char> states = nodes.ToDictionary(n => n, _ => '.');
        text.Append(' ', 10);
        foreach (string node in nodes) text.Append(node.PadRight(ColumnWidth)[..ColumnWidth]);
        text.Append('\n');
        foreach (TraceLine line in report.Lines)
        {
            if (!withFrames && IsDetail(line.Text)) continue;
            if (line.Node.Length > 0) states[line.Node] = StateAfter(states[line.Node], line.Text);
            text.Append(CultureInfo.InvariantCulture, $"{line.Time.TotalSeconds,9:F4} ");
            foreach (string node in nodes)
            {
                char mark = node == line.Node ? '*' : states[node];
                text.Append(mark).Append(' ', ColumnWidth - 1);
            }
            text.Append(line.Node.Length > 0 ? $"{line.Node}: {line.Text}" : line.Text).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>| while a process runs, . while there is none, = while it stands still.</summary>
    private static char StateAfter(char before, string text) => text switch
    {
        "starts" => '|',
        "is killed" or "loses its power" => '.',
        "stands still" => '=',
        _ => before is '.' or '=' ? '|' : before,
    };

    private static bool IsDetail(string text) =>
        text.StartsWith("-> ", StringComparison.Ordinal) || text.StartsWith("flush", StringComparison.Ordinal) ||
        text.StartsWith("create ", StringComparison.Ordinal) || text.StartsWith("rename ", StringComparison.Ordinal) ||
        text.StartsWith("delete ", StringComparison.Ordinal);
}
