using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>The input's columns and a random number from 0 to below 1, the ground for samples.</summary>
/// <param name="Input">The rows.</param>
/// <param name="Seed">Makes the numbers repeatable; null for new ones in every run.</param>
/// <param name="IsPerBatch">True when the rows of a batch share a number.</param>
/// <param name="Columns">The output; the last is the number, a DOUBLE.</param>
internal sealed record RandomNode(PhysicalNode Input, long? Seed, bool IsPerBatch, Schema Columns)
    : StreamingNode(Input)
{
    public override Schema Output => Columns;

    public override string Describe() => $"Random number per {(IsPerBatch ? "batch" : "row")}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(3);
        target.Write(Columns);
        if (Seed is { } seed) target.Write(seed);
        else target.Target.WriteNil();
        target.Write(IsPerBatch);
    }

    public static RandomNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(3);
        Schema columns = source.ReadSchema();
        source.CheckTypes(
            columns, [.. source.Only(inputs).Output.Fields.Select(f => f.Type), LogicalType.Double]);
        long? seed = source.Source.TryReadNil() ? null : source.ReadInt64();
        return new RandomNode(inputs[0], seed, source.ReadBool(), columns);
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        // Numbers repeat only where rows come in the order of the run before.
        if (Seed is not null) current.IsSerial = true;
        base.LayOut(current, layout);
    }

    public override Operator Start(PipelineContext context, Operator next) => new RandomOperator(this, next);
}

/// <summary>Adds the numbers.</summary>
internal sealed unsafe class RandomOperator(RandomNode node, Operator next) : Operator(next)
{
    private readonly Random _random = node.Seed is { } seed ? new Random(seed.GetHashCode()) : new Random();
    private readonly ColumnVector _numbers = new(LogicalType.Double);
    private readonly Batch _output = new([]);

    public override Flow Push(Batch batch)
    {
        int count = node.IsPerBatch ? 1 : batch.Count;
        if (node.IsPerBatch) _numbers.ResetConstant(batch.Count);
        else _numbers.ResetFlat();
        _numbers.Count = batch.Count;
        for (int i = 0; i < count; i++) ((double*)_numbers.Data)[i] = _random.NextDouble();
        _output.Columns = [.. batch.Columns, _numbers];
        _output.TakeRows(batch);
        return Next.Push(_output);
    }

    public override void Dispose()
    {
        _numbers.Dispose();
        _output.Columns = [];
        _output.Dispose();
    }
}
