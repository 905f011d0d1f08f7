using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Transport;
using ColFrag.Worker;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>A worker of a test: its disk outlives it.</summary>
internal sealed class TestWorker(
    MemoryTransport network, string coordinator, IScheduler scheduler, IInputFiles inputs) : IAsyncDisposable
{
    private ProcessTransport _transport = new(network);
    private WorkerHost? _host;

    /// <summary>Its disk.</summary>
    public MemoryFileSystem Files { get; private set; } = new();

    /// <summary>The folders of all segments on its disk.</summary>
    public IEnumerable<string> SegmentFolders => StorePaths.List(Files, StorePaths.Tables, folders: true)
        .SelectMany(t => StorePaths.List(Files, t.Path, folders: true)).Select(s => s.Path);

    /// <summary>False after it was killed.</summary>
    public bool IsRunning => _host is not null;

    /// <summary>Rows of files that it read for loads.</summary>
    public long LoadedRows => _host?.LoadedRows ?? 0;

    /// <summary>Its id.</summary>
    public long Id { get; private set; }

    /// <summary>Whether it runs functions of assemblies.</summary>
    public bool AllowsAssemblies { get; init; } = true;

    /// <summary>Its sizes.</summary>
    public StoreOptions Store { get; init; } = TestCluster.StoreOptions;

    /// <summary>Bytes of other workers' files that it keeps.</summary>
    public long LentBytes { get; set; } = 1 << 30;

    /// <summary>The folders of segments of which others lent it something.</summary>
    public IEnumerable<string> LentFolders =>
        StorePaths.List(Files, StorePaths.Loans, folders: true).Select(s => s.Path);

    /// <summary>Starts it on its disk; ends when it serves.</summary>
    public async Task StartAsync()
    {
        _transport = new ProcessTransport(network);
        _host = await WorkerHost.StartAsync(
            new WorkerEnvironment(Files, _transport, scheduler)
            {
                Options = Store, LentBytes = LentBytes, AllowsAssemblies = AllowsAssemblies, InputFiles = inputs,
            },
            new WorkerOptions(coordinator, "worker:0") { HeartbeatInterval = TimeSpan.FromMilliseconds(50) });
        await _host.Joined.WaitAsync(Protocol.TestNodes.Patience);
        Id = _host.Worker;
    }

    /// <summary>Stops it for a while: it says nothing, and no connection breaks.</summary>
    public void Pause() => _transport.Pause();

    /// <summary>It goes on.</summary>
    public void Continue() => _transport.Continue();

    /// <summary>Stops it as a power cut would: what was not flushed is lost.</summary>
    public async Task KillAsync()
    {
        MemoryFileSystem next = Files.Crash();
        await _transport.KillAsync();
        try
        {
            await _host!.DisposeAsync();
        }
        catch (ColFragException)
        {
            // Its disk is gone already.
        }
        _host = null;
        Files = next;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }
}
