using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>
/// Reads what PostgreSQL's COPY FROM reads, its text or its binary format. The columns are those of the table: neither
/// format says what it holds. Text comes as text, which the load casts.
/// </summary>
internal sealed class PostgresCopySource : ITableSource
{
    private readonly IReadOnlyList<string> _paths;
    private readonly SourceContext _context;
    private readonly PostgresCopyOptions? _text;
    private readonly ValueSource _rows;

    private PostgresCopySource(IReadOnlyList<string> paths, PostgresCopyOptions? text, SourceContext context)
    {
        _paths = paths;
        _text = text;
        _context = context;
        Schema target = context.Target ?? throw new QueryException(
            SqlStates.FeatureNotSupported, "PostgreSQL's COPY formats do not say what they hold",
            hint: "COPY them into a table.");
        // A NUMERIC has the scale of its value in the binary format, and comes as text for the same cast.
        Schema = new Schema(target.Fields.Select(
            f => new Field(f.Name, ComesAsText(f.Type) ? LogicalType.Varchar : f.Type)));
        _rows = new ValueSource(Schema, Rows);
    }

    /// <inheritdoc/>
    public Schema Schema { get; }

    /// <inheritdoc/>
    public long? RowCountEstimate => null;

    /// <inheritdoc/>
    public bool IsRowCountExact => false;

    /// <inheritdoc/>
    public long? LengthBytes => null;

    /// <inheritdoc/>
    public int PieceCount => 1;

    /// <inheritdoc/>
    public SourceCounters Counters => _rows.Counters;

    /// <summary>Opens files in the text format.</summary>
    public static PostgresCopySource Text(IReadOnlyList<string> paths, SourceOptions options, SourceContext context) =>
        new(paths, PostgresCopyOptions.From(options, "text"), context);

    /// <summary>Opens files in the binary format.</summary>
    public static PostgresCopySource Binary(IReadOnlyList<string> paths, SourceOptions options, SourceContext context)
    {
        options.ExpectAllTaken("binary");
        return new PostgresCopySource(paths, null, context);
    }

    /// <inheritdoc/>
    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account) =>
        _rows.OpenPiece(piece, columns, account);

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();

    private bool ComesAsText(LogicalType type) =>
        _text is not null || type.Kind is TypeKind.Decimal or TypeKind.HugeInt or TypeKind.UBigInt or TypeKind.Enum;

    private IEnumerable<Value[]> Rows()
    {
        foreach (string path in _paths)
        {
            using IInputFile file = _context.Files.Open(path);
            IEnumerable<Value[]> rows = _text is null
                ? new PostgresBinaryRows(file, _context.Target!).Read()
                : new PostgresTextRows(file, _text, Schema).Read();
            foreach (Value[] row in rows) yield return row;
        }
    }
}
