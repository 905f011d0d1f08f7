using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Loads;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;

namespace ColFrag.Worker.Loading;

/// <summary>
/// A worker's part of a load: it reads the pieces that the coordinator deals out, makes the table's rows of them, and
/// sends these to the workers of their hash ranges. What it made is nobody's before the coordinator has the answer.
/// </summary>
internal sealed class FileLoad : IWriteTarget, IExchangeInputs, IDisposable
{
    /// <summary>Of files that are sent, so many pieces wait while others are read.</summary>
    private const int SentAhead = 4;

    private static readonly TimeSpan s_deletePatience = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly LoadFiles _request;
    private readonly RpcCall _call;
    private readonly UploadedFiles? _uploaded;
    private readonly WorkerEnvironment _environment;
    private readonly NodeConnections _connections;
    private readonly TableDefinition _definition;
    private readonly ImmutableArray<RangeRecord> _ranges;
    private readonly ITableSource _source;
    private readonly ArrivingPieces _pieces;
    private readonly CancellationTokenSource _stop;
    private readonly Dictionary<long, TaskCompletionSource<SegmentPlaced>> _placing = [];
    private readonly Dictionary<long, ImmutableArray<WorkerAddress>> _targets = [];
    private List<RowReject> _rejects = [];
    private TaskCompletionSource<PiecesGiven> _giving = NewAnswer<PiecesGiven>();
    private Exception? _failure;
    private long _failedWorker;
    private long _lastOrder;

    /// <summary>Opens the files.</summary>
    /// <exception cref="ClusterException">They are not what the coordinator has seen.</exception>
    public FileLoad(
        LoadFiles request, RpcCall call, UploadedFiles? uploaded, WorkerEnvironment environment,
        MemoryAccount account, NodeConnections connections)
    {
        _request = request;
        _call = call;
        _uploaded = uploaded;
        _environment = environment;
        _connections = connections;
        RowAccount = account;
        _definition = TableDefinition.Read(new CatalogEntry(new CatalogKey("wire"), request.Definition, 0, 0, 0));
        _ranges = [.. request.Ranges.Select(r => ReadRange(r, call.PeerName))];
        _pieces = new ArrivingPieces(uploaded is null ? 0 : SentAhead);
        _source = TableSources.Open(
            [.. request.Files.Select(f => f.Name)],
            request.Format < 0 ? null : (Engine.Formats.FileFormat)request.Format,
            new SourceOptions(request.Options.Select(o => KeyValuePair.Create(o.Name, o.Value))),
            new SourceContext
            {
                Files = (IInputFiles?)uploaded ?? new MarkedInputFiles(environment.InputFiles, request.Files),
                Target = request.Target, OnRejected = Reject, Conversions = TextConversions.Instance,
            });
        _stop = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        if (_source.Schema.Equals(request.Schema) && _source.PieceCount == request.PieceCount) return;
        Dispose();
        throw new ClusterException($"The files look different here: {request.Files[0].Name}");
    }

    public StoreOptions Options => _environment.Options;

    public IRandom Random => _environment.Random;

    public MemoryAccount RowAccount { get; }

    /// <summary>Reads what is dealt out until there is no more.</summary>
    public async Task<FilesLoaded> RunAsync(PlanReadContext context)
    {
        ReceivedPlan plan = PlanBytes.Read(_request.Plan, context, $"plan from {_call.PeerName}");
        Task listening = StopOnFailureAsync(ListenAsync());
        Task feeding = StopOnFailureAsync(FeedAsync());
        try
        {
            ImmutableArray<LoadedSegment> made = await WriteAsync(plan);
            await feeding;
            await SendRejectsAsync();
            return new FilesLoaded(made, Progress(), null, 0);
        }
        catch (Exception error)
        {
            _call.CancellationToken.ThrowIfCancellationRequested();
            if (_failedWorker != 0 || _uploaded is { HasMissed: true })
                return new FilesLoaded([], Progress(), Failure.From(error), _failedWorker);
            if (_failure is { } failure and not OperationCanceledException) throw failure;
            throw;
        }
        finally
        {
            _stop.Cancel();
            _pieces.End();
            await Waiting.AllAsync([listening, feeding]).EndedAsync();
        }
    }

    public Source Open(ExchangeSourceNode node, QueryRun run)
    {
        bool fits = node.Columns.Count == _request.Columns.Length;
        for (int i = 0; fits && i < node.Columns.Count; i++)
        {
            fits = (uint)_request.Columns[i] < (uint)_source.Schema.Count
                && _source.Schema[_request.Columns[i]].Type.Equals(node.Columns[i].Type);
        }
        if (!fits) throw Unexpected("columns of files");
        SourceTable table = new(_source, $"'{string.Join("', '", _request.Files.Select(f => f.Name))}'");
        return new PieceSource(new SourceScanNode(table, [.. _request.Columns], node.Columns, []), _pieces, null);
    }

    public SegmentKey NewPendingKey() =>
        new(Interlocked.Increment(ref _lastOrder), LocalPlacement.NewId(_environment.Random));

    public ISegmentSink BeginSegment(
        SegmentKey key, TableDefinition definition, RangeRecord range, AttemptId? attempt,
        Acknowledgement acknowledgement) =>
        new PlacedSegmentSink(this, new NewSegment(key.Id, definition, range, [], attempt), _connections);

    public ValueTask DiscardAsync(PendingSegment pending) => DeleteAsync(pending.Record.Key.Id);

    /// <summary>Where a segment goes, as the coordinator says.</summary>
    public async ValueTask<SegmentTargets> PlaceAsync(NewSegment segment, CancellationToken stop)
    {
        TaskCompletionSource<SegmentPlaced> answer = NewAnswer<SegmentPlaced>();
        lock (_lock) _placing.Add(segment.Id, answer);
        await _call.SendAsync(new SegmentWanted(segment.Id, segment.Range.Id));
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stop, _stop.Token);
        SegmentPlaced placed = await answer.Task.OrCanceledAsync(either.Token);
        if (placed.Targets.IsEmpty) throw Unexpected("segment without a place");
        lock (_lock) _targets[segment.Id] = placed.Targets;
        return new SegmentTargets(placed.Targets, placed.Parts);
    }

    /// <summary>A worker could not take its rows: the load is lost, and the coordinator is told who it was.</summary>
    public void NoteLost(long worker) => Interlocked.CompareExchange(ref _failedWorker, worker, 0);

    /// <summary>Deletes a segment that nobody will name, wherever it may lie.</summary>
    public async ValueTask DeleteAsync(long segment)
    {
        ImmutableArray<WorkerAddress> targets;
        lock (_lock) targets = _targets.GetValueOrDefault(segment, []);
        DeleteSegment request = new(_definition.TableId, segment, 0);
        await Waiting.AllAsync(targets.Select(t => TryDeleteAsync(t, request)));
    }

    public void Dispose()
    {
        _source.Dispose();
        _stop.Dispose();
    }

    private async Task<ImmutableArray<LoadedSegment>> WriteAsync(ReceivedPlan plan)
    {
        QueryEnvironment environment = new()
        {
            Scheduler = _environment.Scheduler, Memory = _environment.Memory, Session = plan.Session,
            Parameters = plan.Parameters, Exchanges = this,
        };
        await using TableWriter writer = new(this, _definition, _ranges, null, usesJournal: false);
        using InsertSink sink = new(writer, _request.Checks, null);
        await LocalPlanRunner.RunAsync(plan.Root, sink, environment, _stop.Token);
        ImmutableArray<PendingSegment> made = await writer.FinishAsync(_stop.Token);
        return
        [
            .. made.Select(m => new LoadedSegment(
                m.Record.Key.Id, m.Record.RowCount, m.Record.Bytes,
                [.. m.Record.Groups.Select(g => new SealedGroup(g.Group, g.ManifestHash, g.Bytes, g.Workers))])),
        ];
    }

    /// <summary>Takes what the coordinator answers.</summary>
    private async Task ListenAsync()
    {
        while (await _call.ReadAsync(_stop.Token) is { } frame)
        {
            using (frame)
            {
                switch (frame.Kind == FrameKind.Item ? MessageRegistry.Read(frame, _call.PeerName) : null)
                {
                    case InputBytes sent when _uploaded is not null:
                        _uploaded.Add(sent);
                        break;
                    case PiecesGiven given:
                        _giving.TrySetResult(given);
                        break;
                    case SegmentPlaced placed:
                        TaskCompletionSource<SegmentPlaced>? answer;
                        lock (_lock) _placing.Remove(placed.Segment, out answer);
                        answer?.TrySetResult(placed);
                        break;
                    default:
                        throw Unexpected("frame of a load");
                }
            }
        }
    }

    /// <summary>Asks for pieces whenever few are left.</summary>
    private async Task FeedAsync()
    {
        while (true)
        {
            await SendRejectsAsync();
            _giving = NewAnswer<PiecesGiven>();
            await _call.SendAsync(Progress());
            PiecesGiven given = await _giving.Task.OrCanceledAsync(_stop.Token);
            if (given.Count == 0) break;
            if (given.First < 0 || given.Count < 0 || given.Count > _source.PieceCount - given.First)
                throw Unexpected("numbers of pieces");
            (_source as IPieceStarts)?.AssumeStart(given.First, new PieceStart(given.Start, given.Lines));
            _pieces.Add(given.First, given.Count);
            if (_pieces.WhenLow() is { } low) await low.WaitAsync(_stop.Token);
        }
        _pieces.End();
    }

    private async Task StopOnFailureAsync(Task part)
    {
        try
        {
            await part;
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _failure, error, null);
            _stop.Cancel();
        }
    }

    private void Reject(RejectedRow row)
    {
        lock (_lock)
        {
            _rejects.Add(new RowReject(
                row.File, row.Line, row.ByteOffset, row.Column, row.Message, row.RawText));
        }
    }

    private async Task SendRejectsAsync()
    {
        List<RowReject> rejects;
        lock (_lock) (rejects, _rejects) = (_rejects, []);
        foreach (RowReject[] some in rejects.Chunk(1_000)) await _call.SendAsync(new RowsRejected([.. some]));
    }

    private PiecesWanted Progress() => new(
        _source.Counters.RowsRead, _source.Counters.RowsDelivered, _source.Counters.RowsRejected,
        _source.Counters.BytesRead);

    private async Task TryDeleteAsync(WorkerAddress target, DeleteSegment request)
    {
        try
        {
            RpcConnection connection = await _connections.GetAsync(target);
            await connection.CallAsync<Done>(request, s_deletePatience);
        }
        catch (ColFragException)
        {
            // The coordinator deletes it as well, or the worker when it registers.
        }
    }

    private static TaskCompletionSource<T> NewAnswer<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static RangeRecord ReadRange(byte[] bytes, string name)
    {
        ByteReader source = new(bytes, name);
        return RangeRecord.Read(ref source);
    }

    private ClusterException Unexpected(string what) => new(
        $"Unexpected {what} from {_call.PeerName}", isTransient: false, SqlStates.ProtocolViolation);
}
