using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Catalog;

/// <summary>Where a worker stands in its life; numbers are written in the catalog and never reused.</summary>
internal enum WorkerState : byte
{
    /// <summary>Registered, not yet given data.</summary>
    Joining = 1,
    /// <summary>Holds data and is given more.</summary>
    Active = 2,
    /// <summary>Holds data, which is being moved away.</summary>
    Draining = 3,
    /// <summary>Gone for good: its copies do not count.</summary>
    Dead = 4,
}

/// <summary>A worker, as it registered itself; a load compares that its workers' records have not changed.</summary>
/// <param name="Id">Random, kept on its disk.</param>
/// <param name="Incarnation">One more at every registration.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Address">Where it listens, <c>host:port</c>.</param>
internal sealed record WorkerRecord(long Id, long Incarnation, WorkerState State, string Address)
{
    private const byte Format = 1;

    /// <summary>Its disks; an empty or exchanged one has another id, so that no copy is taken to be there.</summary>
    public ImmutableArray<Guid> Disks { get; init; } = [];

    /// <summary>What fails together, from the largest: <c>region/room/rack</c>; empty when not told.</summary>
    public string Zone { get; init; } = "";

    public long CapacityBytes { get; init; }

    /// <summary>The version of its program.</summary>
    public string Software { get; init; } = "";

    public byte[] ToBytes() => RecordBytes.Seal(Format, target =>
    {
        target.WriteInt64(Id);
        RecordBytes.WriteCount(target, Incarnation);
        target.WriteByte((byte)State);
        target.WriteString(Address);
        RecordBytes.WriteList(target, Disks, (t, disk) => t.WriteBytes(disk.ToByteArray()));
        target.WriteString(Zone);
        RecordBytes.WriteCount(target, CapacityBytes);
        target.WriteString(Software);
    });

    public static WorkerRecord Read(CatalogEntry entry)
    {
        ByteReader source = RecordBytes.Open(entry, Format);
        long id = source.ReadInt64();
        long incarnation = RecordBytes.ReadCount(ref source);
        WorkerState state = (WorkerState)source.ReadByte();
        source.ThrowUnless(state is >= WorkerState.Joining and <= WorkerState.Dead, "state of a worker");
        return new WorkerRecord(id, incarnation, state, source.ReadString())
        {
            Disks = RecordBytes.ReadList(ref source, (ref s) => new Guid(s.ReadBytes(16))),
            Zone = source.ReadString(),
            CapacityBytes = RecordBytes.ReadCount(ref source),
            Software = source.ReadString(),
        };
    }
}
