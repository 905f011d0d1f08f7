using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// Works out the layout of one file: what the options say, then what the table wants, then what a sample shows.
/// </summary>
internal sealed class CsvLayoutFinder(TextInput input, CsvOptions options, SourceContext context, Schema? wanted)
{
    private const int SampleBytes = 4 << 20, StreamSampleBytes = 16 << 20;

    /// <summary>Looks at the start of the file.</summary>
    public CsvLayout Find()
    {
        int sampleBytes = input.IsPositional ? SampleBytes : StreamSampleBytes;
        ReadOnlyMemory<byte> sample = input.ReadStart(sampleBytes);
        bool isWhole = sample.Length < sampleBytes;
        int expected = options.Columns?.Length ?? wanted?.Count ?? context.Target?.Count ?? 0;
        CsvSniffer sniffer = new(options, input.Path, context.Account);
        CsvSniffedDialect sniffed = sniffer.Sniff(sample.Span, isWhole, expected, context.OnNotice);
        if (sniffed.FirstRow.Length == 0) return Empty(sniffed);
        int fieldCount = options.NullPadding
            ? Math.Max(sniffed.FieldCount, sniffed.FirstRow.Length)
            : sniffed.FieldCount;
        bool isFixed = options.Columns is not null || options.AllVarchar;
        CsvTypeSniffer[] types = [.. Enumerable.Range(0, fieldCount).Select(_ => new CsvTypeSniffer(
            options, options.NullTexts is null))];
        double bytesPerRow = SniffTypes(sniffed, sample, isWhole, types, isFixed && options.Header is not null);
        bool hasHeader = options.Header ?? LooksLikeHeader(sniffed, types);
        if (sniffed.FirstRow.Length != fieldCount && hasHeader) throw WrongFirstRow(sniffed);
        if (!hasHeader) AddFirstRow(sniffed, types);
        return new CsvLayout(sniffed.Dialect, hasHeader, sniffed.SkippedLines, FindColumns(sniffed, types, hasHeader))
        {
            DataStart = hasHeader ? sniffed.RestStart : sniffed.Start,
            DataLines = hasHeader ? sniffed.RestLines : sniffed.SkippedLines,
            BytesPerRow = bytesPerRow,
        };
    }

    private CsvLayout Empty(CsvSniffedDialect sniffed)
    {
        Schema? known = options.Columns is not null
            ? new Schema(options.Columns.Value.Select(c => new Field(c.Key, TypeText.Parse(c.Value))))
            : wanted ?? context.Target;
        if (known is null)
        {
            throw new QueryException(
                SqlStates.BadCopyFileFormat, $"CSV: the file is empty: {input.Path}",
                hint: "columns = {'id': 'BIGINT'} names columns that a file does not show.");
        }
        return new CsvLayout(sniffed.Dialect, options.Header ?? false, sniffed.SkippedLines,
            [.. known.Fields.Select(f => MakeColumn(f.Name, f.Type, null))])
        {
            DataStart = sniffed.RestStart, DataLines = sniffed.RestLines,
        };
    }

    /// <summary>Reads the rows behind the first as text, as many as the sample has; returns bytes per row.</summary>
    private double SniffTypes(
        CsvSniffedDialect sniffed, ReadOnlyMemory<byte> sample, bool isWhole, CsvTypeSniffer[] types, bool onlyCounts)
    {
        long rowLimit = onlyCounts ? Batch.MaxRows : options.SampleSize;
        CsvRowFormat format =
            new([.. types.Select((_, i) => new CsvColumn($"{i}", LogicalType.Varchar) { EmptyIsNull = true })])
        {
            OnError = RowErrorAction.Skip, NullPadding = options.NullPadding,
        };
        SourceContext quiet = context with { OnRejected = null, OnNotice = null, Counters = new SourceCounters() };
        long bytesBefore = context.Counters.BytesRead;
        // A stream is looked at in the part that is kept; the rest of it can be read only once.
        TextInput looked = input.IsPositional
            ? input
            : TextInput.FromMemory(input.Path, CutLastLine(sample, isWhole, sniffed.Dialect));
        CsvText text = new(looked, sniffed.Dialect, sniffed.RestStart, sniffed.RestLines, options.PieceBytes,
            options.MaxLineBytes);
        int[] columns = [.. Enumerable.Range(0, types.Length)];
        using Batch batch = new(new Schema(format.Columns.Select(c => new Field(c.Name, c.Type))));
        long rows = 0;
        for (int piece = 0; piece < text.PieceCount && rows < rowLimit; piece++)
        {
            using CsvPieceReader reader = new(text, format, piece, columns, quiet, context.Account);
            while (rows < rowLimit && reader.Read(batch, CancellationToken.None))
            {
                rows += batch.Count;
                for (int i = 0; i < types.Length && !onlyCounts; i++) types[i].Add(batch.Columns[i]);
            }
        }
        if (input.IsPositional) context.Counters.AddBytes(bytesBefore - context.Counters.BytesRead);
        ReadOnlySpan<byte> rest = sample.Span[sniffed.RestStart..];
        return rest.Length / (double)Math.Max(rest.Count(sniffed.Dialect.NewLine), 1);
    }

    private static ReadOnlyMemory<byte> CutLastLine(ReadOnlyMemory<byte> sample, bool isWhole, CsvDialect dialect)
    {
        int end = isWhole ? -1 : sample.Span.LastIndexOf(dialect.NewLine);
        return end < 0 ? sample : sample[..(end + 1)];
    }

    private bool LooksLikeHeader(CsvSniffedDialect sniffed, CsvTypeSniffer[] types)
    {
        string[] first = sniffed.FirstRow;
        if (KnownNames() is { } known && first.All(f => known.Contains(f.Trim()))) return true;
        if (context.Target is not null || wanted is not null || options.Columns is not null)
        {
            Schema shape = options.Columns is not null
                ? new Schema(options.Columns.Value.Select(c => new Field(c.Key, TypeText.Parse(c.Value))))
                : (wanted ?? context.Target)!;
            // Text columns take anything: then only names that are known make a header.
            return shape.Count == first.Length && shape.Fields.Where((f, i) => !Fits(first[i], f.Type)).Any();
        }
        bool allText = types.All(t => t.Type.Kind == TypeKind.Varchar);
        if (!allText) return types.Where((t, i) => i < first.Length && !Fits(first[i], t.Type)).Any();
        return first.All(f => f.Trim().Length > 0 && TypeOf(f).Kind == TypeKind.Varchar) &&
            first.Distinct(StringComparer.OrdinalIgnoreCase).Count() == first.Length;
    }

    private HashSet<string>? KnownNames()
    {
        IEnumerable<string>? names = options.Columns?.Select(c => c.Key)
            ?? (wanted ?? context.Target)?.Fields.Select(f => f.Name);
        return names?.ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    // True when the text could be a value of the type, by what a column of only this text would be.
    private bool Fits(string text, LogicalType type)
    {
        if (text.Trim().Length == 0 || type.Physical == PhysicalType.Utf8) return true;
        LogicalType own = TypeOf(text);
        return type.Kind switch
        {
            TypeKind.Boolean => IsBoolean(text.Trim()),
            TypeKind.Date or TypeKind.Time => own.Kind == type.Kind,
            _ when type.IsTimestamp => own.IsTimestamp || own.Kind == TypeKind.Date,
            _ when type.IsInteger => own.IsInteger,
            _ when type.IsNumeric => own.IsNumeric,
            _ => true,
        };
    }

    private static unsafe bool IsBoolean(string text)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(text)) return default(BooleanParser).TryParse(
            bytes, Encoding.UTF8.GetByteCount(text), out _);
    }

    private unsafe LogicalType TypeOf(string text)
    {
        byte[] padded = new byte[Encoding.UTF8.GetMaxByteCount(text.Length) + TextNumber.ReadableBytes];
        int length = Encoding.UTF8.GetBytes(text, padded);
        CsvTypeSniffer sniffer = new(options, findsNullTexts: false);
        fixed (byte* bytes = padded) sniffer.Add(bytes, length);
        return sniffer.Type;
    }

    private unsafe void AddFirstRow(CsvSniffedDialect sniffed, CsvTypeSniffer[] types)
    {
        for (int i = 0; i < Math.Min(types.Length, sniffed.FirstRow.Length); i++)
        {
            string text = sniffed.FirstRow[i];
            byte[] padded = new byte[Encoding.UTF8.GetMaxByteCount(text.Length) + TextNumber.ReadableBytes];
            int length = Encoding.UTF8.GetBytes(text, padded);
            fixed (byte* bytes = padded) types[i].Add(bytes, length);
        }
    }

    private ImmutableArray<CsvColumn> FindColumns(CsvSniffedDialect sniffed, CsvTypeSniffer[] types, bool hasHeader)
    {
        int count = types.Length;
        if (options.Columns is { } given)
        {
            if (given.Length != count) throw WrongCount(count, given.Length, "columns");
            return [.. given.Select(c => MakeColumn(c.Key, TypeText.Parse(c.Value), null))];
        }
        string[] names = MakeNames(sniffed.FirstRow, count, hasHeader);
        Schema? shape = wanted ?? context.Target;
        if (shape is not null) return MatchShape(shape, names, hasHeader, types);
        CsvColumn[] columns = new CsvColumn[count];
        for (int i = 0; i < count; i++)
        {
            columns[i] = options.AllVarchar
                ? MakeColumn(names[i], LogicalType.Varchar, null)
                : MakeColumn(names[i], types[i].Type, types[i]);
        }
        ApplyTypes(columns);
        foreach (IGrouping<string, CsvColumn> found in columns.Where(c => c.IsSniffed).SelectMany(
            c => c.NullTexts.Select(t => (Text: Encoding.UTF8.GetString(t), Column: c))).GroupBy(
                p => p.Text, p => p.Column))
        {
            if (options.NullTexts is not null) break;
            context.OnNotice?.Invoke(
                $"{input.Path}: '{found.Key}' is read as NULL in {string.Join(", ", found.Select(c => c.Name))}; nullstr = '' reads it as text");
        }
        return [.. columns];
    }

    private ImmutableArray<CsvColumn> MatchShape(Schema shape, string[] names, bool hasHeader, CsvTypeSniffer[] types)
    {
        if (hasHeader && names.All(n => shape.IndexOf(n) >= 0))
        {
            return [.. names.Select(n => shape[shape.IndexOf(n)]).Select((f, i) => MakeWanted(f, types[i]))];
        }
        if (hasHeader && context.Target is null)
        {
            throw new QueryException(
                SqlStates.UndefinedColumn,
                $"CSV: the file has other columns than the one before: {string.Join(", ", names)}: {input.Path}",
                hint: $"Wanted are {string.Join(", ", shape.Fields.Select(f => f.Name))}; " +
                    "union_by_name = true joins files of different columns.");
        }
        if (names.Length != shape.Count)
        {
            string? unknown = hasHeader ? names.FirstOrDefault(n => shape.IndexOf(n) < 0) : null;
            if (unknown is null) throw WrongCount(names.Length, shape.Count, "the table");
            throw new QueryException(
                SqlStates.UndefinedColumn, $"CSV: the file has a column that is not wanted: {unknown}: {input.Path}",
                hint: $"Wanted are {string.Join(", ", shape.Fields.Select(f => f.Name))}; read_csv(…) in a SELECT chooses columns, " +
                    "union_by_name = true joins files of different columns.");
        }
        if (hasHeader)
            context.OnNotice?.Invoke(
                $"{input.Path}: columns are matched by position, the names in the header are others");
        return [.. shape.Fields.Select((f, i) => MakeWanted(f, types[i]))];
    }

    // The table says the type; how NULL and dates are written is still the file's affair.
    private CsvColumn MakeWanted(Field field, CsvTypeSniffer sniffed)
    {
        CsvColumn column = MakeColumn(field.Name, field.Type, null);
        if (field.Type.Physical == PhysicalType.Utf8) return column;
        bool isFound = wanted is not null && context.Target is null && options.Types is null;
        if (isFound && sniffed.HasValues) column = column with { SampledType = sniffed.Type };
        if (column.Pattern is null && sniffed.Type.Kind == field.Type.Kind)
        {
            column = column with { Pattern = sniffed.Pattern };
        }
        if (options.NullTexts is not null) return column;
        return column with { NullTexts = [.. sniffed.NullTexts.Select(Encoding.UTF8.GetBytes)] };
    }

    private void ApplyTypes(CsvColumn[] columns)
    {
        foreach ((string key, string type) in options.Types ?? [])
        {
            int index = Array.FindIndex(columns, c => c.Name.Equals(key, StringComparison.OrdinalIgnoreCase));
            if (index < 0 && int.TryParse(key, CultureInfo.InvariantCulture, out int position)
                && position < columns.Length) index = position;
            if (index < 0)
            {
                throw new QueryException(
                    SqlStates.UndefinedColumn,
                    $"CSV: types names a column that the file does not have: {key}: {input.Path}",
                    hint: $"The columns are {string.Join(", ", columns.Select(c => c.Name))}.");
            }
            columns[index] = MakeColumn(columns[index].Name, TypeText.Parse(type), null);
        }
    }

    private CsvColumn MakeColumn(string name, LogicalType type, CsvTypeSniffer? sniffed)
    {
        IEnumerable<string> nullTexts = options.NullTexts?.Where(t => t.Length > 0) ?? sniffed?.NullTexts ?? [];
        string? format = type.Kind == TypeKind.Date ? options.DateFormat : type.IsTimestamp ? options.TimestampFormat
            : null;
        if (format is null && sniffed?.OtherPattern is not null)
        {
            context.OnNotice?.Invoke(
                $"{input.Path}: column {name} is read as {sniffed.Pattern!.Text}; dateformat = '{sniffed.OtherPattern.Text}' would fit as well");
        }
        bool isNeverNull = type.Physical == PhysicalType.Utf8
            && options.ForceNotNull.Contains(name, StringComparer.OrdinalIgnoreCase);
        return new CsvColumn(name, type)
        {
            NullTexts = isNeverNull ? [] : [.. nullTexts.Select(Encoding.UTF8.GetBytes)],
            EmptyIsNull = !isNeverNull && (options.NullTexts is null || options.NullTexts.Value.Contains("")),
            HasQuotedNulls = options.AllowsQuotedNulls && !isNeverNull,
            Pattern = format is not null ? TimePattern.Parse(format) : sniffed?.Pattern,
            DecimalSeparator = options.DecimalSeparator, ThousandsSeparator = options.ThousandsSeparator,
            IsSniffed = sniffed is not null,
        };
    }

    // Names are trimmed, made up where empty, and made distinct as name_1, name_2.
    private string[] MakeNames(string[] firstRow, int count, bool hasHeader)
    {
        int digits = (count - 1).ToString(CultureInfo.InvariantCulture).Length;
        HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
        string[] names = new string[count];
        for (int i = 0; i < count; i++)
        {
            string name = hasHeader && i < firstRow.Length ? firstRow[i].Trim() : "";
            if (options.NormalizesNames) name = Normalize(name);
            if (options.Names is { } given && i < given.Length) name = given[i];
            if (name.Length == 0) name = "column" + i.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
            string distinct = name;
            for (int n = 1; !used.Add(distinct); n++) distinct = $"{name}_{n}";
            names[i] = distinct;
        }
        return names;
    }

    // Words of letters and digits, joined by underscores.
    private static string Normalize(string name)
    {
        StringBuilder words = new();
        foreach (char c in name)
        {
            if (char.IsLetterOrDigit(c)) words.Append(char.ToLowerInvariant(c));
            else if (words.Length > 0 && words[^1] != '_') words.Append('_');
        }
        string normal = words.ToString().TrimEnd('_');
        return normal.Length > 0 && char.IsDigit(normal[0]) ? "_" + normal : normal;
    }

    private QueryException WrongCount(int found, int expected, string whose) => new(
        SqlStates.BadCopyFileFormat, $"CSV: the file has {found} columns, {whose} {expected}: {input.Path}",
        hint: "delim = … names the delimiter; a list of columns, COPY t (a, b) FROM …, names the ones that the file has.");

    private QueryException WrongFirstRow(CsvSniffedDialect sniffed) => new(
        SqlStates.BadCopyFileFormat,
        $"CSV: the first row has {sniffed.FirstRow.Length} fields, most others have {sniffed.FieldCount}: {input.Path} " +
        $"line {sniffed.SkippedLines + 1}: {string.Join(sniffed.Dialect.DelimiterText, sniffed.FirstRow)}",
        hint: "skip = 1 leaves it out, header = false takes it as a row, null_padding = true fills short rows with NULL.");
}
