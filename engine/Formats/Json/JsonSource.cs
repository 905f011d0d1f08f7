using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Json;

/// <summary>JSON files as one table.</summary>
internal static class JsonSource
{
    /// <summary>Opens files and finds their columns.</summary>
    public static ITableSource Open(IReadOnlyList<string> paths, JsonOptions options, SourceContext context)
    {
        FileSetOptions set = new(options.Filename, options.HivePartitioning, options.UnionByName)
        {
            Hive = options.Hive,
        };
        return FileSet.Open(paths, set, context, (path, wanted) => JsonFile.Open(path, options, context, wanted));
    }
}

/// <summary>One JSON file. Where values stand on lines of their own, it is cut in pieces of some megabytes.</summary>
internal sealed class JsonFile : ITableSource, IPieceStarts, IPieceBytes
{
    private const int SampleBytes = 4 << 20;

    private readonly CsvText _text;
    private readonly JsonOptions _options;
    private readonly SourceContext _context;
    private readonly JsonLayout _layout;
    private int _hasReportedUnknown;
    private int _hasReportedRepeated;

    private JsonFile(CsvText text, JsonLayout layout, Schema schema, JsonShape? shape, JsonOptions options,
        SourceContext context)
    {
        _text = text;
        _layout = layout;
        _options = options;
        _context = context;
        Schema = schema;
        HasObjects = shape is null || IsTable(shape);
        Names = shape is not null
            ? new JsonFieldSet([.. shape.Fields.Select(f => f.Name)])
            : new JsonFieldSet([.. schema.Fields.Select(f => f.Name)], ignoresCase: true);
    }

    /// <inheritdoc/>
    public Schema Schema { get; }

    /// <summary>True when the fields of objects are the columns; else each value is the only column.</summary>
    public bool HasObjects { get; }

    /// <summary>The names of the columns.</summary>
    public JsonFieldSet Names { get; }

    /// <inheritdoc/>
    public long? RowCountEstimate => null;

    /// <inheritdoc/>
    public bool IsRowCountExact => false;

    /// <inheritdoc/>
    public long? LengthBytes => _text.Input.File.Length;

    /// <inheritdoc/>
    public int PieceCount => _layout == JsonLayout.Lines ? _text.PieceCount : 1;

    /// <inheritdoc/>
    public SourceCounters Counters => _context.Counters;

    /// <summary>Opens a file; <paramref name="wanted"/> gives the columns that it must have.</summary>
    public static JsonFile Open(string path, JsonOptions options, SourceContext context, Schema? wanted)
    {
        TextInput input = TextInput.Open(context.Files, path, options.Compression, "utf-8", context.Counters);
        try
        {
            ReadOnlyMemory<byte> sample = input.ReadStart(SampleBytes);
            int mark = sample.Span.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? 3 : 0;
            JsonLayout layout = options.Layout == JsonLayout.Auto ? FindLayout(sample.Span[mark..]) : options.Layout;
            CsvText text = MakeText(input, layout, mark, options);
            if (options.AsValues)
            {
                Schema whole = new(new Field("json", LogicalType.Json));
                return new JsonFile(text, layout, whole, new JsonShape(), options, context);
            }
            Schema? schema = options.Columns is { } columns
                ? new Schema(columns.Select(c => new Field(c.Key, TypeText.Parse(c.Value))))
                : context.Target ?? wanted;
            if (schema is not null) return new JsonFile(text, layout, schema, null, options, context);
            JsonShape shape = Sample(input, sample, layout, mark, options, context);
            schema = IsTable(shape)
                ? new Schema(DistinctFields(shape, options.MaxDepth))
                : new Schema(new Field("json", shape.ToType(options.MaxDepth)));
            return new JsonFile(text, layout, schema, shape, options, context);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account) =>
        new JsonPieceReader(this, OpenLoader(_text, _layout, piece), columns, _context.Conversions, account);

    /// <inheritdoc/>
    public PieceStart StartOf(int piece, bool countsLines, CancellationToken cancellationToken) =>
        _text.StartOf(piece, countsLines, cancellationToken);

    /// <inheritdoc/>
    public void AssumeStart(int piece, PieceStart start) => _text.AssumeStart(piece, start);

    /// <inheritdoc/>
    public void AddBytesOf(int piece, ReadOnlySpan<int> columns, int behind, ICollection<FileBytes> target) =>
        target.Add(_layout == JsonLayout.Lines ? _text.BytesOf(piece, behind) : _text.AllBytes());

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    /// <summary>Says once that a key is left out.</summary>
    public void ReportUnknown(ref Utf8JsonReader reader)
    {
        if (_context.OnNotice is null || _context.Target is not null
            || Interlocked.Exchange(ref _hasReportedUnknown, 1) != 0) return;
        _context.OnNotice(
            $"{_text.Input.Path}: key '{JsonShape.Name(ref reader)}' is not among the columns and is left out; " +
            "sample_size = -1 looks at the whole file for keys, columns = … names them");
    }

    /// <summary>Says once that a value has a key more than once.</summary>
    public void ReportRepeated(string key)
    {
        if (_context.OnNotice is null || Interlocked.Exchange(ref _hasReportedRepeated, 1) != 0) return;
        _context.OnNotice(
            $"{_text.Input.Path}: key '{key}' is there more than once in a value, of which the first counts; " +
            "read_json_objects reads values as they stand");
    }

    /// <summary>Rejects a value, or fails the read.</summary>
    public void Reject(long offset, CsvBlock block, string? column, string failure, string raw)
    {
        long line = _text.Lines.LineAt(offset, block);
        string place = column is null ? "" : $", column {column}";
        string message = $"JSON: {failure.TrimEnd('.')}: {_text.Input.Path} line {line}{place}";
        if (_options.OnError == RowErrorAction.Stop)
        {
            throw new QueryException(
                SqlStates.BadCopyFileFormat, $"{message}: {raw}",
                hint: "columns = {'a': 'JSON'} takes values of any kind, on_error = 'skip' leaves such rows out, " +
                    "'store' keeps them aside.");
        }
        long rejected = Counters.AddRejected();
        if (_options.OnError == RowErrorAction.Store)
            _context.OnRejected?.Invoke(new RejectedRow(_text.Input.Path, line, offset, column, message, raw));
        if (rejected <= _options.MaxErrors) return;
        throw new QueryException(
            SqlStates.BadCopyFileFormat,
            $"JSON: more than {_options.MaxErrors} rows were rejected; the last: {message}: {raw}",
            hint: "Raise max_errors, or mend the input.");
    }

    private static CsvText MakeText(TextInput input, JsonLayout layout, int start, JsonOptions options)
    {
        // Lines are found as rows without delimiter or quotes; the delimiter is a byte that JSON cannot have.
        CsvDialect lines = new() { Delimiter = [1], Quote = -1, Escape = -1 };
        return new CsvText(
            input, lines, layout == JsonLayout.Lines ? start : 0, 0, options.PieceBytes, options.MaxValueBytes, "JSON");
    }

    private static ICsvBlockLoader OpenLoader(CsvText text, JsonLayout layout, int piece) => layout == JsonLayout.Lines
        ? text.OpenPiece(piece)
        : new JsonValueLoader(text, layout == JsonLayout.Array);

    // An array begins with a bracket; a first line that is a whole value shows lines; all else are just values.
    private static JsonLayout FindLayout(ReadOnlySpan<byte> sample)
    {
        ReadOnlySpan<byte> text = sample.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty) return JsonLayout.Lines;
        if (text[0] == '[') return JsonLayout.Array;
        int end = text.IndexOf((byte)'\n');
        Utf8JsonReader reader =
            new(end < 0 ? text : text[..end], new JsonReaderOptions { MaxDepth = JsonPieceReader.MaxDepth });
        try
        {
            while (reader.Read())
            {
            }
            return JsonLayout.Lines;
        }
        catch (JsonException)
        {
            return JsonLayout.Values;
        }
    }

    private static unsafe JsonShape Sample(
        TextInput input, ReadOnlyMemory<byte> sample, JsonLayout layout, int mark, JsonOptions options,
        SourceContext context)
    {
        bool readsAll = options.SampleSize == long.MaxValue && input.IsPositional;
        bool isWhole = sample.Length < SampleBytes;
        // What was kept of a stream, or the start of the file, up to its last whole line.
        int end = isWhole || layout != JsonLayout.Lines
            ? sample.Length
            : Math.Max(sample.Span.LastIndexOf((byte)'\n') + 1, 0);
        TextInput looked = readsAll ? input : TextInput.FromMemory(input.Path, sample[..end]);
        long bytesBefore = context.Counters.BytesRead;
        CsvText text = MakeText(looked, layout, mark, options);
        JsonShape shape = new();
        long rows = 0;
        using CsvBlock block = new(context.Account);
        for (int piece = 0; piece < (layout == JsonLayout.Lines ? text.PieceCount : 1)
            && rows < options.SampleSize; piece++)
        {
            using ICsvBlockLoader loader = OpenLoader(text, layout, piece);
            block.Length = 0;
            try
            {
                while (rows < options.SampleSize && loader.Load(block))
                {
                    for (int row = block.FirstRow; row < block.EndRow && rows < options.SampleSize; row++, rows++)
                    {
                        int last = block.Index.RowEnds[row];
                        int start = block.Index.Ends[last - 1] + 1;
                        AddSample(shape, new ReadOnlySpan<byte>(block.Data + start, block.Index.Ends[last] - start));
                    }
                }
            }
            catch (QueryException) when (!isWhole && !readsAll)
            {
                // The sample cuts the last value off.
            }
        }
        if (readsAll) context.Counters.AddBytes(bytesBefore - context.Counters.BytesRead);
        return shape;
    }

    // What is malformed is reported when it is read.
    private static void AddSample(JsonShape shape, ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\n"u8);
        if (text.IsEmpty) return;
        try
        {
            Utf8JsonReader check = new(text, new JsonReaderOptions { MaxDepth = JsonPieceReader.MaxDepth });
            while (check.Read())
            {
            }
            Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = JsonPieceReader.MaxDepth });
            if (reader.Read()) shape.Add(ref reader);
        }
        catch (JsonException)
        {
        }
    }

    private static bool IsTable(JsonShape shape) => shape.IsObject && shape.Fields.Count > 0;

    // Keys that differ only in case are columns of their own, under names that differ in more.
    private static IEnumerable<Field> DistinctFields(JsonShape shape, int maxDepth)
    {
        HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string key, JsonShape field) in shape.Fields)
        {
            string name = key;
            for (int n = 1; !used.Add(name); n++) name = $"{key}_{n}";
            yield return new Field(name, field.ToType(maxDepth - 1));
        }
    }
}
