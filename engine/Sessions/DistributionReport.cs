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

namespace ColFrag.Engine.Sessions;

/// <summary>
/// EXPLAIN DISTRIBUTION: how the rows of a table spread over its ranges, or would if it were cut in another way: skew,
/// distinct keys, rows that would change their range, and which conditions read fewer ranges. Reads the columns of the
/// key; moves nothing.
/// </summary>
internal sealed class DistributionReport(Session session)
{
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
        (int? ranges, int? salt) = OptionsOf(statement, context);
        int count = ranges ?? snapshot.State.Ranges.Length;
        if (salt is { } some) scheme = scheme with { Salt = some };
        await using (await RowPositions.BorrowAsync(session, snapshot, cancellationToken))
        {
            HashRangeMap map = statement.Distribution is null && count == snapshot.State.Ranges.Length
                ? snapshot.State.RangeMap
                : scheme.Kind == Distribution.Range
                    ? Quantiles(snapshot, scheme, count, cancellationToken) : new HashRangeMap(HashRange.Split(count));
            RangeCounts counts = new(map, snapshot.State.RangeMap);
            foreach ((ulong position, ulong today) in RowPositions.Of(session, snapshot, scheme, cancellationToken))
                counts.Add(position, today);
            Tell(snapshot.Definition, scheme, counts, count);
            return new ValuesResult(Schema, counts.Rows(), "EXPLAIN", notices: session.TakeNotices());
        }
    }

    /// <summary>A cut as its clause says it.</summary>
    /// <exception cref="QueryException">42703: there is no such column; 0A000: it cannot be a key.</exception>
    public static FragmentScheme SchemeOf(TableDefinition definition, DistributionSyntax wanted)
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

    private static (int? Ranges, int? Salt) OptionsOf(
        ExplainDistributionStatement statement, BindingContext context)
    {
        (int? ranges, int? salt) = (null, null);
        foreach (DescribedSetting option in OptionValues.Bind(statement.Options, context))
        {
            switch (option.Name)
            {
                case "ranges":
                    ranges = Number(option, 1, MaxRanges);
                    break;
                case "salt":
                    salt = Number(option, 0, TableSettings.MaxSalt);
                    break;
                default:
                    throw new QueryException(
                        SqlStates.SyntaxError, $"Unrecognized EXPLAIN DISTRIBUTION option: \"{option.Name}\"",
                        option.Position, "There are ranges = n and salt = n.");
            }
        }
        return (ranges, salt);
    }

    // A bare option comes as a text.
    private static int Number(DescribedSetting option, int min, int max)
    {
        if (int.TryParse(option.Value.ToString(), CultureInfo.InvariantCulture, out int number) &&
            number >= min && number <= max) return number;
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Option {option.Name} must be a number from {min} to {max}",
            option.Position);
    }

    /// <summary>Bounds that cut a sample of the positions into equal parts; fewer where positions repeat.</summary>
    private HashRangeMap Quantiles(
        TableSnapshot snapshot, FragmentScheme scheme, int count, CancellationToken cancellationToken)
    {
        PositionSample sample = new(session.Host.Random);
        foreach ((ulong position, ulong _) in RowPositions.Of(session, snapshot, scheme, cancellationToken))
            sample.Add(position);
        return new HashRangeMap(sample.Cut(count));
    }

    private void Tell(TableDefinition definition, FragmentScheme scheme, RangeCounts counts, int wanted)
    {
        string key = string.Join(
            ", ", scheme.ColumnIds.Select(id => definition.Columns[definition.IndexOf(id)].Name));
        int ranges = counts.RangeCount;
        session.AddNotice(scheme.Kind switch
        {
            Distribution.Hash when scheme.Salt > 1 =>
                $"Rows of one key lie at {scheme.Salt} positions, so that conditions read all {ranges} ranges.",
            Distribution.Hash when scheme.ColumnIds.Length > 1 =>
                $"Equality on all of ({key}) reads 1 of {ranges} ranges; on some of them, all.",
            Distribution.Hash => $"Equality on {key} reads 1 of {ranges} ranges; other conditions read all.",
            Distribution.Range => $"Equality and ranges on {key} read only the ranges that they touch.",
            Distribution.Broadcast => "Every worker has all rows; joins with them move nothing.",
            _ => "No condition reads fewer ranges; rows keep the order in which they came.",
        });
        if (RangeSkew.Describe(counts.SkewOf(wanted)) is { } warning) session.AddNotice(warning);
    }

    /// <summary>Rows per range.</summary>
    private sealed class RangeCounts(HashRangeMap map, HashRangeMap today)
    {
        private readonly long[] _rows = new long[map.Ranges.Length];
        private readonly long[] _moved = new long[map.Ranges.Length];
        private readonly HyperLogLog[] _keys = [.. map.Ranges.Select(_ => new HyperLogLog())];

        public int RangeCount => _rows.Length;

        /// <summary>
        /// The largest range as a multiple of the mean of so many; fewer were made where one value has many rows.
        /// </summary>
        public double SkewOf(int wanted) => _rows.Sum() == 0 ? 1 : _rows.Max() / ((double)_rows.Sum() / wanted);

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
