using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Worker to coordinator, when it starts and whenever the connection is new: here I am, at this address.
/// </summary>
/// <param name="Worker">Its id, kept on its disk.</param>
/// <param name="Disk">The id of its disk.</param>
/// <param name="Address">Where it answers, <c>host:port</c>.</param>
/// <param name="Zone">What fails together with it; empty when not told.</param>
/// <param name="CapacityBytes">Bytes of its disk.</param>
/// <param name="Software">Name and release, for people.</param>
internal sealed record RegisterWorker(
    long Worker, Guid Disk, string Address, string Zone, long CapacityBytes, string Software) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(6);
        target.Write(Worker);
        target.Write(Disk);
        target.Write(Address);
        target.Write(Zone);
        target.Write(CapacityBytes);
        target.Write(Software);
    }

    internal static RegisterWorker Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 6);
        long worker = source.ReadInt64();
        Guid disk = source.ReadGuid();
        string address = source.ReadString();
        string zone = source.ReadString();
        long capacityBytes = source.ReadInt64();
        string software = source.ReadString();
        return new RegisterWorker(worker, disk, address, zone, capacityBytes, software);
    }
}
