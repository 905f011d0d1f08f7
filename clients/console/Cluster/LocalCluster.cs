using System.Globalization;
using ColFrag.Console.Output;
using ColFrag.Console.Processes;
using ColFrag.Console.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Console.Cluster;

/// <summary>A coordinator and workers as processes of this machine: starts, watches and stops them.</summary>
sealed class LocalCluster(ClusterFolder folder)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The most workers on one machine.</summary>
    public const int MaxWorkers = 64;

    /// <summary>Where it lies.</summary>
    public ClusterFolder Folder => folder;

    /// <summary>Further options of every process.</summary>
    public IReadOnlyList<string> ServerOptions { get; init; } = [];

    /// <summary>Where clients connect; null while no coordinator runs.</summary>
    public string? Address => folder.Read() is var processes &&
        processes.FindRunning(ClusterProcesses.CoordinatorName) is { } coordinator ? AddressOf(coordinator) : null;

    /// <summary>
    /// Starts what does not run, and waits until all workers are given work. The machine's threads and memory are
    /// shared out among the processes.
    /// </summary>
    /// <param name="workerCount">How many workers there are to be.</param>
    /// <param name="port">The coordinator's port; 0 is the one it had, or any free one.</param>
    /// <param name="started">Told of each process that was started.</param>
    /// <param name="cancellationToken">Gives up; what was started stays.</param>
    /// <exception cref="ClusterException">A process ended, or was not ready in time.</exception>
    public async Task UpAsync(
        int workerCount, int port, Action<RunningServer> started, CancellationToken cancellationToken)
    {
        ClusterProcesses processes = folder.Read();
        int threads = Math.Max(1, Environment.ProcessorCount / workerCount);
        long megabytes = (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20) / 10 * 8 / (workerCount + 1);
        string[] share =
        [
            "--threads", threads.ToString(CultureInfo.InvariantCulture),
            "--memory-mb", megabytes.ToString(CultureInfo.InvariantCulture), .. ServerOptions,
        ];
        string? earlier = processes.Coordinator is { } before ? AddressOf(before) : null;
        if (port == 0 && earlier is not null && SessionTarget.Parse(earlier) is ServerTarget known) port = known.Port;
        RunningServer coordinator = await EnsureAsync(
            ClusterProcesses.CoordinatorName,
            ["serve", folder.Data, "--pg", port.ToString(CultureInfo.InvariantCulture), .. share]);
        // Workers that still run look for it where it was.
        if (earlier is not null && earlier != AddressOf(coordinator)) await StopWorkersAsync(cancellationToken);
        // New ones join one after the other, so that their numbers in the cluster are those of their folders.
        int old = folder.CountWorkers();
        await Task.WhenAll(Enumerable.Range(1, Math.Min(old, workerCount)).Select(EnsureWorkerAsync));
        for (int n = old + 1; n <= workerCount; n++) await EnsureWorkerAsync(n);
        await using ISession session = await ConnectAsync(cancellationToken);
        await WaitAsync(
            session, $"SELECT count(*) >= {workerCount} FROM colfrag_workers WHERE state = 'live'",
            $"{workerCount} workers were started, and the coordinator does not have all of them", cancellationToken);

        Task<RunningServer> EnsureWorkerAsync(int number) => EnsureAsync(
            ClusterProcesses.WorkerName(number),
            ["worker", folder.WorkerFolder(number), "--join", AddressOf(coordinator), "--port", "0", .. share]);

        async Task<RunningServer> EnsureAsync(string name, string[] arguments)
        {
            if (processes.FindRunning(name) is { } running) return running;
            RunningServer server = await ServerProcess.StartAsync(
                name, arguments, folder.FilesOf(name), cancellationToken);
            Note(server);
            return server;
        }

        void Note(RunningServer server)
        {
            lock (folder)
            {
                processes = processes.With(server);
                folder.Write(processes);
            }
            started(server);
        }
    }

    /// <summary>Stops all processes, workers first; returns how many ran.</summary>
    public async Task<int> DownAsync(CancellationToken cancellationToken)
    {
        int stopped = await StopWorkersAsync(cancellationToken);
        if (folder.Read().FindRunning(ClusterProcesses.CoordinatorName) is not { } coordinator) return stopped;
        await ServerProcess.StopAsync(coordinator, cancellationToken);
        return stopped + 1;
    }

    private async Task<int> StopWorkersAsync(CancellationToken cancellationToken)
    {
        RunningServer[] running =
        [
            .. folder.Read().Servers
                .Where(s => s.Name != ClusterProcesses.CoordinatorName && ServerProcess.IsRunning(s)),
        ];
        await Task.WhenAll(running.Select(s => ServerProcess.StopAsync(s, cancellationToken)));
        return running.Length;
    }

    /// <summary>Ends a worker at once, as a crash would.</summary>
    public void Kill(int worker)
    {
        if (folder.Read().FindRunning(ClusterProcesses.WorkerName(worker)) is { } server) ServerProcess.Kill(server);
    }

    /// <summary>A session with the coordinator.</summary>
    /// <exception cref="ClusterException">It does not run.</exception>
    public Task<ISession> ConnectAsync(CancellationToken cancellationToken) => SessionOpener.OpenAsync(
        SessionTarget.Parse(Address ?? throw new ClusterException(
            $"No coordinator runs for {folder.Data}", hint: $"Start it: colfrag cluster up {folder.Data}")),
        cancellationToken);

    /// <summary>Waits until a query answers true.</summary>
    /// <exception cref="ClusterException">It did not in time.</exception>
    public static async Task WaitAsync(
        ISession session, string sql, string complaint, CancellationToken cancellationToken)
    {
        long begin = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!await IsTrueAsync(session, sql, cancellationToken))
        {
            if (System.Diagnostics.Stopwatch.GetElapsedTime(begin) > s_patience)
            {
                throw new ClusterException($"{complaint} after {Duration.Of(s_patience)}");
            }
            await Task.Delay(s_pause, cancellationToken);
        }
    }

    private static async Task<bool> IsTrueAsync(ISession session, string sql, CancellationToken cancellationToken)
    {
        await using QueryResult result = await session.ExecuteAsync(sql, null, cancellationToken);
        bool isTrue = false;
        while (await result.ReadAsync(cancellationToken) is ResultBatch batch)
        {
            if (batch.RowCount > 0) isTrue = batch.GetValue(0, 0) is { IsNull: false, AsBoolean: true };
        }
        return isTrue;
    }

    private static string AddressOf(RunningServer server) => server.Ready.Split('\n')[0].Trim();
}
