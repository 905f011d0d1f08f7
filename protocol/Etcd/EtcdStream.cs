using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Etcd;

/// <summary>A call that goes on. When it ends, the next one goes to another member.</summary>
internal sealed class EtcdStream(GrpcStream stream, Func<GrpcException, ClusterException> leave) : IDisposable
{
    /// <summary>The next answer.</summary>
    /// <exception cref="ClusterException">The call is over.</exception>
    public async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await stream.NextAsync(cancellationToken);
        }
        catch (GrpcException error)
        {
            throw leave(error);
        }
        catch (CorruptDataException error)
        {
            throw leave(new GrpcException(GrpcStatus.Unknown, error.Message, inner: error));
        }
    }

    public void Dispose() => stream.Dispose();
}
