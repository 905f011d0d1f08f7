using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Input;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Loading;

/// <summary>
/// Sends workers the bytes of files that they do not see: first what opening the files looks at, then what the pieces
/// need that they are given. So every byte of the rows travels once, and none is parsed here.
/// </summary>
internal sealed class FileUpload
{
    /// <summary>Bytes in one message.</summary>
    private const int MessageBytes = 256 << 10;

    /// <summary>
    /// The last row of a piece of text ends behind it. So much is sent at first, and more when that was too little.
    /// </summary>
    private const int FirstBehind = 1 << 20, Growth = 8, MaxBehind = 1 << 30;

    private readonly FileRecipe _files;
    private readonly IPieceBytes _pieces;
    private readonly int[] _columns;
    private readonly Dictionary<string, int> _numbers;
    private readonly IReadOnlyList<FileBytes> _opening;
    private int _behind = FirstBehind;

    private FileUpload(FileRecipe files, IPieceBytes pieces, int[] columns, IReadOnlyList<FileBytes> opening)
    {
        _files = files;
        _pieces = pieces;
        _columns = columns;
        _opening = opening;
        // A file that is named twice is one.
        _numbers = files.Paths.Index().DistinctBy(p => p.Item).ToDictionary(
            p => p.Item, p => p.Index, StringComparer.Ordinal);
    }

    /// <summary>Bytes that are sent before a worker can open the files.</summary>
    public long OpeningBytes => _opening.Sum(r => r.Length);

    /// <summary>Finds out what opening the files looks at; null where pieces do not say where they lie.</summary>
    public static FileUpload? TryPrepare(ITableSource source, FileRecipe files, IEnumerable<int> columns)
    {
        if (source is not IPieceBytes pieces) return null;
        RecordingInputFiles recording = new(files.Context.Files);
        SourceContext context = files.Context with
        {
            Files = recording, Counters = new SourceCounters(), OnNotice = null, OnRejected = null,
        };
        using ITableSource opened = TableSources.Open(
            files.Paths, files.Format, new SourceOptions(files.Options), context);
        return new FileUpload(files, pieces, [.. columns], recording.Read);
    }

    /// <summary>Sends what opening the files looks at.</summary>
    public Task SendOpeningAsync(RpcStream call, CancellationToken cancellationToken) =>
        SendAsync(_opening, call, cancellationToken);

    /// <summary>Sends what some pieces need.</summary>
    public Task SendPiecesAsync(PieceDealer.Deal deal, RpcStream call, CancellationToken cancellationToken)
    {
        List<FileBytes> wanted = [];
        for (int i = 0; i < deal.Count; i++) _pieces.AddBytesOf(deal.First + i, _columns, _behind, wanted);
        return SendAsync(FileBytes.Merge(wanted), call, cancellationToken);
    }

    /// <summary>What was sent was too little for rows that are long: from now on it is more.</summary>
    public void SendMore() => _behind = (int)Math.Min((long)_behind * Growth, MaxBehind);

    private async Task SendAsync(
        IReadOnlyList<FileBytes> ranges, RpcStream call, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MessageBytes];
        foreach (FileBytes range in ranges)
        {
            using IInputFile file = _files.Context.Files.Open(range.Path);
            for (long offset = range.Offset; offset < range.End;)
            {
                int count = file.Read(offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - offset)));
                if (count == 0) throw new StorageException("The file became shorter while it was read", range.Path);
                InputBytes message = new(_numbers[range.Path], offset, buffer.AsMemory(0, count));
                await call.SendAsync(message, cancellationToken);
                offset += count;
            }
        }
    }
}
