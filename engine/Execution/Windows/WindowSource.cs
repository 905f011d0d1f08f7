using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Windows;

/// <summary>Computes the functions of one morsel after another, in any number of lanes, and gives its rows.</summary>
internal sealed class WindowSource(WindowNode node, WindowState state) : Source
{
    private readonly MorselCounter _counter = new();

    public override int MaxLanes => state.Spilled is null ? Math.Max(1, state.MorselCount) : int.MaxValue;

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, context);

    public override void Dispose() => state.Dispose();

    private WindowNode Node => node;

    private WindowState State => state;

    private sealed class Lane : SourceLane
    {
        private readonly WindowRows _rows;
        private readonly WindowEvaluator[] _functions;
        private readonly Dictionary<(WindowFrame Frame, int OrderCount), WindowFrames> _frames = [];
        private readonly ColumnVector[] _values;
        private readonly Batch _output;
        private int _given;

        public Lane(WindowSource source, PipelineContext context)
        {
            WindowNode node = source.Node;
            MemoryAccount account = context.CreateAccount("window");
            WindowMorsels morsels = source.State.Spilled is { } spilled
                ? new SpilledMorsels(spilled, node.Input.Output, account)
                : new KeptMorsels(source.State, source._counter);
            _rows = new WindowRows(node, morsels, account, context.Cancellation);
            _functions = [.. node.Functions.Map(f => Create(f, context.Run.Environment.Session, account))];
            _values = [.. node.Functions.Map(f => new ColumnVector(f.Type, account))];
            _output = new Batch([.. _rows.Output.Columns, .. _values]);
        }

        public override Flow Run(Operator first)
        {
            if (_given >= _rows.Count)
            {
                Flow taken = TakeNext();
                if (!taken.IsMore) return taken;
            }
            const int BatchesPerTurn = 8;
            for (int batches = 0; _given < _rows.Count && batches < BatchesPerTurn; batches++)
            {
                int count = Math.Min(Batch.MaxRows, _rows.Count - _given);
                _rows.Gather(_given, count);
                for (int f = 0; f < _functions.Length; f++) _functions[f].Give(_given, count, _values[f]);
                _output.Reset();
                _output.Count = count;
                _given += count;
                Flow flow = first.Push(_output);
                if (!flow.IsMore) return flow;
            }
            return Flow.More;
        }

        public override void Dispose()
        {
            foreach (WindowEvaluator function in _functions) function.Dispose();
            foreach (WindowFrames frames in _frames.Values) frames.Dispose();
            foreach (ColumnVector vector in _values) vector.Dispose();
            _output.Columns = [];
            _output.Dispose();
            _rows.Dispose();
        }

        private Flow TakeNext()
        {
            Flow flow = _rows.Load();
            if (!flow.IsMore) return flow;
            foreach (WindowFrames frames in _frames.Values) frames.Compute();
            foreach (WindowEvaluator function in _functions) function.Compute();
            _given = 0;
            return flow;
        }

        private WindowEvaluator Create(WindowFunction function, SessionInfo session, MemoryAccount account)
        {
            switch (function.Kind)
            {
                case WindowFunctionKind.Lag or WindowFunctionKind.Lead:
                    return new NeighbourEvaluator(function, _rows, account);
                case WindowFunctionKind.FirstValue or WindowFunctionKind.LastValue or WindowFunctionKind.NthValue:
                    return new FrameValueEvaluator(function, FramesOf(function, account), _rows, account);
                case WindowFunctionKind.Aggregate:
                    return CreateAggregate(function, session, account);
                default:
                    foreach (int argument in function.Arguments) _rows.Want(argument);
                    return new RankEvaluator(function, _rows, account);
            }
        }

        private WindowEvaluator CreateAggregate(WindowFunction function, SessionInfo session, MemoryAccount account)
        {
            WindowFrames frames = FramesOf(function, account);
            bool countsFromPartition = !function.IsDistinct || function.Frame is
                { Start.Kind: FrameEndKind.UnboundedPreceding, Exclusion: FrameExclusion.NoOthers };
            if (ExactSumEvaluator.CanCompute(function) && countsFromPartition)
            {
                return new ExactSumEvaluator(function, frames, _rows, account);
            }
            KernelEvaluator general = new(function, frames, _rows, session, account);
            AggregateFunction aggregate = function.Aggregate!;
            bool isOfOne = aggregate.ArgumentTypes is [var only] && only.Equals(_rows.TypeOf(function.Arguments[0]));
            switch (aggregate.Shape)
            {
                case AggregateShape.Sum or AggregateShape.Avg when isOfOne && aggregate.ArgumentTypes[0].IsFloat:
                    return new FloatSumEvaluator(function, frames, _rows, general, account);
                case AggregateShape.Min or AggregateShape.Max when isOfOne &&
                    aggregate.ArgumentTypes[0].Equals(function.Type):
                    return new ExtremeEvaluator(function, frames, _rows, general, account);
                default:
                    return general;
            }
        }

        private WindowFrames FramesOf(WindowFunction function, MemoryAccount account)
        {
            (WindowFrame, int) key = (function.Frame, function.OrderCount);
            if (!_frames.TryGetValue(key, out WindowFrames? frames))
            {
                _frames.Add(key, frames = new WindowFrames(function.Frame, function.OrderCount, _rows, account));
            }
            return frames;
        }
    }
}
