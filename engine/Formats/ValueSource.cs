using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats;

/// <summary>
/// Rows of single values as a source: what the system tells about itself. Asked for when a reader starts, so that a
/// plan that is kept shows the present. For thousands of rows, not millions.
/// </summary>
internal sealed class ValueSource(Schema schema, Func<IEnumerable<Value[]>> rows) : ITableSource
{
    public Schema Schema => schema;

    public long? RowCountEstimate => 1_000;

    public bool IsRowCountExact => false;

    public long? LengthBytes => null;

    public int PieceCount => 1;

    public SourceCounters Counters { get; } = new();

    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account) =>
        new Reader(rows().GetEnumerator(), columns.ToArray(), account, Counters);

    public void Dispose()
    {
    }

    private sealed class Reader(
        IEnumerator<Value[]> rows, int[] columns, MemoryAccount account, SourceCounters counters)
        : IPieceReader
    {
        private Arena _text = new(account);

        public bool Read(Batch target, CancellationToken cancellationToken)
        {
            List<Value[]> next = [];
            while (next.Count < Batch.MaxRows && rows.MoveNext()) next.Add(rows.Current);
            if (next.Count == 0) return false;
            // The vectors of the batch before keep alive what they point into.
            _text.Dispose();
            _text = new Arena(account);
            target.Reset();
            for (int c = 0; c < columns.Length; c++)
            {
                ColumnVector vector = target.Columns[c];
                VectorBuilder.Build(vector, [.. next.Select(row => row[columns[c]])], _text);
                foreach (NativeBuffer block in _text.Blocks) vector.KeepAlive(block);
            }
            target.Count = next.Count;
            counters.AddRows(next.Count, next.Count);
            return true;
        }

        public void Dispose()
        {
            _text.Dispose();
            rows.Dispose();
        }
    }
}
