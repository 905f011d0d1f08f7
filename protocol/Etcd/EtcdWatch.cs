using System.Threading.Channels;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;

namespace ColFrag.Protocol.Etcd;

/// <summary>
/// A watch of etcd. Its answers are read as they come and queued; who is too slow is waited for.
/// </summary>
/// <remarks>
/// How far it has come is not asked on the stream: versions before 3.4.25 and 3.5.8 answer with a revision whose
/// changes they may not have sent yet (etcd issue 15220). It is proved instead: if by a newer revision no key of the
/// range was put after the last change seen, and as many keys are there as then, the range is the same.
/// </remarks>
internal sealed class EtcdWatch : ICatalogWatch
{
    private const int MaxQueued = 4096;

    /// <summary>The time in which a change that is on its way mostly arrives, and then nothing need be asked.</summary>
    private static readonly TimeSpan s_momentOfArrival = TimeSpan.FromMilliseconds(5);

    private readonly EtcdClient _client;
    private readonly EtcdMessages _messages;
    private readonly CatalogKeyRange _keys;
    private readonly EtcdStream _stream;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Channel<CatalogChanges> _queue = Channel.CreateBounded<CatalogChanges>(MaxQueued);
    private readonly Task _pump;
    private long _position;
    private int _progressRequests;

    private EtcdWatch(
        EtcdClient client, EtcdMessages messages, CatalogKeyRange keys, long fromRevision, EtcdStream stream)
    {
        _client = client;
        _messages = messages;
        _keys = keys;
        _stream = stream;
        _position = fromRevision - 1;
        _pump = PumpAsync();
    }

    public static async ValueTask<ICatalogWatch> StartAsync(
        EtcdClient client, EtcdMessages messages, CatalogKeyRange keys, long fromRevision,
        CancellationToken cancellationToken)
    {
        EtcdStream stream = await client.OpenAsync(
            "/etcdserverpb.Watch/Watch", messages.Watch(keys, fromRevision), cancellationToken);
        return new EtcdWatch(client, messages, keys, fromRevision, stream);
    }

    public async ValueTask<CatalogChanges> NextAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _queue.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException error)
        {
            throw error.InnerException ?? new ObjectDisposedException(nameof(EtcdWatch));
        }
    }

    public ValueTask RequestProgressAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Increment(ref _progressRequests) == 1) _ = TellProgressAsync();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stream.Dispose();
        await _pump;
        _queue.Writer.TryComplete();
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> answer = await _stream.NextAsync(_stop.Token);
                await TakeAsync(answer);
            }
        }
        catch (OperationCanceledException)
        {
            _queue.Writer.TryComplete();
        }
        catch (CorruptDataException error)
        {
            _queue.Writer.TryComplete(new ClusterException(
                $"etcd gave an answer that cannot be read ({error.Message})", inner: error));
        }
        catch (Exception error)
        {
            // Whoever waits for changes must hear of it, whatever it is.
            _queue.Writer.TryComplete(error);
        }
    }

    /// <summary>Takes a WatchResponse.</summary>
    private async Task TakeAsync(ReadOnlyMemory<byte> answer)
    {
        (WatchNews news, List<ReadOnlyMemory<byte>> events) = WatchNews.Read(answer);
        if (news.IsCanceled)
        {
            if (news.CompactRevision > 0) throw new CatalogCompactedException(news.CompactRevision);
            throw new ClusterException($"etcd ended a watch ({news.Reason})");
        }
        if (news.IsCreated) return;
        await _turn.WaitAsync(_stop.Token);
        try
        {
            // Without changes, it is how far this watch has come: these are sent in their turn.
            if (events.Count == 0) await MoveToAsync(EtcdHeader.Of(answer).Revision, []);
            foreach (IGrouping<long, (long Revision, CatalogChange Change)> step in
                events.Select(_messages.ReadEvent).GroupBy(e => e.Revision).OrderBy(g => g.Key))
            {
                await MoveToAsync(step.Key, [.. step.Select(e => e.Change)]);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask MoveToAsync(long revision, CatalogChange[] changes)
    {
        if (revision <= _position) return;
        await _queue.Writer.WriteAsync(new CatalogChanges(revision, changes), _stop.Token);
        Volatile.Write(ref _position, revision);
    }

    /// <summary>Answers all requests for progress that came until it begins to look.</summary>
    private async Task TellProgressAsync()
    {
        try
        {
            int answered;
            do
            {
                await Task.Delay(s_momentOfArrival, _stop.Token);
                answered = Volatile.Read(ref _progressRequests);
                while (!await TryTellAsync())
                {
                    // A change is on its way; it comes by itself.
                    await Task.Delay(s_momentOfArrival, _stop.Token);
                }
            }
            while (Interlocked.Add(ref _progressRequests, -answered) > 0);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more.
        }
        catch (Exception error) when (error is ColFragException)
        {
            // Revisions of long ago are compacted, or nobody answers: whoever watches begins anew.
            _queue.Writer.TryComplete(new ClusterException(
                $"It is not known how far a watch has come ({error.Message})", inner: error));
        }
    }

    private async ValueTask<bool> TryTellAsync()
    {
        long position = Volatile.Read(ref _position);
        long revision = position;
        if (position < _client.NewestRevision)
        {
            ReadOnlyMemory<byte> answer = await _client.CallAsync(
                EtcdCall.ReadTransaction,
                EtcdMessages.ReadTransaction(
                    _messages.PutAfter(_keys, position), _messages.Count(_keys, Math.Max(position, 1))),
                _stop.Token);
            (_, List<ReadOnlyMemory<byte>> ranges) = EtcdMessages.ReadTransaction(answer);
            CorruptDataException.ThrowUnless(ranges.Count == 2, "the number of answers", "answer of etcd", 0);
            (int put, long now) = EtcdMessages.ReadCount(ranges[0]);
            (_, long then) = EtcdMessages.ReadCount(ranges[1]);
            if (put > 0 || now != then) return false;
            revision = EtcdHeader.Of(answer).Revision;
        }
        await _turn.WaitAsync(_stop.Token);
        try
        {
            if (_position != position) return false;
            await _queue.Writer.WriteAsync(new CatalogChanges(revision, []), _stop.Token);
            Volatile.Write(ref _position, revision);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What a WatchResponse says besides its events.</summary>
    private readonly record struct WatchNews(bool IsCreated, bool IsCanceled, long CompactRevision, string Reason)
    {
        public static (WatchNews News, List<ReadOnlyMemory<byte>> Events) Read(ReadOnlyMemory<byte> answer)
        {
            WatchNews news = new(false, false, 0, "");
            List<ReadOnlyMemory<byte>> events = [];
            ProtobufReader fields = new(answer);
            while (fields.Next())
            {
                switch (fields.Field)
                {
                    case 3: news = news with { IsCreated = fields.Flag }; break;
                    case 4: news = news with { IsCanceled = fields.Flag }; break;
                    case 5: news = news with { CompactRevision = fields.Number }; break;
                    case 6: news = news with { Reason = System.Text.Encoding.UTF8.GetString(fields.Bytes.Span) }; break;
                    case 11: events.Add(fields.Bytes); break;
                }
            }
            return (news, events);
        }
    }
}
