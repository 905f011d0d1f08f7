using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// Writes segments anew with the rows that are not deleted, and puts the new ones in their place by a commit that
/// changes no answer. Always yields: when somebody deleted rows of an input meanwhile, what was written is dropped.
/// </summary>
internal sealed class Rewriter(TableStore store)
{
    /// <summary>Does a job on the newest version of a table; false when it did not fit any more.</summary>
    public async ValueTask<bool> RunAsync(long table, RewriteJob job, CancellationToken cancellationToken = default)
    {
        using Pins.Pin pin = store.Pins.Add(() => store.Follower.Newest);
        CatalogSnapshot catalog = pin.Catalog;
        if (catalog.FindHead(table) is not { DropTime: null }) return false;
        TableState state = catalog.GetTable(table);
        if (!job.Inputs.All(i => IsUnchanged(state, i))) return false;
        TableDefinition definition = catalog.GetDefinition(table);
        TableSnapshot snapshot = new(store.Segments, state, definition, v => catalog.GetDefinition(table, v));
        await using TableWriter writer = new(
            store, definition, state.Ranges, attempt: null, usesJournal: false) { OnlyRange = job.Range };
        await using (await store.Fragments.BorrowAsync(job.Inputs, cancellationToken))
        {
            Copy(snapshot, job.Inputs, writer.StartLane(), cancellationToken);
        }
        ImmutableArray<PendingSegment> written = await writer.FinishAsync(cancellationToken);
        return await CommitAsync(state, definition, job, written);
    }

    private async ValueTask<bool> CommitAsync(
        TableState state, TableDefinition definition, RewriteJob job, ImmutableArray<PendingSegment> written)
    {
        TableChange change = new(state, definition, DeltaCause.Rewrite)
        {
            Removed = job.Inputs, Added = Place(job.Inputs, written), KeepsOrder = true,
        };
        bool isUnknown = false, isCommitted = false;
        try
        {
            CommitOutcome outcome = await store.Commits.CommitAsync(
                new CommitRequest
                {
                    Tables = [change], Compares = [.. written.SelectMany(w => w.Guards).Distinct()],
                },
                CancellationToken.None);
            isCommitted = outcome.IsCommitted;
            if (isCommitted) await store.Follower.GetAsync(outcome.Revision, CancellationToken.None);
            return isCommitted;
        }
        catch (QueryException)
        {
            // Altered or dropped meanwhile.
            return false;
        }
        catch
        {
            isUnknown = true;
            throw;
        }
        finally
        {
            foreach (PendingSegment pending in isCommitted || isUnknown ? [] : written)
            {
                await store.DiscardAsync(pending);
            }
        }
    }

    private static bool IsUnchanged(TableState state, SegmentRecord input) =>
        state.Segments.TryGetValue(input.Key, out SegmentRecord? now) && now.DeleteVector?.Id == input.DeleteVector?.Id;

    private static void Copy(
        TableSnapshot snapshot, ImmutableArray<SegmentRecord> inputs, TableWriterLane lane,
        CancellationToken cancellationToken)
    {
        Dictionary<SegmentKey, SnapshotSegment> segments = snapshot.Segments.ToDictionary(s => s.Record.Key);
        foreach (SegmentRecord input in inputs)
        {
            using SegmentRowReader reader = new(segments[input.Key], snapshot.Definition.Columns);
            using Batch batch = reader.CreateBatch();
            while (reader.Read(batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (batch.SelectedCount > 0) lane.Append(batch);
            }
        }
    }

    /// <summary>The new segments stand where the old ones stood.</summary>
    private static ImmutableArray<SegmentRecord> Place(
        ImmutableArray<SegmentRecord> inputs, ImmutableArray<PendingSegment> written) =>
        [.. written.OrderBy(w => w.Record.Key).Select((w, i) => w.Record with
        {
            Key = w.Record.Key with { Order = inputs[Math.Min(i, inputs.Length - 1)].Key.Order },
        })];
}
