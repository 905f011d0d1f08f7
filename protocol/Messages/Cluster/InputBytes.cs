using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Coordinator to worker inside <see cref="LoadFiles"/>: bytes of a file that the worker does not see. What opening the
/// files looks at comes first, what pieces need comes before their <see cref="PiecesGiven"/>.
/// </summary>
/// <param name="File">Which one of the load's files.</param>
/// <param name="Offset">Where in it they are.</param>
/// <param name="Bytes">They themselves; of a message that was read they live as long as its frame.</param>
internal sealed record InputBytes(int File, long Offset, ReadOnlyMemory<byte> Bytes) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(File);
        target.Write(Offset);
        target.WriteBinary(Bytes.Span);
    }

    internal static InputBytes Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        return new InputBytes(source.ReadInt32(), source.ReadInt64(), source.ReadBinary());
    }
}
