using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>The end of <see cref="LoadFiles"/>: what was made, or why nothing was.</summary>
/// <param name="Segments">The segments; none where it failed.</param>
/// <param name="Progress">What was read, all in all.</param>
/// <param name="Error">Why the part is lost; null when it is complete.</param>
/// <param name="FailedWorker">
/// Who could not write it; 0 where an error has another reason: bytes are missing that the coordinator had to send.
/// </param>
internal sealed record FilesLoaded(
    ImmutableArray<LoadedSegment> Segments, PiecesWanted Progress, Failure? Error, long FailedWorker) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(4);
        target.WriteList(Segments, static (t, s) => s.Write(t));
        Progress.Write(target);
        if (Error is null) target.WriteNil();
        else Error.Write(target);
        target.Write(FailedWorker);
    }

    internal static FilesLoaded Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 4);
        return new FilesLoaded(
            [.. source.ReadList(static s => s.ReadNested(LoadedSegment.Read), LoadedSegment.MaxCount)],
            source.ReadNested(PiecesWanted.Read), source.ReadNestedOrNil(Failure.Read), source.ReadInt64());
    }
}
