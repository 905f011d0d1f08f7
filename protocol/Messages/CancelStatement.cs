using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>
/// Remote client to coordinator: stop a statement. The statement's own call then ends with what became of the
/// transaction, which a cancelled call could not say.
/// </summary>
/// <param name="Number">The number the client gave the statement; if it is not running any more nothing
/// happens.</param>
internal sealed record CancelStatement(long Number) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.Write(Number);
    }

    internal static CancelStatement Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        return new CancelStatement(source.ReadInt64());
    }
}
