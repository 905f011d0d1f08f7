using System.Collections.Immutable;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>The dialect of a sample and where its rows begin.</summary>
/// <param name="Dialect">The bytes with a meaning.</param>
/// <param name="Start">Position of the first row (a header, if there is one), behind marks and skipped lines.</param>
/// <param name="SkippedLines">Lines before that.</param>
/// <param name="FieldCount">Fields of most rows, without the empty one behind a trailing delimiter.</param>
/// <param name="FirstRow">Fields of the first row, out of quotes.</param>
/// <param name="RestStart">Position of the row after the first.</param>
/// <param name="RestLines">Lines before that.</param>
internal sealed record CsvSniffedDialect(
    CsvDialect Dialect, int Start, long SkippedLines, int FieldCount, string[] FirstRow, int RestStart, long RestLines);

/// <summary>
/// Finds the dialect of a text from its first bytes: each combination of delimiter, quote, escape and comment cuts the
/// sample in rows, and the one wins that makes most rows equally long, then that makes most fields numbers and dates,
/// then that gives most columns. A dialect that fits only fewer than half of the rows is none: then the file has one
/// column. Quotes that are wrong, and few, are text.
/// </summary>
/// <remarks>
/// Nothing is passed over in silence: one line of title before the table is reported, more are refused, and rows of
/// another shape are errors when they are read.
/// </remarks>
internal sealed unsafe class CsvSniffer(CsvOptions options, string path, MemoryAccount account)
{
    /// <summary>How much text the dialects are tried on.</summary>
    private const int DialectBytes = 512 << 10;

    /// <summary>How many rows are looked at closely.</summary>
    private const int CloseRows = 500;

    private static readonly string[] s_delimiters = [",", "\t", ";", "|"];

    /// <summary>Finds the dialect.</summary>
    /// <param name="sample">The first bytes of the text.</param>
    /// <param name="isWhole">True when the sample is the whole text.</param>
    /// <param name="expectedFields">Number of columns when it is known, else 0.</param>
    /// <param name="notice">Takes remarks for the user.</param>
    public CsvSniffedDialect Sniff(ReadOnlySpan<byte> sample, bool isWhole, int expectedFields, Action<string>? notice)
    {
        CheckText(sample);
        byte newLine = options.NewLine ?? FindNewLine(sample);
        int start = sample.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? 3 : 0;
        long skipped = options.Skip ?? 0;
        for (long i = 0; i < skipped; i++)
        {
            int end = sample[start..].IndexOf(newLine);
            if (end < 0)
            {
                start = sample.Length;
                break;
            }
            start += end + 1;
        }
        ReadOnlySpan<byte> text = sample[start..];
        if (text.Length > DialectBytes)
        {
            text = text[..DialectBytes];
            isWhole = false;
        }
        using CsvBlock block = new(account);
        block.Reserve(Math.Max(text.Length, 1), 0, 0);
        text.CopyTo(block.Free);
        block.Length = text.Length;
        Score best = Choose(block, newLine, isWhole, expectedFields, notice);
        Score chosen = best with { Dialect = WithTrailing(block, best, isWhole, expectedFields) };
        Index(block, chosen.Dialect, isWhole);
        int preamble = FindPreamble(block, chosen, notice);
        int fields = chosen.FieldCount - (chosen.Dialect.HasTrailingDelimiter ? 1 : 0);
        bool hasRow = preamble < block.Index.RowCount;
        int first = hasRow ? block.RowStart(preamble) : block.Length;
        int rest = hasRow ? Math.Min(block.RowEnd(preamble) + 1, block.Length) : block.Length;
        string[] firstRow = hasRow ? FieldsOf(block, chosen, preamble) : [];
        return new CsvSniffedDialect(
            chosen.Dialect, start + first, skipped + LinesIn(block, first, newLine), fields, firstRow,
            start + rest, skipped + LinesIn(block, rest, newLine));
    }

    private static long LinesIn(CsvBlock block, int length, byte newLine) =>
        new ReadOnlySpan<byte>(block.Data, length).Count(newLine);

    private Score Choose(
        CsvBlock block, byte newLine, bool isWhole, int expectedFields, Action<string>? notice)
    {
        bool mayHaveComments = options.Comment is null && HasLineOf(block, (byte)'#', newLine);
        Score best = Candidates(newLine, mayHaveComments)
            .Select(dialect => Measure(block, dialect, isWhole, expectedFields)).Where(s => !s.HidesRows).Max()!;
        if (best.HasFewWrongQuotes && options.Quote is null)
        {
            CsvDialect bare = best.Dialect with { Quote = -1, Escape = -1 };
            Score text = Measure(block, bare, isWhole, expectedFields);
            if (text.IsTable && text.Share >= best.Share && text.FieldCount >= best.FieldCount)
            {
                notice?.Invoke($"{path}: quotes are read as text, because they do not enclose fields; " +
                    $"quote = '{(char)best.Dialect.Quote}' insists on them");
                best = text;
            }
        }
        if (best.Dialect.Comment >= 0 && options.Comment is null)
        {
            // Comments before the table are a title, and the rows behind them are read faster without.
            Score plain = Measure(block, best.Dialect with { Comment = -1 }, isWhole, expectedFields);
            if (!best.HasCommentsBetweenRows && plain.IsTable && plain.FieldCount == best.FieldCount) return plain;
            notice?.Invoke($"{path}: lines that begin with '#' are comments and left out; comment = '' reads them");
        }
        return best;
    }

    private static bool HasLineOf(CsvBlock block, byte first, byte newLine)
    {
        ReadOnlySpan<byte> text = new(block.Data, block.Length);
        return (text.Length > 0 && text[0] == first) || text.IndexOf([newLine, first]) >= 0;
    }

    private static string[] FieldsOf(CsvBlock block, Score score, int row)
    {
        CsvDialect dialect = score.Dialect;
        List<string> fields = [];
        for (int field = block.FirstField(row); field <= block.Index.RowEnds[row]; field++)
        {
            byte* text = FieldAt(block, field, out int length);
            if (field < block.Index.RowEnds[row]) length -= dialect.Delimiter.Length - 1;
            string value = Encoding.UTF8.GetString(text, Math.Max(length, 0));
            if (dialect.Quote >= 0 && value.Length >= 2 && value[0] == dialect.Quote && value[^1] == dialect.Quote)
            {
                string quote = ((char)dialect.Quote).ToString();
                string escaped = (dialect.Escape >= 0 ? (char)dialect.Escape : (char)dialect.Quote) + quote;
                value = value[1..^1].Replace(escaped, quote, StringComparison.Ordinal);
            }
            fields.Add(value);
        }
        // A header may be without the delimiter that ends all other rows.
        if (dialect.HasTrailingDelimiter && fields.Count == score.FieldCount) fields.RemoveAt(fields.Count - 1);
        return [.. fields];
    }

    private IEnumerable<CsvDialect> Candidates(byte newLine, bool mayHaveComments)
    {
        string[] delimiters = options.Delimiter is null ? s_delimiters : [options.Delimiter];
        int[] quotes = options.Quote is null ? ['"', '\''] : [ByteOf(options.Quote)];
        foreach (string delimiter in delimiters)
        {
            foreach (int quote in quotes)
            {
                int[] escapes = quote < 0 ? [-1] : options.Escape is null ? [quote, '\\'] : [ByteOf(options.Escape)];
                foreach (int escape in escapes)
                {
                    CsvDialect dialect = new()
                    {
                        Delimiter = Encoding.UTF8.GetBytes(delimiter), Quote = quote, Escape = escape,
                        Comment = ByteOf(options.Comment ?? ""), NewLine = newLine,
                    };
                    yield return dialect;
                    if (mayHaveComments) yield return dialect with { Comment = '#' };
                }
            }
        }
    }

    private static int ByteOf(string text) => text.Length == 0 ? -1 : Encoding.UTF8.GetBytes(text)[0];

    private static byte FindNewLine(ReadOnlySpan<byte> sample) =>
        sample.Contains((byte)'\n') || !sample.Contains((byte)'\r') ? (byte)'\n' : (byte)'\r';

    private void CheckText(ReadOnlySpan<byte> sample)
    {
        if (!sample[..Math.Min(sample.Length, 4096)].Contains((byte)0)) return;
        throw new QueryException(
            SqlStates.BadCopyFileFormat, $"CSV: the file is not text: {path}",
            hint: "Name the format (format = 'parquet'), the compression (compression = 'gzip') or the encoding " +
                "(encoding = 'utf-16').");
    }

    private static void Index(CsvBlock block, CsvDialect dialect, bool isWhole)
    {
        block.Index.Begin(0, block.Length / 8);
        block.OpenQuoteRow = -1;
        CsvState state = CsvIndexer.Run(block.Data, 0, block.Length, CsvState.RowStart, dialect, block.Index);
        if (isWhole || block.Index.RowCount == 0) block.EndLastRow(state);
    }

    private Score Measure(CsvBlock block, CsvDialect dialect, bool isWhole, int expectedFields)
    {
        Index(block, dialect, isWhole);
        Dictionary<int, int> counts = [];
        int rows = 0, firstCount = 0, goodQuotes = 0, badQuotes = block.OpenQuoteRow >= 0 ? 1 : 0;
        long typed = 0, looked = 0;
        for (int row = 0; row < block.Index.RowCount; row++)
        {
            if (IsIgnored(block, dialect, row)) continue;
            int first = block.FirstField(row), count = block.Index.RowEnds[row] - first + 1;
            if (rows++ == 0) firstCount = count;
            counts[count] = counts.GetValueOrDefault(count) + 1;
            CountQuotes(block, dialect, row, ref goodQuotes, ref badQuotes);
            if (rows <= CloseRows) CountTyped(block, dialect, row, ref typed, ref looked);
        }
        int fieldCount = 1;
        double share = 1;
        if (counts.Count > 0)
        {
            // Of counts that are equally frequent, the first row's, then the larger.
            fieldCount = counts.OrderByDescending(c => c.Value).ThenByDescending(
                c => c.Key == firstCount).ThenByDescending(c => c.Key).First().Key;
            if (expectedFields > 0 && counts.ContainsKey(expectedFields)) fieldCount = expectedFields;
            share = counts[fieldCount] / (double)rows;
            if (options.NullPadding)
            {
                // Every row may be shorter than the longest, or than the table; rows of one field speak for nothing.
                if (fieldCount != expectedFields) fieldCount = counts.Keys.Max();
                int others = counts.Where(c => c.Key == 1 || c.Key > fieldCount).Sum(c => c.Value);
                share = fieldCount == 1 ? 1 : 1 - (others / (double)rows);
            }
        }
        return new Score(dialect, fieldCount, share, looked == 0 ? 0 : typed / (double)looked, goodQuotes, badQuotes)
        {
            LeastShare = options.OnError == RowErrorAction.Stop ? 0.5 : 0.25,
            HasFewWrongQuotes = badQuotes > 0 && (goodQuotes + badQuotes) * 10L < block.Index.EndCount,
            HidesRows = options.Comment is null && dialect.Comment >= 0 && HidesRows(block, dialect, fieldCount),
            HasCommentsBetweenRows = HasCommentsBetweenRows(block, dialect),
        };
    }

    private static bool HasCommentsBetweenRows(CsvBlock block, CsvDialect dialect)
    {
        bool hasRow = false;
        for (int row = 0; row < block.Index.RowCount && dialect.Comment >= 0; row++)
        {
            if (hasRow && IsComment(block, dialect, row)) return true;
            hasRow |= !IsIgnored(block, dialect, row);
        }
        return false;
    }

    // A line that would be a row of the table if it were no comment is not taken for one.
    private static bool HidesRows(CsvBlock block, CsvDialect dialect, int fieldCount)
    {
        if (fieldCount == 1) return true;
        for (int row = 0; row < block.Index.RowCount; row++)
        {
            if (!IsComment(block, dialect, row)) continue;
            ReadOnlySpan<byte> line = new(block.Data + block.RowStart(row), block.RowEnd(row) - block.RowStart(row));
            if (line.Count(dialect.Delimiter) + 1 >= fieldCount) return true;
        }
        return false;
    }

    private static bool IsIgnored(CsvBlock block, CsvDialect dialect, int row)
    {
        int start = block.RowStart(row), length = block.RowEnd(row) - start;
        if (length <= 0 || (length == 1 && block.Data[start] == '\r')) return true;
        return IsComment(block, dialect, row);
    }

    private static bool IsComment(CsvBlock block, CsvDialect dialect, int row) =>
        dialect.Comment >= 0 && block.Data[block.RowStart(row)] == dialect.Comment;

    private static void CountQuotes(CsvBlock block, CsvDialect dialect, int row, ref int good, ref int bad)
    {
        if (dialect.Quote < 0) return;
        for (int field = block.FirstField(row); field <= block.Index.RowEnds[row]; field++)
        {
            byte* text = FieldAt(block, field, out int length);
            if (length == 0 || *text != dialect.Quote) continue;
            bool isClosed = length >= 2 && text[length - 1] == dialect.Quote;
            ReadOnlySpan<byte> inner = isClosed ? new ReadOnlySpan<byte>(text + 1, length - 2) : [];
            // Quotes inside are doubled or escaped; an odd one shows that this is another dialect.
            isClosed &= dialect.HasOwnEscape
                ? CountUnescaped(inner, dialect) == 0
                : HasOnlyDoubled(inner, (byte)dialect.Quote);
            if (isClosed) good++;
            else bad++;
        }
    }

    private static bool HasOnlyDoubled(ReadOnlySpan<byte> text, byte quote)
    {
        for (int at; (at = text.IndexOf(quote)) >= 0; text = text[(at + 2)..])
        {
            if (at + 1 >= text.Length || text[at + 1] != quote) return false;
        }
        return true;
    }

    private static int CountUnescaped(ReadOnlySpan<byte> text, CsvDialect dialect)
    {
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == dialect.Escape) i++;
            else if (text[i] == dialect.Quote) count++;
        }
        return count;
    }

    private static void CountTyped(CsvBlock block, CsvDialect dialect, int row, ref long typed, ref long looked)
    {
        for (int field = block.FirstField(row); field <= block.Index.RowEnds[row]; field++)
        {
            byte* text = FieldAt(block, field, out int length);
            if (length >= 2 && *text == dialect.Quote && text[length - 1] == dialect.Quote)
            {
                text++;
                length -= 2;
            }
            looked++;
            if (length <= 0 || IsTyped(text, length, dialect.LastDelimiterByte)) typed++;
        }
    }

    private static bool IsTyped(byte* text, int length, byte delimiter)
    {
        if (TextNumber.TryParseDouble(text, length, out _)
            || TextTime.TryParseTimestamp(text, length, out _, out _, out _)) return true;
        if (delimiter == ',' || length > 32) return false;
        // 1,5 where the comma is not the delimiter
        Span<byte> point = stackalloc byte[48];
        new ReadOnlySpan<byte>(text, length).CopyTo(point);
        int comma = point[..length].IndexOf((byte)',');
        if (comma < 0) return false;
        point[comma] = (byte)'.';
        fixed (byte* p = point) return TextNumber.TryParseDouble(p, length, out _);
    }

    private static byte* FieldAt(CsvBlock block, int field, out int length)
    {
        int start = block.Index.Ends[field - 1] + 1;
        length = block.Index.Ends[field] - start;
        if (length > 0 && block.Data[start + length - 1] == '\r') length--;
        return block.Data + start;
    }

    // dbgen ends each row with a delimiter: every row has an empty last field, the first (a header, perhaps) too.
    private static CsvDialect WithTrailing(CsvBlock block, Score best, bool isWhole, int expectedFields)
    {
        if (best.FieldCount < 2 || best.FieldCount == expectedFields) return best.Dialect;
        Index(block, best.Dialect, isWhole);
        int rows = 0;
        for (int row = 0; row < block.Index.RowCount; row++)
        {
            if (IsIgnored(block, best.Dialect, row)
                || block.Index.RowEnds[row] - block.FirstField(row) + 1 != best.FieldCount) continue;
            FieldAt(block, block.Index.RowEnds[row], out int length);
            if (length > 0) return best.Dialect;
            rows++;
        }
        return rows > 0 ? best.Dialect with { HasTrailingDelimiter = true } : best.Dialect;
    }

    /// <summary>Rows before the table, which are titles: no delimiter in them, or a comment.</summary>
    private int FindPreamble(CsvBlock block, Score score, Action<string>? notice)
    {
        int row = 0, titles = 0;
        for (; row < block.Index.RowCount; row++)
        {
            // In a table of one column a blank line is a row.
            if (IsIgnored(block, score.Dialect, row) && (score.FieldCount > 1 || IsComment(block, score.Dialect, row)))
                continue;
            int count = block.Index.RowEnds[row] - block.FirstField(row) + 1;
            if (count == score.FieldCount || options.Skip is not null) break;
            // A row of several fields is a row, of the wrong shape; it is reported when it is read.
            if (count > 1 && block.Data[block.RowStart(row)] != '#') break;
            titles++;
        }
        if (titles == 0) return row;
        if (row == block.Index.RowCount) return 0;
        string shown = Encoding.UTF8.GetString(
            block.Data + block.RowStart(0), Math.Min(80, block.RowEnd(0) - block.RowStart(0))).TrimEnd('\r');
        bool isComment = Enumerable.Range(0, row).All(
            r => IsIgnored(block, score.Dialect, r) || block.Data[block.RowStart(r)] == '#');
        if (titles > 1 && !isComment)
        {
            throw new QueryException(
                SqlStates.BadCopyFileFormat,
                $"CSV: {titles} lines before the table have one field, the others {score.FieldCount}: " +
                    $"{path} line 1: {shown}",
                hint: $"skip = {row} leaves them out; delim = … chooses another delimiter than " +
                    $"'{score.Dialect.DelimiterText}'.");
        }
        notice?.Invoke($"{path}: {(titles == 1 ? "1 line" : $"{titles} lines")} before the table left out: {shown}");
        return row;
    }

    /// <summary>How well a dialect fits; the best compares greatest.</summary>
    private sealed record Score(
        CsvDialect Dialect, int FieldCount, double Share, double TypedShare, int GoodQuotes, int BadQuotes)
            : IComparable<Score>
    {
        /// <summary>Some quotes are wrong, and few fields begin with one: it may be a letter like any other.</summary>
        public bool HasFewWrongQuotes { get; init; }

        /// <summary>Comments stand behind the first row.</summary>
        public bool HasCommentsBetweenRows { get; init; }

        /// <summary>Lines that look like rows would be comments.</summary>
        public bool HidesRows { get; init; }

        // Quotes other than the usual ones are believed when they are seen to work, not because the usual ones do not.
        private bool HasEvidence => Dialect.Quote is '"' or < 0 || GoodQuotes > BadQuotes;

        /// <summary>The share of rows that have so many fields: less where the others may be left out.</summary>
        public double LeastShare { get; init; } = 0.5;

        public bool IsTable => FieldCount > 1 && Share > LeastShare;

        public int CompareTo(Score? other)
        {
            if (other is null) return 1;
            if (HasEvidence != other.HasEvidence) return HasEvidence ? 1 : -1;
            if (IsTable != other.IsTable) return IsTable ? 1 : -1;
            int byShare =
                (Share * (BadQuotes == 0 ? 1 : 0.5)).CompareTo(other.Share * (other.BadQuotes == 0 ? 1 : 0.5));
            if (byShare != 0) return byShare;
            if (BadQuotes != other.BadQuotes) return other.BadQuotes.CompareTo(BadQuotes);
            if (IsTable && Math.Abs(TypedShare - other.TypedShare) > 0.2) return TypedShare.CompareTo(other.TypedShare);
            if (IsTable && FieldCount != other.FieldCount) return FieldCount.CompareTo(other.FieldCount);
            if (GoodQuotes != other.GoodQuotes) return GoodQuotes.CompareTo(other.GoodQuotes);
            return other.Rank.CompareTo(Rank);
        }

        // Of dialects that fit equally well, the usual one.
        private int Rank => (Array.IndexOf(s_delimiters, Dialect.DelimiterText) * 8) + (Dialect.Comment < 0 ? 0 : 4) +
            (Dialect.Quote == '"' ? 0 : 2) + (Dialect.Escape == Dialect.Quote ? 0 : 1);
    }
}
