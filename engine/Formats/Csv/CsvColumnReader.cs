using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>A field that is no value of its column's type.</summary>
internal readonly record struct CsvFailure(int Row, int Column, CsvFailureKind Kind);

/// <summary>What is wrong with a row.</summary>
internal enum CsvFailureKind : byte
{
    /// <summary>The text is no value of the type.</summary>
    NotOfType,

    /// <summary>Something follows the closing quote.</summary>
    BadQuotes,

    /// <summary>A quote was opened and not closed.</summary>
    OpenQuote,

    /// <summary>Bytes that are not UTF-8.</summary>
    NotUtf8,

    /// <summary>More or fewer fields than columns.</summary>
    FieldCount,
}

/// <summary>
/// Reads the fields of one column into a vector: a tight loop that takes what is plain, and a second look at the rest
/// (NULL, quotes, spaces, errors).
/// </summary>
internal abstract unsafe class CsvColumnReader(CsvColumn column, CsvDialect dialect, int columnIndex) : IDisposable
{
    /// <summary>The most bytes of a quoted number, date or other value that is not text.</summary>
    private const int MaxScratchBytes = 4096;

    private readonly byte[] _scratch = new byte[MaxScratchBytes + NativeBuffer.PaddingBytes];

    protected CsvColumn Column => column;

    protected int Quote => dialect.Quote;

    protected int Escape => dialect.Escape;

    protected int ColumnIndex => columnIndex;

    /// <summary>Fills the vector; fields that cannot be read are added to the failures and hold nothing.</summary>
    public abstract void Read(in CsvFields fields, ColumnVector target, CsvTextHeap heap, List<CsvFailure> failures);

    /// <summary>Forgets the texts of the batch before, so that their block can be used again.</summary>
    public virtual void LetGo()
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>The reader of a column.</summary>
    public static CsvColumnReader Create(
        CsvColumn column, CsvDialect dialect, int index, ITextConversions? conversions, MemoryAccount account)
    {
        if (column.Type.Kind is TypeKind.Varchar or TypeKind.Json or TypeKind.Blob)
            return new CsvTextReader(column, dialect, index);
        if (FieldParsers.Use(column.Type, column.Pattern, new Maker(column, dialect, index)) is { } reader)
            return reader;
        if (conversions?.Find(column.Type, account) is { } conversion)
            return new CsvConvertedReader(column, dialect, index, conversion, account);
        throw new QueryException(
            SqlStates.FeatureNotSupported, $"CSV cannot hold values of type {column.Type}: column {column.Name}",
            hint: "Read the column as VARCHAR and cast it.");
    }

    private sealed class Maker(CsvColumn column, CsvDialect dialect, int index) : IFieldParserUser<CsvColumnReader>
    {
        public CsvColumnReader Use<T, TParser>(TParser parser)
            where T : unmanaged
            where TParser : struct, IFieldParser<T> => new CsvValueReader<T, TParser>(column, dialect, index, parser);
    }

    /// <summary>True for a field without quotes that stands for NULL.</summary>
    protected bool IsNull(byte* text, int length)
    {
        if (length <= 0) return length < 0 || column.EmptyIsNull;
        foreach (byte[] nullText in column.NullTexts)
        {
            if (nullText.Length == length && new ReadOnlySpan<byte>(text, length).SequenceEqual(nullText)) return true;
        }
        return false;
    }

    /// <summary>
    /// Takes the quotes off a field that begins with one. False when it does not end with one, or ends early. The
    /// target holds as many bytes as the field.
    /// </summary>
    protected bool TryUnquote(byte* text, int length, byte* target, out int targetLength)
    {
        int escape = dialect.Escape, quote = dialect.Quote;
        targetLength = 0;
        for (int i = 1; i < length; i++)
        {
            byte b = text[i];
            if (b == escape && i + 1 < length && (text[i + 1] == quote || (escape != quote && text[i + 1] == escape)))
            {
                b = text[++i];
            }
            else if (b == quote)
            {
                return i == length - 1;
            }
            target[targetLength++] = b;
        }
        return false;
    }

    /// <summary>
    /// A field taken out of quotes and spaces, with a point as decimal separator. False when the quotes are wrong.
    /// </summary>
    protected bool TryNormalize(ref byte* text, ref int length, byte* scratch)
    {
        if (length > MaxScratchBytes) return true;
        if (length > 0 && *text == Quote)
        {
            if (!TryUnquote(text, length, scratch, out length)) return false;
            text = scratch;
        }
        while (length > 0 && *text is (byte)' ' or (byte)'\t')
        {
            text++;
            length--;
        }
        while (length > 0 && text[length - 1] is (byte)' ' or (byte)'\t') length--;
        if (column.ThousandsSeparator != '\0' && column.Type.IsNumeric)
            text = WithoutSeparators(text, ref length, scratch);
        if (column.DecimalSeparator != '.' && (column.Type.IsFloat || column.Type.Kind == TypeKind.Decimal))
        {
            byte separator = (byte)column.DecimalSeparator;
            for (int i = 0; i < length; i++)
                scratch[i] = text[i] == separator ? (byte)'.' : text[i] == '.' ? (byte)'?' : text[i];
            text = scratch;
        }
        return true;
    }

    private byte* WithoutSeparators(byte* text, ref int length, byte* scratch)
    {
        int count = 0;
        for (int i = 0; i < length; i++)
        {
            if (text[i] != column.ThousandsSeparator) scratch[count++] = text[i];
        }
        length = count;
        return scratch;
    }

    protected byte[] Scratch => _scratch;
}

/// <summary>Values of a fixed size.</summary>
internal sealed unsafe class CsvValueReader<T, TParser>(CsvColumn column, CsvDialect dialect, int index, TParser parser)
    : CsvColumnReader(column, dialect, index)
    where T : unmanaged
    where TParser : struct, IFieldParser<T>
{
    // A text that means NULL may also be a number, and a comma may be a point: then every field gets the second look.
    private readonly bool _isNeverPlain =
        column.DecimalSeparator != '.' || column.ThousandsSeparator != '\0'
        || column.NullTexts.Any(text => IsValue(text, parser));
    private readonly int[] _misses = new int[Batch.MaxRows];

    public override void Read(in CsvFields fields, ColumnVector target, CsvTextHeap heap, List<CsvFailure> failures)
    {
        target.ResetFlat(Math.Max(fields.Count, 1));
        target.Count = fields.Count;
        T* values = target.As<T>();
        int missCount = _isNeverPlain ? MissAll(fields.Count) : ParsePlain(fields, values);
        if (missCount > 0) ParseMisses(fields, values, missCount, target, failures);
    }

    private int ParsePlain(CsvFields fields, T* values)
    {
        TParser own = parser;
        int[] misses = _misses;
        int missCount = 0, quote = Quote;
        for (int row = 0; row < fields.Count; row++)
        {
            byte* text = fields.Get(row, out int length);
            // A quote inside makes the text no value, and the second look says what is wrong.
            if (*text == quote && length >= 2 && text[length - 1] == quote)
            {
                text++;
                length -= 2;
            }
            bool isPlain = own.TryParse(text, length, out values[row]);
            misses[missCount] = row;
            missCount += isPlain ? 0 : 1;
        }
        return missCount;
    }

    private static bool IsValue(byte[] text, TParser parser)
    {
        byte[] padded = [.. text, .. new byte[TextNumber.ReadableBytes]];
        fixed (byte* p = padded) return parser.TryParse(p, text.Length, out _);
    }

    private int MissAll(int count)
    {
        for (int i = 0; i < count; i++) _misses[i] = i;
        return count;
    }

    private void ParseMisses(
        in CsvFields fields, T* values, int missCount, ColumnVector target, List<CsvFailure> failures)
    {
        fixed (byte* scratch = Scratch)
        {
            for (int i = 0; i < missCount; i++)
            {
                int row = _misses[i];
                byte* text = fields.Get(row, out int length);
                bool isNull = IsNull(text, length);
                bool isQuoted = !isNull && Quote >= 0 && *text == Quote;
                if (!isNull && !TryNormalize(ref text, ref length, scratch))
                {
                    failures.Add(new CsvFailure(row, ColumnIndex, CsvFailureKind.BadQuotes));
                    isNull = true;
                }
                // A value that is not text has no empty form, quoted or not.
                isNull |= length <= 0;
                if (!isNull && !isQuoted) isNull = IsNull(text, length);
                if (isNull)
                {
                    values[row] = default;
                    target.SetNull(row, target.Count);
                }
                else if (!parser.TryParse(text, length, out values[row]))
                {
                    values[row] = default;
                    // What is no value in quotes either may still mean NULL.
                    if (isQuoted && IsNull(text, length)) target.SetNull(row, target.Count);
                    else failures.Add(new CsvFailure(row, ColumnIndex, CsvFailureKind.NotOfType));
                }
            }
        }
    }
}
