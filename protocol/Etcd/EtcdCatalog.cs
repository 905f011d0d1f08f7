using System.Text;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;

namespace ColFrag.Protocol.Etcd;

/// <summary>
/// The catalog of a cluster in etcd, below the prefix <c>cf/1/CLUSTER/</c>; 1 is the version of this layout.
/// </summary>
internal sealed class EtcdCatalog : ICatalog
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly EtcdClient _client;
    private readonly EtcdMessages _messages;
    private readonly EtcdMarks _marks;
    private readonly IClock _clock;
    private readonly TimeSpan _patience;

    private EtcdCatalog(EtcdOptions options, Guid cluster, IClock clock, IRandom random)
    {
        _clock = clock;
        _patience = options.Patience;
        _client = new EtcdClient(options, clock, random);
        _marks = new EtcdMarks(_client, cluster, clock, random);
        _messages = new EtcdMessages(Encoding.UTF8.GetBytes($"cf/1/{cluster:N}/"));
    }

    /// <summary>Opens the catalog of a cluster, which may be empty.</summary>
    /// <exception cref="ClusterException">etcd does not answer, or lets this process not in.</exception>
    public static async ValueTask<EtcdCatalog> OpenAsync(
        EtcdOptions options, Guid cluster, IClock clock, IRandom random,
        CancellationToken cancellationToken = default)
    {
        EtcdCatalog catalog = new(options, cluster, clock, random);
        try
        {
            await catalog.ReadAsync(CatalogRead.Of(CatalogKeys.Database), cancellationToken);
            return catalog;
        }
        catch
        {
            await catalog.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<CatalogEntries> ReadAsync(CatalogRead read, CancellationToken cancellationToken = default)
    {
        EtcdCall call = read.AllowsStale ? EtcdCall.StaleRange : EtcdCall.Range;
        try
        {
            ReadOnlyMemory<byte> answer = await _client.CallAsync(call, _messages.Range(read), cancellationToken);
            long revision = read.Revision > 0 ? read.Revision : EtcdHeader.Of(answer).Revision;
            return Trust(() => _messages.ReadRange(answer, read.Limit, revision));
        }
        catch (GrpcException error) when (error.Status == GrpcStatus.OutOfRange)
        {
            // Too old, or not there yet: etcd has one code for both.
            CatalogEntries now = await ReadAsync(CatalogRead.Of(CatalogKeys.Database), cancellationToken);
            if (read.Revision <= now.Revision) throw new CatalogCompactedException(now.Revision);
            throw new QueryException(
                SqlStates.InvalidParameterValue,
                $"The catalog has no revision {read.Revision} yet; the newest is {now.Revision}");
        }
        catch (GrpcException error)
        {
            throw Unexpected(error);
        }
    }

    /// <summary>
    /// Runs a transaction. When an answer is lost it is asked for until there is one: a transaction that puts anything
    /// puts a mark too, which tells whether it took effect and keeps it from doing so twice.
    /// </summary>
    public async ValueTask<CatalogOutcome> CommitAsync(
        CatalogTransaction transaction, CancellationToken cancellationToken = default)
    {
        bool isRenewed = false;
        while (true)
        {
            EtcdMark? mark = transaction.Writes.Any(w => w.Value is not null)
                ? await _marks.NewAsync(cancellationToken) : null;
            try
            {
                return await SendAsync(transaction, mark, cancellationToken);
            }
            catch (GrpcException error) when (error.Status == GrpcStatus.NotFound)
            {
                // A lease has ended, of a put or of the mark. Nothing was done.
                if (mark is null || isRenewed)
                {
                    throw new ClusterException(
                        "The lease of a put has ended", isTransient: false, hint: "Grant a new one.", inner: error);
                }
                isRenewed = true;
                _marks.Forget(mark.Value.Lease);
            }
            catch (GrpcException error)
            {
                throw Unexpected(error);
            }
        }
    }

    public ValueTask<ICatalogWatch> WatchAsync(
        CatalogKeyRange keys, long fromRevision, CancellationToken cancellationToken = default) =>
        EtcdWatch.StartAsync(_client, _messages, keys, fromRevision, cancellationToken);

    public ValueTask<ICatalogLease> GrantLeaseAsync(
        TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        EtcdLease.GrantAsync(_client, timeToLive, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>An error of an answer that has no meaning of its own here.</summary>
    internal static ClusterException Unexpected(GrpcException error) =>
        new($"etcd refuses a call ({error.Message})", isTransient: false, inner: error);

    /// <summary>Reads an answer; one that cannot be read is none, and what it was about is unknown.</summary>
    internal static T Trust<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CorruptDataException error)
        {
            throw new ClusterException($"etcd gave an answer that cannot be read ({error.Message})", inner: error);
        }
    }

    /// <summary>Sends a transaction until its outcome is known.</summary>
    private async ValueTask<CatalogOutcome> SendAsync(
        CatalogTransaction transaction, EtcdMark? mark, CancellationToken cancellationToken)
    {
        TimeSpan deadline = _clock.Monotonic + _patience;
        ProtobufWriter request = _messages.Transaction(transaction, mark);
        for (bool isOpen = false; ; isOpen = true)
        {
            try
            {
                ReadOnlyMemory<byte> answer = await _client.CallAsync(
                    EtcdCall.Transaction, request, cancellationToken);
                (CatalogOutcome outcome, long marked) = Trust(() => ReadOutcome(transaction, mark, answer));
                if (marked > 0) return new CatalogOutcome(true, marked, []);
                if (outcome.Succeeded || !isOpen || mark is null) return outcome;
                // The first try may still be on its way: from now on it can do nothing.
                long done = await EndAsync(mark.Value, cancellationToken);
                return done > 0 ? new CatalogOutcome(true, done, []) : outcome;
            }
            catch (ClusterException error) when (
                error.IsTransient && mark is not null && _clock.Monotonic < deadline)
            {
                await _clock.Delay(s_pause, cancellationToken);
            }
        }
    }

    /// <summary>Keeps a transaction from taking effect; the revision at which it has done so already, else 0.</summary>
    private async ValueTask<long> EndAsync(EtcdMark mark, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> answer = await _client.CallAsync(
            EtcdCall.Transaction, EtcdMessages.EndTransaction(mark), cancellationToken);
        return Trust(() =>
        {
            (bool succeeded, List<ReadOnlyMemory<byte>> ranges) = EtcdMessages.ReadTransaction(answer);
            return succeeded || ranges.Count != 1 ? 0 : EtcdMessages.ReadMark(ranges[0]);
        });
    }

    /// <summary>The outcome, and the revision that put the mark when it was there before.</summary>
    private (CatalogOutcome Outcome, long Marked) ReadOutcome(
        CatalogTransaction transaction, EtcdMark? mark, ReadOnlyMemory<byte> answer)
    {
        long revision = EtcdHeader.Of(answer).Revision;
        (bool succeeded, List<ReadOnlyMemory<byte>> ranges) = EtcdMessages.ReadTransaction(answer);
        if (succeeded) return (new CatalogOutcome(true, revision, []), 0);
        int marks = mark is null ? 0 : 1;
        CorruptDataException.ThrowUnless(
            ranges.Count == transaction.ReadsOnConflict.Count + marks, "the number of answers", "answer of etcd", 0);
        CatalogOutcome outcome = new(
            false, revision,
            [
                .. ranges.Skip(marks).Zip(
                    transaction.ReadsOnConflict, (r, read) => _messages.ReadRange(r, read.Limit, revision)),
            ]);
        return (outcome, mark is null ? 0 : EtcdMessages.ReadMark(ranges[0]));
    }
}
