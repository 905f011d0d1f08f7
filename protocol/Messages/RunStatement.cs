using ColFrag.Engine;
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
/// <param name="Consistency">What reads see, where that is not the session's.</param>
/// <param name="Acknowledgement">Copies that writes wait for, where that is not the session's.</param>
/// <param name="WantsProgress">True when the client takes <see cref="ProgressReport"/>s.</param>
internal sealed record RunStatement(
    long Number, string Sql, long Prepared, IReadOnlyList<Value> Parameters, bool HasCopyInput, bool HasCopyOutput,
    ReadConsistency Consistency = ReadConsistency.Default,
    WriteAcknowledgement Acknowledgement = WriteAcknowledgement.Default, bool WantsProgress = false) : IMessage
{
    private const int FieldsAtFirst = 6, Fields = 9;

    /// <summary>The most parameters of a statement, as in PostgreSQL.</summary>
    private const int MaxParameters = 65_535;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(Fields);
        target.Write(Number);
        target.Write(Sql);
        target.Write(Prepared);
        target.WriteList(Parameters, static (target, value) => target.WriteValue(value));
        target.Write(HasCopyInput);
        target.Write(HasCopyOutput);
        target.Write((int)Consistency);
        target.Write((int)Acknowledgement);
        target.Write(WantsProgress);
    }

    internal static RunStatement Read(MessagePackReader source)
    {
        int count = source.ReadArrayHeader(min: FieldsAtFirst);
        RunStatement statement = new(
            source.ReadInt64(), source.ReadString(), source.ReadInt64(),
            source.ReadList(static source => source.ReadValue(), MaxParameters), source.ReadBool(), source.ReadBool());
        return count < Fields ? statement : statement with
        {
            Consistency = source.ReadEnum<ReadConsistency>(),
            Acknowledgement = source.ReadEnum<WriteAcknowledgement>(), WantsProgress = source.ReadBool(),
        };
    }
}
