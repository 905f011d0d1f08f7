using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>Coordinator to remote client that asked for it, while a statement runs: how far it is.</summary>
/// <param name="RowsRead">Rows read.</param>
/// <param name="RowsTotal">Rows in all, as far as that is known.</param>
/// <param name="PiecesRead">Segments and parts of files that are done with.</param>
/// <param name="PiecesTotal">Segments and parts of files in all.</param>
internal sealed record ProgressReport(long RowsRead, long RowsTotal, long PiecesRead, long PiecesTotal) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(4);
        target.Write(RowsRead);
        target.Write(RowsTotal);
        target.Write(PiecesRead);
        target.Write(PiecesTotal);
    }

    internal static ProgressReport Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 4);
        return new ProgressReport(source.ReadInt64(), source.ReadInt64(), source.ReadInt64(), source.ReadInt64());
    }
}
