using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats;

/// <summary>How several files become one table.</summary>
/// <param name="Filename">Adds a column with each row's file.</param>
/// <param name="HivePartitioning">Adds columns from folder names; null = when every file has them.</param>
/// <param name="UnionByName">Takes columns of the same name together; a file may lack some.</param>
internal sealed record FileSetOptions(bool Filename, bool? HivePartitioning, bool UnionByName)
{
    /// <summary>The types of columns from folder names.</summary>
    public HiveColumns Hive { get; init; } = new();
}

/// <summary>Files of one format as one table: the pieces of the first, then those of the second, and so on.</summary>
internal sealed class FileSet : ITableSource, IPieceStatistics, IPieceStarts, IPieceBytes, IFilteringSource
{
    private readonly ITableSource[] _files;
    private readonly int[] _firstPieces;
    private readonly int[][] _fileColumns;
    private readonly Value[][] _constants;

    private FileSet(Schema schema, ITableSource[] files, int[][] fileColumns, Value[][] constants,
        SourceCounters counters)
    {
        Schema = schema;
        Counters = counters;
        _files = files;
        _fileColumns = fileColumns;
        _constants = constants;
        _firstPieces = new int[files.Length + 1];
        for (int i = 0; i < files.Length; i++) _firstPieces[i + 1] = _firstPieces[i] + files[i].PieceCount;
    }

    /// <inheritdoc/>
    public Schema Schema { get; }

    /// <inheritdoc/>
    public long? RowCountEstimate => Sum(f => f.RowCountEstimate);

    /// <inheritdoc/>
    public bool IsRowCountExact => _files.All(f => f.IsRowCountExact);

    /// <inheritdoc/>
    public long? LengthBytes => Sum(f => f.LengthBytes);

    /// <inheritdoc/>
    public int PieceCount => _firstPieces[^1];

    /// <inheritdoc/>
    public SourceCounters Counters { get; }

    /// <summary>Opens files.</summary>
    /// <param name="paths">The files, in order.</param>
    /// <param name="options">How they become one.</param>
    /// <param name="context">Files, memory, target columns.</param>
    /// <param name="open">Opens one file, with the columns it must have where they are known.</param>
    public static ITableSource Open(
        IReadOnlyList<string> paths, FileSetOptions options, SourceContext context,
        Func<string, Schema?, ITableSource> open)
    {
        ImmutableArray<(string Key, string? Value)>[] partitions = [.. paths.Select(HivePath.Parse)];
        bool isHive = options.HivePartitioning
            ?? (partitions.All(p => p.Length > 0)
                && partitions.Select(KeysOf).Distinct(StringComparer.Ordinal).Count() == 1);
        if (paths.Count == 1 && !options.Filename && !(isHive && partitions[0].Length > 0)) return open(paths[0], null);
        List<ITableSource> files = [];
        try
        {
            foreach (string path in paths)
            {
                Schema? wanted = options.UnionByName || files.Count == 0 ? null : files[0].Schema;
                ITableSource file = open(path, wanted);
                files.Add(file);
                if (wanted is not null) CheckSame(path, file.Schema, paths[0], wanted);
            }
            Schema rows = options.UnionByName ? Unite(paths, files, open) : Widen(paths, files, open);
            return Combine(paths, files, rows, options, isHive ? partitions : null, context.Counters);
        }
        catch
        {
            foreach (ITableSource file in files) file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account) =>
        OpenPiece(piece, columns, [], account);

    /// <inheritdoc/>
    public IPieceReader OpenPiece(
        int piece, ReadOnlySpan<int> columns, IReadOnlyList<ScanFilter> filters, MemoryAccount account)
    {
        int file = FileOf(piece);
        List<int> inner = [];
        int[] slots = new int[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            int source = _fileColumns[file][columns[i]];
            slots[i] = source < 0 ? -1 : inner.Count;
            if (source >= 0) inner.Add(source);
        }
        Value?[] constants = new Value?[columns.Length];
        for (int i = 0; i < columns.Length; i++) constants[i] = slots[i] < 0 ? _constants[file][columns[i]] : null;
        int own = piece - _firstPieces[file];
        // A file that has its columns at other places is read whole.
        ScanFilter[] known = [.. filters.Where(f => _fileColumns[file][f.Column] == f.Column)];
        IPieceReader reader = known.Length > 0 && _files[file] is IFilteringSource filtering
            ? filtering.OpenPiece(own, CollectionsMarshal.AsSpan(inner), known, account)
            : _files[file].OpenPiece(own, CollectionsMarshal.AsSpan(inner), account);
        return inner.Count == columns.Length
            ? reader
            : new MappedReader(reader, inner.Count, slots, constants, account);
    }

    /// <inheritdoc/>
    public long? RowCount(int piece)
    {
        int file = FileOf(piece);
        return (_files[file] as IPieceStatistics)?.RowCount(piece - _firstPieces[file]);
    }

    /// <inheritdoc/>
    public PieceBounds? Bounds(int piece, int column)
    {
        int file = FileOf(piece);
        int source = _fileColumns[file][column];
        if (source >= 0) return (_files[file] as IPieceStatistics)?.Bounds(piece - _firstPieces[file], source);
        Value constant = _constants[file][column];
        return constant.IsNull ? new PieceBounds(null, null, RowCount(piece)) : new PieceBounds(constant, constant, 0);
    }

    /// <inheritdoc/>
    public (int File, int Group) PlaceOf(int piece)
    {
        int file = FileOf(piece);
        return (file, (_files[file] as IPieceStatistics)?.PlaceOf(piece - _firstPieces[file]).Group ?? -1);
    }

    /// <inheritdoc/>
    public PieceStart StartOf(int piece, bool countsLines, CancellationToken cancellationToken)
    {
        int file = FileOf(piece);
        return _files[file] is IPieceStarts starts
            ? starts.StartOf(piece - _firstPieces[file], countsLines, cancellationToken)
            : PieceStart.None;
    }

    /// <inheritdoc/>
    public void AssumeStart(int piece, PieceStart start)
    {
        int file = FileOf(piece);
        (_files[file] as IPieceStarts)?.AssumeStart(piece - _firstPieces[file], start);
    }

    /// <inheritdoc/>
    public void AddBytesOf(int piece, ReadOnlySpan<int> columns, int behind, ICollection<FileBytes> target)
    {
        int file = FileOf(piece);
        List<int> inner = [];
        foreach (int column in columns)
        {
            if (_fileColumns[file][column] is >= 0 and int own) inner.Add(own);
        }
        ((IPieceBytes)_files[file]).AddBytesOf(
            piece - _firstPieces[file], CollectionsMarshal.AsSpan(inner), behind, target);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ITableSource file in _files) file.Dispose();
    }

    private int FileOf(int piece)
    {
        int index = Array.BinarySearch(_firstPieces, piece);
        if (index < 0) return ~index - 1;
        // Files without pieces share their first piece with the next file.
        while (_firstPieces[index + 1] == piece) index++;
        return index;
    }

    private long? Sum(Func<ITableSource, long?> of)
    {
        long sum = 0;
        foreach (ITableSource file in _files)
        {
            if (of(file) is not long value) return null;
            sum += value;
        }
        return sum;
    }

    private static string KeysOf(ImmutableArray<(string Key, string? Value)> partition) =>
        string.Join('/', partition.Select(p => p.Key));

    private static void CheckSame(string path, Schema schema, string firstPath, Schema first)
    {
        bool isSame = schema.Count == first.Count
            && schema.Fields.All(f => first.IndexOf(f.Name) is >= 0 and int i && first[i].Type.Equals(f.Type));
        if (isSame) return;
        throw new QueryException(
            SqlStates.DatatypeMismatch, $"The files have different columns: {firstPath} ({first}); {path} ({schema})",
            hint: "union_by_name = true takes columns of the same name together.");
    }

    // The columns of all files, each of the type that holds all of its values; files of other types are opened again.
    private static Schema Unite(
        IReadOnlyList<string> paths, List<ITableSource> files, Func<string, Schema?, ITableSource> open)
    {
        List<Field> united = [];
        for (int i = 0; i < files.Count; i++)
        {
            foreach (Field field in files[i].Schema.Fields)
            {
                int at = united.FindIndex(f => f.Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase));
                if (at < 0) united.Add(field);
                else united[at] = united[at] with { Type = TypeUnion.Of(united[at].Type, field.Type) };
            }
        }
        Schema all = new(united);
        for (int i = 0; i < files.Count; i++)
        {
            Schema own = files[i].Schema;
            Schema wanted = new(own.Fields.Select(f => f with { Type = all[all.IndexOf(f.Name)].Type }));
            if (wanted.Equals(own)) continue;
            files[i].Dispose();
            files[i] = open(paths[i], wanted);
        }
        return all;
    }

    // What the first file shows may be too narrow for the others: then all are opened again with what holds both.
    private static Schema Widen(
        IReadOnlyList<string> paths, List<ITableSource> files, Func<string, Schema?, ITableSource> open)
    {
        Schema first = files[0].Schema;
        Schema wide = new(first.Fields.Select(f => f with { Type = WidestOf(f, files) }));
        if (wide.Equals(first)) return first;
        for (int i = 0; i < files.Count; i++)
        {
            files[i].Dispose();
            files[i] = open(paths[i], wide);
        }
        return wide;
    }

    private static LogicalType WidestOf(Field column, List<ITableSource> files)
    {
        LogicalType widest = column.Type;
        foreach (ISampledTypes file in files.OfType<ISampledTypes>())
        {
            int at = ((ITableSource)file).Schema.IndexOf(column.Name);
            if (file.SampledType(at) is { } type) widest = TypeUnion.Of(widest, type);
        }
        return widest;
    }

    private static FileSet Combine(
        IReadOnlyList<string> paths, List<ITableSource> files, Schema rows, FileSetOptions options,
        ImmutableArray<(string Key, string? Value)>[]? partitions, SourceCounters counters)
    {
        Field[] keys = partitions is null ? [] : HivePath.FindFields(partitions, options.Hive);
        bool hasFilename = options.Filename;
        List<Field> fields = [.. rows.Fields];
        // A key in the path is the truth, whatever the file says.
        fields.RemoveAll(f => keys.Any(k => k.Name.Equals(f.Name, StringComparison.OrdinalIgnoreCase)));
        if (hasFilename) fields.RemoveAll(f => f.Name.Equals("filename", StringComparison.OrdinalIgnoreCase));
        int fileColumnCount = fields.Count;
        fields.AddRange(keys);
        if (hasFilename) fields.Add(new Field("filename", LogicalType.Varchar));
        int[][] fileColumns = new int[files.Count][];
        Value[][] constants = new Value[files.Count][];
        for (int i = 0; i < files.Count; i++)
        {
            fileColumns[i] = [.. fields.Select((f, c) => c < fileColumnCount ? files[i].Schema.IndexOf(f.Name) : -1)];
            constants[i] = [.. fields.Select(f => Value.Null(f.Type))];
            for (int k = 0; k < keys.Length; k++)
                constants[i][fileColumnCount + k] = HivePath.ValueOf(partitions![i], keys[k], paths[i]);
            if (hasFilename) constants[i][^1] = Value.Text(paths[i]);
        }
        return new FileSet(new Schema(fields), [.. files], fileColumns, constants, counters);
    }

    /// <summary>Reads what the file has into some of the columns and fills the others with constants.</summary>
    private sealed class MappedReader : IPieceReader
    {
        private readonly IPieceReader _reader;
        private readonly int[] _slots;
        private readonly ColumnVector?[] _constants;
        private readonly Batch _inner;
        private readonly Arena _arena;

        public MappedReader(IPieceReader reader, int innerCount, int[] slots, Value?[] constants, MemoryAccount account)
        {
            _reader = reader;
            _slots = slots;
            _inner = new Batch(new ColumnVector[innerCount]);
            _arena = new Arena(account);
            _constants = [.. constants.Select(c => c is null ? null : MakeConstant(c, account))];
        }

        public bool Read(Batch target, CancellationToken cancellationToken)
        {
            target.Reset();
            for (int i = 0; i < _slots.Length; i++)
            {
                if (_slots[i] >= 0) _inner.Columns[_slots[i]] = target.Columns[i];
            }
            if (!_reader.Read(_inner, cancellationToken)) return false;
            target.Count = _inner.Count;
            for (int i = 0; i < _slots.Length; i++)
            {
                if (_constants[i] is not { } constant) continue;
                constant.Count = _inner.Count;
                target.Columns[i].ShareFrom(constant);
            }
            return true;
        }

        public void Dispose()
        {
            _reader.Dispose();
            _inner.Columns = [];
            _inner.Dispose();
            foreach (ColumnVector? constant in _constants) constant?.Dispose();
            _arena.Dispose();
        }

        private ColumnVector MakeConstant(Value value, MemoryAccount account)
        {
            ColumnVector vector = new(value.Type, account);
            vector.SetConstant(value, 0, _arena);
            foreach (NativeBuffer block in _arena.Blocks) vector.KeepAlive(block);
            return vector;
        }
    }
}
