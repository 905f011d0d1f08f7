using ColFrag.Engine.Filters;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>
/// The pieces of files that can have rows for which conditions are true, by what the files tell about them: bounds of
/// row groups, values in folder names.
/// </summary>
internal sealed class PiecePruning
{
    private readonly IPieceStatistics? _statistics;
    private readonly int _pieceCount;

    private PiecePruning(IPieceStatistics? statistics, int pieceCount, int[] kept, ScanFilter[] filters)
    {
        Filters = filters;
        _statistics = statistics;
        _pieceCount = pieceCount;
        Kept = kept;
    }

    /// <summary>The pieces to read, in order.</summary>
    public int[] Kept { get; }

    /// <summary>The conditions on one column each, by column of the source.</summary>
    public ScanFilter[] Filters { get; }

    /// <summary>Looks at all pieces.</summary>
    /// <param name="source">The files.</param>
    /// <param name="positions">The column of the source that each column of the conditions is.</param>
    /// <param name="conditions">Conditions, all of which must be true.</param>
    public static PiecePruning Find(
        ITableSource source, IReadOnlyList<int> positions, IEnumerable<Expression> conditions)
    {
        int[] all = [.. Enumerable.Range(0, source.PieceCount)];
        ScanFilter[] filters =
            [.. conditions.Select(c => ScanFilterBuilder.TryBuild(c, positions)).OfType<ScanFilter>()];
        if (source is not IPieceStatistics statistics) return new PiecePruning(null, all.Length, all, filters);
        int[] kept = filters.Length == 0 ? all : [.. all.Where(p => filters.All(f => CanPass(statistics, p, f)))];
        return new PiecePruning(statistics, all.Length, kept, filters);

        bool CanPass(IPieceStatistics known, int piece, ScanFilter filter)
        {
            LogicalType type = source.Schema[filter.Column].Type;
            return known.Bounds(piece, filter.Column) is not { } bounds
                || filter.MayPass(type, bounds, known.RowCount(piece));
        }
    }

    /// <summary>
    /// For EXPLAIN: how many files and row groups are read, of how many; empty where nothing is known.
    /// </summary>
    public string Describe()
    {
        if (_statistics is null || _pieceCount == 0) return "";
        (int File, int Group)[] all = [.. Enumerable.Range(0, _pieceCount).Select(_statistics.PlaceOf).Distinct()];
        (int File, int Group)[] kept = [.. Kept.Select(_statistics.PlaceOf).Distinct()];
        int fileCount = all.DistinctBy(p => p.File).Count();
        List<string> parts = [];
        if (fileCount > 1) parts.Add($"files {kept.DistinctBy(p => p.File).Count()}/{fileCount}");
        if (all.Any(p => p.Group >= 0)) parts.Add($"row groups {kept.Length}/{all.Length}");
        return parts.Count == 0 ? "" : $" ({string.Join(", ", parts)})";
    }
}
