namespace ColFrag.Engine.Errors;

/// <summary>
/// Another process did not answer, or cannot do its part; transient ones are tried on another replica.
/// </summary>
public sealed class ClusterException : ColFragException
{
    /// <summary>Creates the error.</summary>
    public ClusterException(
        string message, bool isTransient = true, string sqlState = SqlStates.ConnectionFailure, string? hint = null,
        Exception? inner = null)
        : base(sqlState, message, hint, inner) => IsTransient = isTransient;

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}
