using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Transport;

/// <summary>Addresses as people write them.</summary>
internal static class NetworkAddress
{
    private const string UnixPrefix = "unix:";

    /// <summary>Reads <c>host:port</c>, <c>[ipv6]:port</c> or <c>unix:path</c>.</summary>
    /// <exception cref="QueryException">It is none of these.</exception>
    public static EndPoint Parse(string address)
    {
        if (address.StartsWith(UnixPrefix, StringComparison.Ordinal))
            return new UnixDomainSocketEndPoint(UnixPath(address));
        int colon = address.LastIndexOf(':');
        if (colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture, out ushort port))
        {
            string host = address[..colon];
            if (IPAddress.TryParse(host, out IPAddress? ip)) return new IPEndPoint(ip, port);
            if (host == "localhost") return new IPEndPoint(IPAddress.Loopback, port);
            if (Uri.CheckHostName(host) == UriHostNameType.Dns) return new DnsEndPoint(host, port);
        }
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Not an address: {address}",
            hint: "Write host:port, [ipv6]:port or unix:/path/to/socket.");
    }

    /// <summary>Writes an end point as <see cref="Parse"/> reads it.</summary>
    public static string Format(EndPoint endPoint) => endPoint switch
    {
        UnixDomainSocketEndPoint unix => UnixPrefix + unix,
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => $"{mapped.Address.MapToIPv4()}:{mapped.Port}",
        _ => endPoint.ToString()!,
    };

    /// <summary>The path in <c>unix:path</c>.</summary>
    public static string UnixPath(string address) => address[UnixPrefix.Length..];

    /// <summary>A socket that fits the end point.</summary>
    public static Socket CreateSocket(EndPoint endPoint) => endPoint switch
    {
        UnixDomainSocketEndPoint => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
        // Names may have addresses of both families: the socket takes either.
        DnsEndPoint => new Socket(SocketType.Stream, ProtocolType.Tcp),
        _ => new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
    };
}
