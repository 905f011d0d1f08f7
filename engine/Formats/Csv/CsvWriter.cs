using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>How CSV is written.</summary>
internal sealed record CsvWriterOptions
{
    /// <summary>Writes the names of the columns first.</summary>
    public bool Header { get; init; } = true;

    /// <summary>Between fields.</summary>
    public string Delimiter { get; init; } = ",";

    /// <summary>Around fields that need it.</summary>
    public byte Quote { get; init; } = (byte)'"';

    /// <summary>Before quotes inside of quotes.</summary>
    public byte Escape { get; init; } = (byte)'"';

    /// <summary>The text of NULL; an equal text that is not NULL is quoted.</summary>
    public string NullText { get; init; } = "";

    /// <summary>Columns that are quoted always; null = all of them.</summary>
    public ImmutableArray<string>? ForceQuote { get; init; } = [];

    /// <summary>Format of dates; null = ISO 8601.</summary>
    public TimePattern? DateFormat { get; init; }

    /// <summary>Format of timestamps; null = ISO 8601.</summary>
    public TimePattern? TimestampFormat { get; init; }

    /// <summary>Around the whole file.</summary>
    public CompressionKind Compression { get; init; }

    /// <summary>Reads the options of a call.</summary>
    public static CsvWriterOptions From(SourceOptions options, string? path)
    {
        string quote = options.TakeText("quote") ?? "\"";
        string[]? force = options.TakeTexts("force_quote");
        string? compression = options.TakeText("compression");
        CsvWriterOptions taken = new()
        {
            Header = options.TakeBoolean("header") ?? true,
            Delimiter = options.TakeText("delim", "delimiter", "sep") is { } text ? text is "\\t" ? "\t" : text
                : DelimiterOf(path),
            Quote = OneByte("quote", quote),
            Escape = OneByte("escape", options.TakeText("escape") ?? quote),
            NullText = options.TakeText("nullstr", "null") ?? "",
            DateFormat = options.TakeText("dateformat", "date_format") is { } date ? TimePattern.Parse(date) : null,
            TimestampFormat = options.TakeText("timestampformat", "timestamp_format") is { } moment
                ? TimePattern.Parse(moment) : null,
            ForceQuote = force is null ? [] : force.Contains("*") ? null : [.. force],
            Compression = compression is not null ? CompressionKinds.Parse(compression)
                : path is not null ? CompressionKinds.FromName(path) : CompressionKind.None,
        };
        options.ExpectAllTaken("CSV output");
        int bytes = Encoding.UTF8.GetByteCount(taken.Delimiter);
        if (bytes is < 1 or > 4 || taken.Delimiter.AsSpan().IndexOfAny('\n', '\r') >= 0)
        {
            throw new QueryException(SqlStates.InvalidParameterValue,
                $"Wrong value of option delim: '{taken.Delimiter}'", hint: "It takes one to 4 bytes.");
        }
        return taken;
    }

    private static string DelimiterOf(string? path) =>
        path is not null && path.Contains(".tsv", StringComparison.OrdinalIgnoreCase) ? "\t" : ",";

    private static byte OneByte(string name, string text) => text.Length == 1 && char.IsAscii(text[0])
        ? (byte)text[0]
        : throw new QueryException(SqlStates.InvalidParameterValue, $"Wrong value of option {name}: '{text}'",
            hint: "It takes one ASCII character.");
}

/// <summary>
/// Writes CSV that reads back the same: NULL is an empty field and empty text a quoted one, text is quoted where it
/// holds a delimiter, quote or line end, begins or ends with a space, or looks like a comment.
/// </summary>
internal sealed class CsvWriter : TableFileWriter, IMomentTaker
{
    private const int FlushBytes = 256 << 10;

    private readonly OutputTarget _target;
    private readonly CsvWriterOptions _options;
    private readonly TextOutput _output = new();
    private readonly TextOutput _value = new();
    private readonly byte[] _delimiter;
    private readonly byte[] _nullText;
    private readonly bool[] _isForced;
    private readonly SearchValues<byte> _special;

    public CsvWriter(OutputTarget target, Schema schema, CsvWriterOptions options)
    {
        _target = target;
        _options = options;
        _delimiter = Encoding.UTF8.GetBytes(options.Delimiter);
        _nullText = Encoding.UTF8.GetBytes(options.NullText);
        _isForced = [.. schema.Fields.Select(
            f => options.ForceQuote is not { } names || names.Contains(f.Name, StringComparer.OrdinalIgnoreCase))];
        _special = SearchValues.Create([(byte)'\n', (byte)'\r', options.Quote, options.Escape, .. _delimiter]);
        if (!options.Header) return;
        for (int i = 0; i < schema.Count; i++)
        {
            if (i > 0) _output.Append(_delimiter);
            AppendText(Encoding.UTF8.GetBytes(schema[i].Name), _isForced[i]);
        }
        _output.Append((byte)'\n');
    }

    /// <inheritdoc/>
    public MomentText Moments { private get; set; } = MomentText.Iso;

    /// <inheritdoc/>
    public override long BytesWritten => _target.Length + _output.Length;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(Batch batch, CancellationToken cancellationToken = default)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.IsMasked && !batch.Mask[row]) continue;
            AppendRow(batch, row);
            RowsWritten++;
            if (_output.Length >= FlushBytes) await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _target.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _target.DisposeAsync();

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _target.WriteAsync(_output.Written, cancellationToken).ConfigureAwait(false);
        _output.Clear();
    }

    private void AppendRow(Batch batch, int row)
    {
        for (int i = 0; i < batch.Columns.Length; i++)
        {
            if (i > 0) _output.Append(_delimiter);
            ColumnVector column = batch.Columns[i];
            if (!column.IsValid(row))
            {
                // In a file of one column this is a blank line, which reads back as NULL.
                _output.Append(_nullText);
            }
            else if (column.Type.Kind is TypeKind.Varchar or TypeKind.Json)
            {
                AppendText(column.GetUtf8(row).Span, _isForced[i]);
            }
            else
            {
                AppendValue(column, row, _isForced[i]);
            }
        }
        _output.Append((byte)'\n');
    }

    // Numbers and dates hold nothing that needs quotes, unless the dialect is an odd one.
    private void AppendValue(ColumnVector column, int row, bool isForced)
    {
        _value.Clear();
        TimePattern? pattern = column.Type.Kind == TypeKind.Date ? _options.DateFormat
            : column.Type.IsTimestamp ? _options.TimestampFormat : null;
        if (pattern is not null) ValueOutput.Append(_value, column, row, pattern);
        else if (Moments.IsIso || !MayHoldMoment(column.Type)) ValueOutput.Append(_value, column, row);
        else _value.Append(ValueText.Format(column.GetValue(row), Moments));
        AppendText(_value.Written.Span, isForced);
    }

    private static bool MayHoldMoment(LogicalType type) =>
        type.Kind == TypeKind.Date || type.IsTimestamp || type.IsNested;

    private void AppendText(ReadOnlySpan<byte> text, bool isForced)
    {
        bool needsQuotes = isForced || text.IsEmpty || text.ContainsAny(_special) || text.SequenceEqual(_nullText) ||
            text[0] is (byte)' ' or (byte)'\t' or (byte)'#' || text[^1] is (byte)' ' or (byte)'\t';
        if (!needsQuotes)
        {
            _output.Append(text);
            return;
        }
        byte quote = _options.Quote, escape = _options.Escape;
        _output.Append(quote);
        while (!text.IsEmpty)
        {
            int at = text.IndexOfAny(quote, escape);
            if (at < 0) break;
            _output.Append(text[..at]);
            _output.Append(escape);
            _output.Append(text[at]);
            text = text[(at + 1)..];
        }
        _output.Append(text);
        _output.Append(quote);
    }
}
