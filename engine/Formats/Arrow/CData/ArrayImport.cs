using System.Runtime.InteropServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>Rows of another library, and the dictionaries of their codes.</summary>
internal sealed record ImportedBatch(ArrowBatch Rows, ArrowDictionaries Dictionaries) : IDisposable
{
    public void Dispose() => Rows.Dispose();
}

/// <summary>
/// C arrays as ours. An array is moved here and released once: when the batch and all vectors that point into it are
/// gone, or at once where it cannot be read. How long its buffers are follows from its length and offsets.
/// </summary>
internal unsafe ref struct ArrayImport
{
    private readonly ArrowDictionaries _dictionaries = new();
    private readonly NativeBuffer _owner;

    private ArrayImport(NativeBuffer owner) => _owner = owner;

    /// <summary>Takes a struct of columns over.</summary>
    /// <exception cref="CorruptDataException">It is not what the fields say.</exception>
    public static ImportedBatch Take(CArrowArray* array, ArrowField[] columns)
    {
        CorruptDataException.ThrowUnless(
            array is not null && array->Release is not null, "Arrow array that was released", SchemaImport.Source, 0);
        NativeBuffer owner = Move(array, out CArrowArray* table);
        try
        {
            ArrayImport import = new(owner);
            Check(table->ChildCount == columns.Length && table->Length >= 0 && table->Offset >= 0, "columns of rows");
            bool hasNulls = table->NullCount > 0 && table->BufferCount > 0 && table->Buffers[0] is not null;
            Check(!hasNulls, "rows without a value");
            ArrowArray[] arrays = new ArrowArray[columns.Length];
            for (int i = 0; i < arrays.Length; i++)
            {
                arrays[i] = import.Read(table->Children[i], columns[i], table->Offset);
                Check(arrays[i].Length - arrays[i].Offset >= table->Length, "length of a column");
            }
            return new ImportedBatch(
                new ArrowBatch(arrays, table->Length, [owner]) { IsPadded = false }, import._dictionaries);
        }
        catch
        {
            owner.Release();
            throw;
        }
    }

    private static NativeBuffer Move(CArrowArray* array, out CArrowArray* moved)
    {
        moved = (CArrowArray*)NativeMemory.Alloc((nuint)sizeof(CArrowArray));
        *moved = *array;
        array->Release = null;
        nint place = (nint)moved;
        return NativeBuffer.OfOthers(null, 0, () => Release((CArrowArray*)place));
    }

    private static void Release(CArrowArray* array)
    {
        array->Release(array);
        NativeMemory.Free(array);
    }

    // Rows that a struct passes over are passed over in its children.
    private ArrowArray Read(CArrowArray* array, ArrowField field, long offset)
    {
        Check(array is not null && array->Length >= 0 && array->Offset >= 0, "length of an array");
        long first = offset + array->Offset, length = array->Offset + array->Length;
        Check(first >= 0 && length >= 0 && first <= length, "length of an array");
        if (field.DictionaryId is { } id) return ReadCodes(array, field, id, first, length);
        bool hasViews = field.Kind is ArrowKind.Utf8View or ArrowKind.BinaryView;
        int own = ArrowLayout.BufferCountOf(field);
        Check(hasViews ? array->BufferCount >= 3 : array->BufferCount >= own, "number of buffers");
        int views = hasViews ? checked((int)array->BufferCount - 3) : 0;
        ArrowBuffer[] buffers = new ArrowBuffer[own + views];
        for (int i = 0; i < own; i++) buffers[i] = Buffer(array, i, LengthOf(array, field, i, length));
        long* lengths = views > 0 ? (long*)array->Buffers[array->BufferCount - 1] : null;
        Check(views == 0 || lengths is not null, "lengths of view buffers");
        for (int i = 0; i < views; i++)
        {
            Check(lengths[i] >= 0, "lengths of view buffers");
            buffers[own + i] = Buffer(array, own + i, lengths[i]);
        }
        Check(array->ChildCount == field.Children.Length, "number of children");
        ArrowArray[] children = new ArrowArray[field.Children.Length];
        for (int i = 0; i < children.Length; i++) children[i] = Read(array->Children[i], field.Children[i], 0);
        return new ArrowArray(field, length, NullsOf(array, field, buffers), buffers, children) { Offset = first };
    }

    private ArrowArray ReadCodes(CArrowArray* array, ArrowField field, long id, long first, long length)
    {
        Check(array->Dictionary is not null && array->BufferCount >= 2, "codes without a dictionary");
        ArrowArray values = Read(array->Dictionary, field with { DictionaryId = null }, 0);
        Check(values.Length <= int.MaxValue, "length of a dictionary");
        // Not disposed of: the owner is that of the batch.
        ArrowBatch dictionary = new([values], values.Length, [_owner]) { IsPadded = false, IsCopied = true };
        _dictionaries.Add(id, dictionary, isDelta: false, SchemaImport.Source);
        ArrowBuffer[] buffers =
            [Buffer(array, 0, (length + 7) / 8), Buffer(array, 1, length * (field.IndexBits / 8))];
        return new ArrowArray(field, length, NullsOf(array, field, buffers), buffers, []) { Offset = first };
    }

    private static long NullsOf(CArrowArray* array, ArrowField field, ArrowBuffer[] buffers)
    {
        bool hasValidity = field.DictionaryId is not null || ArrowLayout.HasValidity(field.Kind);
        if (!hasValidity || buffers[0].Length == 0) return 0;
        return array->NullCount < 0 ? array->Length : array->NullCount;
    }

    private static long LengthOf(CArrowArray* array, ArrowField field, int buffer, long length)
    {
        bool isLarge = ArrowLayout.IsLarge(field.Kind);
        if (field.Kind == ArrowKind.Union) return buffer == 0 ? length : length * sizeof(int);
        if (buffer == 0) return (length + 7) / 8;
        switch (field.Kind)
        {
            case ArrowKind.Bool:
                return (length + 7) / 8;
            case ArrowKind.Utf8View or ArrowKind.BinaryView:
                return length * 16;
            case ArrowKind.ListView or ArrowKind.LargeListView:
                return length * (isLarge ? 8 : 4);
            case ArrowKind.List or ArrowKind.LargeList or ArrowKind.Map:
            case ArrowKind.Utf8 or ArrowKind.Binary or ArrowKind.LargeUtf8 or ArrowKind.LargeBinary:
                byte* offsets = (byte*)array->Buffers[1];
                // An array without rows may leave out its only offset.
                if (offsets is null) return 0;
                if (buffer == 1) return (length + 1) * (isLarge ? 8 : 4);
                long end = isLarge ? ((long*)offsets)[length] : ((int*)offsets)[length];
                Check(end >= 0, "offset of a text");
                return end;
            default:
                return length * ArrowConversions.WidthOf(field);
        }
    }

    private static ArrowBuffer Buffer(CArrowArray* array, int index, long length)
    {
        void* start = array->Buffers[index];
        // Only what nobody needs may be absent: a validity of rows that all have values, data of no bytes.
        Check(start is not null || index == 0 || length == 0, "buffer that is absent");
        return new ArrowBuffer((nint)start, start is null ? 0 : length);
    }

    private static void Check(bool holds, string what) =>
        CorruptDataException.ThrowUnless(holds, "Arrow " + what, SchemaImport.Source, 0);
}
