using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.CommonTables;

/// <summary>
/// The rows of the anchor, then those of the step over the rows of the round before, until a round gives none. Every
/// round is a run of the step on its own. With a key the result is the newest row of each key.
/// </summary>
/// <param name="Id">The number by which the step scans the last round.</param>
/// <param name="Name">For people.</param>
/// <param name="Anchor">The first round.</param>
/// <param name="Step">The next round.</param>
/// <param name="IsDistinct">True when a row that came before is dropped.</param>
/// <param name="Columns">The output.</param>
internal sealed record RecursiveNode(
    int Id, string Name, PhysicalNode Anchor, PhysicalNode Step, bool IsDistinct, Schema Columns) : PhysicalNode
{
    /// <summary>The columns of which each value has one row only, the newest; none where all rows count.</summary>
    public PlanList<int> Key { get; init; }

    /// <summary>The number by which the step scans the newest rows of all keys; -1 where there is no key.</summary>
    public int AllId { get; init; } = -1;

    public override IReadOnlyList<PhysicalNode> Inputs => [Anchor, Step];

    public override Schema Output => Columns;

    public override string Describe()
    {
        string key = Key.IsEmpty ? "" : $", by {string.Join(", ", Key.Select(k => Columns[k].Name))}";
        return $"Recursive {Name}{(IsDistinct ? ", distinct" : "")}{key}";
    }

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) =>
        this with { Anchor = inputs[0], Step = inputs[1] };

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        RowsSink anchor = new(Anchor.Output, isSerial: false) { Owner = this };
        Anchor.LayOut(layout.AddPipeline(anchor), layout);
        current.Require(anchor);
        // What the step reads of the plan around it must be there too.
        foreach (CommonTable table in layout.CommonTables.Values)
        {
            if (table.Sink is { } sink) current.Require(sink);
        }
        current.Begin(new RecursiveSource(this, anchor, layout), this);
    }
}
