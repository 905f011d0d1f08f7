namespace ColFrag.Engine.Execution;

/// <summary>What one node of a plan did in a run, summed over lanes; read by EXPLAIN ANALYZE and progress.</summary>
internal sealed class OperatorStatistics
{
    private long _rows;
    private long _batches;
    private long _ticks;
    private long _bytes;
    private long _spilledBytes;
    private readonly Dictionary<string, long> _details = [];

    /// <summary>Rows that left the node.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Batches that left the node.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Thread time spent in the node itself, without the nodes it pushes to.</summary>
    public TimeSpan Time =>
        TimeSpan.FromSeconds(Interlocked.Read(ref _ticks) / (double)System.Diagnostics.Stopwatch.Frequency);

    /// <summary>Bytes read (scans) or held at most (operators with state).</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Bytes written to spill files.</summary>
    public long SpilledBytes => Interlocked.Read(ref _spilledBytes);

    public void AddRows(long rows, long batches)
    {
        Interlocked.Add(ref _rows, rows);
        Interlocked.Add(ref _batches, batches);
    }

    public void AddTicks(long ticks) => Interlocked.Add(ref _ticks, ticks);

    public void AddBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public void AddSpilledBytes(long bytes) => Interlocked.Add(ref _spilledBytes, bytes);

    /// <summary>Adds to a figure of this kind of node, such as "blocks pruned".</summary>
    public void AddDetail(string name, long amount)
    {
        if (amount == 0) return;
        lock (_details) _details[name] = _details.GetValueOrDefault(name) + amount;
    }

    /// <summary>The figures of this kind of node, by name.</summary>
    public KeyValuePair<string, long>[] GetDetails()
    {
        lock (_details) return [.. _details.OrderBy(d => d.Key, StringComparer.Ordinal)];
    }
}
