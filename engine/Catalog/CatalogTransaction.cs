using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Catalog;

/// <summary>What a compare looks at.</summary>
internal enum CompareTarget : byte
{
    /// <summary>The revision that put the entry last; 0 where the key is absent.</summary>
    ModRevision = 1,

    /// <summary>The revision that created the entry; 0 where the key is absent.</summary>
    CreateRevision = 2,

    /// <summary>The bytes of the value; an absent key equals nothing.</summary>
    Value = 3,
}

/// <summary>A condition that must hold for a transaction to take effect.</summary>
internal readonly record struct CatalogCompare(
    CompareTarget Target, CatalogKey Key, long Revision, ReadOnlyMemory<byte> Value);

/// <summary>A put, or a delete where <paramref name="Value"/> is null.</summary>
internal readonly record struct CatalogWrite(CatalogKey Key, ReadOnlyMemory<byte>? Value, long LeaseId);

/// <summary>
/// All of its writes at one revision if all of its compares hold, else nothing; in both cases it can read in the same
/// round trip. Built by chained calls; a key is written at most once.
/// </summary>
internal sealed class CatalogTransaction
{
    /// <summary>The most compares, and the most writes; etcd takes 128 of each.</summary>
    public const int MaxOperations = 100;

    /// <summary>The largest value. Larger ones slow down everyone's commits (measured for etcd).</summary>
    public const int MaxValueBytes = 64 << 10;

    /// <summary>The most bytes of all values.</summary>
    public const int MaxBytes = 512 << 10;

    private readonly List<CatalogCompare> _compares = [];
    private readonly List<CatalogWrite> _writes = [];
    private readonly List<CatalogRead> _reads = [];
    private readonly HashSet<CatalogKey> _written = [];

    public IReadOnlyList<CatalogCompare> Compares => _compares;

    public IReadOnlyList<CatalogWrite> Writes => _writes;

    /// <summary>Reads that are answered when a compare does not hold: the reason, in the same round trip.</summary>
    public IReadOnlyList<CatalogRead> ReadsOnConflict => _reads;

    /// <summary>Bytes of all values.</summary>
    public int SizeBytes { get; private set; }

    /// <summary>Holds while nobody has put or deleted the key since a revision; 0 = the key is absent.</summary>
    public CatalogTransaction WhenUnchanged(CatalogKey key, long modRevision) =>
        When(new CatalogCompare(CompareTarget.ModRevision, key, modRevision, default));

    /// <summary>Holds while the key is absent.</summary>
    public CatalogTransaction WhenAbsent(CatalogKey key) => WhenUnchanged(key, 0);

    /// <summary>Holds while the key has not been deleted since it was created at a revision.</summary>
    public CatalogTransaction WhenCreatedAt(CatalogKey key, long createRevision) =>
        When(new CatalogCompare(CompareTarget.CreateRevision, key, createRevision, default));

    /// <summary>Holds while the key has this value.</summary>
    public CatalogTransaction WhenValue(CatalogKey key, ReadOnlyMemory<byte> value) =>
        When(new CatalogCompare(CompareTarget.Value, key, 0, value));

    /// <summary>Puts a value; with a lease the key goes away when the lease does.</summary>
    public CatalogTransaction Put(CatalogKey key, ReadOnlyMemory<byte> value, long leaseId = 0) =>
        Write(new CatalogWrite(key, value, leaseId));

    /// <summary>Deletes a key; none there is no error.</summary>
    public CatalogTransaction Delete(CatalogKey key) => Write(new CatalogWrite(key, null, 0));

    /// <summary>Reads when a compare does not hold.</summary>
    public CatalogTransaction ReadOnConflict(CatalogRead read)
    {
        _reads.Add(read);
        return this;
    }

    /// <summary>Adds a compare.</summary>
    public CatalogTransaction When(CatalogCompare compare)
    {
        CheckLimit(_compares.Count + 1, MaxOperations, "compares");
        _compares.Add(compare);
        return this;
    }

    /// <summary>Adds a write.</summary>
    public CatalogTransaction Write(CatalogWrite write)
    {
        CheckLimit(_writes.Count + 1, MaxOperations, "writes");
        CheckLimit(write.Key.Bytes.Length, CatalogKey.MaxBytes, "bytes in a key");
        int size = write.Value?.Length ?? 0;
        CheckLimit(size, MaxValueBytes, "bytes in a value");
        CheckLimit(SizeBytes + size, MaxBytes, "bytes in all");
        Invariant.Holds(_written.Add(write.Key));
        SizeBytes += size;
        _writes.Add(write);
        return this;
    }

    private static void CheckLimit(int count, int limit, string what)
    {
        if (count <= limit) return;
        throw new QueryException(
            SqlStates.ProgramLimitExceeded, $"Too much for one catalog transaction: {count} {what}, at most {limit}",
            hint: "Split the statement: fewer tables, columns or files at once.");
    }
}

/// <summary>How a transaction ended.</summary>
/// <param name="Succeeded">True when the compares held and the writes took effect.</param>
/// <param name="Revision">The revision of the writes; without success the newest one.</param>
/// <param name="Reads">The answers of <see cref="CatalogTransaction.ReadsOnConflict"/>; empty after success.</param>
internal sealed record CatalogOutcome(bool Succeeded, long Revision, IReadOnlyList<CatalogEntries> Reads);
