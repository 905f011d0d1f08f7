using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// EXPLAIN DISTRIBUTION: how the rows of a table spread over its ranges, or would if it were cut in another way: skew,
/// distinct keys, rows that would change their range, and which conditions read fewer ranges. Reads the columns of the
/// key; moves nothing.
/// </summary>
internal sealed class DistributionReport(Session session)
{
    /// <summary>A range with more rows than this many times the mean is worth a warning.</summary>
    public const double SkewLimit = 3;

    private const int MaxRanges = 4096;

    /// <summary>The columns of the answer, a row per range.</summary>
    public static Schema Schema { get; } = new(
        new Field("range", LogicalType.Integer), new Field("first_position", LogicalType.Varchar),
        new Field("last_position", LogicalType.Varchar), new Field("rows", LogicalType.BigInt),
        new Field("share", LogicalType.Double), new Field("distinct_keys", LogicalType.BigInt),
        new Field("moved_rows", LogicalType.BigInt));

    /// <summary>Answers the statement.</summary>
    public async ValueTask<QueryResult> ExplainAsync(
        StoredTable table, ExplainDistributionStatement statement, BindingContext context,
        CancellationToken cancellationToken)
    {
        TableSnapshot snapshot = table.Snapshot;
        FragmentScheme scheme = statement.Distribution is { } wanted
            ? SchemeOf(snapshot.Definition, wanted) : snapshot.Definition.Scheme;
        int count = RangeCount(statement, context) ?? snapshot.State.Ranges.Length;
        IAsyncDisposable borrowed = await session.Host.Tables.Fragments.BorrowAsync(
            [.. snapshot.Segments.Where(s => !s.IsRows).Select(s => s.Record)], cancellationToken);
        await using (borrowed)
        {
            HashRangeMap map = statement.Distribution is null && count == snapshot.State.Ranges.Length
                ? snapshot.State.RangeMap
                : scheme.Kind == Distribution.Range
                    ? Quantiles(snapshot, scheme, count, cancellationToken) : new HashRangeMap(HashRange.Split(count));
            RangeCounts counts = new(map, snapshot.State.RangeMap);
            foreach ((ulong position, ulong today) in Positions(snapshot, scheme, cancellationToken))
                counts.Add(position, today);
            Tell(snapshot.Definition, scheme, counts);
            return new ValuesResult(Schema, counts.Rows(), "EXPLAIN", notices: session.TakeNotices());
        }
    }

    private static FragmentScheme SchemeOf(TableDefinition definition, DistributionSyntax wanted)
    {
        Distribution kind = wanted.Kind switch
        {
            DistributionKind.Hash => Distribution.Hash,
            DistributionKind.Range => Distribution.Range,
            DistributionKind.Broadcast => Distribution.Broadcast,
            _ => Distribution.RoundRobin,
        };
        ImmutableArray<int>.Builder columns = ImmutableArray.CreateBuilder<int>();
        foreach (Identifier name in wanted.Columns)
        {
            TableColumn? column = definition.Columns.FirstOrDefault(c => ScopeTable.NamesMatch(name, c.Name));
            if (column is null)
            {
                throw new QueryException(
                    SqlStates.UndefinedColumn, $"Column does not exist: \"{name.Name}\"", name.Position,
                    $"The table has {string.Join(", ", definition.Columns.Select(c => c.Name))}.");
            }
            if (!KeyPosition.IsSupported(column.Type))
            {
                throw new QueryException(
                    SqlStates.FeatureNotSupported, $"A distribution key cannot be of type {column.Type}",
                    name.Position);
            }
            columns.Add(column.Id);
        }
        return new FragmentScheme(kind, columns.ToImmutable());
    }

    private static int? RangeCount(ExplainDistributionStatement statement, BindingContext context)
    {
        int? count = null;
        foreach (DescribedSetting option in OptionValues.Bind(statement.Options, context))
        {
            if (option.Name != "ranges")
            {
                throw new QueryException(
                    SqlStates.SyntaxError, $"Unrecognized EXPLAIN DISTRIBUTION option: \"{option.Name}\"",
                    option.Position, "There is ranges = n.");
            }
            if (!int.TryParse(option.Value.ToString(), CultureInfo.InvariantCulture, out int number) ||
                number is < 1 or > MaxRanges)
            {
                throw new QueryException(
                    SqlStates.InvalidParameterValue, $"Number of ranges must be from 1 to {MaxRanges}",
                    option.Position);
            }
            count = number;
        }
        return count;
    }

    /// <summary>Bounds that cut a sample of the positions into equal parts; fewer where positions repeat.</summary>
    private HashRangeMap Quantiles(
        TableSnapshot snapshot, FragmentScheme scheme, int count, CancellationToken cancellationToken)
    {
        PositionSample sample = new(session.Host.Random);
        foreach ((ulong position, ulong _) in Positions(snapshot, scheme, cancellationToken)) sample.Add(position);
        return new HashRangeMap(sample.Cut(count));
    }

    /// <summary>
    /// Of every live row its position by a scheme, and the first position of the range it lies in now.
    /// </summary>
    private IEnumerable<(ulong Position, ulong Today)> Positions(
        TableSnapshot snapshot, FragmentScheme scheme, CancellationToken cancellationToken)
    {
        TableColumn[] columns = [.. scheme.ColumnIds.Select(
            id => snapshot.Definition.Columns[snapshot.Definition.IndexOf(id)])];
        // Where rows were placed in turn, only their place tells which range they are of.
        bool isByPlace = columns.Length == 0 && scheme == snapshot.Definition.Scheme;
        // Without a key any column says which rows are alive.
        if (columns.Length == 0) columns = [snapshot.Definition.Columns[0]];
        TableDefinition keys = snapshot.Definition with { Columns = [.. columns], Scheme = scheme };
        using RowRouter router = new(keys, new HashRangeMap([HashRange.All]), session.Host.Random);
        ulong[] positions = new ulong[Batch.MaxRows];
        foreach (SnapshotSegment segment in snapshot.Segments)
        {
            using SegmentRowReader reader = new(segment, columns);
            using Batch batch = reader.CreateBatch();
            while (reader.Read(batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                router.ComputePositions(batch, positions);
                for (int row = 0; row < batch.Count; row++)
                {
                    if (batch.IsMasked && !batch.Mask[row]) continue;
                    ulong today = segment.Record.Range.First;
                    yield return (isByPlace ? today : positions[row], today);
                }
            }
        }
    }

    private void Tell(TableDefinition definition, FragmentScheme scheme, RangeCounts counts)
    {
        string key = string.Join(
            ", ", scheme.ColumnIds.Select(id => definition.Columns[definition.IndexOf(id)].Name));
        int ranges = counts.RangeCount;
        session.AddNotice(scheme.Kind switch
        {
            Distribution.Hash when scheme.ColumnIds.Length > 1 =>
                $"Equality on all of ({key}) reads 1 of {ranges} ranges; on some of them, all.",
            Distribution.Hash => $"Equality on {key} reads 1 of {ranges} ranges; other conditions read all.",
            Distribution.Range => $"Equality and ranges on {key} read only the ranges that they touch.",
            Distribution.Broadcast => "Every worker has all rows; joins with them move nothing.",
            _ => "No condition reads fewer ranges; rows keep the order in which they came.",
        });
        if (counts.Skew <= SkewLimit) return;
        session.AddNotice(string.Create(
            CultureInfo.InvariantCulture,
            $"Warning: the largest range has {counts.Skew:F1} times the mean; a key with more values spreads better."));
    }

    /// <summary>Rows per range.</summary>
    private sealed class RangeCounts(HashRangeMap map, HashRangeMap today)
    {
        private readonly long[] _rows = new long[map.Ranges.Length];
        private readonly long[] _moved = new long[map.Ranges.Length];
        private readonly HyperLogLog[] _keys = [.. map.Ranges.Select(_ => new HyperLogLog())];

        public int RangeCount => _rows.Length;

        /// <summary>The largest range as a multiple of the mean.</summary>
        public double Skew => _rows.Sum() == 0 ? 1 : _rows.Max() / ((double)_rows.Sum() / _rows.Length);

        public void Add(ulong position, ulong lies)
        {
            int range = map.IndexOf(position);
            _rows[range]++;
            _keys[range].Add(SketchHash.OfInteger((Int128)(UInt128)position));
            if (today.IndexOf(lies) != range) _moved[range]++;
        }

        public List<Value[]> Rows()
        {
            double all = Math.Max(1, _rows.Sum());
            return
            [
                .. map.Ranges.Select((range, i) => new[]
                {
                    Value.Integer(LogicalType.Integer, i),
                    Value.Text(range.First.ToString("x16", CultureInfo.InvariantCulture)),
                    Value.Text(range.Last.ToString("x16", CultureInfo.InvariantCulture)),
                    Value.BigInt(_rows[i]), Value.Float(LogicalType.Double, Math.Round(_rows[i] / all, 4)),
                    Value.BigInt((long)Math.Round(_keys[i].Estimate())), Value.BigInt(_moved[i]),
                }),
            ];
        }
    }
}
