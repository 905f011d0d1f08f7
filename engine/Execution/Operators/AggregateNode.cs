using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// Groups rows by some columns and aggregates each group; without keys there is one group, also over no rows. Gives the
/// keys, then the results. In the modes of distributed plans the states take the place of arguments or results.
/// </summary>
/// <param name="Input">The rows, or keys with partial states.</param>
/// <param name="Keys">Positions of the keys in the input; with partial states the first ones.</param>
/// <param name="Aggregates">What is computed. With partial states their positions mean the node that made these.</param>
/// <param name="Mode">Which part of the work.</param>
/// <param name="Columns">The keys, then the results or partial states.</param>
internal sealed record AggregateNode(
    PhysicalNode Input, PlanList<int> Keys, PlanList<AggregateSpec> Aggregates, AggregateMode Mode, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];

    public override Schema Output => Columns;

    /// <summary>True when rows come as partial states.</summary>
    public bool TakesPartials => Mode is AggregateMode.Final or AggregateMode.Intermediate;

    /// <summary>True when groups leave as partial states.</summary>
    public bool GivesPartials => Mode is AggregateMode.Partial or AggregateMode.Intermediate;

    /// <summary>The columns of partial states of some aggregates, after the keys.</summary>
    public static Schema PartialColumns(IEnumerable<Field> keys, PlanList<AggregateSpec> aggregates)
    {
        using AccumulatorPlan plan = new(
            aggregates, Functions.SessionInfo.Default, Memory.MemoryAccount.Untracked);
        return new Schema([.. keys, .. plan.PartialTypes.Select((t, i) => new Field($"state{i}", t))]);
    }

    public override string Describe() =>
        $"Aggregate{(Mode == AggregateMode.Single ? "" : $" {Mode.ToString().ToLowerInvariant()}")} " +
        string.Join(", ", Aggregates) + (Keys.IsEmpty ? "" : $" by {string.Join(", ", Keys.Map(k => Input.Output[k].Name))}");

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        if (Keys.IsEmpty)
        {
            SingleGroupSink sink = new(this);
            Pipeline below = layout.AddPipeline(sink);
            current.Require(sink);
            current.Begin(new SingleGroupSource(sink), this);
            Input.LayOut(below, layout);
        }
        else
        {
            GroupSink sink = new(this);
            Pipeline below = layout.AddPipeline(sink);
            current.Require(sink);
            current.Begin(new GroupSource(sink), this);
            Input.LayOut(below, layout);
        }
    }
}
