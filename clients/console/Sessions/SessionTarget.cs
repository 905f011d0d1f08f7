using System.Globalization;
using System.Text.RegularExpressions;

namespace ColFrag.Console.Sessions;

/// <summary>Where a console connects: a folder, the memory of this process, or a server.</summary>
abstract partial record SessionTarget
{
    /// <summary>The name of a database that is gone with the process.</summary>
    public const string InMemory = ":memory:";

    /// <summary>
    /// <c>host:port</c> is a server, <c>:memory:</c> or nothing the memory, anything else a folder. A folder whose name
    /// looks like a server's is written with its path: <c>./host:1</c>.
    /// </summary>
    public static SessionTarget Parse(string? text)
    {
        if (string.IsNullOrEmpty(text) || text == InMemory) return new MemoryTarget();
        Match server = HostAndPort().Match(text);
        ReadOnlySpan<char> digits = server.Groups["port"].ValueSpan;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int port) &&
            port is > 0 and <= ushort.MaxValue
            ? new ServerTarget(server.Groups["host"].Value.Trim('[', ']'), port)
            : new FolderTarget(text);
    }

    [GeneratedRegex(@"^(?<host>[\w.-]+|\[[0-9A-Fa-f:.]+\]):(?<port>\d{1,5})$")]
    private static partial Regex HostAndPort();
}

/// <summary>A database in a folder, opened in this process.</summary>
sealed record FolderTarget(string Folder) : SessionTarget;

/// <summary>A database without a folder.</summary>
sealed record MemoryTarget : SessionTarget;

/// <summary>A coordinator, spoken to in the native session protocol.</summary>
sealed record ServerTarget(string Host, int Port) : SessionTarget
{
    /// <summary>Host and port in one text, an IPv6 address in brackets.</summary>
    public string Address => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <inheritdoc/>
    public override string ToString() => Address;
}
