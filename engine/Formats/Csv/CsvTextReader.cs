using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// Where text in batches lies: in the block that was read, or, where quotes were taken out of it, in an arena.
/// </summary>
internal sealed class CsvTextHeap(Arena arena)
{
    /// <summary>The block that fields point into.</summary>
    public NativeBuffer? Block { get; set; }

    /// <summary>Bytes that differ from the file's.</summary>
    public Arena Arena { get; } = arena;

    /// <summary>True when text in quotes may hold doubled or escaped quotes.</summary>
    public bool MayHaveEscapes { get; set; }

    /// <summary>True when the rows' bytes were checked and are UTF-8.</summary>
    public bool IsUtf8 { get; set; }
}

/// <summary>VARCHAR, JSON and BLOB: fields stay where they were read and are only pointed at.</summary>
internal sealed unsafe class CsvTextReader(CsvColumn column, CsvDialect dialect, int index)
    : CsvColumnReader(column, dialect, index)
{
    private readonly int[] _misses = new int[Batch.MaxRows];

    public override void Read(in CsvFields fields, ColumnVector target, CsvTextHeap heap, List<CsvFailure> failures)
    {
        target.ResetFlat(Math.Max(fields.Count, 1));
        target.Count = fields.Count;
        target.KeepAlive(heap.Block!);
        Utf8View* views = target.As<Utf8View>();
        int missCount = Point(fields, views, heap.MayHaveEscapes);
        if (missCount > 0) PointMisses(fields, views, missCount, target, heap, failures);
        if (Column.Type.Kind == TypeKind.Blob) DecodeEscapes(views, target, heap);
        else if (!heap.IsUtf8) CheckUtf8(views, target, failures);
    }

    private int Point(CsvFields fields, Utf8View* views, bool mayHaveEscapes)
    {
        int[] misses = _misses;
        int missCount = 0, quote = Quote;
        bool checksAll = Column.NullTexts.Length > 0 || Column.HasQuotedNulls;
        for (int row = 0; row < fields.Count; row++)
        {
            byte* text = fields.Get(row, out int length);
            bool isPlain = !checksAll & length > 0;
            if (isPlain && *text == quote)
            {
                isPlain = !mayHaveEscapes & length >= 2 && text[length - 1] == quote;
                text++;
                length -= 2;
            }
            views[row] = Utf8View.FromPadded(text, length);
            misses[missCount] = row;
            missCount += isPlain ? 0 : 1;
        }
        return missCount;
    }

    private void PointMisses(
        in CsvFields fields, Utf8View* views, int missCount, ColumnVector target, CsvTextHeap heap,
        List<CsvFailure> failures)
    {
        for (int i = 0; i < missCount; i++)
        {
            int row = _misses[i];
            byte* text = fields.Get(row, out int length);
            if (IsNull(text, length) || (Column.HasQuotedNulls && IsQuotedNull(text, length)))
            {
                views[row] = default;
                target.SetNull(row, target.Count);
            }
            else if (length > 0 && *text == Quote && !TryPointQuoted(text, length, heap, out views[row]))
            {
                views[row] = default;
                failures.Add(new CsvFailure(row, ColumnIndex, CsvFailureKind.BadQuotes));
            }
        }
    }

    private bool IsQuotedNull(byte* text, int length) =>
        length >= 2 && *text == Quote && text[length - 1] == Quote && IsNull(text + 1, length - 2);

    private bool TryPointQuoted(byte* text, int length, CsvTextHeap heap, out Utf8View view)
    {
        view = default;
        ReadOnlySpan<byte> inner = length >= 2 ? new ReadOnlySpan<byte>(text + 1, length - 2) : [];
        bool isPlain = length >= 2 && text[length - 1] == Quote
            && inner.IndexOfAny((byte)Quote, (byte)Math.Max(Escape, 0)) < 0;
        if (isPlain)
        {
            view = Utf8View.FromPadded(text + 1, length - 2);
            return true;
        }
        byte* target = heap.Arena.Allocate(length, 1);
        if (!TryUnquote(text, length, target, out int unquoted)) return false;
        view = new Utf8View(target, unquoted);
        return true;
    }

    private void CheckUtf8(Utf8View* views, ColumnVector target, List<CsvFailure> failures)
    {
        for (int row = 0; row < target.Count; row++)
        {
            if (System.Text.Unicode.Utf8.IsValid(views[row].Span)) continue;
            views[row] = default;
            failures.Add(new CsvFailure(row, ColumnIndex, CsvFailureKind.NotUtf8));
        }
    }

    private static void DecodeEscapes(Utf8View* views, ColumnVector target, CsvTextHeap heap)
    {
        for (int row = 0; row < target.Count; row++)
        {
            ReadOnlySpan<byte> text = views[row].Span;
            if (!BlobField.HasEscapes(text)) continue;
            byte* bytes = heap.Arena.Allocate(text.Length, 1);
            views[row] = new Utf8View(bytes, BlobField.Decode(text, new Span<byte>(bytes, text.Length)));
        }
    }
}
