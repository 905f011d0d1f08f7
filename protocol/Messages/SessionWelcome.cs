using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>Coordinator to remote client: the session is open.</summary>
/// <param name="Version">The protocol version of this connection.</param>
/// <param name="DataSource">What the session works on, for prompts.</param>
/// <param name="Settings">Settings that clients want to be told about.</param>
/// <param name="Proof">The server's proof that he knows the user's verifier, or empty.</param>
/// <param name="Software">Name and release, for people.</param>
internal sealed record SessionWelcome(
    int Version, string DataSource, IReadOnlyList<SettingValue> Settings, ReadOnlyMemory<byte> Proof,
    string Software) : IMessage
{
    private const int MaxSettings = 256;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(5);
        target.Write(Version);
        target.Write(DataSource);
        target.WriteList(Settings, static (target, setting) => setting.Write(target));
        target.WriteBinary(Proof.Span);
        target.Write(Software);
    }

    internal static SessionWelcome Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 5);
        return new SessionWelcome(
            source.ReadInt32(), source.ReadString(), source.ReadList(SettingValue.Read, MaxSettings),
            source.ReadBinary().ToArray(), source.ReadString());
    }
}
