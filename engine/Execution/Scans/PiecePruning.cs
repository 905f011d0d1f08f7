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

    private PiecePruning(IPieceStatistics? statistics, int pieceCount, int[] kept)
    {
        _statistics = statistics;
        _pieceCount = pieceCount;
        Kept = kept;
    }

    /// <summary>The pieces to read, in order.</summary>
    public int[] Kept { get; }

    /// <summary>Looks at all pieces.</summary>
    /// <param name="source">The files.</param>
    /// <param name="positions">The column of the source that each column of the conditions is.</param>
    /// <param name="conditions">Conditions, all of which must be true.</param>
    public static PiecePruning Find(
        ITableSource source, IReadOnlyList<int> positions, IEnumerable<Expression> conditions)
    {
        int[] all = [.. Enumerable.Range(0, source.PieceCount)];
        if (source is not IPieceStatistics statistics) return new PiecePruning(null, all.Length, all);
        int[] ids = [.. Enumerable.Range(0, positions.Count)];
        ScanFilter[] filters = [.. conditions.Select(c => ScanFilterBuilder.TryBuild(c, ids)).OfType<ScanFilter>()];
        int[] kept = filters.Length == 0 ? all : [.. all.Where(p => filters.All(f => CanPass(statistics, p, f)))];
        return new PiecePruning(statistics, all.Length, kept);

        bool CanPass(IPieceStatistics known, int piece, ScanFilter filter)
        {
            int column = positions[filter.Column];
            LogicalType type = source.Schema[column].Type;
            if (!ZoneKey.Exists(type) || known.Bounds(piece, column) is not { } bounds) return true;
            return filter.Check(ZoneOf(type, bounds, known.RowCount(piece))) != ZoneMatch.None;
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

    private static ZoneRange ZoneOf(LogicalType type, PieceBounds bounds, long? rowCount)
    {
        int rows = (int)Math.Clamp(rowCount ?? int.MaxValue, 1, int.MaxValue);
        bool isAllNull = rowCount is not null && bounds.NullCount == rowCount;
        // A number of NULLs that is not known is some.
        int nulls = isAllNull ? rows : (int)Math.Clamp(bounds.NullCount ?? 1, 0, rows - 1);
        Int128 min = bounds.Min is { } least ? ZoneKey.Of(least) : Int128.MinValue;
        Int128 max = bounds.Max is { } most ? ZoneKey.Of(most) : Int128.MaxValue;
        // Bounds of others say nothing about NaN, which is the greatest here.
        if (type.IsFloat) max = ZoneKey.OfDouble(double.NaN);
        return new ZoneRange(type, min, max, nulls, rows);
    }
}
