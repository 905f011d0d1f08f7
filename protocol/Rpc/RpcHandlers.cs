using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Rpc;

/// <summary>What a server answers: a handler for each type of request.</summary>
internal sealed class RpcHandlers
{
    private readonly Dictionary<Type, Func<IMessage, RpcCall, Task<IMessage>>> _handlers = [];

    /// <summary>Adds the handler of one type of request; its result is the reply, its exception the failure.</summary>
    public RpcHandlers On<T>(Func<T, RpcCall, Task<IMessage>> handler) where T : class, IMessage
    {
        _handlers.Add(typeof(T), (request, call) => handler((T)request, call));
        return this;
    }

    /// <summary>Runs the handler of a request.</summary>
    /// <exception cref="ClusterException">There is none.</exception>
    public Task<IMessage> InvokeAsync(IMessage request, RpcCall call) =>
        _handlers.TryGetValue(request.GetType(), out Func<IMessage, RpcCall, Task<IMessage>>? handler)
            ? handler(request, call)
            : throw new ClusterException(
                $"This process does not answer {request.GetType().Name}", isTransient: false,
                SqlStates.FeatureNotSupported);
}
