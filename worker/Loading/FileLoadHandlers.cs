using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Protocol;
using ColFrag.Protocol.Loads;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Worker.Loading;

/// <summary>Answers a coordinator that has files to load.</summary>
internal sealed class FileLoadHandlers(
    WorkerEnvironment environment, MemoryAccount account, SpillSpace spill, PlanReadContext plans,
    NodeConnections connections)
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
        using UploadedFiles? uploaded =
            request.OpeningBytes < 0 ? null : new UploadedFiles(request.Files, spill, account);
        if (uploaded is not null) await ReceiveAsync(uploaded, request.OpeningBytes, call);
        using FileLoad load = new(request, call, uploaded, environment, account, connections);
        FilesLoaded loaded = await load.RunAsync(plans);
        if (loaded.Error is null) Interlocked.Add(ref _rowCount, loaded.Progress.RowsRead);
        return loaded;
    }

    /// <summary>Takes what the coordinator has to send before the files can be opened.</summary>
    private static async Task ReceiveAsync(UploadedFiles files, long bytes, RpcCall call)
    {
        while (bytes > 0)
        {
            using Frame? frame = await call.ReadAsync();
            if (frame is not { Kind: FrameKind.Item } ||
                MessageRegistry.Read(frame, call.PeerName) is not InputBytes { Bytes.Length: > 0 } sent)
            {
                throw new ClusterException(
                    $"Unexpected frame of a load from {call.PeerName}", isTransient: false,
                    SqlStates.ProtocolViolation);
            }
            files.Add(sent);
            bytes -= sent.Bytes.Length;
        }
    }
}
