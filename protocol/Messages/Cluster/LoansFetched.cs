using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Worker to coordinator inside <see cref="StartTask"/>: what was to be fetched from other workers is here, or is not
/// to be had. Sent before anything else where there was something to fetch.
/// </summary>
/// <param name="IsComplete">True when the task can begin.</param>
/// <param name="Faults">Who did not give what was asked of him, also where another one then did.</param>
internal sealed record LoansFetched(bool IsComplete, ImmutableArray<LoanFault> Faults) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(IsComplete);
        target.WriteList(Faults, static (t, f) => f.Write(t));
    }

    internal static LoansFetched Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return new LoansFetched(
            source.ReadBool(),
            [.. source.ReadList(static s => s.ReadNested(LoanFault.Read), LentGroup.MaxCount)]);
    }
}

/// <summary>A worker that did not give a column group, inside <see cref="LoansFetched"/>.</summary>
/// <param name="Segment">Id of the segment.</param>
/// <param name="Group">Number of the group.</param>
/// <param name="Worker">Who was asked.</param>
/// <param name="IsBad">True when its copy is missing or damaged, and not only out of reach.</param>
/// <param name="Reason">Why.</param>
internal sealed record LoanFault(long Segment, int Group, long Worker, bool IsBad, Failure Reason) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(5);
        target.Write(Segment);
        target.Write(Group);
        target.Write(Worker);
        target.Write(IsBad);
        Reason.Write(target);
    }

    internal static LoanFault Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 5);
        return new LoanFault(
            source.ReadInt64(), source.ReadInt32(), source.ReadInt64(), source.ReadBool(),
            source.ReadNested(Failure.Read));
    }
}
