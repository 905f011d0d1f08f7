using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>The answer to a request that only had to be done.</summary>
internal sealed record Done : IMessage
{
    /// <summary>The one instance.</summary>
    public static Done Instance { get; } = new();

    /// <inheritdoc/>
    public void Write(MessagePackWriter target) => target.WriteArrayHeader(0);

    internal static Done Read(MessagePackReader source)
    {
        source.ReadArrayHeader();
        return Instance;
    }
}
