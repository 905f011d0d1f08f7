using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// A block of a column that is open for decoding: immutable, shared by all threads.
/// <code>
///   bytes    field
///   1        form, a number of BlockForm
///   node     validity
///   ...      what the form says
/// </code>
/// </summary>
internal abstract unsafe class BlockDecoder(ValidityDecoder validity, int rowCount)
{
    /// <summary>Rows.</summary>
    public int RowCount { get; } = rowCount;

    /// <summary>Bytes of managed memory that were made to open it.</summary>
    public virtual long IndexBytes => Validity.IndexBytes;

    /// <summary>Which rows have a value.</summary>
    protected ValidityDecoder Validity { get; } = validity;

    /// <summary>Opens a block.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="type">The type it was written with.</param>
    /// <param name="rowCount">Its rows, known from outside.</param>
    /// <exception cref="CorruptDataException">The bytes are damaged.</exception>
    public static BlockDecoder Open(ref NodeReader source, LogicalType type, int rowCount)
    {
        BlockForm form = (BlockForm)source.Bytes.ReadByte();
        ValidityDecoder validity = EncodingRegistry.OpenValidity(ref source, rowCount);
        source.Bytes.ThrowUnless(
            form == BlockForm.Null || form == FormOf(type) || IsCodes(form, type), "form of a block");
        // Nesting is bounded by the type.
        return form switch
        {
            BlockForm.Null => new NullBlock(validity, rowCount),
            BlockForm.Integer => IntegerBlock.Open(ref source, type, validity, rowCount),
            BlockForm.Wide => WideBlock.Open(ref source, validity, rowCount),
            BlockForm.Float => FloatBlock.Open(ref source, type, validity, rowCount),
            BlockForm.Text => TextBlock.Open(ref source, validity, rowCount),
            BlockForm.Codes => CodesBlock.Open(ref source, validity, rowCount),
            BlockForm.Interval => IntervalBlock.Open(ref source, validity, rowCount),
            BlockForm.List => ListBlock.Open(ref source, type, validity, rowCount),
            BlockForm.Struct => StructBlock.Open(ref source, type, validity, rowCount),
            _ => ArrayBlock.Open(ref source, type, validity, rowCount),
        };
    }

    /// <summary>The form that values of a type take.</summary>
    public static BlockForm FormOf(LogicalType type) => type.Physical switch
    {
        PhysicalType.None => BlockForm.Null,
        PhysicalType.Int128 => BlockForm.Wide,
        PhysicalType.Float32 or PhysicalType.Float64 => BlockForm.Float,
        PhysicalType.Utf8 => BlockForm.Text,
        PhysicalType.Interval => BlockForm.Interval,
        PhysicalType.List => BlockForm.List,
        PhysicalType.Struct => BlockForm.Struct,
        PhysicalType.Array => BlockForm.Array,
        _ => BlockForm.Integer,
    };

    /// <summary>Decodes rows; the first is the first of a vector.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="mask">A bit per row, 1 = needed; null: all are.</param>
    /// <param name="target">The vector, of the stored type or a wider one.</param>
    /// <param name="context">The thread's means.</param>
    public void Read(int first, int count, ulong* mask, ColumnVector target, BlockReadContext context)
    {
        if (Validity.IsAllNull)
        {
            target.SetAllNull(count);
            return;
        }
        if (Validity.IsAllValid)
        {
            ReadValues(first, count, mask, hasNulls: false, target, context);
            target.Count = count;
            return;
        }
        ulong* words = stackalloc ulong[Math.Min(Bitmap.WordCount(count), Batch.MaxRows / 64)];
        if (count > Batch.MaxRows)
        {
            // Elements of lists: too many for the stack; the words are decoded into the vector itself.
            ReadValues(first, count, mask, hasNulls: true, target, context);
            target.Count = count;
            Validity.Decode(first, count, target.BeginValidity(count));
            return;
        }
        Validity.Decode(first, count, words);
        if (Bitmap.IsEmpty(words, count))
        {
            target.SetAllNull(count);
            return;
        }
        bool hasNulls = !Bitmap.IsFull(words, count);
        ReadValues(first, count, mask, hasNulls, target, context);
        target.Count = count;
        if (hasNulls)
        {
            new ReadOnlySpan<ulong>(words, Bitmap.WordCount(count)).CopyTo(
                new Span<ulong>(target.BeginValidity(Math.Max(count, Batch.MaxRows)), Bitmap.WordCount(count)));
        }
    }

    /// <summary>
    /// Reads the lengths of texts instead of the texts; false, and the target undefined, where they must be decoded.
    /// </summary>
    /// <param name="first">The first row, the first of a vector.</param>
    /// <param name="count">Rows, at most those of a batch.</param>
    /// <param name="measure">What counts.</param>
    /// <param name="target">A vector of INTEGER.</param>
    public bool TryMeasure(int first, int count, TextMeasure measure, ColumnVector target)
    {
        if (Validity.IsAllNull)
        {
            target.SetAllNull(count);
            return true;
        }
        target.ResetFlat(Capacity(count));
        target.Count = count;
        if (!TryMeasureTexts(first, count, measure, (int*)target.Data)) return false;
        if (Validity.IsAllValid) return true;
        ulong* words = stackalloc ulong[Batch.MaxRows / 64];
        Validity.Decode(first, count, words);
        if (Bitmap.IsFull(words, count)) return true;
        new ReadOnlySpan<ulong>(words, Bitmap.WordCount(count)).CopyTo(
            new Span<ulong>(target.BeginValidity(Capacity(count)), Bitmap.WordCount(count)));
        return true;
    }

    /// <summary>
    /// Clears the bits of rows that fail a filter without decoding them; false when that cannot be done.
    /// </summary>
    public virtual bool TryFilter(ScanFilter filter, int first, int count, ulong* mask)
    {
        if (filter is NullFilter nulls)
        {
            AndValid(first, count, mask, !nulls.WantsNull);
            return true;
        }
        if (!Validity.IsAllNull) return false;
        Bitmap.Clear(mask, count);
        return true;
    }

    /// <summary>Clears the bits of rows without a value, or of those with one.</summary>
    protected void AndValid(int first, int count, ulong* mask, bool wantsValid = true)
    {
        if (Validity.IsAllValid)
        {
            if (!wantsValid) Bitmap.Clear(mask, count);
            return;
        }
        ulong* words = stackalloc ulong[Batch.MaxRows / 64];
        Validity.Decode(first, count, words);
        if (wantsValid) Bitmap.And(mask, words, count);
        else Bitmap.AndNot(mask, words, count);
    }

    /// <summary>The lengths of texts, where they are known without the texts; those of NULLs are any.</summary>
    protected virtual bool TryMeasureTexts(int first, int count, TextMeasure measure, int* lengths) => false;

    /// <summary>Decodes the values of rows of which at least one is not NULL; validity is the caller's.</summary>
    protected abstract void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context);

    /// <summary>Room in a vector: full batches always take the same, so that buffers are used again.</summary>
    protected static int Capacity(int count) => Math.Max(count, Batch.MaxRows);

    private static bool IsCodes(BlockForm form, LogicalType type) =>
        form == BlockForm.Codes && type.Physical == PhysicalType.Utf8;
}

/// <summary>Rows without values.</summary>
internal sealed class NullBlock(ValidityDecoder validity, int rowCount) : BlockDecoder(validity, rowCount)
{
    protected override unsafe void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context) =>
        target.SetAllNull(count);
}
