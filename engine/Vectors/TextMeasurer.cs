using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Vectors;

/// <summary>
/// Lengths of texts of any shape; those of a dictionary's entries are counted once, when a row first has them. For one
/// thread.
/// </summary>
internal sealed unsafe class TextMeasurer(MemoryAccount account) : IDisposable
{
    private VectorDictionary? _dictionary;
    private TextMeasure _measure;

    // One more than the length of each entry of the dictionary; 0 where it is not known yet.
    private NativeBuffer? _entries;

    /// <summary>The length of a text.</summary>
    public static int Of(in Utf8View text, TextMeasure measure) =>
        measure == TextMeasure.Bytes ? text.Length : Utf8Validation.CountCharacters(text.Span);

    /// <summary>Makes an INTEGER vector of the lengths of a text vector; NULL stays NULL.</summary>
    public void Measure(ColumnVector texts, TextMeasure measure, ColumnVector target)
    {
        int count = texts.Count;
        if (texts.IsConstant)
        {
            if (!texts.IsValid(0))
            {
                target.SetAllNull(count);
                return;
            }
            target.ResetConstant(count);
            *(int*)target.Data = Of(*(Utf8View*)texts.Data, measure);
            return;
        }
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        int* lengths = (int*)target.Data;
        if (texts.Shape == VectorShape.Dictionary) MeasureCodes(texts, measure, lengths);
        else for (int i = 0; i < count; i++) lengths[i] = Of(((Utf8View*)texts.Data)[i], measure);
        if (!texts.HasNulls) return;
        new ReadOnlySpan<ulong>(texts.Validity, Bitmap.WordCount(count)).CopyTo(
            new Span<ulong>(target.BeginValidity(Math.Max(count, 1)), Bitmap.WordCount(count)));
    }

    public void Dispose()
    {
        _entries?.Release();
        _entries = null;
    }

    private void MeasureCodes(ColumnVector texts, TextMeasure measure, int* lengths)
    {
        VectorDictionary dictionary = texts.Dictionary!;
        if (measure == TextMeasure.Characters && dictionary.IsAscii) measure = TextMeasure.Bytes;
        if (!ReferenceEquals(dictionary, _dictionary) || measure != _measure)
        {
            _entries?.Release();
            _entries = NativeBuffer.AllocateZeroed(Math.Max(1, dictionary.Count * (long)sizeof(int)), account);
            _dictionary = dictionary;
            _measure = measure;
        }
        switch (texts.Lane)
        {
            case PhysicalType.UInt8: LookUp(texts.Data, texts.Count, lengths); break;
            case PhysicalType.UInt16: LookUp((ushort*)texts.Data, texts.Count, lengths); break;
            default: LookUp((uint*)texts.Data, texts.Count, lengths); break;
        }
    }

    private void LookUp<TCode>(TCode* codes, int count, int* lengths)
        where TCode : unmanaged, System.Numerics.IBinaryInteger<TCode>
    {
        Utf8View* views = (Utf8View*)_dictionary!.Values.Data;
        int* known = (int*)_entries!.Pointer;
        for (int i = 0; i < count; i++)
        {
            int code = int.CreateTruncating(codes[i]);
            if (known[code] == 0) known[code] = Of(views[code], _measure) + 1;
            lengths[i] = known[code] - 1;
        }
    }
}
