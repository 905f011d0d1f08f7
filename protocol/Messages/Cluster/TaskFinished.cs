using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// The end of a task, to who started it: what it did, or why it failed and by whose fault.
/// </summary>
/// <param name="Rows">Rows that it made, of all partitions.</param>
/// <param name="Bytes">Bytes of them that were fetched.</param>
/// <param name="Statistics">Figures of its operators, where the run was measured; else empty.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="FailedInput">
/// Number of the task whose rows it could not get; -1 when the fault is not with those.
/// </param>
/// <param name="LentBytes">Bytes of column files that its worker fetched from others for it.</param>
internal sealed record TaskFinished(
    long Rows, long Bytes, byte[] Statistics, Failure? Error, int FailedInput, long LentBytes = 0) : IMessage
{
    /// <summary>Bytes of rows that it got from other processes.</summary>
    public long ReceivedBytes { get; init; }

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(7);
        target.Write(Rows);
        target.Write(Bytes);
        target.WriteBinary(Statistics);
        if (Error is null) target.WriteNil();
        else Error.Write(target);
        target.Write(FailedInput);
        target.Write(LentBytes);
        target.Write(ReceivedBytes);
    }

    internal static TaskFinished Read(MessagePackReader source)
    {
        int fields = source.ReadArrayHeader(min: 5);
        return new TaskFinished(
            source.ReadInt64(), source.ReadInt64(), source.ReadBinary().ToArray(),
            source.ReadNestedOrNil(Failure.Read), source.ReadInt32(), fields > 5 ? source.ReadInt64() : 0)
        {
            ReceivedBytes = fields > 6 ? source.ReadInt64() : 0,
        };
    }
}
