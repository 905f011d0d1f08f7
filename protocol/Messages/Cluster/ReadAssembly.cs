using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Worker to coordinator, when a plan calls functions of an assembly that it has not: send it. Its bytes follow as
/// data.
/// </summary>
/// <param name="Hash">SHA-256 of its bytes, in hex.</param>
internal sealed record ReadAssembly(string Hash) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.Write(Hash);
    }

    internal static ReadAssembly Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        return new ReadAssembly(source.ReadString());
    }
}
