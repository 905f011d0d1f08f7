using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// A text file with a delimiter. Files that can be read at any offset are cut in pieces of some megabytes.
/// </summary>
internal sealed class CsvSource : ITableSource, IPieceStarts, IPieceBytes, ISampledTypes
{
    private readonly CsvText _text;
    private readonly CsvRowFormat _format;
    private readonly SourceContext _context;

    private CsvSource(CsvText text, CsvLayout layout, CsvRowFormat format, SourceContext context)
    {
        _text = text;
        _format = format;
        _context = context;
        Layout = layout;
        Schema = layout.Schema;
    }

    /// <summary>What was found about the file.</summary>
    public CsvLayout Layout { get; }

    /// <inheritdoc/>
    public Schema Schema { get; }

    /// <inheritdoc/>
    public long? RowCountEstimate => _text.Input.IsPositional && Layout.BytesPerRow > 0
        ? (long)((LengthBytes!.Value - Layout.DataStart) / Layout.BytesPerRow)
        : null;

    /// <inheritdoc/>
    public bool IsRowCountExact => false;

    /// <inheritdoc/>
    public long? LengthBytes => _text.Input.File.Length;

    /// <inheritdoc/>
    public int PieceCount => _text.PieceCount;

    /// <inheritdoc/>
    public SourceCounters Counters => _context.Counters;

    /// <summary>Opens files as one table.</summary>
    public static ITableSource Open(IReadOnlyList<string> paths, CsvOptions options, SourceContext context)
    {
        FileSetOptions set = new(options.Filename, options.HivePartitioning, options.UnionByName)
        {
            Hive = options.Hive,
        };
        CsvLayout? first = null;
        return FileSet.Open(paths, set, context, (path, wanted) =>
        {
            // The dialect of the first file is that of all, unless files are joined by name.
            CsvOptions own = first is null || options.UnionByName ? options : WithDialect(options, first);
            CsvSource source = OpenFile(path, own, context, wanted);
            first ??= source.Layout;
            if (options.OnError == RowErrorAction.Store) context.OnRejecting?.Invoke(source.Layout.ToRejecting(path));
            return source;
        });
    }

    /// <summary>Opens one file; <paramref name="wanted"/> gives the columns that it must have.</summary>
    public static CsvSource OpenFile(string path, CsvOptions options, SourceContext context, Schema? wanted = null)
    {
        TextInput input = TextInput.Open(context.Files, path, options.Compression, options.Encoding, context.Counters);
        try
        {
            CsvLayout layout = new CsvLayoutFinder(input, options, context, wanted).Find();
            CsvRowFormat format = new(layout.Columns)
            {
                NullPadding = options.NullPadding, OnError = options.OnError, MaxErrors = options.MaxErrors,
            };
            CsvText text = new(input, layout.Dialect, layout.DataStart, layout.DataLines, options.PieceBytes,
                options.MaxLineBytes);
            return new CsvSource(text, layout, format, context);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account) =>
        new CsvPieceReader(_text, _format, piece, columns, _context, account);

    /// <inheritdoc/>
    public PieceStart StartOf(int piece, bool countsLines, CancellationToken cancellationToken) =>
        _text.StartOf(piece, countsLines, cancellationToken);

    /// <inheritdoc/>
    public void AssumeStart(int piece, PieceStart start) => _text.AssumeStart(piece, start);

    /// <inheritdoc/>
    public void AddBytesOf(int piece, ReadOnlySpan<int> columns, int behind, ICollection<FileBytes> target) =>
        target.Add(_text.BytesOf(piece, behind));

    /// <inheritdoc/>
    public LogicalType? SampledType(int column) => Layout.Columns[column].SampledType;

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    private static CsvOptions WithDialect(CsvOptions options, CsvLayout layout) => options with
    {
        Delimiter = options.Delimiter ?? layout.Dialect.DelimiterText,
        Quote = options.Quote ?? Show(layout.Dialect.Quote),
        Escape = options.Escape ?? Show(layout.Dialect.Escape),
        Header = options.Header ?? layout.HasHeader,
    };

    private static string Show(int character) => character < 0 ? "" : ((char)character).ToString();
}
