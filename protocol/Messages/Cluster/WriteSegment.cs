using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Coordinator to the first worker of a new segment: encode the rows that follow, and have the others copy it.
/// Batches of the table's columns and a last UBIGINT column of positions follow as data. The answer is <see
/// cref="SegmentSealed"/>, when every copy is durable and verified.
/// </summary>
/// <param name="Segment">Id of the segment.</param>
/// <param name="Definition">The table's definition, as the catalog writes it.</param>
/// <param name="Range">The hash range, as the catalog writes it.</param>
/// <param name="Load">The load it is part of; null where there is none.</param>
/// <param name="Try">Which try of that load.</param>
/// <param name="Replicas">The other workers that get a copy.</param>
/// <param name="Parts">
/// Which of all these workers get which column groups, each group once; empty where all get all.
/// </param>
internal sealed record WriteSegment(
    long Segment, byte[] Definition, byte[] Range, UInt128? Load, ulong Try,
    ImmutableArray<WorkerAddress> Replicas, ImmutableArray<PartTargets> Parts) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(7);
        target.Write(Segment);
        target.WriteBinary(Definition);
        target.WriteBinary(Range);
        if (Load is { } load) target.WriteUInt128(load);
        else target.WriteNil();
        target.Write(Try);
        target.WriteList(Replicas, static (t, r) => r.Write(t));
        target.WriteList(Parts, static (t, p) => p.Write(t));
    }

    internal static WriteSegment Read(MessagePackReader source)
    {
        int count = source.ReadArrayHeader(min: 6);
        long segment = source.ReadInt64();
        byte[] definition = source.ReadBinary().ToArray();
        byte[] range = source.ReadBinary().ToArray();
        UInt128? load = source.TryReadNil() ? null : source.ReadUInt128();
        ulong attempt = source.ReadUInt64();
        ImmutableArray<WorkerAddress> replicas =
            [.. source.ReadList(static s => s.ReadNested(WorkerAddress.Read), max: WorkerAddress.MaxCount)];
        ImmutableArray<PartTargets> parts = count > 6
            ? [.. source.ReadList(static s => s.ReadNested(PartTargets.Read), PartTargets.MaxCount)] : [];
        return new WriteSegment(segment, definition, range, load, attempt, replicas, parts);
    }
}
