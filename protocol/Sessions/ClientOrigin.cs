using System.Net;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Sessions;

/// <summary>Where a client comes from, for whoever decides what it must prove.</summary>
/// <param name="Peer">Its address, as <see cref="NetworkAddress"/> writes it.</param>
/// <param name="CertificateName">What its certificate says it is, or null without one.</param>
internal sealed record ClientOrigin(string Peer, string? CertificateName = null)
{
    /// <summary>False where strangers could listen in: a plain connection from another machine.</summary>
    public bool IsProtected { get; init; } = true;

    /// <summary>True where the client runs on this machine.</summary>
    public bool IsLocal
    {
        get
        {
            try
            {
                return NetworkAddress.Parse(Peer) is not IPEndPoint remote || IPAddress.IsLoopback(remote.Address);
            }
            catch (QueryException)
            {
                return false;
            }
        }
    }
}
