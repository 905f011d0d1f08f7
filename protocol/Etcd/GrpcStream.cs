namespace ColFrag.Protocol.Etcd;

/// <summary>The answers of a call that goes on until it is disposed of.</summary>
internal sealed class GrpcStream(
    GrpcChannel channel, HttpRequestMessage request, HttpResponseMessage response, Stream answers, Action finish)
    : IDisposable
{
    private readonly byte[] _prefix = new byte[5];

    /// <summary>The next answer.</summary>
    /// <exception cref="GrpcException">The call is over.</exception>
    public async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            int read = await answers.ReadAtLeastAsync(
                _prefix, _prefix.Length, throwOnEndOfStream: false, cancellationToken);
            if (read == 0)
            {
                GrpcChannel.ThrowUnlessSuccess(response);
                throw new GrpcException(GrpcStatus.Unavailable, $"{channel.Address.Authority} ended the call");
            }
            if (read < _prefix.Length) throw new IOException("The answer was cut off");
            byte[] message = new byte[GrpcChannel.ReadPrefix(_prefix)];
            await answers.ReadExactlyAsync(message, cancellationToken);
            return message;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw channel.Failed(error);
        }
    }

    public void Dispose()
    {
        finish();
        response.Dispose();
        request.Dispose();
    }
}
