using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>
/// Copies rows of a borrowed vector into one that depends on nothing but an arena: flat (constants stay constant), text
/// bytes copied, lists closed up.
/// </summary>
internal static unsafe class VectorCopy
{
    /// <summary><c>target[i] = source[rows[i]]</c>; without rows, the first <paramref name="count"/>.</summary>
    public static void CopyTo(this ColumnVector source, int* rows, int count, ColumnVector target, Arena arena)
    {
        if (source.IsConstant)
        {
            CopyConstant(source, count, target, arena);
            return;
        }
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        CopyValidity(source, rows, count, target);
        switch (source.Type.Physical)
        {
            case PhysicalType.Utf8:
                ElementGather.ToFlat(source, rows, count, target.Data);
                CopyBytes(target, count, arena);
                break;
            case PhysicalType.List:
                CopyLists(source, rows, count, target, arena);
                break;
            case PhysicalType.Struct:
                for (int c = 0; c < source.Children.Length; c++)
                {
                    source.Children[c].CopyTo(rows, count, target.Children[c], arena);
                }
                break;
            case PhysicalType.Array:
                CopyArrays(source, rows, count, target, arena);
                break;
            case PhysicalType.None:
                break;
            default:
                ElementGather.ToFlat(source, rows, count, target.Data);
                break;
        }
    }

    /// <summary>The same, but codes stay codes of their dictionary and lanes stay narrow.</summary>
    public static void CopyInShapeTo(this ColumnVector source, int* rows, int count, ColumnVector target, Arena arena)
    {
        switch (source.Shape)
        {
            case VectorShape.Dictionary:
                target.ResetDictionary(source.Lane, source.Dictionary!, Math.Max(count, 1));
                break;
            case VectorShape.Narrow:
                target.ResetNarrow(source.Lane, source.Base, Math.Max(count, 1));
                break;
            default:
                source.CopyTo(rows, count, target, arena);
                return;
        }
        target.Count = count;
        CopyValidity(source, rows, count, target);
        ElementGather.Lanes(source, rows, count, target.Data);
    }

    /// <summary>Writes a validity bit per row of the target, or says that all are valid.</summary>
    public static void CopyValidity(ColumnVector source, int* rows, int count, ColumnVector target)
    {
        if (!source.HasNulls) return;
        ulong* words = target.BeginValidity(Math.Max(count, 1));
        if (rows is null)
        {
            int wordCount = (count + 63) >> 6;
            new ReadOnlySpan<ulong>(source.Validity, wordCount).CopyTo(new Span<ulong>(words, wordCount));
            return;
        }
        for (int first = 0; first < count; first += 64)
        {
            ulong word = 0;
            int n = Math.Min(64, count - first);
            for (int i = 0; i < n; i++)
            {
                int row = rows[first + i];
                word |= (source.Validity[row >> 6] >> row & 1) << i;
            }
            words[first >> 6] = word;
        }
    }

    private static void CopyConstant(ColumnVector source, int count, ColumnVector target, Arena arena)
    {
        if (!source.IsValid(0))
        {
            target.SetAllNull(count);
            return;
        }
        target.ResetConstant(count);
        int size = source.Lane.SizeBytes();
        if (source.Type.Physical == PhysicalType.Utf8)
        {
            Utf8View view = ((Utf8View*)source.Data)[0];
            ((Utf8View*)target.Data)[0] = new Utf8View(arena.Copy(view.Span), view.Length);
        }
        else if (size > 0 && source.Children.Length == 0)
        {
            new ReadOnlySpan<byte>(source.Data, size).CopyTo(new Span<byte>(target.Data, size));
        }
        if (source.Children.Length == 0) return;
        int first = 0;
        switch (source.Type.Physical)
        {
            case PhysicalType.List:
                CopyLists(source, &first, 1, target, arena);
                break;
            case PhysicalType.Struct:
                for (int c = 0; c < source.Children.Length; c++)
                {
                    source.Children[c].CopyTo(&first, 1, target.Children[c], arena);
                }
                break;
            default:
                CopyArrays(source, &first, 1, target, arena);
                break;
        }
    }

    private static void CopyBytes(ColumnVector target, int count, Arena arena)
    {
        Utf8View* views = (Utf8View*)target.Data;
        for (int i = 0; target.HasNulls && i < count; i++)
        {
            if (!target.IsValid(i)) views[i] = default;
        }
        long total = TextRuns.TotalLength(views, count);
        if (total > int.MaxValue)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"Text in one batch is too long: {total:N0} bytes");
        }
        byte* bytes = arena.Allocate((int)total, 1);
        TextRuns.Copy(views, count, bytes);
        for (int i = 0; i < count; i++)
        {
            views[i] = views[i].MovedTo(bytes);
            bytes += views[i].Length;
        }
    }

    private static void CopyLists(ColumnVector source, int* rows, int count, ColumnVector target, Arena arena)
    {
        ListView* from = (ListView*)source.Data;
        ListView* to = (ListView*)target.Data;
        long total = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows is null ? i : rows[i];
            if (source.IsValid(row)) total += from[row].Length;
        }
        if (total > Array.MaxLength)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"Lists in one batch are too long: {total:N0} elements");
        }
        int[] elements = new int[total];
        int next = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows is null ? i : rows[i];
            ListView list = source.IsValid(row) ? from[row] : default;
            to[i] = new ListView(next, list.Length);
            for (int e = 0; e < list.Length; e++) elements[next++] = list.Offset + e;
        }
        fixed (int* pointer = elements) source.Children[0].CopyTo(pointer, elements.Length, target.Children[0], arena);
    }

    private static void CopyArrays(ColumnVector source, int* rows, int count, ColumnVector target, Arena arena)
    {
        int length = source.Type.Length;
        int[] elements = new int[checked(count * length)];
        for (int i = 0; i < elements.Length; i++)
        {
            int row = i / length;
            elements[i] = ((rows is null ? row : rows[row]) * length) + (i % length);
        }
        fixed (int* pointer = elements) source.Children[0].CopyTo(pointer, elements.Length, target.Children[0], arena);
    }
}
