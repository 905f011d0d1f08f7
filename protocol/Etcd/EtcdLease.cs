using ColFrag.Engine.Catalog;

namespace ColFrag.Protocol.Etcd;

/// <summary>
/// A lease of etcd. After a change of leader it begins its time anew, so it lives longer, never shorter.
/// </summary>
internal sealed class EtcdLease : ICatalogLease
{
    private readonly EtcdClient _client;

    private EtcdLease(EtcdClient client, long id, TimeSpan timeToLive)
    {
        _client = client;
        Id = id;
        TimeToLive = timeToLive;
    }

    public long Id { get; }

    public TimeSpan TimeToLive { get; }

    /// <summary>Grants one; etcd counts in whole seconds, and may give more of them.</summary>
    public static async ValueTask<ICatalogLease> GrantAsync(
        EtcdClient client, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        long seconds = (long)Math.Ceiling(timeToLive.TotalSeconds);
        try
        {
            ReadOnlyMemory<byte> answer = await client.CallAsync(
                EtcdCall.LeaseGrant, new ProtobufWriter().Number(1, seconds), cancellationToken);
            (long id, long granted) = EtcdCatalog.Trust(() => Read(answer));
            return new EtcdLease(client, id, TimeSpan.FromSeconds(granted));
        }
        catch (GrpcException error)
        {
            throw EtcdCatalog.Unexpected(error);
        }
    }

    public async ValueTask<bool> KeepAliveAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            ReadOnlyMemory<byte> answer = await _client.CallAsync(
                EtcdCall.LeaseKeepAlive, new ProtobufWriter().Number(1, Id), cancellationToken);
            // No time to live: it has ended.
            return EtcdCatalog.Trust(() => Read(answer)).TimeToLive > 0;
        }
        catch (GrpcException error) when (error.Status == GrpcStatus.NotFound)
        {
            return false;
        }
        catch (GrpcException error)
        {
            throw EtcdCatalog.Unexpected(error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _client.CallAsync(EtcdCall.LeaseRevoke, new ProtobufWriter().Number(1, Id), default);
        }
        catch (GrpcException error) when (error.Status == GrpcStatus.NotFound)
        {
            // It has ended already.
        }
        catch (GrpcException error)
        {
            throw EtcdCatalog.Unexpected(error);
        }
    }

    private static (long Id, long TimeToLive) Read(ReadOnlyMemory<byte> answer)
    {
        long id = 0, timeToLive = 0;
        ProtobufReader fields = new(answer);
        while (fields.Next())
        {
            if (fields.Field == 2) id = fields.Number;
            else if (fields.Field == 3) timeToLive = fields.Number;
        }
        return (id, timeToLive);
    }
}
