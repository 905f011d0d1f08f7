using System.Data.Common;
using ColFrag.Engine.Errors;

namespace ColFrag.Data;

/// <summary>What the database refused, with its SQLSTATE, the place in the statement, and advice.</summary>
public sealed class ColFragException : DbException
{
    private readonly string _sqlState;

    internal ColFragException(Engine.Errors.ColFragException error)
        : base(error.Message, error)
    {
        _sqlState = error.SqlState;
        Hint = error.Hint;
        Position = error is QueryException query ? query.Position : -1;
        IsTransient = error is ClusterException { IsTransient: true } ||
            error.SqlState == SqlStates.SerializationFailure;
    }

    internal ColFragException(string message, string sqlState, Exception? inner = null)
        : base(message, inner)
    {
        _sqlState = sqlState;
        Position = -1;
    }

    /// <inheritdoc/>
    public override string SqlState => _sqlState;

    /// <inheritdoc/>
    public override bool IsTransient { get; }

    /// <summary>What to do; null where there is no advice.</summary>
    public string? Hint { get; }

    /// <summary>Where in the statement, in characters from 0; -1 where no place is to blame.</summary>
    public int Position { get; }
}
