using ColFrag.Protocol;

namespace ColFrag.Coordinator.Membership;

/// <summary>A connection of a process of the cluster to this coordinator; ends with the connection.</summary>
/// <param name="Sender">Who it is.</param>
/// <param name="Ended">Called once when the connection is over.</param>
internal sealed record MemberSession(NodeIdentity Sender, Action<MemberSession> Ended) : IAsyncDisposable
{
    /// <summary>Two connections of one process are two.</summary>
    public bool Equals(MemberSession? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Ended(this);
        return ValueTask.CompletedTask;
    }
}
