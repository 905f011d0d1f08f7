using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Protocol.Stages;

/// <summary>A task as it is ordered: one stage at one place.</summary>
/// <param name="Query">The try of the query.</param>
/// <param name="Task">Its number within it.</param>
/// <param name="Root">What to compute, over the segments that are its share.</param>
/// <param name="Output">How the rows are cut.</param>
/// <param name="PartitionCount">Into how many parts.</param>
/// <param name="Inputs">Where the rows of other stages are.</param>
/// <param name="Statement">What the statement's expressions may know.</param>
internal sealed record TaskOrder(
    Guid Query, int Task, PhysicalNode Root, ExchangeOutput Output, int PartitionCount,
    ImmutableArray<TaskInput> Inputs, TaskStatement Statement)
{
    /// <summary>Column groups of the segments that other workers lend to its own.</summary>
    public ImmutableArray<LentGroup> Loans { get; init; } = [];

    /// <summary>What expressions of this task may know: random() must not repeat itself in every task.</summary>
    public SessionInfo Session => Statement.Session with
    {
        // The increment of SplitMix64 keeps the seeds of neighbours apart.
        RandomSeed = Statement.Session.RandomSeed + ((ulong)Task * 0x9E37_79B9_7F4A_7C15),
    };

    /// <summary>The order as it travels.</summary>
    public StartTask ToMessage()
    {
        byte[] plan = PlanBytes.Write(
            new ExchangeNode(Root, Output), Statement.Session, Statement.Parameters, out string[] assemblies);
        return new StartTask(
            Query, Task, plan, Inputs, PartitionCount, Statement.IsMeasured, [.. assemblies], Loans);
    }

    /// <summary>The order in a message.</summary>
    /// <exception cref="CorruptDataException">The plan is none, or of another version.</exception>
    public static TaskOrder Read(StartTask message, PlanReadContext context, string sender)
    {
        string name = $"plan from {sender}";
        ReceivedPlan plan = PlanBytes.Read(message.Plan, context, name);
        if (plan.Root is not ExchangeNode root || message.PartitionCount == 0)
            throw new CorruptDataException("root of a stage", name, 0);
        CorruptDataException.ThrowUnless(
            root.Rows.Places.All(p => p < message.PartitionCount), "the task that reads a segment", name, 0);
        return new TaskOrder(
            message.Query, message.Task, root.Input, root.Rows, message.PartitionCount, message.Inputs,
            new TaskStatement(plan.Session, plan.Parameters, message.IsMeasured));
    }
}

/// <summary>What all tasks of a statement have in common.</summary>
/// <param name="Session">What functions may know of the session.</param>
/// <param name="Parameters">Values of $1, $2, ...</param>
/// <param name="IsMeasured">True to measure each operator.</param>
internal sealed record TaskStatement(SessionInfo Session, IReadOnlyList<Value> Parameters, bool IsMeasured);
