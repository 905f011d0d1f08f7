using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Output;

/// <summary>
/// Writes a folder of files, a new one when the last is long enough, and a folder for each value of the columns that
/// part the rows:
/// <code>
///   sales/year=2024/month=1/part-1c9e4b07-0.parquet
///   sales/year=2024/month=1/part-1c9e4b07-1.parquet
///   sales/year=2024/month=__HIVE_DEFAULT_PARTITION__/part-1c9e4b07-0.parquet
/// </code>
/// Each file appears when it is whole; a writer that is disposed before its end takes away those that it has made.
/// </summary>
internal sealed class FolderWriter : TableFileWriter
{
    /// <summary>Files written at one time; the one that was longest without rows is ended for another.</summary>
    private const int MaxOpenFiles = 64;

    private readonly FileFormat _format;
    private readonly string _root;
    private readonly SourceOptions _formatOptions;
    private readonly long _fileSizeBytes;
    private readonly string _extension;
    private readonly string _pattern;
    private readonly string[] _replaced = [];
    private readonly (string Name, int Column)[] _keys;
    private readonly int[] _kept;
    private readonly Schema _schema;
    private readonly Batch _part = new([]);
    private readonly Dictionary<string, Folder> _folders = new(StringComparer.Ordinal);
    private readonly Folder[] _folderOfRow = new Folder[Batch.MaxRows];
    private readonly List<Folder> _touched = [];
    private readonly List<string> _files = [], _madeFolders = [];
    private int _openFiles;
    private long _turn;
    private long _bytesInFiles;
    private bool _isFinished;

    private FolderWriter(
        FileFormat format, string root, Schema schema, FolderOptions options, SourceOptions formatOptions)
    {
        _format = format;
        _root = root;
        _formatOptions = formatOptions;
        _fileSizeBytes = options.FileSizeBytes ?? long.MaxValue;
        bool isText = format is FileFormat.Csv or FileFormat.Json;
        _extension = options.Extension is { } named
            ? "." + named
            : FileFormats.ExtensionOf(format) + (isText && options.Compression is { } compression
                ? CompressionKinds.ExtensionOf(CompressionKinds.Parse(compression))
                : "");
        // Files that take the place of earlier ones have the same names each time.
        _pattern = options.NamePattern
            ?? (options.Ignores ? "data_{i}" : $"part-{Guid.NewGuid().ToString("n")[..8]}-{{i}}");
        if (options.Overwrites && Directory.Exists(root))
            _replaced = Directory.GetFiles(root, "*", SearchOption.AllDirectories);
        _keys = [.. options.PartitionBy.Select(name => (schema[ColumnOf(schema, name)].Name, ColumnOf(schema, name)))];
        _kept = [.. Enumerable.Range(0, schema.Count)
            .Where(c => options.KeepsColumns || !_keys.Any(key => key.Column == c))];
        _schema = new Schema(_kept.Select(c => schema[c]));
        if (_kept.Length > 0) return;
        throw new QueryException(
            SqlStates.InvalidParameterValue, "partition_by has all columns, and none is left for the files",
            hint: "Leave one out, or write a column twice: SELECT *, year AS year_kept.");
    }

    /// <inheritdoc/>
    public override long BytesWritten =>
        _bytesInFiles + _folders.Values.Sum(folder => folder.Writer?.BytesWritten ?? 0);

    /// <summary>Begins in a folder, which is made where it is absent.</summary>
    /// <exception cref="QueryException">The folder has files, and nobody asked to add some; a column is
    /// unknown.</exception>
    public static FolderWriter Open(
        FileFormat format, string? path, Schema schema, FolderOptions options, SourceOptions formatOptions)
    {
        if (path is null or "-" or "/dev/stdout")
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "partition_by and file_size_bytes need a folder to write into",
                hint: "Name one: COPY t TO 'folder' (…).");
        }
        FolderWriter writer = new(format, path, schema, options, formatOptions);
        bool mayHaveFiles = options.Appends || options.Overwrites || options.Ignores;
        if (File.Exists(path) || (!mayHaveFiles && Directory.Exists(path) && HasEntries(path)))
        {
            throw new QueryException(
                SqlStates.DuplicateFile, $"{(File.Exists(path) ? "This is a file" : "The folder has files")}: {path}",
                hint: "Name another folder, or say append = true to add files to it, overwrite = true to replace "
                    + "them.");
        }
        return writer;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(Batch batch, CancellationToken cancellationToken = default)
    {
        FindFolders(batch);
        try
        {
            foreach (Folder folder in _touched)
            {
                Select(batch, folder);
                if (folder.Writer is null) await BeginFileAsync(folder, cancellationToken).ConfigureAwait(false);
                folder.LastTurn = ++_turn;
                await folder.Writer!.WriteAsync(_part, cancellationToken).ConfigureAwait(false);
                RowsWritten += _part.SelectedCount;
                if (folder.Writer.BytesWritten < _fileSizeBytes) continue;
                await EndFileAsync(folder, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _part.Columns = [];
        }
    }

    /// <inheritdoc/>
    public override async ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        if (_keys.Length == 0 && _folders.Count == 0)
        {
            // A table without rows is one file, which has the columns.
            await BeginFileAsync(FolderOf(_root), cancellationToken).ConfigureAwait(false);
        }
        foreach (Folder folder in _folders.Values.Where(f => f.Writer is not null))
        {
            await EndFileAsync(folder, cancellationToken).ConfigureAwait(false);
        }
        _isFinished = true;
        DeleteReplaced();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        foreach (Folder folder in _folders.Values.Where(f => f.Writer is not null))
        {
            await folder.Writer!.DisposeAsync().ConfigureAwait(false);
        }
        _part.Columns = [];
        _part.Dispose();
        if (!_isFinished) TakeAway();
    }

    private static bool HasEntries(string path) => Directory.EnumerateFileSystemEntries(path).Any();

    private static int ColumnOf(Schema schema, string name)
    {
        int column = schema.IndexOf(name);
        if (column >= 0 && !schema[column].Type.IsNested) return column;
        throw new QueryException(
            column < 0 ? SqlStates.UndefinedColumn : SqlStates.DatatypeMismatch,
            $"partition_by: {(column < 0 ? "no such column" : "values of this column cannot name folders")}: {name}",
            hint: $"The columns are {string.Join(", ", schema.Fields.Select(f => f.Name))}.");
    }

    private void FindFolders(Batch batch)
    {
        _touched.Clear();
        ++_turn;
        Folder? whole = _keys.Length == 0 ? FolderOf(_root) : null;
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.IsMasked && !batch.Mask[row]) continue;
            Folder folder = whole ?? FolderOf(PathOf(batch, row));
            _folderOfRow[row] = folder;
            if (folder.TouchedIn == _turn) continue;
            folder.TouchedIn = _turn;
            _touched.Add(folder);
        }
    }

    private string PathOf(Batch batch, int row)
    {
        string path = _root;
        foreach ((string name, int column) in _keys)
        {
            path = Path.Combine(path, HivePath.NameOf(name, batch.Columns[column].GetValue(row)));
        }
        return path;
    }

    private Folder FolderOf(string path)
    {
        if (_folders.TryGetValue(path, out Folder? folder)) return folder;
        _folders.Add(path, folder = new Folder(path));
        return folder;
    }

    /// <summary>The rows of a folder, without the columns that name it.</summary>
    private void Select(Batch batch, Folder folder)
    {
        _part.Columns = [.. _kept.Select(column => batch.Columns[column])];
        _part.TakeRows(batch);
        if (_touched.Count == 1) return;
        RowMask mask = _part.BeginMask();
        for (int row = 0; row < batch.Count; row++)
        {
            if (mask[row] && _folderOfRow[row] != folder) mask[row] = false;
        }
    }

    private async ValueTask BeginFileAsync(Folder folder, CancellationToken cancellationToken)
    {
        if (_openFiles == MaxOpenFiles)
        {
            Folder oldest = _folders.Values.Where(f => f.Writer is not null).MinBy(f => f.LastTurn)!;
            await EndFileAsync(oldest, cancellationToken).ConfigureAwait(false);
        }
        MakeFolder(folder.Path);
        string number = folder.FileCount++.ToString(CultureInfo.InvariantCulture);
        string name = _pattern.Replace("{i}", number, StringComparison.Ordinal)
            .Replace("{uuidv7}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal)
            .Replace("{uuidv4}", Guid.NewGuid().ToString(), StringComparison.Ordinal)
            .Replace("{uuid}", Guid.NewGuid().ToString(), StringComparison.Ordinal);
        folder.File = Path.Combine(folder.Path, name + _extension);
        folder.Writer = CreateFile(_format, folder.File, null, _schema, _formatOptions);
        _openFiles++;
    }

    private async ValueTask EndFileAsync(Folder folder, CancellationToken cancellationToken)
    {
        TableFileWriter writer = folder.Writer!;
        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        _bytesInFiles += writer.BytesWritten;
        _files.Add(folder.File);
        folder.Writer = null;
        _openFiles--;
        await writer.DisposeAsync().ConfigureAwait(false);
    }

    private void MakeFolder(string path)
    {
        if (Directory.Exists(path)) return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } above) MakeFolder(above);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Files.FileErrors.Convert(error, path);
        }
        _madeFolders.Add(path);
    }

    private void DeleteReplaced()
    {
        HashSet<string> made = [.. _files.Select(f => Path.GetFullPath(f))];
        foreach (string file in _replaced.Where(f => !made.Contains(Path.GetFullPath(f))))
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw Files.FileErrors.Convert(error, file);
            }
        }
    }

    private void TakeAway()
    {
        try
        {
            foreach (string file in _files) File.Delete(file);
            foreach (string folder in Enumerable.Reverse(_madeFolders).Where(f => !HasEntries(f)))
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whole files of a run that was not finished stay; the error that ended it is told.
        }
    }

    /// <summary>Where the rows of one value go.</summary>
    private sealed class Folder(string path)
    {
        public string Path => path;

        public TableFileWriter? Writer { get; set; }

        public string File { get; set; } = "";

        public int FileCount { get; set; }

        public long LastTurn { get; set; }

        public long TouchedIn { get; set; }
    }
}
