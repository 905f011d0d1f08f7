using System.Collections.Immutable;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>The columns of a file and what happens to rows that do not fit them.</summary>
internal sealed record CsvRowFormat(ImmutableArray<CsvColumn> Columns)
{
    /// <summary>Fills rows that are too short with NULL.</summary>
    public bool NullPadding { get; init; }

    /// <summary>What happens to malformed rows.</summary>
    public RowErrorAction OnError { get; init; }

    /// <summary>More rejected rows than this fail the read.</summary>
    public long MaxErrors { get; init; } = long.MaxValue;
}

/// <summary>Turns failures into errors or rejected rows, with everything that helps to find and mend them.</summary>
internal sealed unsafe class CsvRowErrors(CsvText text, CsvRowFormat format, SourceContext context)
{
    /// <summary>How much of a row is shown.</summary>
    private const int MaxShownBytes = 1000, MaxShownFieldBytes = 100;

    /// <summary>Rejects a row of a block, or fails the read.</summary>
    public void Report(CsvBlock block, int row, int column, CsvFailureKind kind)
    {
        int start = block.RowStart(row), end = block.RowEnd(row);
        string raw = Show(block.Data + start, end - start, MaxShownBytes);
        long offset = block.FileOffset + start;
        long line = format.OnError == RowErrorAction.Skip && format.MaxErrors == long.MaxValue
            ? 0
            : text.Lines.LineAt(offset, block);
        QueryException error = Describe(block, row, column, kind, line, raw);
        if (format.OnError == RowErrorAction.Stop) throw error;
        long rejected = context.Counters.AddRejected();
        if (format.OnError == RowErrorAction.Store)
        {
            string? name = column >= 0 ? format.Columns[column].Name : null;
            context.OnRejected?.Invoke(new RejectedRow(text.Input.Path, line, offset, name, error.Message, raw)
            {
                ColumnIndex = column, Kind = KindOf(block, row, column, kind),
                FieldOffset = column < 0 ? offset : block.FileOffset + FieldStart(block, row, column),
            });
        }
        if (rejected <= format.MaxErrors) return;
        throw new QueryException(
            SqlStates.BadCopyFileFormat,
            $"CSV: more than {format.MaxErrors} rows were rejected; the last: {error.Message}",
            hint: "Raise max_errors, or mend the input. " + error.Hint);
    }

    private QueryException Describe(CsvBlock block, int row, int column, CsvFailureKind kind, long line, string raw)
    {
        string place = $"{text.Input.Path} line {line}";
        string leave = "on_error = 'skip' leaves such rows out, 'store' keeps them aside.";
        if (column < 0)
        {
            int count = CountFields(block, row);
            string padding = count < format.Columns.Length ? "null_padding = true fills short rows with NULL, " : "";
            return new QueryException(
                SqlStates.BadCopyFileFormat,
                $"CSV: expected {Fields(format.Columns.Length)}, found {count}: {place}: {raw}",
                hint: $"The delimiter is '{text.Dialect.DelimiterText}'; {padding}{leave}");
        }
        CsvColumn wanted = format.Columns[column];
        place += $", column {column + 1} ({wanted.Name})";
        string field = ShowField(block, row, column);
        return kind switch
        {
            CsvFailureKind.OpenQuote => new QueryException(
                SqlStates.BadCopyFileFormat, $"CSV: a quote is opened and not closed: {place}: {field}",
                hint: $"quote = '' takes quotes as text; {leave}"),
            CsvFailureKind.BadQuotes => new QueryException(
                SqlStates.BadCopyFileFormat, $"CSV: text follows a closing quote: {place}: {field}",
                hint: "Quotes in quoted fields are doubled, unless escape says otherwise; " +
                    $"quote = '' takes quotes as text; {leave}"),
            CsvFailureKind.NotUtf8 => new QueryException(
                SqlStates.InvalidTextRepresentation, $"CSV: text is not UTF-8: {place}: {field}",
                hint: $"Name the file's encoding: encoding = 'latin-1'; {leave}"),
            _ => new QueryException(
                StateOf(wanted.Type), $"CSV: cannot read '{field}' as {wanted.Type}: {place}",
                hint: TypeHint(wanted, field) + leave),
        };
    }

    private int CountFields(CsvBlock block, int row)
    {
        int count = block.Index.RowEnds[row] - block.FirstField(row) + 1;
        bool endsWithNone = text.Dialect.HasTrailingDelimiter
            && block.RowEnd(row) == block.Index.Ends[block.Index.RowEnds[row] - 1] + 1;
        return endsWithNone ? count - 1 : count;
    }

    private string KindOf(CsvBlock block, int row, int column, CsvFailureKind kind)
    {
        if (column < 0)
            return CountFields(block, row) < format.Columns.Length ? "MISSING COLUMNS" : "TOO MANY COLUMNS";
        return kind switch
        {
            CsvFailureKind.OpenQuote or CsvFailureKind.BadQuotes => "UNQUOTED VALUE",
            CsvFailureKind.NotUtf8 => "INVALID ENCODING",
            _ => "CAST",
        };
    }

    /// <summary>Where the field begins in the block; the row, where that has so many fields not.</summary>
    private static int FieldStart(CsvBlock block, int row, int column)
    {
        int first = block.FirstField(row) + column;
        return column == 0 || first > block.Index.RowEnds[row] ? block.RowStart(row) : block.Index.Ends[first - 1] + 1;
    }

    private string TypeHint(CsvColumn column, string field)
    {
        string asText = $"types = {{'{column.Name.Replace("'", "''", StringComparison.Ordinal)}': 'VARCHAR'}}";
        if (!column.IsSniffed) return $"{asText} reads it as text, nullstr = '{field}' as NULL; ";
        return $"The type was found from the first rows: sample_size = -1 looks at all of them, {asText} reads text, " +
            $"nullstr = '{field}' reads NULL; ";
    }

    private string ShowField(CsvBlock block, int row, int column)
    {
        int first = block.FirstField(row) + column;
        // A row that is broken by quotes may have fewer fields than its columns.
        if (first > block.Index.RowEnds[row]) return "";
        int start = block.Index.Ends[first - 1] + 1;
        int length = block.Index.Ends[first] - start;
        if (length > 0 && block.Data[start + length - 1] == '\r') length--;
        return Show(block.Data + start, length, MaxShownFieldBytes);
    }

    private static string Show(byte* bytes, int length, int max)
    {
        bool isCut = length > max;
        string shown = System.Text.Encoding.UTF8.GetString(bytes, Math.Max(0, isCut ? max : length)).TrimEnd('\r');
        return isCut ? shown + "…" : shown;
    }

    private static string Fields(int count) => count == 1 ? "1 field" : $"{count} fields";

    private static string StateOf(LogicalType type) => type.Kind switch
    {
        TypeKind.Date or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz => SqlStates.InvalidDatetimeFormat,
        _ => SqlStates.InvalidTextRepresentation,
    };
}
