using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;

namespace ColFrag.Protocol.Messages;

/// <summary>
/// Remote client to coordinator: run one statement. Answered by a <see cref="ResultHeader"/>, batches, and a
/// <see cref="StatementDone"/>.
/// </summary>
/// <param name="Number">The client's number of this statement, to cancel it by.</param>
/// <param name="Sql">The text; empty where a prepared statement is run.</param>
/// <param name="Prepared">The number of a prepared statement, or 0.</param>
/// <param name="Parameters">Values of $1, $2, ...</param>
/// <param name="HasCopyInput">True when the client has bytes for COPY FROM STDIN.</param>
/// <param name="HasCopyOutput">True when the client takes the bytes of COPY TO STDOUT.</param>
internal sealed record RunStatement(
    long Number, string Sql, long Prepared, IReadOnlyList<Value> Parameters, bool HasCopyInput,
    bool HasCopyOutput) : IMessage
{
    /// <summary>The most parameters of a statement, as in PostgreSQL.</summary>
    private const int MaxParameters = 65_535;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(6);
        target.Write(Number);
        target.Write(Sql);
        target.Write(Prepared);
        target.WriteList(Parameters, static (target, value) => target.WriteValue(value));
        target.Write(HasCopyInput);
        target.Write(HasCopyOutput);
    }

    internal static RunStatement Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 6);
        return new RunStatement(
            source.ReadInt64(), source.ReadString(), source.ReadInt64(),
            source.ReadList(static source => source.ReadValue(), MaxParameters), source.ReadBool(), source.ReadBool());
    }
}
