using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>Elements of flat vectors by number, of which there may be more than a batch has rows. Text is
/// shared.</summary>
internal static unsafe class ElementCopy
{
    /// <summary>The number that gives NULL.</summary>
    public const int Null = -1;

    /// <summary><c>target[i] = source[elements[i]]</c>, NULL where the number is negative.</summary>
    public static void Gather(ColumnVector source, ReadOnlySpan<int> elements, ColumnVector target)
    {
        int count = elements.Length;
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        target.KeepAliveFrom(source);
        CopyElements(source, elements, target);
        ulong* validity = null;
        for (int i = 0; i < count; i++)
        {
            if (elements[i] >= 0 && source.IsValid(elements[i])) continue;
            if (validity is null) validity = target.BeginValidity(count);
            validity[i >> 6] &= ~(1UL << i);
        }
        switch (source.Type.Physical)
        {
            case PhysicalType.List:
                target.Children[0].ShareFrom(source.Children[0]);
                break;
            case PhysicalType.Struct:
                for (int c = 0; c < source.Children.Length; c++) Gather(
                    Flat(source.Children[c]), elements, target.Children[c]);
                break;
            case PhysicalType.Array:
                Gather(Flat(source.Children[0]), Items(elements, source.Type.Length), target.Children[0]);
                break;
        }
    }

    /// <summary>The elements of several flat vectors of one type, one after another.</summary>
    public static void Concatenate(ReadOnlySpan<ColumnVector> sources, ColumnVector target)
    {
        long total = 0;
        foreach (ColumnVector source in sources) total += source.Count;
        int count = CheckCount(total);
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        int at = 0;
        int size = target.Lane.SizeBytes();
        foreach (ColumnVector source in sources)
        {
            new ReadOnlySpan<byte>(source.Data, source.Count * size).CopyTo(
                new Span<byte>(target.Data + ((long)at * size), source.Count * size));
            target.KeepAliveFrom(source);
            for (int i = 0; source.HasNulls && i < source.Count; i++)
            {
                if (!source.IsValid(i)) target.SetNull(at + i, count);
            }
            at += source.Count;
        }
        if (target.Children.Length == 0) return;
        ColumnVector[] children = new ColumnVector[sources.Length];
        for (int c = 0; c < target.Children.Length; c++)
        {
            for (int s = 0; s < sources.Length; s++) children[s] = Flat(sources[s].Children[c]);
            Concatenate(children, target.Children[c]);
        }
        if (target.Type.Physical == PhysicalType.List) ShiftLists(sources, target);
    }

    /// <summary>The vector, or a flat copy of it.</summary>
    public static ColumnVector Flat(ColumnVector vector)
    {
        if (vector.Shape == VectorShape.Flat) return vector;
        ColumnVector flat = new(vector.Type);
        vector.Flatten(flat);
        return flat;
    }

    /// <summary>The number of elements in a batch, which has a limit.</summary>
    public static int CheckCount(long count)
    {
        if (count <= Array.MaxLength / 16) return (int)count;
        throw new QueryException(
            SqlStates.ProgramLimitExceeded, $"Lists in one batch are too long: {count:N0} elements");
    }

    private static void CopyElements(ColumnVector source, ReadOnlySpan<int> elements, ColumnVector target)
    {
        switch (source.Lane.SizeBytes())
        {
            case 0: break;
            case 1: Copy(source.Data, elements, target.Data); break;
            case 2: Copy((ushort*)source.Data, elements, (ushort*)target.Data); break;
            case 4: Copy((uint*)source.Data, elements, (uint*)target.Data); break;
            case 8: Copy((ulong*)source.Data, elements, (ulong*)target.Data); break;
            default: Copy((UInt128*)source.Data, elements, (UInt128*)target.Data); break;
        }
    }

    private static void Copy<T>(T* source, ReadOnlySpan<int> elements, T* target) where T : unmanaged
    {
        for (int i = 0; i < elements.Length; i++) target[i] = elements[i] < 0 ? default : source[elements[i]];
    }

    private static int[] Items(ReadOnlySpan<int> elements, int length)
    {
        int[] items = new int[CheckCount((long)elements.Length * length)];
        for (int i = 0; i < items.Length; i++)
        {
            int element = elements[i / length];
            items[i] = element < 0 ? Null : (element * length) + (i % length);
        }
        return items;
    }

    private static void ShiftLists(ReadOnlySpan<ColumnVector> sources, ColumnVector target)
    {
        ListView* lists = (ListView*)target.Data;
        int at = 0;
        int shift = 0;
        foreach (ColumnVector source in sources)
        {
            for (int i = 0; i < source.Count; i++, at++) lists[at] = new ListView(
                lists[at].Offset + shift, lists[at].Length);
            shift += source.Children[0].Count;
        }
    }
}
