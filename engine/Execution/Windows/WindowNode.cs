using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>
/// The input's columns and one per function, all over the same partitions and order. Rows are sorted by partition and
/// order; then lanes take whole partitions, some thousands of rows at a time, compute all functions over them and pass
/// them on.
/// </summary>
/// <param name="Input">The rows.</param>
/// <param name="PartitionBy">Positions of what rows of a partition agree in.</param>
/// <param name="OrderBy">The order inside a partition; a function may use only the first keys of it.</param>
/// <param name="Functions">What is computed.</param>
/// <param name="Columns">The output.</param>
internal sealed record WindowNode(
    PhysicalNode Input, PlanList<int> PartitionBy, PlanList<SortColumn> OrderBy, PlanList<WindowFunction> Functions,
    Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];

    public override Schema Output => Columns;

    public override string Describe() =>
        $"Window {string.Join(", ", Functions)}" +
        (PartitionBy.IsEmpty ? "" : $" by {string.Join(", ", PartitionBy.Map(k => Input.Output[k].Name))}") +
        (OrderBy.IsEmpty ? "" : $" order {string.Join(", ", OrderBy)}");

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(4);
        target.Write(Columns);
        target.Write(PartitionBy);
        target.Write(OrderBy);
        target.Target.WriteArrayHeader(Functions.Count);
        foreach (WindowFunction function in Functions) function.Write(target);
    }

    public static WindowNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(4);
        Schema input = source.Only(inputs).Output;
        Schema columns = source.ReadSchema();
        PlanList<int> partition = source.ReadPositions(input.Count);
        PlanList<SortColumn> order = source.ReadSortColumns(input);
        PlanList<WindowFunction> functions =
            [.. source.Source.ReadList(_ => WindowFunction.Read(source, input, order.Count))];
        source.CheckTypes(columns, [.. input.Fields.Select(f => f.Type), .. functions.Map(f => f.Type)]);
        return new WindowNode(inputs[0], partition, order, functions, columns);
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        SortNode sort = new(Input, [.. PartitionBy.Map(k => new SortColumn(k, false, false)), .. OrderBy]);
        int workers = layout.Run.Environment.Scheduler.WorkerCount;
        WindowState state = new(this, workers, layout.Run.CreateAccount("window"));
        (SortState rows, Sink sorted) = sort.LayOutSort(layout, this, state.Begin);
        StepSink gathered = new(() => { });
        Pipeline gathering = layout.AddPipeline(gathered);
        gathering.Require(sorted);
        gathering.Begin(new StepSource(() => rows.PartitionCount, state.Gather), this);
        StepSink cut = new(state.Cut);
        Pipeline marking = layout.AddPipeline(cut);
        marking.Require(gathered);
        marking.Begin(new StepSource(() => state.ChunkCount, state.MarkPartitions), this);
        current.Require(cut);
        current.Begin(new WindowSource(this, state), this);
    }
}
