using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>How Arrow files are read.</summary>
internal sealed record ArrowOptions
{
    public bool Filename { get; init; }

    public bool? HivePartitioning { get; init; }

    /// <summary>The types of those columns.</summary>
    public HiveColumns Hive { get; init; } = new();

    public bool UnionByName { get; init; }

    /// <summary>Reads the options of a call.</summary>
    public static ArrowOptions From(SourceOptions options)
    {
        ArrowOptions taken = new()
        {
            Filename = options.TakeBoolean("filename") ?? false,
            HivePartitioning = options.TakeBoolean("hive_partitioning"),
            Hive = HiveColumns.From(options),
            UnionByName = options.TakeBoolean("union_by_name") ?? false,
        };
        options.ExpectAllTaken("Arrow");
        return taken;
    }
}

/// <summary>
/// Arrow IPC. A file has a footer that says where its batches are: each is a piece. A stream is one piece, read from
/// front to back.
/// </summary>
internal sealed class ArrowSource : ITableSource, IPieceBytes
{
    private const int MaxCountedBatches = 4096;

    private readonly ArrowMessages _messages;
    private readonly ArrowField[] _fields;
    private readonly ArrowBlock[]? _blocks;
    private readonly ArrowDictionaries _dictionaries = new();
    private readonly long _start;

    private ArrowSource(
        ArrowMessages messages, ArrowField[] fields, ArrowBlock[]? blocks, ArrowBlock[] dictionaryBlocks, long start,
        SourceContext context)
    {
        _messages = messages;
        _fields = fields;
        _blocks = blocks;
        _start = start;
        Counters = context.Counters;
        Schema = SchemaOf(fields);
        foreach (ArrowBlock block in dictionaryBlocks) AddDictionary(
            messages.ReadAt(block, context.Account), context.Account);
        if (blocks is not null && blocks.Length <= MaxCountedBatches)
        {
            RowCountEstimate = blocks.Sum(messages.RowCountAt);
        }
    }

    public Schema Schema { get; }

    public long? RowCountEstimate { get; }

    public bool IsRowCountExact => RowCountEstimate is not null;

    public long? LengthBytes => _messages.Length;

    public int PieceCount => _blocks?.Length ?? 1;

    public SourceCounters Counters { get; }

    /// <summary>The columns of a table, with distinct names.</summary>
    public static Schema SchemaOf(ArrowField[] fields)
    {
        HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
        return new Schema(fields.Select(f => new Field(Distinct(f.Name, used), f.Type, f.IsNullable)));
    }

    /// <summary>Opens files as one table.</summary>
    public static ITableSource Open(IReadOnlyList<string> paths, ArrowOptions options, SourceContext context)
    {
        FileSetOptions set = new(options.Filename, options.HivePartitioning, options.UnionByName)
        {
            Hive = options.Hive,
        };
        return FileSet.Open(paths, set, context, (path, wanted) =>
        {
            ArrowSource source = OpenFile(path, context);
            return wanted is null || wanted.Equals(source.Schema) ? source : WideningSource.Over(source, wanted);
        });
    }

    /// <summary>Opens one file or stream.</summary>
    public static ArrowSource OpenFile(string path, SourceContext context)
    {
        IInputFile file = context.Files.Open(path);
        try
        {
            ArrowMessages messages = new(file, context.Counters);
            if (messages.TryReadFooter(
                out ArrowField[] fields, out ArrowBlock[] batches, out ArrowBlock[] dictionaries))
            {
                return new ArrowSource(messages, fields, batches, dictionaries, 0, context);
            }
            fields = messages.ReadSchema(out long start);
            return new ArrowSource(messages, fields, null, [], start, context);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account) =>
        new Reader(this, piece, columns.ToArray(), account);

    public void AddBytesOf(int piece, ReadOnlySpan<int> columns, int behind, ICollection<FileBytes> target)
    {
        long length = _messages.Length ?? 0;
        target.Add(
            _blocks is null
                ? new FileBytes(_messages.Path, 0, length)
                : FileBytes.Within(
                    _messages.Path, _blocks[piece].Offset, _blocks[piece].MetadataBytes + _blocks[piece].BodyBytes,
                    length));
    }

    public void Dispose()
    {
        _messages.Dispose();
    }

    private void AddDictionary(ArrowMessage message, MemoryAccount account)
    {
        using (message)
        {
            FlatTable header = FlatTable.Root(message.Metadata, _messages.Path).Table(2);
            long id = header.Int64(0);
            ArrowField field = FindDictionary(_fields, id) ??
                throw new CorruptDataException($"Arrow dictionary {id} of no column", _messages.Path, 0);
            ArrowField values = field with { DictionaryId = null };
            using ArrowBatch batch = ArrowBatchParser.Parse(
                header.Table(1), [values], message, _messages.Path, account);
            _dictionaries.Add(id, batch, header.Bool(2), _messages.Path);
        }
    }

    private static ArrowField? FindDictionary(ArrowField[] fields, long id)
    {
        foreach (ArrowField field in fields)
        {
            if (field.DictionaryId == id) return field;
            if (FindDictionary(field.Children, id) is { } found) return found;
        }
        return null;
    }

    private static string Distinct(string name, HashSet<string> used)
    {
        string distinct = name;
        for (int n = 1; !used.Add(distinct); n++) distinct = $"{name}_{n}";
        return distinct;
    }

    private sealed class Reader(ArrowSource source, int piece, int[] columns, MemoryAccount account) : IPieceReader
    {
        private ArrowBatch? _batch;
        private ArrowVectorReader? _vectors;
        private long _row;
        private long _position = source._start;
        private bool _isTaken;

        public bool Read(Batch target, CancellationToken cancellationToken)
        {
            target.Reset();
            while (_batch is null || _row == _batch.RowCount)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!NextBatch()) return false;
            }
            int count = (int)Math.Min(Batch.MaxRows, _batch.RowCount - _row);
            for (int i = 0; i < columns.Length; i++) _vectors!.Read(
                _batch.Columns[columns[i]], _row, count, target.Columns[i]);
            _row += count;
            target.Count = count;
            source.Counters.AddRows(count, count);
            return true;
        }

        public void Dispose() => _batch?.Dispose();

        private bool NextBatch()
        {
            _batch?.Dispose();
            _batch = null;
            if (source._blocks is not { } blocks) return NextOfStream();
            if (_isTaken) return false;
            _isTaken = true;
            Take(source._messages.ReadAt(blocks[piece], account));
            return true;
        }

        private bool NextOfStream()
        {
            while (source._messages.TryReadNext(ref _position, account, out ArrowMessage? message))
            {
                if (message!.Kind == ArrowMessageKind.Dictionary)
                {
                    source.AddDictionary(message, account);
                    continue;
                }
                if (message.Kind != ArrowMessageKind.Batch)
                {
                    message.Dispose();
                    continue;
                }
                Take(message);
                return true;
            }
            return false;
        }

        private void Take(ArrowMessage message)
        {
            using (message)
            {
                string path = source._messages.Path;
                CorruptDataException.ThrowUnless(
                    message.Kind == ArrowMessageKind.Batch, "Arrow kind of message", path, 0);
                FlatTable header = FlatTable.Root(message.Metadata, path).Table(2);
                _batch = ArrowBatchParser.Parse(header, source._fields, message, path, account);
                _vectors = new ArrowVectorReader(_batch, source._dictionaries, path);
                _row = 0;
            }
        }
    }
}
