using System.Collections.Immutable;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>How text with a delimiter is read. What is null is found from a sample of the file.</summary>
internal sealed record CsvOptions
{
    /// <summary>
    /// Lines at the start of each file that are passed over; null = found (a comment or preamble is reported).
    /// </summary>
    public long? Skip { get; init; }

    /// <summary>True when the first line names the columns.</summary>
    public bool? Header { get; init; }

    /// <summary>Between fields; one to four bytes.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Around fields; empty = quotes mean nothing.</summary>
    public string? Quote { get; init; }

    /// <summary>Before a quote inside of quotes; the quote itself unless told.</summary>
    public string? Escape { get; init; }

    /// <summary>Lines that begin with it are passed over; empty or null = none.</summary>
    public string? Comment { get; init; }

    /// <summary>Texts that mean NULL where they are not quoted; the empty field unless told.</summary>
    public ImmutableArray<string>? NullTexts { get; init; }

    /// <summary>Decimal separator of numbers; '.' unless told.</summary>
    public char DecimalSeparator { get; init; } = '.';

    /// <summary>Format of dates (strptime letters); null = ISO 8601 and what the sample shows.</summary>
    public string? DateFormat { get; init; }

    /// <summary>Format of timestamps.</summary>
    public string? TimestampFormat { get; init; }

    /// <summary>All columns, in order, with SQL types: then nothing is guessed and a header is only skipped.</summary>
    public ImmutableArray<KeyValuePair<string, string>>? Columns { get; init; }

    /// <summary>Names of the columns, in order; may be fewer than there are.</summary>
    public ImmutableArray<string>? Names { get; init; }

    /// <summary>Types of some columns, by name; or by position, with names "0", "1" …</summary>
    public ImmutableArray<KeyValuePair<string, string>>? Types { get; init; }

    /// <summary>Takes every column as VARCHAR.</summary>
    public bool AllVarchar { get; init; }

    /// <summary>Rows of the sample; <see cref="long.MaxValue"/> = the whole file.</summary>
    public long SampleSize { get; init; } = 20_480;

    /// <summary>Fills rows that are too short with NULL.</summary>
    public bool NullPadding { get; init; }

    /// <summary>What happens to malformed rows.</summary>
    public RowErrorAction OnError { get; init; }

    /// <summary>With <see cref="OnError"/> other than Stop: more rejected rows than this fail the read.</summary>
    public long MaxErrors { get; init; } = long.MaxValue;

    /// <summary>Adds a column <c>filename</c>.</summary>
    public bool Filename { get; init; }

    /// <summary>
    /// Adds the columns that folder names such as <c>year=2024</c> give; null = when every file has them.
    /// </summary>
    public bool? HivePartitioning { get; init; }

    /// <summary>The types of those columns.</summary>
    public HiveColumns Hive { get; init; } = new();

    /// <summary>Matches the columns of several files by name; else they must be the same.</summary>
    public bool UnionByName { get; init; }

    /// <summary>none, gzip, zstd, lz4, brotli; null = by the file's name.</summary>
    public string? Compression { get; init; }

    /// <summary>utf-8, utf-16 or latin-1; null = UTF-8, or UTF-16 when a byte order mark says so.</summary>
    public string? Encoding { get; init; }

    /// <summary>The longest line, a limit on memory against files that are not text.</summary>
    public int MaxLineBytes { get; init; } = 16 << 20;

    /// <summary>Between groups of digits of numbers; none where it is NUL.</summary>
    public char ThousandsSeparator { get; init; }

    /// <summary>The types that are looked for; null = all.</summary>
    public ImmutableArray<string>? TypeCandidates { get; init; }

    /// <summary>What ends a row: a line feed, or a carriage return alone; null = found.</summary>
    public byte? NewLine { get; init; }

    /// <summary>Takes the texts of NULL for NULL in quotes as well.</summary>
    public bool AllowsQuotedNulls { get; init; }

    /// <summary>Text columns in which the texts of NULL are texts.</summary>
    public ImmutableArray<string> ForceNotNull { get; init; } = [];

    /// <summary>Makes names of lower-case letters, digits and underscores.</summary>
    public bool NormalizesNames { get; init; }

    /// <summary>Bytes of a piece; small in tests.</summary>
    public int PieceBytes { get; init; } = 2 << 20;

    /// <summary>Reads the options of a call.</summary>
    public static CsvOptions From(SourceOptions options)
    {
        CsvOptions taken = new()
        {
            Skip = options.TakeCount("skip"),
            Header = options.TakeBoolean("header"),
            Delimiter = Unescape(options.TakeText("delim", "delimiter", "sep")),
            Quote = options.TakeText("quote"),
            Escape = options.TakeText("escape"),
            Comment = options.TakeText("comment"),
            NullTexts = options.TakeTexts("nullstr", "null")?.ToImmutableArray(),
            DateFormat = options.TakeText("dateformat", "date_format"),
            TimestampFormat = options.TakeText("timestampformat", "timestamp_format"),
            Columns = options.TakePairs("columns")?.ToImmutableArray(),
            Names = options.TakeTexts("names", "column_names")?.ToImmutableArray(),
            Types = TakeTypes(options),
            AllVarchar = options.TakeBoolean("all_varchar") ?? false,
            NullPadding = options.TakeBoolean("null_padding") ?? false,
            OnError = options.TakeOnError(),
            MaxErrors = options.TakeCount("max_errors", "rejects_limit") ?? long.MaxValue,
            Filename = options.TakeBoolean("filename") ?? false,
            HivePartitioning = options.TakeBoolean("hive_partitioning"),
            Hive = HiveColumns.From(options),
            UnionByName = options.TakeBoolean("union_by_name") ?? false,
            Compression = options.TakeText("compression"),
            Encoding = options.TakeText("encoding"),
            DecimalSeparator = options.TakeText("decimal_separator") is { Length: 1 } separator ? separator[0] : '.',
            ThousandsSeparator = options.TakeText("thousands") is { Length: 1 } groups ? groups[0] : '\0',
            TypeCandidates = options.TakeTexts("auto_type_candidates")?.ToImmutableArray(),
            NewLine = options.TakeText("new_line") is { } newLine ? NewLineOf(newLine) : null,
            AllowsQuotedNulls = options.TakeBoolean("allow_quoted_nulls") ?? false,
            ForceNotNull = [.. options.TakeTexts("force_not_null") ?? []],
            NormalizesNames = options.TakeBoolean("normalize_names") ?? false,
        };
        if (options.TakeBoolean("auto_detect") == false) taken = taken.WithoutFinding();
        TakeHints(options);
        if (options.TakeText("sample_size") is string size)
        {
            taken =
                taken with { SampleSize = size == "-1" ? long.MaxValue : long.TryParse(size, out long rows) && rows > 0
                ? rows
                : throw new QueryException(
                    SqlStates.InvalidParameterValue, $"Wrong value of option sample_size: {size}") };
        }
        if (options.TakeCount("max_line_size", "maximum_line_size") is long line)
        {
            taken = taken with { MaxLineBytes = (int)Math.Clamp(line, 64, 1 << 30) };
        }
        options.ExpectAllTaken("CSV");
        taken.Check();
        return taken;
    }

    // What nobody named is as in RFC 4180, without a header.
    private CsvOptions WithoutFinding() => this with
    {
        Delimiter = Delimiter ?? ",", Quote = Quote ?? "\"", Escape = Escape ?? Quote ?? "\"", Header = Header ?? false,
        Skip = Skip ?? 0, Comment = Comment ?? "", NullTexts = NullTexts ?? [""], NewLine = NewLine ?? (byte)'\n',
    };

    /// <summary>Options of DuckDB that say how to read and not what: threads and buffers are found here.</summary>
    private static void TakeHints(SourceOptions options)
    {
        options.TakeBoolean("parallel");
        options.TakeCount("buffer_size");
        options.TakeCount("files_to_sniff");
        if (options.TakeBoolean("strict_mode") != false) return;
        throw new QueryException(
            SqlStates.FeatureNotSupported, "CSV: strict_mode = false would guess what broken rows mean",
            hint: "quote = '' takes quotes as text, null_padding = true fills short rows, on_error = 'skip' leaves "
                + "broken rows out.");
    }

    private static byte NewLineOf(string text) => text switch
    {
        "\n" or "\r\n" or "\\n" or "\\r\\n" => (byte)'\n',
        "\r" or "\\r" => (byte)'\r',
        _ => throw new QueryException(
            SqlStates.InvalidParameterValue, $"Wrong value of option new_line: '{text}'",
            hint: "It takes '\\n', '\\r\\n' or '\\r'."),
    };

    private void Check()
    {
        CheckBytes("delim", Delimiter, 1, 4);
        CheckBytes("quote", Quote, 0, 1);
        CheckBytes("escape", Escape, 0, 1);
        CheckBytes("comment", Comment, 0, 1);
    }

    private static void CheckBytes(string name, string? value, int min, int max)
    {
        if (value is null) return;
        int bytes = System.Text.Encoding.UTF8.GetByteCount(value);
        if (bytes >= min && bytes <= max && value.AsSpan().IndexOfAny('\n', '\r') < 0) return;
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Wrong value of option {name}: '{value}'",
            hint: max == 1 ? "It takes one ASCII character." : $"It takes one to {max} bytes.");
    }

    private static string? Unescape(string? text) => text switch
    {
        "\\t" or "TAB" or "tab" => "\t",
        _ => text,
    };

    private static ImmutableArray<KeyValuePair<string, string>>? TakeTypes(SourceOptions options)
    {
        string name = options.IsPairs("dtypes") || options.IsPairs("column_types") ? "pairs" : "types";
        if (name == "pairs" || options.IsPairs("types"))
        {
            return options.TakePairs("types", "dtypes", "column_types")?.ToImmutableArray();
        }
        return options.TakeTexts("types", "dtypes", "column_types")?
            .Select((type, i) =>
                KeyValuePair.Create(i.ToString(System.Globalization.CultureInfo.InvariantCulture), type))
            .ToImmutableArray();
    }
}
