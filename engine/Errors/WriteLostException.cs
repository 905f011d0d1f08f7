namespace ColFrag.Engine.Errors;

/// <summary>
/// Rows that were sent to a worker are lost, because it died or has no room. Nothing of them can be seen, and others
/// can take the same rows: whoever can make them again does so.
/// </summary>
internal sealed class WriteLostException(ColFragException cause)
    : ColFragException(cause.SqlState, cause.Message, cause.Hint, cause)
{
    /// <summary>What went wrong there.</summary>
    public ColFragException Cause => cause;

    public override bool IsTransient => true;
}
