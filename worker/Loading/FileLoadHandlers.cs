using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Memory;
using ColFrag.Protocol;
using ColFrag.Protocol.Loads;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Worker.Loading;

/// <summary>Answers a coordinator that has files to load.</summary>
internal sealed class FileLoadHandlers(
    WorkerEnvironment environment, MemoryAccount account, PlanReadContext plans, NodeConnections connections)
{
    private long _rowCount;

    /// <summary>Rows of files that were read since the start.</summary>
    public long RowCount => Interlocked.Read(ref _rowCount);

    /// <summary>Adds its answers to those of the process.</summary>
    public RpcHandlers AddTo(RpcHandlers handlers) =>
        handlers.On<FindInputFiles>(FindAsync).On<LoadFiles>(LoadAsync);

    private async Task<IMessage> FindAsync(FindInputFiles request, RpcCall call)
    {
        // Many files take a while, and the connection has other calls.
        await Task.Yield();
        return new InputFilesFound(request.Files.All(f => InputMarks.IsThere(environment.InputFiles, f)));
    }

    private async Task<IMessage> LoadAsync(LoadFiles request, RpcCall call)
    {
        await Task.Yield();
        using FileLoad load = new(request, call, environment, account, connections);
        FilesLoaded loaded = await load.RunAsync(plans);
        Interlocked.Add(ref _rowCount, loaded.Progress.RowsRead);
        return loaded;
    }
}
