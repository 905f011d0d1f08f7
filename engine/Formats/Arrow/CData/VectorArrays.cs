using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>
/// Vectors as Arrow arrays. Elements and validity that lie as Arrow has them are pointed at and their buffers retained;
/// texts, BOOLEAN, DECIMAL of 64 bits, UUID and INTERVAL are written anew.
/// </summary>
internal static unsafe class VectorArrays
{
    /// <summary>The field that a column is handed out as: that of files, with labels of an ENUM apart.</summary>
    public static ArrowField FieldOf(Field column)
    {
        long dictionaries = 0;
        return Code(ArrowTypes.Write(column.Name, column.Type, column.IsNullable), ref dictionaries);
    }

    /// <summary>The array of the first rows of a vector; what it points into is retained and added to owners.</summary>
    public static ArrowArray Of(ColumnVector vector, ArrowField field, int count, List<NativeBuffer> owners)
    {
        if (field.Kind == ArrowKind.Null || vector.Type.Kind == TypeKind.Null)
            return new ArrowArray(field, count, count, [], []);
        if (vector.Shape != VectorShape.Flat)
        {
            if (vector.Type.IsNested) return Build(vector, field, count, owners);
            using ColumnVector flat = new(vector.Type);
            vector.Flatten(flat);
            return Of(flat, field, count, owners);
        }
        if (field.DictionaryId is not null)
        {
            return Fixed(vector, field, count, owners, ArrowArrayBuilder.LabelsOf(field, owners));
        }
        switch (field.Kind)
        {
            case ArrowKind.Struct:
                (ArrowBuffer validity, long nulls) = ValidityOf(vector, count, owners);
                return new ArrowArray(
                    field, count, nulls, [validity],
                    [.. field.Children.Select((c, i) => Of(vector.Children[i], c, count, owners))]);
            case ArrowKind.FixedList when (long)count * field.Width <= int.MaxValue:
                (validity, nulls) = ValidityOf(vector, count, owners);
                return new ArrowArray(
                    field, count, nulls, [validity],
                    [Of(vector.Children[0], field.Children[0], count * field.Width, owners)]);
            case ArrowKind.List or ArrowKind.Map:
                return Lists(vector, field, count, owners) ?? Build(vector, field, count, owners);
            case ArrowKind.Utf8 or ArrowKind.Binary or ArrowKind.Bool:
                return Build(vector, field, count, owners);
            default:
                return ArrowConversions.IsCopy(field) && !HasTooLong(vector, count)
                    ? Fixed(vector, field, count, owners, null)
                    : Build(vector, field, count, owners);
        }
    }

    // Numbers that no decimal of Arrow may hold: writing them anew refuses them.
    private static bool HasTooLong(ColumnVector vector, int count)
    {
        if (vector.Type.Kind != TypeKind.HugeInt) return false;
        for (int i = 0; i < count; i++)
        {
            if (vector.IsValid(i) && !ArrowArrayBuilder.IsDecimal(((Int128*)vector.Data)[i])) return true;
        }
        return false;
    }

    private static ArrowField Code(ArrowField field, ref long dictionaries)
    {
        if (field.Type.Kind == TypeKind.Enum) return field with { DictionaryId = dictionaries++, IndexBits = 32 };
        ArrowField[] children = new ArrowField[field.Children.Length];
        for (int i = 0; i < children.Length; i++) children[i] = Code(field.Children[i], ref dictionaries);
        return field with { Children = children };
    }

    private static ArrowArray Fixed(
        ColumnVector vector, ArrowField field, int count, List<NativeBuffer> owners, ArrowArray? dictionary)
    {
        (ArrowBuffer validity, long nulls) = ValidityOf(vector, count, owners);
        ArrowBuffer elements = Borrow(vector, vector.Data, (long)count * vector.Lane.SizeBytes(), owners);
        return new ArrowArray(field, count, nulls, [validity, elements], []) { Dictionary = dictionary };
    }

    private static (ArrowBuffer Validity, long Nulls) ValidityOf(
        ColumnVector vector, int count, List<NativeBuffer> owners)
    {
        if (!vector.HasNulls) return (default, 0);
        long nulls = 0;
        for (int i = 0; i < count; i++) nulls += vector.IsValid(i) ? 0 : 1;
        return (Borrow(vector, vector.Validity, (count + 7) / 8, owners), nulls);
    }

    private static ArrowBuffer Borrow(ColumnVector vector, void* start, long length, List<NativeBuffer> owners)
    {
        if (vector.OwnerOf(start, length) is { } owner)
        {
            owners.Add(owner.Retain());
            return new ArrowBuffer((nint)start, length);
        }
        NativeBuffer copy = NativeBuffer.Allocate(Math.Max(length, 1), MemoryAccount.Untracked);
        owners.Add(copy);
        Buffer.MemoryCopy(start, copy.Pointer, length, length);
        return new ArrowBuffer((nint)copy.Pointer, length);
    }

    // Offsets are written anew; elements stay where they are as long as each list begins where the one before ends.
    private static ArrowArray? Lists(ColumnVector vector, ArrowField field, int count, List<NativeBuffer> owners)
    {
        ListView* lists = (ListView*)vector.Data;
        NativeBuffer offsets = NativeBuffer.Allocate((count + 1L) * sizeof(int), MemoryAccount.Untracked);
        owners.Add(offsets);
        int* ends = (int*)offsets.Pointer;
        int end = -1;
        for (int i = 0; i < count; i++)
        {
            bool isEmpty = !vector.IsValid(i) || lists[i].Length == 0;
            if (!isEmpty && end < 0) new Span<int>(ends, i + 1).Fill(end = lists[i].Offset);
            if (!isEmpty && lists[i].Offset != end) return null;
            if (!isEmpty) end += lists[i].Length;
            ends[i + 1] = end;
        }
        if (end < 0) new Span<int>(ends, count + 1).Fill(end = 0);
        (ArrowBuffer validity, long nulls) = ValidityOf(vector, count, owners);
        return new ArrowArray(
            field, count, nulls, [validity, new ArrowBuffer((nint)ends, (count + 1L) * sizeof(int))],
            [Of(vector.Children[0], field.Children[0], end, owners)]);
    }

    private static ArrowArray Build(ColumnVector vector, ArrowField field, int count, List<NativeBuffer> owners)
    {
        using ArrowArrayBuilder builder = new(field);
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) rows[i] = i;
        builder.Add(vector, rows);
        return builder.ToArray(owners);
    }
}
