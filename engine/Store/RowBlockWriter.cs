using ColFrag.Engine.Bytes;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// Rows as bytes, for the journal and for rows of a transaction that is still open: column by column, in the plain form
/// of each type, so that most columns are read where they lie.
/// <code>
///   bytes    field
///   4        row count, R, at most 2,048
///   per column a vector of R elements:
///     0..15  zeros up to a multiple of 16, counted from the start of the block
///     8      1 = some rows have no value, 0 = all have one;  (7 of the bytes are zeros)
///     8 x W  validity, W = ceil(R / 64), only where some have none; a bit per row, 1 = has a value
///     0..15  zeros up to a multiple of 16
///     then by physical type:
///     fixed  R x size, the elements
///     text   4 x (R + 1) offsets, then the bytes
///     list   R x 8, offset and length in elements, 4 element count E, a vector of E elements
///     struct a vector of R elements per field
///     array  a vector of R x length elements
/// </code>
/// Elements of rows without a value are zeros, so the same rows give the same bytes.
/// </summary>
internal static unsafe class RowBlockWriter
{
    private static readonly int[] s_everyRow = [.. Enumerable.Range(0, Batch.MaxRows)];

    /// <summary>
    /// Appends the selected rows of a batch; returns how many. What is there already must be whole blocks.
    /// </summary>
    public static int Append(ByteWriter target, Batch batch)
    {
        if (!batch.IsMasked) return Append(target, batch.Columns, s_everyRow.AsSpan(0, batch.Count));
        ushort[] selected = new ushort[Batch.MaxRows];
        int count;
        fixed (ushort* pointer = selected) count = batch.Mask.ToSelection(pointer);
        return Append(target, batch.Columns, [.. selected.AsSpan(0, count).ToArray().Select(row => (int)row)]);
    }

    /// <summary>Appends some rows of vectors, in the order given.</summary>
    public static int Append(ByteWriter target, ColumnVector[] columns, ReadOnlySpan<int> rows)
    {
        target.AlignTo(16);
        int start = target.Length;
        target.WriteInt32(rows.Length);
        foreach (ColumnVector column in columns) AppendVector(target, start, column, rows);
        return rows.Length;
    }

    private static void AppendVector(ByteWriter target, int start, ColumnVector vector, ReadOnlySpan<int> rows)
    {
        Align(target, start);
        bool hasNulls = AppendValidity(target, vector, rows);
        Align(target, start);
        switch (vector.Type.Physical)
        {
            case PhysicalType.None: break;
            case PhysicalType.Utf8: AppendText(target, vector, rows); break;
            case PhysicalType.List: AppendList(target, start, vector, rows); break;
            case PhysicalType.Struct:
                ReadOnlySpan<int> elements = Elements(vector, rows);
                foreach (ColumnVector field in vector.Children) AppendVector(target, start, field, elements);
                break;
            case PhysicalType.Array: AppendArray(target, start, vector, rows); break;
            default: AppendFixed(target, vector, rows, hasNulls); break;
        }
    }

    /// <summary>Where the rows' elements are: all at the first where the vector is constant.</summary>
    private static ReadOnlySpan<int> Elements(ColumnVector vector, ReadOnlySpan<int> rows) =>
        vector.IsConstant ? new int[rows.Length] : rows;

    private static bool AppendValidity(ByteWriter target, ColumnVector vector, ReadOnlySpan<int> rows)
    {
        bool hasNulls = false;
        bool mayHaveNulls = vector.HasNulls || vector.Type.Kind == TypeKind.Null;
        for (int i = 0; i < rows.Length && mayHaveNulls && !hasNulls; i++) hasNulls = !vector.IsValid(rows[i]);
        target.WriteInt64(hasNulls ? 1 : 0);
        if (!hasNulls) return false;
        for (int first = 0; first < rows.Length; first += 64)
        {
            ulong word = 0;
            int end = Math.Min(64, rows.Length - first);
            for (int i = 0; i < end; i++) word |= vector.IsValid(rows[first + i]) ? 1UL << i : 0;
            target.WriteUInt64(word);
        }
        return true;
    }

    private static void AppendFixed(ByteWriter target, ColumnVector vector, ReadOnlySpan<int> rows, bool hasNulls)
    {
        PhysicalType type = vector.Type.Physical;
        int size = type.SizeBytes();
        Span<byte> elements = target.Append(rows.Length * size);
        byte* entries = vector.Dictionary is { } dictionary ? dictionary.Values.Data : null;
        fixed (byte* pointer = elements)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                int row = rows[i];
                byte* element = pointer + ((long)i * size);
                if (hasNulls && !vector.IsValid(row)) new Span<byte>(element, size).Clear();
                else if (vector.Shape is VectorShape.Flat) Copy(vector.Data, row, element, size);
                else if (vector.Shape is VectorShape.Constant) Copy(vector.Data, 0, element, size);
                else if (entries is not null) Copy(entries, (int)vector.GetCode(row), element, size);
                else VectorValues.StoreInteger(element, type, 0, vector.GetInteger(row));
            }
        }
    }

    private static void Copy(byte* source, int index, byte* target, int size) =>
        new ReadOnlySpan<byte>(source + ((long)index * size), size).CopyTo(new Span<byte>(target, size));

    private static void AppendText(ByteWriter target, ColumnVector vector, ReadOnlySpan<int> rows)
    {
        int offsets = target.Length;
        target.Append(sizeof(int) * (rows.Length + 1)).Clear();
        int bytes = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (vector.IsValid(rows[i]))
            {
                ReadOnlySpan<byte> text = vector.GetUtf8(rows[i]).Span;
                target.WriteBytes(text);
                bytes = checked(bytes + text.Length);
            }
            target.PatchInt32(offsets + (sizeof(int) * (i + 1)), bytes);
        }
    }

    /// <summary>Only the elements that the rows refer to are written, in the order of the rows.</summary>
    private static void AppendList(ByteWriter target, int start, ColumnVector vector, ReadOnlySpan<int> rows)
    {
        ListView* views = (ListView*)vector.Data;
        List<int> elements = [];
        foreach (int row in rows)
        {
            ListView view = vector.IsValid(row) ? views[vector.IsConstant ? 0 : row] : default;
            target.WriteInt32(elements.Count);
            target.WriteInt32(view.Length);
            elements.AddRange(Enumerable.Range(view.Offset, view.Length));
        }
        target.WriteInt32(elements.Count);
        AppendVector(target, start, vector.Children[0], elements.ToArray());
    }

    private static void AppendArray(ByteWriter target, int start, ColumnVector vector, ReadOnlySpan<int> rows)
    {
        int length = vector.Type.Length;
        int[] elements = new int[checked(rows.Length * length)];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = ((vector.IsConstant ? 0 : rows[i / length]) * length) + (i % length);
        }
        AppendVector(target, start, vector.Children[0], elements);
    }

    private static void Align(ByteWriter target, int start) => target.Append(-(target.Length - start) & 15).Clear();
}
