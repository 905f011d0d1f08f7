using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// The rows that <c>read_csv(…, on_error = 'store')</c> and its like left out of the last such statement: a query may
/// not write a table of rejects, so they are kept here, as <c>colfrag_rejects</c>, and in the columns that DuckDB gives
/// them, as <c>reject_errors</c> and <c>reject_scans</c> or under the names that the call chose.
/// </summary>
internal sealed class SessionRejects
{
    /// <summary>DuckDB's names.</summary>
    public const string ErrorsName = "reject_errors", ScansName = "reject_scans";

    /// <summary>Beyond these, rows are only counted; COPY stores all.</summary>
    private const int MaxRows = 100_000;

    private readonly Lock _lock = new();
    private readonly List<RejectedRow> _rows = [];
    private readonly List<(RejectingFile File, string Arguments)> _files = [];
    private string _arguments = "";
    private string _errors = ErrorsName, _scans = ScansName;
    private long _scan;

    /// <summary>The columns of <see cref="ToRows"/>.</summary>
    public static Schema Schema { get; } = new(
        new Field("file", LogicalType.Varchar, false), new Field("line", LogicalType.BigInt, false),
        new Field("byte_offset", LogicalType.BigInt, false), new Field("column_name", LogicalType.Varchar),
        new Field("message", LogicalType.Varchar, false), new Field("raw_text", LogicalType.Varchar, false));

    /// <summary>The columns of <see cref="ToErrors"/>.</summary>
    public static Schema ErrorsSchema { get; } = new(
        new Field("scan_id", LogicalType.BigInt, false), new Field("file_id", LogicalType.BigInt, false),
        new Field("line", LogicalType.BigInt, false), new Field("line_byte_position", LogicalType.BigInt, false),
        new Field("byte_position", LogicalType.BigInt, false), new Field("column_idx", LogicalType.BigInt),
        new Field("column_name", LogicalType.Varchar), new Field("error_type", LogicalType.Varchar),
        new Field("csv_line", LogicalType.Varchar, false), new Field("error_message", LogicalType.Varchar, false));

    /// <summary>The columns of <see cref="ToScans"/>.</summary>
    public static Schema ScansSchema { get; } = new(
        new Field("scan_id", LogicalType.BigInt, false), new Field("file_id", LogicalType.BigInt, false),
        new Field("file_path", LogicalType.Varchar, false), new Field("delimiter", LogicalType.Varchar, false),
        new Field("quote", LogicalType.Varchar, false), new Field("escape", LogicalType.Varchar, false),
        new Field("newline_delimiter", LogicalType.Varchar, false), new Field("skip_rows", LogicalType.BigInt, false),
        new Field("has_header", LogicalType.Boolean, false), new Field("columns", LogicalType.Varchar, false),
        new Field("date_format", LogicalType.Varchar), new Field("timestamp_format", LogicalType.Varchar),
        new Field("user_arguments", LogicalType.Varchar, false));

    /// <summary>Forgets the rows of the statement before.</summary>
    /// <param name="options">The options of the call; the names of the relations are taken out of them.</param>
    public void Begin(SourceOptions options)
    {
        string errors = options.TakeText("rejects_table") ?? ErrorsName;
        string scans = options.TakeText("rejects_scan") ?? ScansName;
        if (errors.Equals(scans, StringComparison.OrdinalIgnoreCase))
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"rejects_table and rejects_scan have one name: {errors}");
        }
        lock (_lock)
        {
            _rows.Clear();
            _files.Clear();
            _scan++;
            (_errors, _scans) = (errors, scans);
            _arguments = string.Join(", ", options.Values.Select(v => $"{v.Key}={v.Value}"));
        }
    }

    /// <summary>Takes a file, before its rows.</summary>
    public void Add(RejectingFile file)
    {
        lock (_lock)
        {
            // Files of several are opened once more where their columns differ.
            int known = _files.FindIndex(f => f.File.Path == file.Path);
            if (known >= 0) _files[known] = (file, _arguments);
            else _files.Add((file, _arguments));
        }
    }

    /// <summary>Takes a row, from any reading thread.</summary>
    public void Add(RejectedRow row)
    {
        lock (_lock)
        {
            if (_rows.Count < MaxRows) _rows.Add(row);
        }
    }

    /// <summary>The relation that a call gave a name; null for other names.</summary>
    public string? Find(string name) =>
        name.Equals(_errors, StringComparison.OrdinalIgnoreCase) ? ErrorsName
            : name.Equals(_scans, StringComparison.OrdinalIgnoreCase) ? ScansName : null;

    /// <summary>The rows, by file and place.</summary>
    public IEnumerable<Value[]> ToRows() => Sorted().Select(r => new[]
    {
        Value.Text(r.File), Value.BigInt(r.Line), Value.BigInt(r.ByteOffset), TextOrNull(r.Column),
        Value.Text(r.Message), Value.Text(r.RawText),
    });

    /// <summary>The rows as DuckDB shows them; positions and columns count from 1.</summary>
    public IEnumerable<Value[]> ToErrors()
    {
        List<string> files;
        lock (_lock) files = [.. _files.Select(f => f.File.Path)];
        return Sorted().Select(r => new[]
        {
            Value.BigInt(_scan), Value.BigInt(Math.Max(files.IndexOf(r.File), 0)), Value.BigInt(r.Line),
            Value.BigInt(r.ByteOffset + 1), Value.BigInt(r.FieldOffset + 1),
            r.ColumnIndex < 0 ? Value.Null(LogicalType.BigInt) : Value.BigInt(r.ColumnIndex + 1), TextOrNull(r.Column),
            TextOrNull(r.Kind), Value.Text(r.RawText), Value.Text(r.Message),
        });
    }

    /// <summary>The files of the statement, and how each was read.</summary>
    public IEnumerable<Value[]> ToScans()
    {
        (RejectingFile File, string Arguments)[] files;
        lock (_lock) files = [.. _files];
        return files.Select((entry, i) => new[]
        {
            Value.BigInt(_scan), Value.BigInt(i), Value.Text(entry.File.Path), Value.Text(entry.File.Delimiter),
            Value.Text(entry.File.Quote), Value.Text(entry.File.Escape), Value.Text(entry.File.NewLine),
            Value.BigInt(entry.File.SkippedLines), Value.Boolean(entry.File.HasHeader), Value.Text(entry.File.Columns),
            TextOrNull(entry.File.DateFormat), TextOrNull(entry.File.TimestampFormat), Value.Text(entry.Arguments),
        });
    }

    private IEnumerable<RejectedRow> Sorted()
    {
        RejectedRow[] rows;
        lock (_lock) rows = [.. _rows];
        return rows.OrderBy(r => r.File, StringComparer.Ordinal).ThenBy(r => r.ByteOffset);
    }

    private static Value TextOrNull(string? text) => text is null ? Value.Null(LogicalType.Varchar) : Value.Text(text);
}
