using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>One setting that SET, SHOW and RESET know.</summary>
/// <param name="Name">The name, lower case.</param>
/// <param name="Default">The value of a new session.</param>
/// <param name="Description">What it does, for SHOW ALL.</param>
internal sealed record Setting(string Name, string Default, string Description)
{
    /// <summary>Checks a new value and returns its normal form.</summary>
    public required Func<string, string> Normalize { get; init; }

    /// <summary>
    /// Makes the value of several words from the one before and a new one that need not name them all; null where a new
    /// value takes the place of the old one.
    /// </summary>
    public Func<string, string, string>? Combine { get; init; }

    /// <summary>The value after a new one was given.</summary>
    public string Change(string before, string text) => Combine?.Invoke(before, text) ?? Normalize(text);

    /// <summary>False for facts that clients may read but not set.</summary>
    public bool IsWritable { get; init; } = true;

    /// <summary>True when clients of the PostgreSQL protocol are told about each change.</summary>
    public bool IsReported { get; init; }
}

/// <summary>Where a setting's value comes from, as SHOW ALL names it.</summary>
internal enum SettingOrigin
{
    /// <summary>Nobody set it.</summary>
    Default,

    /// <summary>The file colfrag.json of the data folder.</summary>
    ConfigurationFile,

    /// <summary>An environment variable COLFRAG__SECTION__KEY.</summary>
    Environment,

    /// <summary>The command line of the process.</summary>
    CommandLine,

    /// <summary>What the client said when it connected.</summary>
    Client,

    /// <summary>SET in this session.</summary>
    Session,
}

/// <summary>The value of a setting and where it comes from.</summary>
internal readonly record struct SettingValue(string Text, SettingOrigin Origin)
{
    public static Schema ListSchema { get; } = new(
        new Field("name", LogicalType.Varchar, false), new Field("setting", LogicalType.Varchar, false),
        new Field("description", LogicalType.Varchar, false), new Field("origin", LogicalType.Varchar, false));
}
