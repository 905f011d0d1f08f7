using System.Collections.Immutable;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Protocol.Stages;

/// <summary>Brings column files of other workers to where a task runs.</summary>
internal interface ILender
{
    /// <summary>Fetches what is not here yet; it stays until the result is disposed of.</summary>
    /// <exception cref="Engine.Errors.StorageException">The disk here is full, or fails.</exception>
    ValueTask<Loan> BorrowAsync(ImmutableArray<LentGroup> wanted, CancellationToken cancellationToken);
}

/// <summary>Column files that other workers have lent to a task.</summary>
internal abstract class Loan : IAsyncDisposable
{
    /// <summary>Bytes that were fetched for it; what was here already does not count.</summary>
    public long FetchedBytes { get; protected set; }

    /// <summary>False when somebody's files are not to be had: the task must not begin.</summary>
    public bool IsComplete { get; protected set; } = true;

    /// <summary>Who did not give what was asked of him.</summary>
    public List<LoanFault> Faults { get; } = [];

    /// <summary>What was lent may be damaged here: it is not kept for others.</summary>
    public abstract void Doubt();

    public abstract ValueTask DisposeAsync();
}
