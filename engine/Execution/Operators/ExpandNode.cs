using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// Gives every row several times, each time with other columns NULL, and with the number of the repetition last: the
/// ground for grouping sets and for DISTINCT over several sets of columns.
/// </summary>
/// <param name="Input">The rows.</param>
/// <param name="Repetitions">
/// Per repetition, per output column but the last, its position in the input, <see cref="Null"/> or <see cref="True"/>.
/// </param>
/// <param name="Columns">The output; the last is the INTEGER number of the repetition, from 0.</param>
internal sealed record ExpandNode(PhysicalNode Input, PlanList<PlanList<int>> Repetitions, Schema Columns)
    : StreamingNode(Input)
{
    /// <summary>In place of a position: NULL.</summary>
    public const int Null = -1;

    /// <summary>In place of a position: TRUE.</summary>
    public const int True = -2;

    public override Schema Output => Columns;

    public override string Describe() => $"Expand {Repetitions.Count} times";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(2);
        target.Write(Columns);
        target.Target.WriteArrayHeader(Repetitions.Count);
        foreach (PlanList<int> positions in Repetitions) target.Write(positions);
    }

    public static ExpandNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(2);
        Schema columns = source.ReadSchema();
        Schema input = source.Only(inputs).Output;
        PlanList<PlanList<int>> repetitions = [.. source.Source.ReadList(_ => source.ReadPositions(input.Count, True))];
        source.Check(columns.Count > 0 && columns[^1].Type.Kind == TypeKind.Integer, "type of the repetition's number");
        foreach (PlanList<int> positions in repetitions)
        {
            source.Check(positions.Count == columns.Count - 1, "number of columns");
            for (int c = 0; c < positions.Count; c++)
            {
                LogicalType type = columns[c].Type;
                bool fits = positions[c] == Null || (positions[c] == True
                    ? type.Kind == TypeKind.Boolean : type.Equals(input[positions[c]].Type));
                source.Check(fits, "type of a column");
            }
        }
        return new ExpandNode(inputs[0], repetitions, columns);
    }

    public override Operator Start(PipelineContext context, Operator next) => new ExpandOperator(this, next);
}

/// <summary>Pushes a batch once per repetition.</summary>
internal sealed unsafe class ExpandOperator : RepeatingOperator
{
    private readonly ExpandNode _node;
    private readonly ColumnVector[] _constants;
    private readonly ColumnVector _number = new(LogicalType.Integer);
    private readonly Batch _output;

    public ExpandOperator(ExpandNode node, Operator next) : base(next)
    {
        _node = node;
        _constants = [.. node.Columns.Fields.Select(f => new ColumnVector(f.Type))];
        _output = new Batch(new ColumnVector[_constants.Length]);
    }

    protected override int RepetitionCount => _node.Repetitions.Count;

    public override void Dispose()
    {
        foreach (ColumnVector vector in _constants) vector.Dispose();
        _number.Dispose();
        _output.Columns = [];
        _output.Dispose();
    }

    protected override Batch Repeat(Batch input, int repetition)
    {
        PlanList<int> positions = _node.Repetitions[repetition];
        int count = input.Count;
        for (int c = 0; c < positions.Count; c++)
        {
            if (positions[c] >= 0)
            {
                _output.Columns[c] = input.Columns[positions[c]];
                continue;
            }
            ColumnVector constant = _constants[c];
            if (positions[c] == ExpandNode.Null)
            {
                constant.SetAllNull(count);
            }
            else
            {
                constant.ResetConstant(count);
                constant.Data[0] = 1;
            }
            _output.Columns[c] = constant;
        }
        _number.ResetConstant(count);
        *(int*)_number.Data = repetition;
        _output.Columns[^1] = _number;
        _output.TakeRows(input);
        return _output;
    }
}
