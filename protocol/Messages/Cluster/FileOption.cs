using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>An option of a format, inside <see cref="LoadFiles"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, as it was given.</param>
internal sealed record FileOption(string Name, Value Value) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Name);
        target.WriteValue(Value);
    }

    internal static FileOption Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return new FileOption(source.ReadString(), source.ReadValue());
    }
}
