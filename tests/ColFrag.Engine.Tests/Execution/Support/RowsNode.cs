using ColFrag.Engine.Execution;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution.Support;

/// <summary>
/// A leaf over rows of values: pushes them as batches of random sizes, shapes and masks, each batch a morsel. Rows that
/// a mask hides are random and must never be seen.
/// </summary>
internal sealed record RowsNode(Schema Columns, Value[][] Rows, int Seed) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    /// <summary>Rows of the largest batch.</summary>
    public int MaxRows { get; init; } = Batch.MaxRows;

    /// <summary>True to hide random rows among the real ones.</summary>
    public bool IsMasked { get; init; } = true;

    public static RowsNode Random(
        int seed, int count, int distinct, double nullShare, params (string Name, LogicalType Type)[] columns)
    {
        Random random = new(seed);
        Value[][] byColumn = [.. columns.Select(c => RandomRows.Column(random, c.Type, count, distinct, nullShare))];
        Value[][] rows = [.. Enumerable.Range(0, count).Select(i => byColumn.Select(c => c[i]).ToArray())];
        return new RowsNode(new Schema(columns.Select(c => new Field(c.Name, c.Type))), rows, seed);
    }

    public override string Describe() => $"Rows {Rows.Length}";

    public override void LayOut(Pipeline current, PlanLayout layout) => current.Begin(new RowsSource(this), this);

    private sealed class RowsSource : Source
    {
        private readonly Arena _arena = new(MemoryAccount.Untracked);
        private readonly List<Batch> _batches = [];
        private int _next = -1;

        public RowsSource(RowsNode node)
        {
            Random random = new(node.Seed);
            int first = 0;
            while (first < node.Rows.Length)
            {
                int most =
                    Math.Min(node.Rows.Length - first, random.Next(3) == 0 ? 1 + random.Next(100) : node.MaxRows);
                _batches.Add(Build(node, first, most, random, out int taken));
                first += taken;
            }
        }

        public override int MaxLanes => Math.Max(1, _batches.Count);

        public override SourceLane StartLane(PipelineContext context) => new Lane(this);

        public override void Dispose()
        {
            foreach (Batch batch in _batches) batch.Dispose();
            _arena.Dispose();
        }

        private Batch Build(RowsNode node, int first, int most, Random random, out int taken)
        {
            bool hides = node.IsMasked && random.Next(2) == 0;
            List<Value[]> rows = [];
            List<bool> counts = [];
            taken = 0;
            while (rows.Count < most && taken < most)
            {
                bool real = !hides || random.Next(3) > 0;
                rows.Add(real ? node.Rows[first + taken++] : RandomRow(node.Columns, random));
                counts.Add(real);
            }
            Batch batch = new(
            [
                .. node.Columns.Fields.Select((f, c) => ShapedVector.Build(
                    f.Type, rows.Select(r => r[c]).ToArray(), (VectorShape)random.Next(4), _arena, random)),
            ]) { Count = rows.Count };
            if (!hides) return batch;
            RowMask mask = batch.BeginMask();
            for (int i = 0; i < rows.Count; i++) mask[i] = counts[i];
            return batch;
        }

        private static Value[] RandomRow(Schema columns, Random random) =>
            [.. columns.Fields.Select(
                f => random.Next(5) == 0 ? Value.Null(f.Type) : RandomRows.Next(random, f.Type, 50))];

        private sealed class Lane(RowsSource source) : SourceLane
        {
            private readonly Batch _shown = new([]);

            public override Flow Run(Operator first)
            {
                int index = Interlocked.Increment(ref source._next);
                if (index >= source._batches.Count) return Flow.Done;
                Batch batch = source._batches[index];
                // The mask belongs to the run: operators narrow it, and a plan may be run twice.
                _shown.Columns = batch.Columns;
                _shown.Count = batch.Count;
                _shown.IsMasked = batch.IsMasked;
                if (batch.IsMasked) _shown.Mask.CopyFrom(batch.Mask);
                return first.Push(_shown);
            }
        }
    }
}
