namespace ColFrag.Engine.Errors;

/// <summary>Anything that can go wrong, with the SQLSTATE that clients switch on and advice on what to do.</summary>
public abstract class ColFragException : Exception
{
    /// <summary>Creates the error.</summary>
    protected ColFragException(string sqlState, string message, string? hint = null, Exception? inner = null)
        : base(message, inner)
    {
        SqlState = sqlState;
        Hint = hint;
    }

    /// <summary>The five-character code of the SQL standard and PostgreSQL's appendix A.</summary>
    public string SqlState { get; }

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; }

    /// <summary>True when the same call can succeed later or elsewhere without a change by the caller.</summary>
    public virtual bool IsTransient => false;
}
