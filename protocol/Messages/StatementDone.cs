using ColFrag.Engine;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>Coordinator to remote client: how a statement ended, and where that leaves the session.</summary>
/// <param name="CommandTag">PostgreSQL's command tag; empty after an error.</param>
/// <param name="RowsAffected">Rows changed, or -1.</param>
/// <param name="Notices">Remarks for the user.</param>
/// <param name="Status">The transaction.</param>
/// <param name="ChangedSettings">Settings that the statement changed and that clients want to be told about.</param>
/// <param name="Error">What went wrong, or null.</param>
internal sealed record StatementDone(
    string CommandTag, long RowsAffected, IReadOnlyList<string> Notices, TransactionStatus Status,
    IReadOnlyList<SettingValue> ChangedSettings, Failure? Error) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(6);
        target.Write(CommandTag);
        target.Write(RowsAffected);
        target.WriteList(Notices);
        target.Write((int)Status);
        target.WriteList(ChangedSettings, static (target, setting) => setting.Write(target));
        if (Error is null) target.WriteNil();
        else Error.Write(target);
    }

    internal static StatementDone Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 6);
        return new StatementDone(
            source.ReadString(), source.ReadInt64(), source.ReadStringList(), source.ReadEnum<TransactionStatus>(),
            source.ReadList(SettingValue.Read), source.ReadNestedOrNil(Failure.Read));
    }
}
