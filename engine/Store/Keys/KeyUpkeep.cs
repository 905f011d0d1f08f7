using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Store.Keys;

/// <summary>
/// Gives segments that have no key file theirs: those that compaction wrote, and those of a key that was added to a
/// table with rows. Loads make the files of their own segments, when they look for duplicates.
/// </summary>
internal sealed class KeyUpkeep
{
    private readonly Dictionary<long, TableState> _done = [];

    /// <summary>Writes what is missing of one table.</summary>
    public async ValueTask RunAsync(TableSnapshot table, CancellationToken cancellationToken)
    {
        bool isSame = _done.TryGetValue(table.TableId, out TableState? done) && ReferenceEquals(done, table.State);
        if (isSame || !KeyConstraint.Exists(table.Definition)) return;
        _done[table.TableId] = table.State;
        try
        {
            foreach (KeyConstraint key in KeyConstraint.Of(table.Definition))
            {
                await WriteMissingAsync(table, key, cancellationToken);
            }
        }
        catch (ColFragException)
        {
            // A damaged segment, or no memory: nothing needs the files, and whoever reads the rows is told.
        }
    }

    private static async ValueTask WriteMissingAsync(
        TableSnapshot table, KeyConstraint key, CancellationToken cancellationToken)
    {
        foreach (SnapshotSegment segment in table.Segments.Where(s => !s.IsRows && s.Record.IsLocal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using SegmentKeys? known = table.Cache.FindKeys(segment, key);
            if (known is KeyFile) continue;
            using SegmentKeys kept = await table.Cache.KeepKeysAsync(segment, key, cancellationToken);
        }
    }
}
