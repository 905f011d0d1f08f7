using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Coordinator to worker: run a stage over these segments and rows of other tasks. A <see cref="Done"/> comes back as
/// soon as the partitions can be read, and before it <see cref="LoansFetched"/> where there are loans; the reply is
/// <see cref="TaskFinished"/>, when the task has ended and all its rows were fetched. Whoever cancels the call,
/// or goes away, ends the task.
/// </summary>
/// <param name="Query">The try of the query: a number that no other has.</param>
/// <param name="Task">Number of the task within it.</param>
/// <param name="Plan">
/// What to compute, with what its expressions may know; the root is the exchange that says how the output is cut.
/// </param>
/// <param name="Inputs">Where the rows of other stages are.</param>
/// <param name="PartitionCount">In how many parts the output is cut.</param>
/// <param name="IsMeasured">True to measure each operator.</param>
/// <param name="Assemblies">Hashes of the assemblies of the plan's functions, which the coordinator has.</param>
/// <param name="Loans">Column groups that other workers lend to this one while the task runs.</param>
internal sealed record StartTask(
    Guid Query, int Task, byte[] Plan, ImmutableArray<TaskInput> Inputs, int PartitionCount, bool IsMeasured,
    ImmutableArray<string> Assemblies, ImmutableArray<LentGroup> Loans) : IMessage
{
    /// <summary>The most inputs of one stage.</summary>
    private const int MaxInputs = 1024;

    /// <summary>The most parts that an output is cut in.</summary>
    public const int MaxPartitions = 4096;

    /// <summary>The most assemblies of one plan.</summary>
    private const int MaxAssemblies = 1024;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(8);
        target.Write(Query);
        target.Write(Task);
        target.WriteBinary(Plan);
        target.WriteList(Inputs, static (t, input) => input.Write(t));
        target.Write(PartitionCount);
        target.Write(IsMeasured);
        target.WriteList(Assemblies);
        target.WriteList(Loans, static (t, loan) => loan.Write(t));
    }

    internal static StartTask Read(MessagePackReader source)
    {
        int fields = source.ReadArrayHeader(min: 6);
        return new StartTask(
            source.ReadGuid(), source.ReadInt32(), source.ReadBinary().ToArray(),
            [.. source.ReadList(static s => s.ReadNested(TaskInput.Read), MaxInputs)],
            source.ReadCount(MaxPartitions), source.ReadBool(),
            fields > 6 ? [.. source.ReadStringList(MaxAssemblies)] : [],
            fields > 7 ? [.. source.ReadList(static s => s.ReadNested(LentGroup.Read), LentGroup.MaxCount)] : []);
    }
}
