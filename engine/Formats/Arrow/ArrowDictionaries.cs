using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow;

/// <summary>
/// The dictionaries of one file or stream, by their numbers; later ones replace or extend earlier ones.
/// </summary>
internal sealed class ArrowDictionaries
{
    private readonly Dictionary<long, VectorDictionary> _present = [];

    /// <summary>The dictionary of a number.</summary>
    /// <exception cref="CorruptDataException">There is none.</exception>
    public VectorDictionary Find(long id, string source) => _present.TryGetValue(id, out VectorDictionary? found)
        ? found
        : throw new CorruptDataException($"Arrow dictionary {id} is missing", source, 0);

    /// <summary>Takes the values of a dictionary, or the next ones of it.</summary>
    public void Add(long id, ArrowBatch batch, bool isDelta, string source)
    {
        ArrowArray values = batch.Columns[0];
        LogicalType type = values.Field.Type;
        if (type.IsNested && isDelta)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"Arrow: dictionaries of nested values cannot grow: {source}",
                hint: "Write the column without a dictionary.");
        }
        using ColumnVector read = new(type);
        new ArrowVectorReader(batch, this, source).Read(values, 0, (int)(values.Length - values.Offset), read);
        ColumnVector flat = new(type);
        VectorDictionary? earlier = isDelta ? _present.GetValueOrDefault(id) : null;
        if (earlier is null) ArrowGather.Gather(read, [.. Enumerable.Range(0, read.Count)], flat);
        else ArrowGather.Concatenate(earlier.Values, read, flat);
        // Sorts and joins keep it longer than the file is open.
        long bytes = Math.Max(1L, flat.Count) * flat.Lane.SizeBytes();
        _present[id] = new VectorDictionary(flat, isSorted: false, bytes);
    }
}

/// <summary>Rows of a vector picked by their numbers, for vectors of any length.</summary>
internal static unsafe class ArrowGather
{
    /// <summary><c>target[i] = source[rows[i]]</c></summary>
    public static void Gather(ColumnVector source, ReadOnlySpan<int> rows, ColumnVector target)
    {
        if (source.IsConstant && source.Type.IsNested)
        {
            target.ShareFrom(source);
            target.Count = rows.Length;
            return;
        }
        using ColumnVector flat = new(source.Type);
        source.Flatten(flat);
        target.ResetFlat(Math.Max(rows.Length, 1));
        target.Count = rows.Length;
        target.KeepAliveFrom(flat);
        Copy(flat, rows, target, 0);
        GatherNested(flat, rows, target);
    }

    private static void GatherNested(ColumnVector source, ReadOnlySpan<int> rows, ColumnVector target)
    {
        switch (source.Type.Physical)
        {
            case PhysicalType.List:
                target.Children[0].ShareFrom(source.Children[0]);
                break;
            case PhysicalType.Struct:
                for (int i = 0; i < source.Children.Length; i++) Gather(source.Children[i], rows, target.Children[i]);
                break;
            case PhysicalType.Array:
                int length = source.Type.Length;
                int[] elements = new int[checked(rows.Length * length)];
                for (int i = 0; i < elements.Length; i++) elements[i] = (rows[i / length] * length) + (i % length);
                Gather(source.Children[0], elements, target.Children[0]);
                break;
        }
    }

    /// <summary>The rows of one vector, then those of another.</summary>
    public static void Concatenate(ColumnVector first, ColumnVector second, ColumnVector target)
    {
        using ColumnVector flat = new(second.Type);
        second.Flatten(flat);
        target.ResetFlat(Math.Max(first.Count + second.Count, 1));
        target.Count = first.Count + second.Count;
        target.KeepAliveFrom(first);
        target.KeepAliveFrom(flat);
        Copy(first, [.. Enumerable.Range(0, first.Count)], target, 0);
        Copy(flat, [.. Enumerable.Range(0, flat.Count)], target, first.Count);
    }

    private static void Copy(ColumnVector flat, ReadOnlySpan<int> rows, ColumnVector target, int at)
    {
        int width = flat.Lane.SizeBytes();
        for (int i = 0; i < rows.Length; i++)
        {
            Buffer.MemoryCopy(
                flat.Data + ((long)rows[i] * width), target.Data + ((long)(at + i) * width), width, width);
            if (!flat.IsValid(rows[i])) target.SetNull(at + i, Math.Max(target.Count, 1));
        }
    }
}
