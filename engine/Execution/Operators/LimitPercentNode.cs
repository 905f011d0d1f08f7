using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>A share of all rows, after leaving out some. All rows are kept until their number is known.</summary>
internal sealed record LimitPercentNode(PhysicalNode Input, double Percent, long Offset) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];

    public override Schema Output => Input.Output;

    public override string Describe() => $"Limit {Percent}%{(Offset == 0 ? "" : $" offset {Offset}")}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(2);
        target.Write(Percent);
        target.Write(Offset);
    }

    public static LimitPercentNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(2);
        double percent = source.ReadDouble();
        source.Check(percent is >= 0 and <= 100, "percentage");
        return new LimitPercentNode(source.Only(inputs), percent, source.ReadRows());
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        RowsSink sink = new(Input.Output, isSerial: true) { Owner = this };
        Pipeline below = layout.AddPipeline(sink);
        current.IsSerial = true;
        current.Require(sink);
        current.Begin(new RowsSource(sink, total => (Offset, (long)(total * Percent / 100))), this);
        Input.LayOut(below, layout);
    }
}

/// <summary>Keeps all rows, in the order of arrival when there is one lane.</summary>
internal sealed class RowsSink(Schema schema, bool isSerial, MemoryAccount? account = null) : Sink
{
    private List<RowBuffer> _buffers = [];

    public override bool IsSerial => isSerial;


    /// <summary>The rows of each lane, after completion.</summary>
    public IReadOnlyList<RowBuffer> Buffers => _buffers;

    public Schema Schema => schema;

    /// <summary>The rows of each lane; the caller frees them.</summary>
    public IReadOnlyList<RowBuffer> TakeBuffers()
    {
        List<RowBuffer> taken = _buffers;
        _buffers = [];
        return taken;
    }

    public override Operator StartLane(PipelineContext context)
    {
        RowBuffer buffer = new(schema, account ?? context.CreateAccount("rows"));
        lock (_buffers) _buffers.Add(buffer);
        return new Collect(buffer);
    }

    public override void Dispose()
    {
        // Rows on an account of somebody else outlive the run: they are for him to take and to free.
        if (account is not null && IsComplete) return;
        foreach (RowBuffer buffer in _buffers) buffer.Dispose();
    }

    private sealed class Collect(RowBuffer buffer) : Operator(null)
    {
        public override Flow Push(Batch batch)
        {
            buffer.Append(batch);
            return Flow.More;
        }
    }
}

/// <summary>Gives kept rows; a chunk of them is a morsel.</summary>
internal sealed class RowsSource(RowsSink sink, Func<long, (long First, long Count)>? range = null) : Source
{
    private const int MorselRows = 32 * Batch.MaxRows;
    private readonly Lock _lock = new();
    private int _buffer;
    private long _row;
    private long _skipped;
    private long _left = -1;

    public override int MaxLanes => (int)Math.Clamp(sink.Buffers.Sum(b => b.Count) / MorselRows, 1, int.MaxValue);

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, sink);

    private bool TryTake(out RowBuffer buffer, out long first, out long count)
    {
        lock (_lock)
        {
            if (_left < 0) (_skipped, _left) = range?.Invoke(sink.Buffers.Sum(b => b.Count)) ?? (0, long.MaxValue);
            while (_buffer < sink.Buffers.Count && _left > 0)
            {
                buffer = sink.Buffers[_buffer];
                long skip = Math.Min(_skipped, buffer.Count - _row);
                _row += skip;
                _skipped -= skip;
                if (_row < buffer.Count)
                {
                    first = _row;
                    count = Math.Min(Math.Min(MorselRows, buffer.Count - _row), _left);
                    _row += count;
                    _left -= count;
                    return true;
                }
                _buffer++;
                _row = 0;
            }
            (buffer, first, count) = (null!, 0, 0);
            return false;
        }
    }

    private sealed class Lane(RowsSource source, RowsSink sink) : SourceLane
    {
        private readonly Batch _output = new(sink.Schema);
        private RowBuffer? _rows;
        private long _first;
        private long _count;

        public override Flow Run(Operator first)
        {
            if (_count == 0 && !source.TryTake(out _rows!, out _first, out _count)) return Flow.Done;
            while (_count > 0)
            {
                int n = (int)Math.Min(Batch.MaxRows, _count);
                _rows!.Slice(_first, n, _output);
                _first += n;
                _count -= n;
                Flow flow = first.Push(_output);
                if (!flow.IsMore) return flow;
            }
            return Flow.More;
        }

        public override void Dispose() => _output.Dispose();
    }
}
