using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Windows;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <content>
/// Window functions: one step per partition and order, shared by all functions whose order begins like it.
/// </content>
internal sealed partial class PhysicalPlanner
{
    private PhysicalNode PlanWindow(Window window)
    {
        PhysicalNode input = Plan(window.Input);
        List<Expression> needed = [.. window.Calls.SelectMany(c => c.Call.Expressions)];
        (PhysicalNode rows, PlanList<int> positions) = AddColumns(input, needed);
        int at = 0;
        List<WindowUse> uses = [];
        foreach (NamedWindow named in window.Calls)
        {
            WindowCall call = named.Call;
            PlanList<int> arguments = [.. positions.Skip(at).Take(call.Arguments.Count)];
            at += call.Arguments.Count;
            PlanList<int> partition = [.. positions.Skip(at).Take(call.PartitionBy.Count).Distinct().Order()];
            at += call.PartitionBy.Count;
            List<SortColumn> order = [];
            foreach (SortKey key in call.OrderBy) order.Add(SortColumnOf(key, positions[at++]));
            WindowFrameEnd start = new(call.Frame.Start.Kind, call.Frame.Start.Offset is null ? -1 : positions[at++]);
            WindowFrameEnd end = new(call.Frame.End.Kind, call.Frame.End.Offset is null ? -1 : positions[at++]);
            WindowFunction function = new(
                call.Kind, call.Aggregate, arguments, order.Count,
                new WindowFrame(call.Frame.Unit, start, end, call.Frame.Exclusion), call.Type)
            {
                Filter = call.Filter is null ? -1 : positions[at++],
                IgnoresNulls = call.IgnoresNulls,
                IsDistinct = call.IsDistinct,
            };
            uses.Add(new WindowUse(named.Column, function, partition, [.. order]));
        }
        if (window.WantedRanks is { } wanted)
        {
            // All functions are over the same partitions and order.
            WindowUse ranked = uses[0];
            rows = new BestOfGroupNode(rows, ranked.Partition, ranked.Order[0], wanted.Count,
                wanted.KeepsTies || ranked.Order.Count > 1);
        }
        return StackWindows(window, rows, uses, [.. Enumerable.Range(0, input.Output.Count)]);
    }

    /// <summary>
    /// Longest orders first: a function whose order is the beginning of a longer one takes part there.
    /// </summary>
    private static PhysicalNode StackWindows(Window window, PhysicalNode rows, List<WindowUse> uses, List<int> picked)
    {
        Dictionary<PlanColumn, int> places = [];
        List<WindowUse> left = [.. uses.OrderByDescending(u => u.Order.Count)];
        while (left.Count > 0)
        {
            WindowUse widest = left[0];
            List<WindowUse> together = left.FindAll(widest.Contains);
            left.RemoveAll(together.Contains);
            for (int i = 0; i < together.Count; i++) places.Add(together[i].Column, rows.Output.Count + i);
            Schema columns = new([.. rows.Output.Fields, .. together.Select(u => u.Column.ToField())]);
            rows = new WindowNode(rows, widest.Partition, widest.Order, [.. together.Select(u => u.Function)], columns)
            {
                EstimatedRows = window.EstimatedRows,
            };
        }
        picked.AddRange(window.Calls.Select(c => places[c.Column]));
        return Pick(rows, picked, window.Schema);
    }

    /// <summary>A function and the order that it needs.</summary>
    private sealed record WindowUse(PlanColumn Column, WindowFunction Function, PlanList<int> Partition,
        PlanList<SortColumn> Order)
    {
        /// <summary>True when rows in this order are in the other's order too.</summary>
        public bool Contains(WindowUse other) =>
            Partition == other.Partition && Order.Take(other.Order.Count).SequenceEqual(other.Order);
    }
}
