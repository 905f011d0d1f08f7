using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>A row that could not be read, inside <see cref="RowsRejected"/>.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="ByteOffset">Offset of its first byte.</param>
/// <param name="Column">The column at fault; null when it is the shape of the row.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="RawText">The row.</param>
internal sealed record RowReject(
    string File, long Line, long ByteOffset, string? Column, string Message, string RawText) : IMessage
{
    /// <summary>The most of them in one message.</summary>
    public const int MaxCount = 1 << 16;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(6);
        target.Write(File);
        target.Write(Line);
        target.Write(ByteOffset);
        target.Write(Column);
        target.Write(Message);
        target.Write(RawText);
    }

    internal static RowReject Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 6);
        return new RowReject(
            source.ReadString(), source.ReadInt64(), source.ReadInt64(), source.ReadStringOrNil(), source.ReadString(),
            source.ReadString());
    }
}
