using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>A file to be loaded, inside other messages: by what others can tell that they see the same.</summary>
/// <param name="Name">What errors and rejects call it.</param>
/// <param name="Place">Where it lies.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Mark">XXH128 of its first and last bytes.</param>
internal sealed record InputFileMark(string Name, string Place, long Length, UInt128 Mark) : IMessage
{
    /// <summary>The most of them in one message.</summary>
    public const int MaxCount = 1 << 20;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(4);
        target.Write(Name);
        target.Write(Place);
        target.Write(Length);
        target.WriteUInt128(Mark);
    }

    internal static InputFileMark Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 4);
        return new InputFileMark(source.ReadString(), source.ReadString(), source.ReadInt64(), source.ReadUInt128());
    }
}
