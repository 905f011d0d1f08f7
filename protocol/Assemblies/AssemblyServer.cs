using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Assemblies;

/// <summary>Gives the assemblies of functions to the workers that have to call them.</summary>
internal sealed class AssemblyServer(AssemblyLibrary library)
{
    /// <summary>Bytes of an assembly in one frame.</summary>
    private const int PieceBytes = 256 << 10;

    /// <summary>Adds its answer to those of the process.</summary>
    public RpcHandlers AddTo(RpcHandlers handlers) => handlers.On<ReadAssembly>(ReadAsync);

    private async Task<IMessage> ReadAsync(ReadAssembly request, RpcCall call)
    {
        // The hash comes from the wire, and becomes a path.
        if (!AssemblyEntry.IsHash(request.Hash))
            throw new ClusterException("Not the hash of an assembly", isTransient: false, SqlStates.ProtocolViolation);
        byte[] bytes = library.Read(request.Hash);
        for (int offset = 0; offset < bytes.Length; offset += PieceBytes)
        {
            int count = Math.Min(PieceBytes, bytes.Length - offset);
            ByteWriter piece = call.BeginData(DataType.Bytes, count + FrameHeader.Size);
            piece.WriteBytes(bytes.AsSpan(offset, count));
            await call.SendDataAsync(piece);
        }
        return Done.Instance;
    }
}
