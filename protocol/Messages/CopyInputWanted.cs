using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>
/// Coordinator to remote client, inside a statement's call: COPY FROM STDIN wants its bytes. They follow as data, up to
/// the end.
/// </summary>
internal sealed record CopyInputWanted : IMessage
{
    /// <summary>The one instance.</summary>
    public static CopyInputWanted Instance { get; } = new();

    /// <inheritdoc/>
    public void Write(MessagePackWriter target) => target.WriteArrayHeader(0);

    internal static CopyInputWanted Read(MessagePackReader source)
    {
        source.ReadArrayHeader();
        return Instance;
    }
}
