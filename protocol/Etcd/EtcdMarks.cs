using System.Globalization;
using System.Text;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Time;

namespace ColFrag.Protocol.Etcd;

/// <summary>A key that one transaction puts besides its own, and the lease that takes it away again.</summary>
internal readonly record struct EtcdMark(byte[] Key, long Lease);

/// <summary>
/// The marks by which it is found out what became of a transaction whose answer was lost: it took effect exactly if its
/// mark is there. A mark outlives every request that may still be on its way, and then goes with a lease.
/// </summary>
internal sealed class EtcdMarks(EtcdClient client, Guid cluster, IClock clock, IRandom random)
{
    private static readonly TimeSpan s_use = TimeSpan.FromMinutes(10), s_life = TimeSpan.FromMinutes(30);

    private readonly Gate _gate = new();
    private long _lease;
    private TimeSpan _endOfUse;

    /// <summary>A mark that nobody has used yet.</summary>
    public async ValueTask<EtcdMark> NewAsync(CancellationToken cancellationToken)
    {
        long lease = await LeaseAsync(cancellationToken);
        string key = string.Create(
            CultureInfo.InvariantCulture, $"cf/1/{cluster:N}.marks/{random.NextUInt64():x16}{random.NextUInt64():x16}");
        return new EtcdMark(Encoding.UTF8.GetBytes(key), lease);
    }

    /// <summary>The lease of marks is gone, as after an etcd that was away for long.</summary>
    public void Forget(long lease) => Interlocked.CompareExchange(ref _lease, 0, lease);

    private async ValueTask<long> LeaseAsync(CancellationToken cancellationToken)
    {
        using IDisposable turn = await _gate.EnterAsync(cancellationToken);
        if (Interlocked.Read(ref _lease) is not 0 and { } lease && clock.Monotonic < _endOfUse) return lease;
        TimeSpan now = clock.Monotonic;
        ICatalogLease granted = await EtcdLease.GrantAsync(client, s_life, cancellationToken);
        _endOfUse = now + s_use;
        Interlocked.Exchange(ref _lease, granted.Id);
        return granted.Id;
    }
}
