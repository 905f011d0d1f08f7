using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.CommonTables;

/// <summary>Some columns of the rows of a common table, which may be read many times.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Name">For people.</param>
/// <param name="Positions">The columns, by position in the table.</param>
/// <param name="Columns">The output.</param>
internal sealed record CommonTableScanNode(int Id, string Name, PlanList<int> Positions, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    public override string Describe() => $"Rows of {Name}";

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        CommonTable table = layout.CommonTables[Id];
        if (table.Sink is { } sink) current.Require(sink);
        current.Begin(new RowsSource(table.Buffers, Columns) { Positions = Positions }, this);
    }
}
