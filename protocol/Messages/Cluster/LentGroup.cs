using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// A column group that a task reads and its worker has not, inside <see cref="StartTask"/>: its files are fetched
/// before the task begins, and are no copy.
/// </summary>
/// <param name="Table">The table in whose folder the segment lies.</param>
/// <param name="Segment">Its id.</param>
/// <param name="Group">Number of the group, and what its manifest hashes to.</param>
/// <param name="Columns">Ids of the columns that are read; of none where rows are only counted.</param>
/// <param name="Sources">Who has it; the first one is asked first.</param>
internal sealed record LentGroup(
    long Table, long Segment, GroupHash Group, ImmutableArray<int> Columns, ImmutableArray<WorkerAddress> Sources)
    : IMessage
{
    /// <summary>The most of them in one message.</summary>
    public const int MaxCount = 1 << 20;

    private const int MaxColumns = 65_535;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(5);
        target.Write(Table);
        target.Write(Segment);
        Group.Write(target);
        target.WriteList(Columns, static (t, c) => t.Write(c));
        target.WriteList(Sources, static (t, w) => w.Write(t));
    }

    internal static LentGroup Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 5);
        return new LentGroup(
            source.ReadInt64(), source.ReadInt64(), source.ReadNested(GroupHash.Read),
            [.. source.ReadList(static s => s.ReadInt32(), MaxColumns)],
            [.. source.ReadList(static s => s.ReadNested(WorkerAddress.Read), WorkerAddress.MaxCount)]);
    }
}
