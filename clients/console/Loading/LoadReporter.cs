using System.Diagnostics;
using System.Globalization;
using ColFrag.Console.Demo;
using ColFrag.Console.Output;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Loading;

/// <summary>What <c>colfrag_loads</c> says of loads, added up.</summary>
/// <param name="Read">Rows read.</param>
/// <param name="Loaded">Rows that are in.</param>
/// <param name="Rejected">Rows that could not be read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Repeated">Files that were in already, of which nothing was read.</param>
readonly record struct LoadCounts(long Read, long Loaded, long Rejected, long Bytes, long Repeated = 0)
{
    /// <summary>Both together.</summary>
    public static LoadCounts operator +(LoadCounts a, LoadCounts b) => new(
        a.Read + b.Read, a.Loaded + b.Loaded, a.Rejected + b.Rejected, a.Bytes + b.Bytes, a.Repeated + b.Repeated);

    /// <summary>Asks a session for the newest load of a name.</summary>
    public static async Task<LoadCounts> OfAsync(ISession session, string loadId, CancellationToken cancellationToken)
    {
        await using QueryResult result = await session.ExecuteAsync(
            "SELECT rows_read, rows_loaded, rows_rejected, bytes_read, (state = 'repeated')::INT FROM colfrag_loads " +
            "WHERE load_id = $1", [Value.Text(loadId)], cancellationToken);
        LoadCounts newest = default;
        while (await result.ReadAsync(cancellationToken) is { } batch)
        {
            int row = batch.RowCount - 1;
            if (row < 0) continue;
            newest = new LoadCounts(
                At(batch, 0, row), At(batch, 1, row), At(batch, 2, row), At(batch, 3, row), At(batch, 4, row));
        }
        return newest;
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
    private volatile string? _current;

    /// <summary>Time since the load began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>The files that are in.</summary>
    public LoadCounts Done { get; private set; }

    /// <summary>Bytes that were sent to a server; 0 where files are read in place.</summary>
    public long BytesSent { get; set; }

    /// <summary>Shows progress until disposed; nothing where nobody watches.</summary>
    /// <param name="session">A session beside the one that loads, which this may use alone.</param>
    public void Watch(ISession session)
    {
        if (isTerminal) _watching = WatchAsync(session);
    }

    /// <summary>A load begins.</summary>
    public void Begin(string loadId) => _current = loadId;

    /// <summary>The load that was begun is done.</summary>
    public void End(LoadCounts counts)
    {
        _current = null;
        Done += counts;
    }

    /// <summary>The line that says what was done: every row that was read is accounted for.</summary>
    public string Summary(string loadId)
    {
        double seconds = Math.Max(Elapsed.TotalSeconds, 1e-6);
        string bytes = FolderPicture.Size(plan.Bytes ?? Done.Bytes);
        string line = $"{table}: {Number(Done.Read)} rows read = {Number(Done.Loaded)} loaded + " +
            $"{Number(Done.Rejected)} rejected; {bytes} in {Duration.Of(Elapsed)} " +
            $"({Number((long)(Done.Read / seconds))} rows/s, {Rate(plan.Bytes ?? Done.Bytes, seconds)}); " +
            $"load {loadId}";
        if (Done.Repeated == 0) return line;
        string what = Done.Repeated == plan.Files.Count ? "All of it was"
            : $"{Number(Done.Repeated)} of {Number(plan.Files.Count)} files were";
        return $"{line}\n{what} in already by this load id and not loaded again.";
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

    private async Task WatchAsync(ISession session)
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_interval, _stop.Token);
                LoadCounts done = Done;
                if (_current is { } loadId) done += await LoadCounts.OfAsync(session, loadId, _stop.Token);
                string line = Line(done, Elapsed);
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
