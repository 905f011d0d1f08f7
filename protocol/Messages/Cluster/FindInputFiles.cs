using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Coordinator to worker: do you see these files, as they are described? The answer is <see cref="InputFilesFound"/>.
/// </summary>
/// <param name="Files">The files.</param>
internal sealed record FindInputFiles(ImmutableArray<InputFileMark> Files) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.WriteList(Files, static (t, f) => f.Write(t));
    }

    internal static FindInputFiles Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        return new FindInputFiles(
            [.. source.ReadList(static s => s.ReadNested(InputFileMark.Read), InputFileMark.MaxCount)]);
    }
}
