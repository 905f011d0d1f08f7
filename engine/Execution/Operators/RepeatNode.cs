using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>Gives every row as often as its last column, a BIGINT, says, and leaves that column out.</summary>
internal sealed record RepeatNode(PhysicalNode Input, Schema Columns) : StreamingNode(Input)
{
    public override Schema Output => Columns;

    public override string Describe() => "Repeat";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(1);
        target.Write(Columns);
    }

    public static RepeatNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(1);
        Schema columns = source.ReadSchema();
        source.CheckTypes(source.Only(inputs).Output, [.. columns.Fields.Select(f => f.Type), LogicalType.BigInt]);
        return new RepeatNode(inputs[0], columns);
    }

    public override Operator Start(PipelineContext context, Operator next) => new RepeatOperator(this, next);
}

/// <summary>Gathers rows, a batch of repetitions at a time.</summary>
internal sealed unsafe class RepeatOperator(RepeatNode node, Operator next) : Operator(next)
{
    private readonly Batch _output = new(node.Columns);
    private Batch? _input;
    private int _row;
    private long _given;

    public override Flow Push(Batch batch)
    {
        _input = batch;
        _row = 0;
        _given = 0;
        return Continue();
    }

    public override Flow Resume()
    {
        Flow flow = Next.Resume();
        return flow.IsMore ? Continue() : flow;
    }

    public override void Dispose() => _output.Dispose();

    private Flow Continue()
    {
        if (_input is null) return Flow.More;
        ushort* rows = stackalloc ushort[Batch.MaxRows];
        ColumnVector counts = _input.Columns[^1];
        while (true)
        {
            int count = 0;
            while (_row < _input.Count && count < Batch.MaxRows)
            {
                bool isOn = !_input.IsMasked || _input.Mask[_row];
                long wanted = isOn && counts.IsValid(_row) ? (long)counts.GetInteger(_row) : 0;
                int n = (int)Math.Min(Batch.MaxRows - count, Math.Max(0, wanted - _given));
                new Span<ushort>(rows + count, n).Fill((ushort)_row);
                count += n;
                _given += n;
                if (_given < wanted) continue;
                _row++;
                _given = 0;
            }
            if (count == 0) break;
            for (int c = 0; c < _output.Columns.Length; c++) _input.Columns[c].Gather(rows, count, _output.Columns[c]);
            _output.Reset();
            _output.Count = count;
            Flow flow = Next.Push(_output);
            if (!flow.IsMore) return flow;
        }
        _input = null;
        return Flow.More;
    }
}
