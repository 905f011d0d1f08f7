using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>Gives the groups: a partition is a morsel, its groups are put together when it is taken.</summary>
internal sealed unsafe class GroupSource(GroupSink sink) : Source
{
    private int _next = -1;

    public override int MaxLanes => sink.IsPartitioned ? GroupRuns.PartitionCount : 1;

    public override SourceLane StartLane(PipelineContext context) => new Lane(this, sink, context);

    public override void Dispose() => sink.Dispose();

    private sealed class Lane : SourceLane
    {
        private readonly GroupSource _source;
        private readonly GroupSink _sink;
        private readonly Batch _output;
        private readonly ColumnVector[] _keys;
        private readonly ColumnVector[] _results;
        private readonly GroupStates? _own;
        private GroupStates? _groups;
        private int _given;

        public Lane(GroupSource source, GroupSink sink, PipelineContext context)
        {
            _source = source;
            _sink = sink;
            _output = new Batch(sink.Node.Output);
            _keys = _output.Columns[..sink.KeyTypes.Length];
            _results = _output.Columns[sink.KeyTypes.Length..];
            if (!sink.IsPartitioned) return;
            MemoryAccount account = context.CreateAccount("aggregate");
            _own = new GroupStates(sink.KeyTypes, sink.Node.CreatePlan(context, account), account);
        }

        public override Flow Run(Operator first)
        {
            if (_groups is null && !TakeNext()) return Flow.Done;
            uint* numbers = stackalloc uint[Batch.MaxRows];
            while (_given < _groups!.Count)
            {
                int count = Math.Min(Batch.MaxRows, _groups.Count - _given);
                for (int i = 0; i < count; i++) numbers[i] = (uint)(_given + i + 1);
                byte** states = _groups.Get(numbers, count, _keys);
                if (_sink.Node.GivesStates) _groups.Plan.WriteStates(states, count, _results);
                else _groups.Plan.Finish(states, count, _results);
                _output.Reset();
                _output.Count = count;
                _given += count;
                Flow flow = first.Push(_output);
                if (!flow.IsMore) return flow;
            }
            _groups = null;
            return Flow.More;
        }

        public override void Dispose()
        {
            _output.Dispose();
            _own?.Dispose();
        }

        private bool TakeNext()
        {
            int index = Interlocked.Increment(ref _source._next);
            _given = 0;
            if (!_sink.IsPartitioned)
            {
                _groups = index == 0 ? _sink.Lanes[0].Groups : null;
                return index == 0;
            }
            if (index >= GroupRuns.PartitionCount) return false;
            _own!.Reset();
            byte** states = stackalloc byte*[Batch.MaxRows];
            foreach (GroupSink.LaneGroups lane in _sink.Lanes)
            {
                if (lane.Runs?[index] is not { } run) continue;
                for (long first = 0; first < run.Count; first += Batch.MaxRows)
                {
                    int count = (int)Math.Min(Batch.MaxRows, run.Count - first);
                    run.Get(first, count, _keys, states);
                    _own.AddStates(_keys, lane.Groups.Plan, states, count);
                }
                run.Dispose();
            }
            _groups = _own;
            return true;
        }
    }
}
