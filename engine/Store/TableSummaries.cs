using System.Collections.Concurrent;
using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Statistics;

namespace ColFrag.Engine.Store;

/// <summary>
/// What planning knows of the data of tables: the summaries of their segments, merged. Kept per table, in memory
/// and in a file; a new segment is merged in, and all is made anew when much of what is in it was removed.
/// </summary>
internal sealed class TableSummaries(IFileSystem files, Func<SnapshotSegment, SegmentHandle> open)
{
    /// <summary>From this share of removed rows on the rest no longer looks like the whole.</summary>
    private const double MaxRemovedShare = 0.25;

    /// <summary>Rows that are not encoded yet count where they are a fair part of the table.</summary>
    private const long MaxRowSegments = 16;

    private const int MaxFileBytes = 256 << 20;
    private readonly ConcurrentDictionary<long, Known> _tables = new();

    /// <summary>The summary of a table's segments in this folder; null when there are none.</summary>
    /// <exception cref="CorruptDataException">A manifest is damaged.</exception>
    public TableSummary? Get(TableSnapshot table)
    {
        Known known = _tables.GetOrAdd(table.TableId, _ => new Known());
        lock (known)
        {
            bool isSame = ReferenceEquals(known.State, table.State) &&
                table.Segments.Length == table.State.Segments.Count;
            if (isSame) return known.Summary;
            long rows = table.RowCount;
            SnapshotSegment[] segments = [.. table.Segments.Where(
                s => s.IsRows ? s.RowCount * MaxRowSegments >= rows : s.Record.IsLocal)];
            if (segments.Length == 0) return null;
            known.Summary ??= TryRead(table.TableId) ?? TableSummary.Empty;
            SnapshotSegment[] added = [.. segments.Where(s => !known.Summary.Segments.ContainsKey(s.Record.Key.Id))];
            HashSet<long> wanted = [.. segments.Select(s => s.Record.Key.Id)];
            long removed = known.Summary.Segments.Where(s => !wanted.Contains(s.Key)).Sum(s => (long)s.Value);
            if (removed > known.Summary.RowCount * MaxRemovedShare)
            {
                known.Summary = TableSummary.Empty;
                added = segments;
            }
            if (added.Length > 0)
            {
                known.Summary = TableSummary.Merge([known.Summary, .. added.Select(Summarize)]);
                known.IsSaved = false;
            }
            known.State = table.State;
            return known.Summary;
        }
    }

    /// <summary>Merges new segments of a table, and writes what is not in its file yet.</summary>
    public async ValueTask SaveAsync(TableSnapshot table, CancellationToken cancellationToken = default)
    {
        if (Get(table) is null || !_tables.TryGetValue(table.TableId, out Known? known)) return;
        byte[] bytes;
        lock (known)
        {
            if (known.IsSaved || known.Summary is null || !files.FolderExists(StorePaths.Table(table.TableId))) return;
            bytes = known.Summary.Write();
            known.IsSaved = true;
        }
        using TempFile file = TempFile.Create(files, StorePaths.Statistics(table.TableId), bytes.Length);
        await file.File.AppendAsync(bytes, cancellationToken);
        await file.PublishAsync(cancellationToken);
    }

    /// <summary>Forgets a table and deletes its file.</summary>
    public void Remove(long table)
    {
        _tables.TryRemove(table, out _);
        files.DeleteFile(StorePaths.Statistics(table));
    }

    private TableSummary Summarize(SnapshotSegment segment)
    {
        ImmutableDictionary<long, int> name =
            ImmutableDictionary<long, int>.Empty.Add(segment.Record.Key.Id, segment.RowCount);
        if (segment.IsRows)
        {
            using RowBuffer rows = segment.OpenRows();
            return RowSummary.Of(rows) with { Segments = name };
        }
        using SegmentHandle handle = open(segment);
        return handle.Reader.Summarize() with { Segments = name };
    }

    private TableSummary? TryRead(long table)
    {
        string path = StorePaths.Statistics(table);
        if (!files.FileExists(path)) return null;
        try
        {
            return TableSummary.Read(files.ReadAll(path, MaxFileBytes), path);
        }
        catch (Exception error) when (error is CorruptDataException or StorageException)
        {
            // The manifests have it all.
            return null;
        }
    }

    private sealed class Known
    {
        public TableSummary? Summary { get; set; }

        /// <summary>The version that was summarized last.</summary>
        public TableState? State { get; set; }

        public bool IsSaved { get; set; } = true;
    }
}
