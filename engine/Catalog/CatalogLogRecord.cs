using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// One step from a revision to the next: the writes of a transaction, or a lease that begins or ends with its keys.
/// A lease that begins changes no key and therefore no revision.
/// <code>
///   bytes    field
///   varint   revision
///   varint   lease granted, 0 = none;   varint  its milliseconds to live, only where granted
///   varint   lease ended, 0 = none
///   varint   write count; per write:
///     varint   key length, then the key
///     1        0 = delete, 1 = put
///     varint   lease, only for a put
///     varint   value length, then the value, only for a put
/// </code>
/// </summary>
internal sealed record CatalogLogRecord(long Revision, ImmutableArray<CatalogWrite> Writes)
{
    public long GrantedLease { get; init; }

    public TimeSpan TimeToLive { get; init; }

    public long EndedLease { get; init; }

    public void Write(ByteWriter target)
    {
        target.WriteVarUInt64((ulong)Revision);
        target.WriteVarUInt64((ulong)GrantedLease);
        if (GrantedLease != 0) target.WriteVarUInt64((ulong)TimeToLive.TotalMilliseconds);
        target.WriteVarUInt64((ulong)EndedLease);
        target.WriteVarUInt64((ulong)Writes.Length);
        foreach (CatalogWrite write in Writes)
        {
            WriteBlob(target, write.Key.Bytes);
            target.WriteBool(write.Value is not null);
            if (write.Value is not { } value) continue;
            target.WriteVarUInt64((ulong)write.LeaseId);
            WriteBlob(target, value.Span);
        }
    }

    public static CatalogLogRecord Read(ref ByteReader source)
    {
        long revision = ReadPositive(ref source);
        long granted = ReadPositive(ref source);
        TimeSpan timeToLive =
            TimeSpan.FromMilliseconds(granted == 0 ? 0 : source.ReadVarCount(int.MaxValue));
        long ended = ReadPositive(ref source);
        // Each write takes two bytes at least.
        int count = source.ReadVarCount(source.Remaining / 2);
        ImmutableArray<CatalogWrite>.Builder writes = ImmutableArray.CreateBuilder<CatalogWrite>(count);
        for (int i = 0; i < count; i++)
        {
            CatalogKey key = new(source.ReadBytes(source.ReadVarCount(CatalogKey.MaxBytes)));
            if (!source.ReadBool())
            {
                writes.Add(new CatalogWrite(key, null, 0));
                continue;
            }
            long lease = ReadPositive(ref source);
            byte[] value = source.ReadBytes(source.ReadVarCount(CatalogTransaction.MaxValueBytes)).ToArray();
            writes.Add(new CatalogWrite(key, value, lease));
        }
        return new CatalogLogRecord(revision, writes.MoveToImmutable())
        {
            GrantedLease = granted, TimeToLive = timeToLive, EndedLease = ended,
        };
    }

    internal static void WriteBlob(ByteWriter target, ReadOnlySpan<byte> bytes)
    {
        target.WriteVarUInt64((ulong)bytes.Length);
        target.WriteBytes(bytes);
    }

    internal static long ReadPositive(ref ByteReader source)
    {
        ulong value = source.ReadVarUInt64();
        source.ThrowUnless(value <= long.MaxValue, "number");
        return (long)value;
    }
}
