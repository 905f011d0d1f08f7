using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>A remote client to a coordinator, first of all: who wants a session.</summary>
/// <param name="OldestVersion">The oldest protocol version the client speaks.</param>
/// <param name="NewestVersion">The newest protocol version the client speaks.</param>
/// <param name="User">Who.</param>
/// <param name="Database">Which database, or empty for the only one.</param>
/// <param name="Settings">Settings of the session from its start, such as application_name.</param>
/// <param name="Software">Name and release, for people.</param>
internal sealed record SessionHello(
    int OldestVersion, int NewestVersion, string User, string Database,
    IReadOnlyList<SettingValue> Settings, string Software) : IMessage
{
    /// <summary>The most settings of a hello.</summary>
    private const int MaxSettings = 256;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(6);
        target.Write(OldestVersion);
        target.Write(NewestVersion);
        target.Write(User);
        target.Write(Database);
        target.WriteList(Settings, static (target, setting) => setting.Write(target));
        target.Write(Software);
    }

    internal static SessionHello Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 6);
        return new SessionHello(
            source.ReadInt32(), source.ReadInt32(), source.ReadString(), source.ReadString(),
            source.ReadList(SettingValue.Read, MaxSettings), source.ReadString());
    }
}

/// <summary>A setting of a session with its value, inside other messages.</summary>
internal readonly record struct SettingValue(string Name, string Value)
{
    /// <summary>Writes the array of fields.</summary>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Name);
        target.Write(Value);
    }

    internal static SettingValue Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return new SettingValue(source.ReadString(), source.ReadString());
    }
}
