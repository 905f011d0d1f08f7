using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>Coordinator to worker inside <see cref="LoadFiles"/>: read these pieces, or, if none, finish.</summary>
/// <param name="First">Number of the first one.</param>
/// <param name="Count">How many.</param>
/// <param name="Start">How the text before the first one ends, as its format numbers that.</param>
/// <param name="Lines">How many lines that text has; -1 where whoever reads can count them.</param>
internal sealed record PiecesGiven(int First, int Count, int Start, long Lines) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(4);
        target.Write(First);
        target.Write(Count);
        target.Write(Start);
        target.Write(Lines);
    }

    internal static PiecesGiven Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 4);
        return new PiecesGiven(source.ReadInt32(), source.ReadInt32(), source.ReadInt32(), source.ReadInt64());
    }
}
