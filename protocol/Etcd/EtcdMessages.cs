using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Etcd;

/// <summary>The header of every answer.</summary>
internal readonly record struct EtcdHeader(ulong Cluster, long Revision)
{
    /// <summary>Reads field 1 of an answer.</summary>
    public static EtcdHeader Of(ReadOnlyMemory<byte> answer)
    {
        ProtobufReader fields = new(answer);
        while (fields.Next())
        {
            if (fields.Field == 1) return Read(fields.Bytes);
        }
        return default;
    }

    private static EtcdHeader Read(ReadOnlyMemory<byte> header)
    {
        ulong cluster = 0;
        long revision = 0;
        ProtobufReader fields = new(header);
        while (fields.Next())
        {
            if (fields.Field == 1) cluster = (ulong)fields.Number;
            else if (fields.Field == 3) revision = fields.Number;
        }
        return new EtcdHeader(cluster, revision);
    }
}

/// <summary>
/// The messages of etcd's API version 3 that a catalog needs, field by field as in <c>rpc.proto</c> and
/// <c>kv.proto</c>. A prefix stands before every key of the catalog and is taken off again.
/// </summary>
internal sealed class EtcdMessages(byte[] prefix)
{
    private const int CompareEqual = 0, ModTarget = 2, CreateTarget = 1, ValueTarget = 3;

    /// <summary>The value of a mark whose transaction has not taken effect and never will.</summary>
    private static readonly byte[] s_end = "ended"u8.ToArray();

    private readonly CatalogKey _end = new CatalogKey(prefix).EndOfPrefix();

    /// <summary>RangeRequest.</summary>
    public ProtobufWriter Range(CatalogRead read)
    {
        ProtobufWriter target = new();
        WriteRange(target, read.Keys, 1, 2);
        // One more than is wanted tells whether there are more.
        return target.Number(3, read.Limit == 0 ? 0 : read.Limit + 1L).Number(4, read.Revision)
            .Flag(7, read.AllowsStale);
    }

    /// <summary>RangeRequest for the number of keys at a revision.</summary>
    public ProtobufWriter Count(CatalogKeyRange keys, long revision)
    {
        ProtobufWriter target = new();
        WriteRange(target, keys, 1, 2);
        return target.Number(4, revision).Flag(9, true);
    }

    /// <summary>RangeRequest for one key that was put after a revision, and for the number of all.</summary>
    public ProtobufWriter PutAfter(CatalogKeyRange keys, long revision)
    {
        ProtobufWriter target = new();
        WriteRange(target, keys, 1, 2);
        return target.Number(3, 1).Flag(8, true).Number(10, revision + 1);
    }

    /// <summary>TxnRequest; with a mark that it puts, without which nothing happens a second time.</summary>
    public ProtobufWriter Transaction(CatalogTransaction transaction, EtcdMark? mark)
    {
        ProtobufWriter target = mark is null ? new() : MarkTransaction(mark.Value, default);
        foreach (CatalogCompare compare in transaction.Compares) target.Message(1, Compare(compare));
        foreach (CatalogWrite write in transaction.Writes) target.Message(2, Operation(write));
        foreach (CatalogRead read in transaction.ReadsOnConflict)
        {
            target.Message(3, new ProtobufWriter().Message(1, Range(read)));
        }
        return target;
    }

    /// <summary>TxnRequest that says of a transaction that it shall do nothing, unless its mark is there.</summary>
    public static ProtobufWriter EndTransaction(EtcdMark mark) => MarkTransaction(mark, s_end);

    private static ProtobufWriter MarkTransaction(EtcdMark mark, ReadOnlySpan<byte> value)
    {
        ProtobufWriter compare = new ProtobufWriter()
            .Number(1, CompareEqual).Number(2, CreateTarget).Bytes(3, mark.Key).NumberOrZero(5, 0);
        ProtobufWriter put = new ProtobufWriter().Bytes(1, mark.Key).Bytes(2, value).Number(3, mark.Lease);
        return new ProtobufWriter().Message(1, compare).Message(2, new ProtobufWriter().Message(2, put))
            .Message(3, new ProtobufWriter().Message(1, new ProtobufWriter().Bytes(1, mark.Key)));
    }

    /// <summary>
    /// RangeResponse for a mark: the revision of the transaction that put it; 0 when it is absent, or put to end it.
    /// </summary>
    public static long ReadMark(ReadOnlyMemory<byte> answer)
    {
        long revision = 0;
        bool isEnd = false;
        ProtobufReader fields = new(answer);
        while (fields.Next())
        {
            if (fields.Field != 2) continue;
            ProtobufReader entry = new(fields.Bytes);
            while (entry.Next())
            {
                if (entry.Field == 3) revision = entry.Number;
                else if (entry.Field == 5) isEnd = entry.Bytes.Span.SequenceEqual(s_end);
            }
        }
        return isEnd ? 0 : revision;
    }

    /// <summary>TxnRequest that only reads.</summary>
    public static ProtobufWriter ReadTransaction(params ReadOnlySpan<ProtobufWriter> ranges)
    {
        ProtobufWriter target = new();
        foreach (ProtobufWriter range in ranges) target.Message(2, new ProtobufWriter().Message(1, range));
        return target;
    }

    /// <summary>WatchRequest.</summary>
    public ProtobufWriter Watch(CatalogKeyRange keys, long fromRevision)
    {
        ProtobufWriter create = new();
        WriteRange(create, keys, 1, 2);
        return new ProtobufWriter().Message(1, create.Number(3, fromRevision).Flag(4, true));
    }

    /// <summary>RangeResponse.</summary>
    public CatalogEntries ReadRange(ReadOnlyMemory<byte> answer, int limit, long revision)
    {
        ImmutableArray<CatalogEntry>.Builder entries = ImmutableArray.CreateBuilder<CatalogEntry>();
        ProtobufReader fields = new(answer);
        while (fields.Next())
        {
            if (fields.Field == 2) entries.Add(ReadEntry(fields.Bytes));
        }
        bool hasMore = limit > 0 && entries.Count > limit;
        if (hasMore) entries.Count = limit;
        return new CatalogEntries(revision, entries.ToImmutable(), hasMore);
    }

    /// <summary>RangeResponse: how many entries it has, and how many there are.</summary>
    public static (int Found, long Count) ReadCount(ReadOnlyMemory<byte> answer)
    {
        int found = 0;
        long count = 0;
        ProtobufReader fields = new(answer);
        while (fields.Next())
        {
            if (fields.Field == 2) found++;
            else if (fields.Field == 4) count = fields.Number;
        }
        return (found, count);
    }

    /// <summary>TxnResponse: whether the compares held, and the answers of the ranges.</summary>
    public static (bool Succeeded, List<ReadOnlyMemory<byte>> Ranges) ReadTransaction(ReadOnlyMemory<byte> answer)
    {
        bool succeeded = false;
        List<ReadOnlyMemory<byte>> ranges = [];
        ProtobufReader fields = new(answer);
        while (fields.Next())
        {
            if (fields.Field == 2) succeeded = fields.Flag;
            if (fields.Field != 3) continue;
            ProtobufReader operation = new(fields.Bytes);
            while (operation.Next())
            {
                if (operation.Field == 1) ranges.Add(operation.Bytes);
            }
        }
        return (succeeded, ranges);
    }

    /// <summary>Event: a put or a delete, and the revision that made it.</summary>
    public (long Revision, CatalogChange Change) ReadEvent(ReadOnlyMemory<byte> message)
    {
        bool isDelete = false;
        CatalogEntry? entry = null;
        ProtobufReader fields = new(message);
        while (fields.Next())
        {
            if (fields.Field == 1) isDelete = fields.Number == 1;
            else if (fields.Field == 2) entry = ReadEntry(fields.Bytes);
        }
        CorruptDataException.ThrowUnless(entry is not null, "an event without a key", "answer of etcd", 0);
        return (entry.ModRevision, new CatalogChange(entry.Key, isDelete ? null : entry));
    }

    private static bool IsEmpty(CatalogKey key) => key.Bytes.IsEmpty;

    /// <summary>KeyValue.</summary>
    private CatalogEntry ReadEntry(ReadOnlyMemory<byte> message)
    {
        ReadOnlyMemory<byte> key = default, value = default;
        long created = 0, changed = 0, lease = 0;
        ProtobufReader fields = new(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1: key = fields.Bytes; break;
                case 2: created = fields.Number; break;
                case 3: changed = fields.Number; break;
                case 5: value = fields.Bytes; break;
                case 6: lease = fields.Number; break;
            }
        }
        CorruptDataException.ThrowUnless(key.Span.StartsWith(prefix), "a key of others", "answer of etcd", 0);
        return new CatalogEntry(new CatalogKey(key.Span[prefix.Length..]), value, created, changed, lease);
    }

    private ProtobufWriter Compare(CatalogCompare compare)
    {
        ProtobufWriter target = new ProtobufWriter().Number(1, CompareEqual).Bytes(3, Full(compare.Key));
        return compare.Target switch
        {
            CompareTarget.ModRevision => target.Number(2, ModTarget).NumberOrZero(6, compare.Revision),
            CompareTarget.CreateRevision => target.Number(2, CreateTarget).NumberOrZero(5, compare.Revision),
            CompareTarget.Value => target.Number(2, ValueTarget).BytesOrNone(7, compare.Value.Span),
            _ => throw Invariant.Unreachable($"compare target {compare.Target}"),
        };
    }

    /// <summary>RequestOp.</summary>
    private ProtobufWriter Operation(CatalogWrite write)
    {
        ProtobufWriter operation = new ProtobufWriter().Bytes(1, Full(write.Key));
        return write.Value is { } value
            ? new ProtobufWriter().Message(2, operation.Bytes(2, value.Span).Number(3, write.LeaseId))
            : new ProtobufWriter().Message(3, operation);
    }

    private void WriteRange(ProtobufWriter target, CatalogKeyRange keys, int firstField, int endField) => target
        .Bytes(firstField, Full(keys.First)).Bytes(endField, IsEmpty(keys.End) ? _end.Bytes : Full(keys.End));

    private byte[] Full(CatalogKey key) => [.. prefix, .. key.Bytes];
}
