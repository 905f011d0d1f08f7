using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Worker to coordinator inside <see cref="LoadFiles"/>: what was read so far, and that more is welcome.
/// </summary>
/// <param name="RowsRead">Rows found in the files.</param>
/// <param name="RowsDelivered">Rows that were no rejects.</param>
/// <param name="RowsRejected">Rows left out.</param>
/// <param name="BytesRead">Bytes taken from the files.</param>
internal sealed record PiecesWanted(long RowsRead, long RowsDelivered, long RowsRejected, long BytesRead) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(4);
        target.Write(RowsRead);
        target.Write(RowsDelivered);
        target.Write(RowsRejected);
        target.Write(BytesRead);
    }

    internal static PiecesWanted Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 4);
        return new PiecesWanted(source.ReadInt64(), source.ReadInt64(), source.ReadInt64(), source.ReadInt64());
    }
}
