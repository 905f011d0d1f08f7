using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>Whoever is connected to, before the welcome: prove who you are. Answered by another one.</summary>
/// <param name="Mechanism">How, named as in SASL: SCRAM-SHA-256.</param>
/// <param name="Data">The mechanism's message; empty in the first one, which only names the mechanism.</param>
internal sealed record Challenge(string Mechanism, ReadOnlyMemory<byte> Data) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Mechanism);
        target.WriteBinary(Data.Span);
    }

    internal static Challenge Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return new Challenge(source.ReadString(), source.ReadBinary().ToArray());
    }
}
