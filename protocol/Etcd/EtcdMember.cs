using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Etcd;

/// <summary>One member of an etcd: the way to it, and whether its version can be trusted.</summary>
internal sealed class EtcdMember(Uri address, EtcdOptions options) : IDisposable
{
    private readonly GrpcChannel _channel = new(address, options.TlsFor(address));
    private volatile bool _isChecked;

    public string Name => address.Authority;

    /// <summary>The channel, once the member has told its version.</summary>
    /// <exception cref="GrpcException">It did not answer.</exception>
    /// <exception cref="ClusterException">It is of a version that loses data.</exception>
    public async ValueTask<GrpcChannel> GetAsync(CancellationToken cancellationToken)
    {
        if (_isChecked) return _channel;
        try
        {
            Check(await _channel.CallAsync("/etcdserverpb.Maintenance/Status", default, null, cancellationToken));
        }
        catch (GrpcException error) when (error.IsOfMember)
        {
            // Nothing of what the caller wants was sent yet.
            throw new GrpcException(error.Status, error.Message, wasSent: false, error);
        }
        catch (GrpcException error) when (error.Status is GrpcStatus.Unauthenticated or GrpcStatus.PermissionDenied)
        {
            // Some versions tell theirs to known users only; what the caller wants is checked for itself.
        }
        _isChecked = true;
        return _channel;
    }

    public void Dispose() => _channel.Dispose();

    private void Check(ReadOnlyMemory<byte> status)
    {
        string version = "";
        ProtobufReader fields = new(status);
        while (fields.Next())
        {
            if (fields.Field == 2) version = System.Text.Encoding.UTF8.GetString(fields.Bytes.Span);
        }
        // 3.5.0 to 3.5.2 can lose what they acknowledged when they are killed (etcd issue 13766).
        if (!Version.TryParse(version.Split('-')[0], out Version? number) || number < new Version(3, 4, 0) ||
            (number.Major == 3 && number.Minor == 5 && number.Build <= 2))
        {
            throw new ClusterException(
                $"etcd {version} at {Name} cannot hold a catalog", isTransient: false,
                SqlStates.FeatureNotSupported, "Use 3.4, or 3.5.3 and later.");
        }
    }
}
