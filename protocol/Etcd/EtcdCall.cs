namespace ColFrag.Protocol.Etcd;

/// <summary>A method of etcd, and what may be done with it.</summary>
/// <param name="Method">Service and method.</param>
/// <param name="IsRepeatable">
/// False where doing it twice is not the same as once: then it is sent once, and a failure leaves open whether it took
/// effect.
/// </param>
/// <param name="IsLinearizable">True where the answer knows of everything that was acknowledged before.</param>
internal sealed record EtcdCall(string Method, bool IsRepeatable, bool IsLinearizable)
{
    public static EtcdCall Range { get; } = new("/etcdserverpb.KV/Range", true, true);

    /// <summary>A range that any member answers from what it has.</summary>
    public static EtcdCall StaleRange { get; } = new("/etcdserverpb.KV/Range", true, false);

    public static EtcdCall Transaction { get; } = new("/etcdserverpb.KV/Txn", false, true);

    /// <summary>A transaction without writes.</summary>
    public static EtcdCall ReadTransaction { get; } = new("/etcdserverpb.KV/Txn", true, true);

    /// <summary>Granted twice, one of the leases ends by itself.</summary>
    public static EtcdCall LeaseGrant { get; } = new("/etcdserverpb.Lease/LeaseGrant", true, true);

    /// <summary>The revision that its answer tells is that of the member asked, which may be behind.</summary>
    public static EtcdCall LeaseKeepAlive { get; } = new("/etcdserverpb.Lease/LeaseKeepAlive", true, false);

    public static EtcdCall LeaseRevoke { get; } = new("/etcdserverpb.Lease/LeaseRevoke", true, true);
}
