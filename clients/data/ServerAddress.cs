using System.Globalization;

namespace ColFrag.Data;

/// <summary>
/// The servers of a connection string: <c>Host=a,b:7433</c> are two, tried in order until one takes the connection;
/// with <c>Load Balance Hosts=true</c> each connection begins at the next one.
/// </summary>
internal static class ServerAddress
{
    private static int s_next = -1;

    /// <summary>The addresses in the order in which they are tried.</summary>
    public static IReadOnlyList<string> Of(ColFragConnectionStringBuilder parts)
    {
        string[] all = [.. parts.Host
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(host => WithPort(host, parts.Port))];
        if (!parts.LoadBalanceHosts || all.Length < 2) return all;
        int first = (int)((uint)Interlocked.Increment(ref s_next) % (uint)all.Length);
        return [.. all[first..], .. all[..first]];
    }

    private static string WithPort(string host, int port)
    {
        if (host.StartsWith("unix:", StringComparison.Ordinal)) return host;
        int colons = host.Count(c => c == ':');
        // One colon stands before a port; more are an IPv6 address, with a port only behind a bracket.
        if (colons == 1 || host.Contains("]:", StringComparison.Ordinal)) return host;
        string text = port.ToString(CultureInfo.InvariantCulture);
        return colons > 1 && host[0] != '[' ? $"[{host}]:{text}" : $"{host}:{text}";
    }
}
