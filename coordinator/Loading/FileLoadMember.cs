using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;

namespace ColFrag.Coordinator.Loading;

/// <summary>
/// One worker that reads a part of the files of a load, as the coordinator sees it. All that it makes counts when it
/// has ended well, and nothing before: what of a failed part may lie on disks is deleted, and its pieces go to others.
/// </summary>
internal sealed class FileLoadMember(
    KnownWorker worker, FileUpload? upload, PieceDealer dealer, SegmentCopies copies, TableStore store,
    TableWriter target, SourceContext context)
{
    private readonly List<PieceDealer.Deal> _dealt = [];
    private readonly List<RowReject> _rejects = [];
    private readonly Dictionary<long, Begun> _begun = [];
    private PiecesWanted _counted = new(0, 0, 0, 0);
    private Exception? _refusal;
    private bool _hasArrived;

    /// <summary>Who reads.</summary>
    public KnownWorker Worker => worker;

    /// <summary>What sends it the files; null where it sees them.</summary>
    public FileUpload? Upload => upload;

    /// <summary>True when the part is lost since rows end behind what was sent of them.</summary>
    public bool HasMissed { get; private set; }

    /// <summary>True when the part is lost and the worker itself is at fault.</summary>
    public bool IsAtFault { get; private set; }

    /// <summary>
    /// Has the worker read until nothing is left. Null when its part is complete; else by what a worker lost it.
    /// </summary>
    /// <exception cref="ColFragException">The files, or the rows in them, are at fault.</exception>
    public async Task<ColFragException?> RunAsync(
        NodeConnections connections, LoadFiles order, CancellationToken cancellationToken)
    {
        bool isComplete = false;
        try
        {
            RpcConnection connection = await connections.GetAsync(worker.Address, cancellationToken);
            await using RpcStream call = await connection.StartAsync(
                order with { OpeningBytes = upload?.OpeningBytes ?? -1 }, Timeout.InfiniteTimeSpan, cancellationToken);
            if (upload is not null) await upload.SendOpeningAsync(call, cancellationToken);
            await ServeAsync(call, cancellationToken);
            FilesLoaded loaded = await call.GetReplyAsync<FilesLoaded>();
            if (loaded.Error is not null)
            {
                HasMissed = loaded.FailedWorker == 0;
                if (!HasMissed) copies.Workers.AvoidWrites(loaded.FailedWorker);
                return loaded.Error.ToException();
            }
            await TakeAsync(loaded, cancellationToken);
            isComplete = true;
            return null;
        }
        catch (ColFragException error) when (
            error != _refusal && !cancellationToken.IsCancellationRequested && IsWorkersFault(error, order))
        {
            IsAtFault = true;
            return error;
        }
        finally
        {
            if (!_hasArrived) _ = dealer.ArriveAsync();
            if (!isComplete) await GiveUpAsync();
        }
    }

    /// <summary>Files that cannot be read are nobody's fault, whoever reads them.</summary>
    private static bool IsWorkersFault(ColFragException error, LoadFiles order) => error switch
    {
        ClusterException { IsTransient: true } => true,
        StorageException storage => !order.Files.Any(f => f.Name == storage.Path),
        _ => false,
    };

    /// <summary>Answers what the worker asks until it has ended.</summary>
    private async Task ServeAsync(RpcStream call, CancellationToken cancellationToken)
    {
        while (await call.ReadAsync(cancellationToken) is { } frame)
        {
            using (frame)
            {
                switch (frame.Kind == FrameKind.Item ? MessageRegistry.Read(frame, call.PeerName) : null)
                {
                    case PiecesWanted wanted:
                        Count(wanted);
                        dealer.CheckRejects();
                        if (!_hasArrived)
                        {
                            _hasArrived = true;
                            await dealer.ArriveAsync().OrCanceledAsync(cancellationToken);
                        }
                        PiecesGiven given = Deal(cancellationToken);
                        if (upload is not null && given.Count > 0)
                        {
                            PieceDealer.Deal sent = new(given.First, given.Count);
                            await upload.SendPiecesAsync(sent, call, cancellationToken);
                        }
                        await call.SendAsync(given, cancellationToken);
                        break;
                    case SegmentWanted wanted:
                        await call.SendAsync(Place(wanted), cancellationToken);
                        break;
                    case RowsRejected rejected:
                        _rejects.AddRange(rejected.Rows);
                        break;
                    default:
                        throw Unexpected("frame of a load");
                }
            }
        }
    }

    private PiecesGiven Deal(CancellationToken cancellationToken)
    {
        try
        {
            if (dealer.Take(isFirst: _dealt.Count == 0, cancellationToken) is not { } next)
                return new PiecesGiven(0, 0, 0, -1);
            _dealt.Add(next.Pieces);
            return new PiecesGiven(next.Pieces.First, next.Pieces.Count, next.Start.State, next.Start.Lines);
        }
        catch (ColFragException error)
        {
            _refusal = error;
            throw;
        }
    }

    private SegmentPlaced Place(SegmentWanted wanted)
    {
        RangeRecord range = target.Ranges.FirstOrDefault(r => r.Id == wanted.Range) ?? throw Unexpected("range");
        try
        {
            PlacedSegment targets = PlacedSegment.Of(
                store.Placement.ChooseTargets(target.Definition, range, target.Acknowledgement), copies.Workers);
            _begun.Add(wanted.Segment, new Begun(range, targets));
            SegmentTargets placed = targets.ToTargets();
            return new SegmentPlaced(wanted.Segment, placed.Workers, placed.Parts);
        }
        catch (ColFragException error)
        {
            _refusal = error;
            throw;
        }
    }

    private void Count(PiecesWanted now)
    {
        dealer.Count(
            now.RowsRead - _counted.RowsRead, now.RowsDelivered - _counted.RowsDelivered,
            now.RowsRejected - _counted.RowsRejected, now.BytesRead - _counted.BytesRead);
        _counted = now;
    }

    /// <summary>Takes over what the worker has made.</summary>
    private async Task TakeAsync(FilesLoaded loaded, CancellationToken cancellationToken)
    {
        if (loaded.Segments.Select(s => s.Segment).Distinct().Count() != loaded.Segments.Length ||
            loaded.Segments.Length != _begun.Count) throw Unexpected("number of segments");
        Count(loaded.Progress);
        dealer.CheckRejects();
        List<(LoadedSegment Segment, SealedSegment Made)> made = [];
        foreach (LoadedSegment segment in loaded.Segments)
        {
            if (!_begun.TryGetValue(segment.Segment, out Begun begun)) throw Unexpected("segment");
            NewSegment described = new(segment.Segment, target.Definition, begun.Range, [], null)
            {
                Acknowledgement = target.Acknowledgement,
            };
            made.Add((segment, await copies.CompleteAsync(
                described, new SegmentSealed(segment.RowCount, segment.Bytes, segment.Groups), begun.Targets,
                cancellationToken)));
        }
        foreach ((LoadedSegment segment, SealedSegment complete) in made)
            target.Adopt(store.NewPendingKey(segment.Segment), _begun[segment.Segment].Range, complete);
        foreach (RowReject row in _rejects)
        {
            context.OnRejected?.Invoke(new RejectedRow(
                row.File, row.Line, row.ByteOffset, row.Column, row.Message, row.RawText));
        }
    }

    private async Task GiveUpAsync()
    {
        Count(new PiecesWanted(0, 0, 0, 0));
        dealer.GiveBack(_dealt);
        foreach ((long segment, Begun begun) in _begun)
        {
            await copies.DeleteAsync(
                target.Definition.TableId, segment, begun.Targets.Ids, CancellationToken.None);
        }
    }

    /// <summary>A segment that may lie on disks.</summary>
    private readonly record struct Begun(RangeRecord Range, PlacedSegment Targets);

    private ClusterException Unexpected(string what) => new(
        $"Unexpected {what} from worker {worker.Number}", isTransient: false, SqlStates.ProtocolViolation);
}
