using ColFrag.Engine.Errors;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Rpc;

/// <summary>Decides who may connect, and answers the hello.</summary>
internal interface IRpcGate
{
    /// <summary>Looks at the hello of a new connection.</summary>
    /// <exception cref="ColFragException">The peer is told and the connection closed.</exception>
    ValueTask<RpcPeer> AdmitAsync(IMessage hello, IGreeting greeting, CancellationToken cancellationToken);
}

/// <summary>A connection between its hello and its welcome.</summary>
internal interface IGreeting
{
    /// <summary>The connection.</summary>
    IConnection Connection { get; }

    /// <summary>Asks the peer to prove who he is, and waits for what he says.</summary>
    ValueTask<Challenge> AskAsync(Challenge question, CancellationToken cancellationToken);
}

/// <summary>Whoever was admitted.</summary>
/// <param name="Name">For people.</param>
/// <param name="Welcome">The answer to his hello.</param>
/// <param name="State">
/// What the server wants to know of him at each call; disposed of with the connection where it can be.
/// </param>
internal sealed record RpcPeer(string Name, IMessage Welcome, object? State);
