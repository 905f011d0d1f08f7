using System.Collections.Frozen;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Execution.Windows;

namespace ColFrag.Engine.Execution.Wire;

/// <summary>
/// Every node that travels, beside its number in plans. A number is never used again for another node.
/// </summary>
internal static class PlanNodeRegistry
{
    private static readonly FrozenDictionary<int, Entry> s_byNumber = new Dictionary<int, Entry>
    {
        [1] = Entry.Of(TableScanNode.Read),
        [2] = Entry.Of(ExchangeSourceNode.Read),
        [3] = Entry.Of(ExchangeNode.Read),
        [4] = Entry.Of(ValuesNode.Read),
        [5] = Entry.Of(FilterNode.Read),
        [6] = Entry.Of(ProjectNode.Read),
        [7] = Entry.Of(AggregateNode.Read),
        [8] = Entry.Of(HashJoinNode.Read),
        [9] = Entry.Of(NestedLoopJoinNode.Read),
        [10] = Entry.Of(SortNode.Read),
        [11] = Entry.Of(TopNode.Read),
        [12] = Entry.Of(LimitNode.Read),
        [13] = Entry.Of(LimitPercentNode.Read),
        [14] = Entry.Of(UnionAllNode.Read),
        [15] = Entry.Of(ExpandNode.Read),
        [16] = Entry.Of(RepeatNode.Read),
        [17] = Entry.Of(FirstOfGroupNode.Read),
        [18] = Entry.Of(SeriesNode.Read),
        [19] = Entry.Of(EmptyNode.Read),
        [20] = Entry.Of(WindowNode.Read),
        [21] = Entry.Of(UnnestNode.Read),
        [22] = Entry.Of(RandomNode.Read),
        [23] = Entry.Of(AsOfJoinNode.Read),
        [24] = Entry.Of(BestOfGroupNode.Read),
        [25] = Entry.Of(FetchNode.Read),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, int> s_numbers =
        s_byNumber.ToFrozenDictionary(e => e.Value.Node, e => e.Key);

    /// <summary>All node types that travel, by number.</summary>
    public static IReadOnlyDictionary<int, Type> Nodes { get; } =
        s_byNumber.ToDictionary(e => e.Key, e => e.Value.Node);

    /// <summary>True for a node that can be sent to other processes.</summary>
    public static bool Travels(PhysicalNode node) => s_numbers.ContainsKey(node.GetType());

    public static int NumberOf(PhysicalNode node) => s_numbers.TryGetValue(node.GetType(), out int number)
        ? number : throw Invariant.Unreachable($"{node.GetType().Name} does not travel");

    /// <summary>The node of a number, from its fields.</summary>
    public static PhysicalNode Read(int number, PlanReader source, PhysicalNode[] inputs)
    {
        if (!s_byNumber.TryGetValue(number, out Entry? entry)) throw source.Source.Corrupt($"node number {number}");
        return entry.Read(source, inputs);
    }

    private sealed record Entry(Type Node, Func<PlanReader, PhysicalNode[], PhysicalNode> Read)
    {
        public static Entry Of<T>(Func<PlanReader, PhysicalNode[], T> read) where T : PhysicalNode =>
            new(typeof(T), read);
    }
}
