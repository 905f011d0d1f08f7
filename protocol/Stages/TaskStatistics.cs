using ColFrag.Engine.Bytes;
using ColFrag.Engine.Execution;

namespace ColFrag.Protocol.Stages;

/// <summary>
/// The figures of a task's operators, on their way to who explains the query: those of the root first, then those of
/// each input, as the plan is read. Figures of several tasks of a stage add up.
/// </summary>
internal static class TaskStatistics
{
    private const int MaxDetails = 1024;

    /// <summary>The figures of a run.</summary>
    public static byte[] Write(QueryRun run)
    {
        using ByteWriter bytes = new();
        MessagePackWriter target = new(bytes);
        WriteNode(target, run.Root, run);
        return bytes.ToArray();
    }

    /// <summary>Adds figures to those of a plan of the same shape.</summary>
    /// <exception cref="Engine.Errors.CorruptDataException">They are of another plan.</exception>
    public static void AddTo(
        Func<PhysicalNode, OperatorStatistics> figures, PhysicalNode root, byte[] bytes, string sender)
    {
        MessagePackReader source = new(bytes, $"figures from {sender}");
        AddNode(source, root, figures);
        source.Finish();
    }

    private static void WriteNode(MessagePackWriter target, PhysicalNode node, QueryRun run)
    {
        OperatorStatistics figures = run.StatisticsOf(node);
        KeyValuePair<string, long>[] details = figures.GetDetails();
        target.WriteArrayHeader(6);
        target.Write(figures.Rows);
        target.Write(figures.Batches);
        target.Write(figures.Time.Ticks);
        target.Write(figures.Bytes);
        target.Write(figures.SpilledBytes);
        target.WriteArrayHeader(details.Length * 2);
        foreach ((string name, long amount) in details)
        {
            target.Write(name);
            target.Write(amount);
        }
        foreach (PhysicalNode input in node.Inputs) WriteNode(target, input, run);
    }

    private static void AddNode(
        MessagePackReader source, PhysicalNode node, Func<PhysicalNode, OperatorStatistics> figures)
    {
        OperatorStatistics total = figures(node);
        source.ReadArrayHeader(min: 6, max: 6);
        total.AddRows(source.ReadInt64(), source.ReadInt64());
        long ticks = source.ReadInt64();
        total.AddTicks((long)(TimeSpan.FromTicks(ticks).TotalSeconds * System.Diagnostics.Stopwatch.Frequency));
        total.AddBytes(source.ReadInt64());
        total.AddSpilledBytes(source.ReadInt64());
        int count = source.ReadArrayHeader(max: MaxDetails) / 2;
        for (int i = 0; i < count; i++) total.AddDetail(source.ReadString(), source.ReadInt64());
        foreach (PhysicalNode input in node.Inputs) AddNode(source, input, figures);
    }
}
