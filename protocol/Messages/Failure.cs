using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Messages;

/// <summary>
/// An error on its way back to who asked: thrown there as the exception it was here.
/// </summary>
/// <param name="Kind">Which exception.</param>
/// <param name="SqlState">Its code.</param>
/// <param name="Message">What is wrong, without what the other fields say.</param>
/// <param name="Hint">What to do about it, or null.</param>
/// <param name="Position">Place in the statement's text, or -1.</param>
/// <param name="IsTransient">True when the same call can succeed later or elsewhere.</param>
/// <param name="Source">The file or frame, or null.</param>
/// <param name="Offset">Byte offset in the source, or -1.</param>
internal sealed record Failure(
    FailureKind Kind, string SqlState, string Message, string? Hint = null, int Position = -1, bool IsTransient = false,
    string? Source = null, long Offset = -1) : IMessage
{
    /// <summary>The failure that says what an exception says.</summary>
    public static Failure From(Exception error) => error switch
    {
        QueryException query => new Failure(
            FailureKind.Query, query.SqlState, query.Message, query.Hint, query.Position),
        CorruptDataException corrupt => new Failure(
            FailureKind.CorruptData, corrupt.SqlState, corrupt.What, corrupt.Hint,
            Source: corrupt.SourceName, Offset: corrupt.Offset),
        StorageException storage => new Failure(
            FailureKind.Storage, storage.SqlState, WithoutPath(storage), storage.Hint, Source: storage.Path),
        ColFragException other and (ClusterException or { IsTransient: true }) => new Failure(
            FailureKind.Cluster, other.SqlState, other.Message, other.Hint, IsTransient: other.IsTransient),
        OperationCanceledException => new Failure(
            FailureKind.Query, SqlStates.QueryCanceled, "The statement was cancelled"),
        InvariantException broken => new Failure(FailureKind.Internal, broken.SqlState, broken.Message),
        _ => new Failure(
            FailureKind.Internal, SqlStates.InternalError, $"Unexpected {error.GetType().Name}: {error.Message}"),
    };

    /// <summary>The exception to throw.</summary>
    public ColFragException ToException() => Kind switch
    {
        FailureKind.Query => new QueryException(SqlState, Message, Position, Hint),
        FailureKind.CorruptData => new CorruptDataException(Message, Source ?? "", Offset),
        FailureKind.Storage => new StorageException(Message, Source ?? "", Hint, SqlState),
        FailureKind.Cluster => new ClusterException(Message, IsTransient, SqlState, Hint),
        _ => new InvariantException(Message),
    };

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(8);
        target.Write((int)Kind);
        target.Write(SqlState);
        target.Write(Message);
        target.Write(Hint);
        target.Write(Position);
        target.Write(IsTransient);
        target.Write(Source);
        target.Write(Offset);
    }

    internal static Failure Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 8);
        // A kind of a newer peer is at least an error.
        long kind = source.ReadInt64();
        return new Failure(
            kind is >= 1 and <= 4 ? (FailureKind)kind : FailureKind.Internal,
            source.ReadString(), source.ReadString(), source.ReadStringOrNil(), source.ReadInt32(), source.ReadBool(),
            source.ReadStringOrNil(), source.ReadInt64());
    }

    private static string WithoutPath(StorageException error)
    {
        string suffix = $": {error.Path}";
        string message = error.Message;
        return message.EndsWith(suffix, StringComparison.Ordinal) ? message[..^suffix.Length] : message;
    }
}

/// <summary>Which exception a failure is. Numbers are on the wire and are never reused.</summary>
internal enum FailureKind
{
    /// <summary><see cref="InvariantException"/>, or an exception that is not ours.</summary>
    Internal = 0,
    /// <summary><see cref="QueryException"/></summary>
    Query = 1,
    /// <summary><see cref="CorruptDataException"/></summary>
    CorruptData = 2,
    /// <summary><see cref="StorageException"/></summary>
    Storage = 3,
    /// <summary><see cref="ClusterException"/></summary>
    Cluster = 4,
}
