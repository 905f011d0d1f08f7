using System.Collections.Immutable;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Time;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Writes the rows of one segment. Blocks are encoded while rows arrive (with an ORDER BY, after the last), columns side
/// by side where a scheduler is given. Nothing is visible until <see cref="FinishAsync"/> has renamed and fsynced
/// everything; disposing before that removes what was written.
/// </summary>
internal sealed class SegmentWriter : IAsyncDisposable
{
    /// <summary>Begins a segment in a folder that does not exist yet or is empty.</summary>
    public SegmentWriter(
        IFileSystem files, string folder, SegmentIdentity identity, ImmutableArray<StoredColumn> columns,
        SegmentOptions options, MemoryAccount account, IScheduler? scheduler = null)
    {
    }

    /// <summary>Rows so far.</summary>
    public int RowCount => throw new NotImplementedException();

    /// <summary>Room for rows that is left.</summary>
    public int Remaining => SegmentOptions.MaxRows - RowCount;

    /// <summary>Appends the selected rows of a batch, whose columns are those given at the start, in order.</summary>
    /// <param name="batch">The rows; borrowed.</param>
    /// <param name="positions">The position of every row of the batch, selected or not, for the position checksum.</param>
    public void Append(Batch batch, ReadOnlySpan<ulong> positions = default) => throw new NotImplementedException();

    /// <summary>Encodes the rest, writes the manifests, makes everything durable.</summary>
    public Task<SegmentInfo> FinishAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
