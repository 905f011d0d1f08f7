using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>The answer to <see cref="FindInputFiles"/>.</summary>
/// <param name="HasAll">True when every file lies there with its length and its first and last bytes.</param>
internal sealed record InputFilesFound(bool HasAll) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.Write(HasAll);
    }

    internal static InputFilesFound Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        return new InputFilesFound(source.ReadBool());
    }
}
