using System.Collections.Immutable;
using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Loads;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Loading;

/// <summary>
/// Has the workers read the files of a load, each a part, and send the rows straight to the workers of their hash
/// ranges. The coordinator deals out pieces, sends their bytes to workers that do not see the files, says where
/// segments go, and commits; it parses nothing. A part that a worker loses is read by the others.
/// </summary>
internal sealed class FileLoads(
    SegmentCopies copies, NodeConnections connections, Func<TableStore> store, long leastBytes)
{
    private const int MaxRounds = 5;

    /// <summary>What is dealt out at once: enough to be worth a message, little enough to be spread evenly.</summary>
    private const long DealBytes = 64 << 20, SentDealBytes = 8 << 20;

    private static readonly TimeSpan s_findPatience = TimeSpan.FromSeconds(30);

    /// <summary>Loads into the writer; false where nothing was done: workers cannot, or it is too little.</summary>
    public async ValueTask<bool> TryRunAsync(
        PhysicalNode plan, TableWriter target, IReadOnlyList<string> checks, QueryEnvironment environment,
        CancellationToken cancellationToken)
    {
        // A table that is cut by its first rows needs to see them in one place.
        if (target.Sample is not null || target.OnlyRange is not null) return false;
        if (!copies.Workers.IsDistributed || FileLoadPlan.TryMake(plan) is not { } work) return false;
        ITableSource source = work.Scan.Table.Source;
        FileRecipe files = work.Scan.Table.Files!;
        int[] pieces = work.Scan.Pieces.Kept;
        if (pieces.Length < 2 || source.LengthBytes is not { } bytes || bytes < leastBytes) return false;
        byte[] rows = PlanBytes.Write(
            work.Root, environment.Session, environment.Parameters, out string[] assemblies);
        // Functions of an assembly run where it lies already.
        if (assemblies.Length > 0 || MarksOf(files) is not { } marks) return false;
        Reader[] readers = await FindReadersAsync(marks, cancellationToken);
        FileUpload? upload = readers.All(r => r.SeesFiles)
            ? null
            : FileUpload.TryPrepare(source, files, work.Scan.Positions);
        if (upload is null) readers = [.. readers.Where(r => r.SeesFiles)];
        if (readers.Length == 0) return false;
        LoadFiles order = OrderOf(work, rows, marks, target, checks);
        long maxErrors = new SourceOptions(files.Options).TakeCount("max_errors", "rejects_limit") ?? long.MaxValue;
        PieceDealer dealer = new(source, countsLines: upload is not null, maxErrors);
        long dealBytes = upload is null ? DealBytes : SentDealBytes;
        dealer.Add(pieces, MostAtOnce(bytes, source.PieceCount, pieces.Length, readers.Length, dealBytes));
        for (int round = 1; ; round++)
        {
            FileLoadMember[] members =
            [
                .. readers.Select(
                    r => new FileLoadMember(
                        r.Worker, r.SeesFiles ? null : upload, dealer, copies, store(), target, files.Context)),
            ];
            dealer.Expect(members.Length);
            ColFragException?[] lost = await RunAsync(members, order, cancellationToken);
            if (dealer.IsEmpty) return true;
            if (members.Any(m => m.HasMissed)) upload?.SendMore();
            readers = [.. members.Where(m => !m.IsAtFault).Select(m => new Reader(m.Worker, m.Upload is null))];
            ColFragException reason = lost.OfType<ColFragException>().FirstOrDefault() ??
                throw Invariant.Unreachable("pieces that nobody reads and nobody lost");
            if (round == MaxRounds || readers.Length == 0) throw new WriteLostException(reason);
        }
    }

    /// <summary>Runs all parts; one that fails by the fault of the files stops the others.</summary>
    private async Task<ColFragException?[]> RunAsync(
        FileLoadMember[] members, LoadFiles order, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? first = null;
        ColFragException?[] lost = await Waiting.AllAsync(members.Select(RunOneAsync));
        if (first is not null) throw first;
        return lost;

        async Task<ColFragException?> RunOneAsync(FileLoadMember member)
        {
            try
            {
                return await member.RunAsync(connections, order, stop.Token);
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref first, error, null);
                stop.Cancel();
                return null;
            }
        }
    }

    /// <summary>The workers that answer.</summary>
    private async Task<Reader[]> FindReadersAsync(
        ImmutableArray<InputFileMark> marks, CancellationToken cancellationToken)
    {
        ImmutableArray<KnownWorker> live = copies.Workers.Live;
        Reader?[] answers = await Waiting.AllAsync(live.Select(w => AskAsync(w, marks, cancellationToken)));
        return [.. answers.OfType<Reader>()];
    }

    private async Task<Reader?> AskAsync(
        KnownWorker worker, ImmutableArray<InputFileMark> marks, CancellationToken cancellationToken)
    {
        try
        {
            RpcConnection connection = await connections.GetAsync(worker.Address, cancellationToken);
            InputFilesFound found = await connection.CallAsync<InputFilesFound>(
                new FindInputFiles(marks), s_findPatience, cancellationToken);
            return new Reader(worker, found.HasAll);
        }
        catch (ColFragException)
        {
            return null;
        }
    }

    private static ImmutableArray<InputFileMark>? MarksOf(FileRecipe files)
    {
        List<InputFileMark> marks = [];
        foreach (string path in files.Paths)
        {
            if (InputMarks.TryMake(files.Context.Files, path) is not { } mark) return null;
            marks.Add(mark);
        }
        return [.. marks];
    }

    private static LoadFiles OrderOf(
        FileLoadPlan work, byte[] rows, ImmutableArray<InputFileMark> marks, TableWriter target,
        IReadOnlyList<string> checks)
    {
        FileRecipe files = work.Scan.Table.Files!;
        ITableSource source = work.Scan.Table.Source;
        return new LoadFiles(
            rows, target.Definition.ToBytes(),
            [.. target.Ranges.Select(BytesOf)], [.. checks], marks, files.Format is { } format ? (int)format : -1,
            [.. files.Options.Select(o => new FileOption(o.Key, o.Value))], files.Context.Target, source.Schema,
            source.PieceCount, [.. work.Scan.Positions], OpeningBytes: -1);
    }

    private static byte[] BytesOf(RangeRecord range)
    {
        using ByteWriter bytes = new(256);
        (range with { Homes = [] }).Write(bytes);
        return bytes.ToArray();
    }

    private static int MostAtOnce(long bytes, int allPieces, int pieces, int readers, long dealBytes)
    {
        long byBytes = dealBytes / Math.Max(1, bytes / allPieces);
        long byReaders = (pieces + (3L * readers) - 1) / (3L * readers);
        return (int)Math.Clamp(Math.Min(byBytes, byReaders), 1, pieces);
    }

    /// <summary>A worker that can take part, and whether it sees the files.</summary>
    private readonly record struct Reader(KnownWorker Worker, bool SeesFiles);
}
