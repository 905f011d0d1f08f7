using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// Groups rows by some columns and aggregates each group; without keys there is one group, also over no rows. Gives the
/// keys, then the results of <paramref name="Aggregates"/>, then those of <paramref name="Merged"/>; or, as a part of a
/// distributed aggregation, states in place of results.
/// </summary>
/// <param name="Input">The rows.</param>
/// <param name="Keys">Positions of the keys in the input.</param>
/// <param name="Aggregates">What is computed from rows.</param>
/// <param name="Merged">What comes as states that a node below has made of the same list.</param>
/// <param name="StatesAt">Position of the first column of these states.</param>
/// <param name="GivesStates">True when groups leave as states.</param>
/// <param name="Columns">The output.</param>
internal sealed record AggregateNode(
    PhysicalNode Input, PlanList<int> Keys, PlanList<AggregateSpec> Aggregates, PlanList<AggregateSpec> Merged,
    int StatesAt,
    bool GivesStates, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];

    public override Schema Output => Columns;

    /// <summary>The aggregates of the node that makes states for another.</summary>
    public static AggregateNode First(
        PhysicalNode input, PlanList<int> keys, PlanList<AggregateSpec> aggregates) => new(
        input, keys, aggregates, default, 0, true, new Schema(
        [
            .. keys.Map(k => input.Output[k]), .. StateColumns(aggregates),
        ]));

    /// <summary>The node that makes results of the states of <see cref="First"/>, or states again.</summary>
    public static AggregateNode Last(
        PhysicalNode input, int keyCount, PlanList<AggregateSpec> aggregates, Schema columns,
        bool givesStates = false) => new(
            input, [.. Enumerable.Range(0, keyCount)], default, aggregates, keyCount, givesStates, columns);

    /// <summary>The columns that states travel in.</summary>
    public static IEnumerable<Field> StateColumns(PlanList<AggregateSpec> aggregates)
    {
        using AccumulatorPlan plan = new(aggregates, default, 0, 0, SessionInfo.Default, MemoryAccount.Untracked);
        return [.. plan.StateTypes.Select((t, i) => new Field($"state{i}", t))];
    }

    /// <summary>
    /// How many of <see cref="Merged"/>, from the first, the node below computed from rows; it merged the rest itself.
    /// The two share no state.
    /// </summary>
    public int MergedFirst { get; init; }

    /// <summary>
    /// Values of the last key, an INTEGER, for which there is a group with the other keys NULL even when no row comes:
    /// grouping sets without keys.
    /// </summary>
    public PlanList<int> GroupsWithoutRows { get; init; }

    public override string Describe() =>
        $"Aggregate{(GivesStates ? " partial" : Merged.IsEmpty ? "" : " final")} " +
        string.Join(", ", Aggregates.Concat(Merged)) +
        (Keys.IsEmpty ? "" : $" by {string.Join(", ", Keys.Map(k => Input.Output[k].Name))}");

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(8);
        target.Write(Columns);
        target.Write(Keys);
        target.Write(Aggregates);
        target.Write(Merged);
        target.Write(StatesAt);
        target.Write(GivesStates);
        target.Write(GroupsWithoutRows);
        target.Write(MergedFirst);
    }

    public static AggregateNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(8);
        Schema input = source.Only(inputs).Output;
        Schema columns = source.ReadSchema();
        PlanList<int> keys = source.ReadPositions(input.Count);
        AggregateNode node = new(
            inputs[0], keys, source.ReadAggregates(input), source.ReadAggregates(null), source.ReadCount(),
            source.ReadBool(), columns)
        {
            GroupsWithoutRows = source.ReadPositions(int.MaxValue), MergedFirst = source.ReadCount(),
        };
        node.CheckTypes(source);
        return node;
    }

    /// <summary>Refuses states and results of other types than those that the aggregates make.</summary>
    private void CheckTypes(PlanReader source)
    {
        source.Check(MergedFirst <= Merged.Count, "number of merged aggregates");
        LogicalType[] StatesOf(IEnumerable<AggregateSpec> aggregates) =>
            [.. StateColumns([.. aggregates]).Select(f => f.Type)];
        LogicalType[] brought = [.. StatesOf(Merged.Take(MergedFirst)), .. StatesOf(Merged.Skip(MergedFirst))];
        source.Check(brought.Length == 0 || StatesAt <= Input.Output.Count - brought.Length, "place of states");
        for (int i = 0; i < brought.Length; i++)
        {
            source.Check(Input.Output[StatesAt + i].Type.Equals(brought[i]), "type of a state");
        }
        LogicalType[] keys = [.. Keys.Map(k => Input.Output[k].Type)];
        LogicalType[] results = GivesStates
            ? [.. StatesOf(Aggregates), .. brought] : [.. Aggregates.Concat(Merged).Select(a => a.Type)];
        source.CheckTypes(Columns, [.. keys, .. results]);
        bool hasSets = GroupsWithoutRows.IsEmpty || (keys.Length > 0 && keys[^1].Kind == TypeKind.Integer);
        source.Check(hasSets, "numbers of grouping sets");
    }

    /// <summary>The accumulators of one lane.</summary>
    public AccumulatorPlan CreatePlan(PipelineContext context, MemoryAccount account) =>
        new(
            Aggregates, Merged, StatesAt, MergedFirst, context.Run.Environment.Session, account,
            Merged.IsEmpty && !GivesStates ? column => NeverNull.Holds(Input, column) : null,
            haveRows: !Keys.IsEmpty && GroupsWithoutRows.IsEmpty);

    /// <summary>A condition on a key can be met by rows before they are grouped.</summary>
    public override LiveFilter? TryAddFilter(int column, QueryRun run)
    {
        if (column >= Keys.Count || !GroupsWithoutRows.IsEmpty) return null;
        LiveFilter? filter = Input.TryAddFilter(Keys[column], run);
        if (filter is not null) run.Shared(this, () => new FilterGate()).IsUsed = true;
        return filter;
    }

    public override void WantCodes(int column, QueryRun run)
    {
        if (column < Keys.Count) Input.WantCodes(Keys[column], run);
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        foreach (int key in Keys) Input.WantCodes(key, layout.Run);
        if (Keys.IsEmpty)
        {
            SingleGroupSink sink = new(this) { Owner = this };
            Pipeline below = layout.AddPipeline(sink);
            current.Require(sink);
            current.Begin(new SingleGroupSource(sink), this);
            Input.LayOut(below, layout);
        }
        else
        {
            GroupSink sink = new(this) { Owner = this };
            Pipeline below = layout.AddPipeline(sink);
            // Rows are worth waiting for: what the steps above require is what makes the filters.
            if (layout.Run.Shared(this, () => new FilterGate()).IsUsed)
            {
                foreach (Sink above in current.Requires) below.Require(above);
            }
            current.Require(sink);
            current.Begin(new GroupSource(sink), this);
            Input.LayOut(below, layout);
        }
    }
}

/// <summary>Whether steps above an aggregation filter the rows below it.</summary>
internal sealed class FilterGate
{
    public bool IsUsed { get; set; }
}
