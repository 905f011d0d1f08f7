namespace ColFrag.Engine.Errors;

/// <summary>The caller's SQL or data is wrong; <see cref="Position"/> points at the place in the text.</summary>
public sealed class QueryException : ColFragException
{
    /// <summary>Creates the error.</summary>
    /// <param name="sqlState">A code of <see cref="SqlStates"/>.</param>
    /// <param name="message">What is wrong; the constant part comes first.</param>
    /// <param name="position">UTF-16 offset in the statement's text, from 0; -1 when no place is known.</param>
    /// <param name="hint">What to do about it.</param>
    /// <param name="inner">The cause.</param>
    public QueryException(
        string sqlState, string message, int position = -1, string? hint = null, Exception? inner = null)
        : base(sqlState, message, hint, inner) => Position = position;

    /// <summary>UTF-16 offset in the statement's text, from 0; -1 when no place is known.</summary>
    public int Position { get; }

    /// <summary>The same error at a place, where it has none yet.</summary>
    public QueryException At(int position) =>
        Position >= 0 ? this : new QueryException(SqlState, Message, position, Hint, InnerException);
}
