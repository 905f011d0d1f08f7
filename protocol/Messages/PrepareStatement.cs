using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;

namespace ColFrag.Protocol.Messages;

/// <summary>
/// Remote client to coordinator: parse and bind a statement to run it often. Answered by a
/// <see cref="StatementPrepared"/>.
/// </summary>
/// <param name="Number">The client's number of this request, to cancel it by.</param>
/// <param name="Sql">The text.</param>
/// <param name="ParameterTypes">Types of $1, $2, ... where the client knows them; null entries are inferred.</param>
internal sealed record PrepareStatement(long Number, string Sql, IReadOnlyList<LogicalType?> ParameterTypes) : IMessage
{
    private const int MaxParameters = 65_535;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(Number);
        target.Write(Sql);
        target.WriteList(ParameterTypes, static (target, type) =>
        {
            if (type is null) target.WriteNil();
            else target.WriteType(type);
        });
    }

    internal static PrepareStatement Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        return new PrepareStatement(
            source.ReadInt64(), source.ReadString(),
            source.ReadList(static source => source.TryReadNil() ? null : source.ReadType(), MaxParameters));
    }
}

/// <summary>Coordinator to remote client: the statement is prepared.</summary>
/// <param name="Prepared">Its number in the session.</param>
/// <param name="Schema">The columns of its result.</param>
/// <param name="ParameterTypes">Types of $1, $2, ...</param>
internal sealed record StatementPrepared(long Prepared, Schema Schema, IReadOnlyList<LogicalType> ParameterTypes)
    : IMessage
{
    private const int MaxParameters = 65_535;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(Prepared);
        target.WriteSchema(Schema);
        target.WriteList(ParameterTypes, static (target, type) => target.WriteType(type));
    }

    internal static StatementPrepared Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        return new StatementPrepared(
            source.ReadInt64(), source.ReadSchema(),
            source.ReadList(static source => source.ReadType(), MaxParameters));
    }
}

/// <summary>Remote client to coordinator: a prepared statement is not needed any more.</summary>
internal sealed record CloseStatement(long Prepared) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.Write(Prepared);
    }

    internal static CloseStatement Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        return new CloseStatement(source.ReadInt64());
    }
}
