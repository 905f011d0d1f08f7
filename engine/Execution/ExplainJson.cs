using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ColFrag.Engine.Execution;

/// <summary>A plan as one JSON value, in the shape of PostgreSQL's EXPLAIN (FORMAT JSON).</summary>
internal static class ExplainJson
{
    /// <summary>The text, indented, in lines.</summary>
    /// <param name="root">The plan.</param>
    /// <param name="figures">What each node did; null where the plan was not run.</param>
    public static IReadOnlyList<string> Lines(
        PhysicalNode root, Func<PhysicalNode, OperatorStatistics>? figures = null)
    {
        ArrayBufferWriter<byte> bytes = new();
        JsonWriterOptions options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter writer = new(bytes, options))
        {
            writer.WriteStartArray();
            writer.WriteStartObject();
            writer.WritePropertyName("Plan");
            Write(writer, root, figures);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan).ReplaceLineEndings("\n").Split('\n');
    }

    private static void Write(
        Utf8JsonWriter writer, PhysicalNode node, Func<PhysicalNode, OperatorStatistics>? figures)
    {
        writer.WriteStartObject();
        string name = node.GetType().Name;
        writer.WriteString("Node Type", name.EndsWith("Node", StringComparison.Ordinal) ? name[..^4] : name);
        writer.WriteString("Description", node.Describe());
        writer.WriteStartArray("Output");
        foreach (Types.Field field in node.Output.Fields) writer.WriteStringValue(field.Name);
        writer.WriteEndArray();
        if (node.EstimatedRows >= 0) writer.WriteNumber("Plan Rows", Math.Round(node.EstimatedRows));
        if (figures is not null)
        {
            OperatorStatistics statistics = figures(node);
            writer.WriteNumber("Actual Rows", ExplainText.RowsOf(node, figures));
            writer.WriteNumber("Actual Time", Math.Round(statistics.Time.TotalMilliseconds, 3));
            if (statistics.Bytes > 0) writer.WriteNumber("Bytes", statistics.Bytes);
            if (statistics.SpilledBytes > 0) writer.WriteNumber("Spilled Bytes", statistics.SpilledBytes);
            foreach ((string detail, long amount) in statistics.GetDetails()) writer.WriteNumber(detail, amount);
        }
        if (node.Inputs.Count > 0)
        {
            writer.WriteStartArray("Plans");
            foreach (PhysicalNode input in node.Inputs) Write(writer, input, figures);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
