using System.Diagnostics;
using System.Globalization;
using ColFrag.Console.Demo;
using ColFrag.Console.Output;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Loading;

/// <summary>What <c>colfrag_loads</c> says of the loads of one command, added up.</summary>
readonly record struct LoadCounts(long Read, long Loaded, long Rejected, long Bytes)
{
    /// <summary>Asks a session.</summary>
    public static async Task<LoadCounts> OfAsync(ISession session, string loadId, CancellationToken cancellationToken)
    {
        await using QueryResult result = await session.ExecuteAsync(
            "SELECT rows_read, rows_loaded, rows_rejected, bytes_read FROM colfrag_loads " +
            "WHERE load_id = $1 OR starts_with(load_id, $1 || '/')", [Value.Text(loadId)], cancellationToken);
        LoadCounts sum = default;
        while (await result.ReadAsync(cancellationToken) is { } batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                sum = new LoadCounts(
                    sum.Read + At(batch, 0, row), sum.Loaded + At(batch, 1, row), sum.Rejected + At(batch, 2, row),
                    sum.Bytes + At(batch, 3, row));
            }
        }
        return sum;
    }

    private static long At(ResultBatch batch, int column, int row) =>
        batch.IsNull(column, row) ? 0 : (long)batch.GetInteger(column, row);
}

/// <summary>
/// Tells how far a load is while it runs, on a line that is written over, and what it did at its end.
/// </summary>
sealed class LoadReporter(string table, LoadPlan plan, TextWriter progress, bool isTerminal) : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;
    private int _lastWidth;

    /// <summary>Time since the load began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Bytes that were sent to a server; 0 where files are read in place.</summary>
    public long BytesSent { get; set; }

    /// <summary>Shows progress until disposed; nothing where nobody watches.</summary>
    /// <param name="session">A session beside the one that loads, which this may use alone.</param>
    /// <param name="loadId">The load.</param>
    public void Watch(ISession session, string loadId)
    {
        if (isTerminal) _watching = WatchAsync(session, loadId);
    }

    /// <summary>The line that says what was done: every row that was read is accounted for.</summary>
    public string Summary(LoadCounts counts, string loadId)
    {
        double seconds = Math.Max(Elapsed.TotalSeconds, 1e-6);
        string bytes = FolderPicture.Size(plan.Bytes ?? counts.Bytes);
        return $"{table}: {Number(counts.Read)} rows read = {Number(counts.Loaded)} loaded + " +
            $"{Number(counts.Rejected)} rejected; {bytes} in {Duration.Of(Elapsed)} " +
            $"({Number((long)(counts.Read / seconds))} rows/s, {Rate(plan.Bytes ?? counts.Bytes, seconds)}); " +
            $"load {loadId}";
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        if (_lastWidth > 0) await progress.WriteAsync($"\r{new string(' ', _lastWidth)}\r");
        _lastWidth = 0;
        _stop.Dispose();
    }

    /// <summary>The line that is shown while the load runs.</summary>
    internal string Line(LoadCounts counts, TimeSpan elapsed)
    {
        double seconds = Math.Max(elapsed.TotalSeconds, 1e-3);
        long bytes = Math.Max(counts.Bytes, BytesSent);
        string line = $"{table}: {Number(counts.Read)} rows  {Number((long)(counts.Read / seconds))} rows/s  " +
            $"{Rate(bytes, seconds)}  {Number(counts.Rejected)} rejected";
        double done = DoneShare(counts, bytes);
        if (done <= 0) return line;
        TimeSpan left = TimeSpan.FromSeconds(seconds * (1 - done) / done);
        return line + string.Create(CultureInfo.InvariantCulture, $"  {done * 100:0} %  {Duration.Of(left)} left");
    }

    private double DoneShare(LoadCounts counts, long bytes)
    {
        if (plan.IsExact && plan.RowEstimate is > 0 and long rows) return Math.Min(1.0, (double)counts.Read / rows);
        return plan.Bytes is > 0 and long total ? Math.Min(1.0, (double)bytes / total) : 0;
    }

    private async Task WatchAsync(ISession session, string loadId)
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_interval, _stop.Token);
                LoadCounts counts = await LoadCounts.OfAsync(session, loadId, _stop.Token);
                string line = Line(counts, Elapsed);
                await progress.WriteAsync("\r" + line.PadRight(_lastWidth));
                await progress.FlushAsync();
                _lastWidth = line.Length;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or Engine.Errors.ColFragException)
        {
            // The load ended, or the server does not tell; the outcome is told all the same.
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Rate(long bytes, double seconds) =>
        (bytes / seconds / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB/s";
}
