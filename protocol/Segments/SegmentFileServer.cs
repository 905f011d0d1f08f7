using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Segments;

/// <summary>Gives the files of the segments in this process's folder to those that make copies of them.</summary>
internal sealed class SegmentFileServer(IFileSystem files)
{
    /// <summary>Bytes of a file in one frame.</summary>
    private const int PieceBytes = 256 << 10;

    private const int MaxNameLength = 256;

    /// <summary>Adds its answers to those of the process.</summary>
    public RpcHandlers AddTo(RpcHandlers handlers) =>
        handlers.On<ListSegmentFiles>(ListAsync).On<ReadSegmentFile>(ReadAsync);

    private Task<IMessage> ListAsync(ListSegmentFiles request, RpcCall call)
    {
        string[] names =
        [
            .. files.List(StorePaths.Segment(request.Table, request.Segment))
                .Where(e => !e.IsFolder && !e.Name.EndsWith(TempFile.Suffix, StringComparison.Ordinal))
                .Select(e => e.Name),
        ];
        return Task.FromResult<IMessage>(new SegmentFiles([.. names]));
    }

    private async Task<IMessage> ReadAsync(ReadSegmentFile request, RpcCall call)
    {
        CheckName(request.File);
        string path = FilePath.Combine(StorePaths.Segment(request.Table, request.Segment), request.File);
        using IFile file = files.OpenRead(path);
        for (long offset = 0; offset < file.Length;)
        {
            int count = (int)Math.Min(PieceBytes, file.Length - offset);
            ByteWriter piece = call.BeginData(DataType.Bytes, count + FrameHeader.Size);
            try
            {
                Memory<byte> room = piece.GetMemory(count)[..count];
                await file.ReadExactlyAsync(offset, room, call.CancellationToken);
                piece.Advance(count);
            }
            catch
            {
                piece.Dispose();
                throw;
            }
            await call.SendDataAsync(piece);
            offset += count;
        }
        return Done.Instance;
    }

    /// <summary>Names come from the wire: they must not lead out of the segment's folder.</summary>
    private static void CheckName(string name)
    {
        if (name.Length is > 0 and <= MaxNameLength && name is not ("." or "..") &&
            !name.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            return;
        }
        throw new ClusterException(
            "Not the name of a file of a segment", isTransient: false, SqlStates.ProtocolViolation);
    }
}
