namespace ColFrag.Engine.Formats;

/// <summary>
/// What was read so far, added up over threads. Nothing is lost silently:
/// <c>RowsRead = RowsDelivered + RowsRejected</c> once every piece is at its end.
/// </summary>
internal sealed class SourceCounters
{
    private long _rowsRead;
    private long _rowsDelivered;
    private long _rowsRejected;
    private long _bytesRead;

    /// <summary>Rows found in the files.</summary>
    public long RowsRead => Interlocked.Read(ref _rowsRead);

    /// <summary>Rows handed out in batches.</summary>
    public long RowsDelivered => Interlocked.Read(ref _rowsDelivered);

    /// <summary>Rows left out because they are malformed.</summary>
    public long RowsRejected => Interlocked.Read(ref _rowsRejected);

    /// <summary>Bytes taken from the files, before decompression.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    internal void AddRows(long read, long delivered)
    {
        Interlocked.Add(ref _rowsRead, read);
        Interlocked.Add(ref _rowsDelivered, delivered);
    }

    /// <summary>Counts one rejected row and returns how many there are now.</summary>
    internal long AddRejected() => Interlocked.Increment(ref _rowsRejected);

    /// <summary>Counts rejected rows of another reader.</summary>
    internal void AddRejected(long count) => Interlocked.Add(ref _rowsRejected, count);

    /// <summary>Begins anew: what was read counts for nothing.</summary>
    internal void Reset()
    {
        Interlocked.Exchange(ref _rowsRead, 0);
        Interlocked.Exchange(ref _rowsDelivered, 0);
        Interlocked.Exchange(ref _rowsRejected, 0);
        Interlocked.Exchange(ref _bytesRead, 0);
    }

    internal void AddBytes(long bytes) => Interlocked.Add(ref _bytesRead, bytes);
}
