using System.Runtime.CompilerServices;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Vectors;

/// <summary>Rows of one vector in the order of a list of row numbers; text is shared, not copied.</summary>
internal static unsafe class VectorGather
{
    /// <summary>
    /// <c>target[i] = source[rows[i]]</c>. Keeps the shape (codes stay codes, lanes stay narrow). Text still points
    /// into the source's buffers, which the target keeps alive where it can.
    /// </summary>
    public static void Gather(this ColumnVector source, ushort* rows, int count, ColumnVector target)
    {
        if (!Begin(source, count, target)) return;
        GatherElements(source, rows, count, target);
        if (source.HasNulls) GatherBits(source.Validity, rows, count, target.BeginValidity(Math.Max(count, 1)));
    }

    /// <summary>
    /// The same for the rows of a mask in which most bits are set: as many as <paramref name="rows"/> has numbers.
    /// </summary>
    public static void Compact(this ColumnVector source, RowMask mask, ushort* rows, int count, ColumnVector target)
    {
        if (source.Children.Length > 0 || !Compaction.IsWorth(source.Lane.SizeBytes(), count, mask.Count))
        {
            source.Gather(rows, count, target);
            return;
        }
        if (!Begin(source, count, target)) return;
        ulong* words = mask.Words;
        int from = mask.Count;
        switch (source.Lane.SizeBytes())
        {
            case 1: Compaction.Apply(source.Data, words, from, target.Data); break;
            case 2: Compaction.Apply((ushort*)source.Data, words, from, (ushort*)target.Data); break;
            case 4: Compaction.Apply((uint*)source.Data, words, from, (uint*)target.Data); break;
            case 8: Compaction.Apply((ulong*)source.Data, words, from, (ulong*)target.Data); break;
            case 16: Compaction.Apply((UInt128*)source.Data, words, from, (UInt128*)target.Data); break;
        }
        if (source.HasNulls)
            Compaction.ApplyBits(source.Validity, words, from, target.BeginValidity(Math.Max(count, 1)));
    }

    /// <summary>
    /// Writes the vector in its type's own flat form: constants repeated, codes looked up, narrow lanes widened. Shares
    /// when it is flat already.
    /// </summary>
    public static void Flatten(this ColumnVector source, ColumnVector target)
    {
        if (source.Shape == VectorShape.Flat)
        {
            target.ShareFrom(source);
            return;
        }
        int count = source.Count;
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        target.KeepAliveFrom(source);
        switch (source.Shape)
        {
            case VectorShape.Narrow:
                Widen(source, target);
                break;
            case VectorShape.Dictionary:
                LookUp(source, target);
                break;
            default:
                Repeat(source, target);
                break;
        }
        if (!source.HasNulls) return;
        ulong* words = target.BeginValidity(Math.Max(count, 1));
        if (source.IsConstant)
        {
            if ((source.Validity[0] & 1) == 0) new Span<ulong>(words, (count + 63) >> 6).Clear();
        }
        else
        {
            new ReadOnlySpan<ulong>(source.Validity, (count + 63) >> 6).CopyTo(
                new Span<ulong>(words, (count + 63) >> 6));
        }
    }

    /// <summary><c>target bit i = source bit rows[i]</c></summary>
    public static void GatherBits(ulong* source, ushort* rows, int count, ulong* target)
    {
        for (int w = 0; w < count; w += 64)
        {
            ulong word = 0;
            int n = Math.Min(64, count - w);
            for (int i = 0; i < n; i++)
            {
                int row = rows[w + i];
                word |= (source[row >> 6] >> row & 1) << i;
            }
            target[w >> 6] = word;
        }
    }

    /// <summary>Gives the target the source's shape; false where all rows are equal, so that nothing is left.</summary>
    private static bool Begin(ColumnVector source, int count, ColumnVector target)
    {
        switch (source.Shape)
        {
            case VectorShape.Constant:
                target.ShareFrom(source);
                target.Count = count;
                return false;
            case VectorShape.Dictionary:
                target.ResetDictionary(source.Lane, source.Dictionary!, Math.Max(count, 1));
                break;
            case VectorShape.Narrow:
                target.ResetNarrow(source.Lane, source.Base, Math.Max(count, 1));
                break;
            default:
                target.ResetFlat(Math.Max(count, 1));
                break;
        }
        target.Count = count;
        target.KeepAliveFrom(source);
        return true;
    }

    private static void GatherElements(ColumnVector source, ushort* rows, int count, ColumnVector target)
    {
        switch (source.Lane.SizeBytes())
        {
            case 1: GatherLane(source.Data, rows, count, target.Data); break;
            case 2: GatherLane((ushort*)source.Data, rows, count, (ushort*)target.Data); break;
            case 4: GatherLane((uint*)source.Data, rows, count, (uint*)target.Data); break;
            case 8: GatherLane((ulong*)source.Data, rows, count, (ulong*)target.Data); break;
            case 16: GatherLane((UInt128*)source.Data, rows, count, (UInt128*)target.Data); break;
        }
        switch (source.Type.Physical)
        {
            case PhysicalType.List:
                target.Children[0].ShareFrom(source.Children[0]);
                break;
            case PhysicalType.Struct:
                for (int c = 0; c < source.Children.Length; c++)
                    source.Children[c].Gather(rows, count, target.Children[c]);
                break;
            case PhysicalType.Array:
                int length = source.Type.Length;
                if ((long)length * source.Count > ushort.MaxValue + 1)
                {
                    throw new QueryException(
                        SqlStates.ProgramLimitExceeded, $"ARRAY too long to reorder in flight: {length} elements");
                }
                ushort[] elements = new ushort[count * length];
                for (int i = 0; i < count; i++)
                {
                    for (int e = 0; e < length; e++) elements[(i * length) + e] = (ushort)((rows[i] * length) + e);
                }
                fixed (ushort* pointer = elements) source.Children[0].Gather(
                    pointer, elements.Length, target.Children[0]);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherLane<T>(T* source, ushort* rows, int count, T* target) where T : unmanaged
    {
        for (int i = 0; i < count; i++) target[i] = source[rows[i]];
    }

    private static void Repeat(ColumnVector source, ColumnVector target)
    {
        int count = source.Count;
        switch (source.Lane.SizeBytes())
        {
            case 1: new Span<byte>(target.Data, count).Fill(source.Data[0]); break;
            case 2: new Span<ushort>(target.Data, count).Fill(*(ushort*)source.Data); break;
            case 4: new Span<uint>(target.Data, count).Fill(*(uint*)source.Data); break;
            case 8: new Span<ulong>(target.Data, count).Fill(*(ulong*)source.Data); break;
            case 16: new Span<UInt128>(target.Data, count).Fill(*(UInt128*)source.Data); break;
        }
        if (source.Children.Length == 0) return;
        if (source.Type.Physical == PhysicalType.List)
        {
            target.Children[0].ShareFrom(source.Children[0]);
            return;
        }
        ushort[] zeros = new ushort[count];
        fixed (ushort* rows = zeros) GatherElements(source, rows, count, target);
    }

    private static void LookUp(ColumnVector source, ColumnVector target)
    {
        byte* values = source.Dictionary!.Values.Data;
        int count = source.Count;
        switch (target.Lane.SizeBytes())
        {
            case 1: LookUpLane(source, values, count, target.Data); break;
            case 2: LookUpLane(source, (ushort*)values, count, (ushort*)target.Data); break;
            case 4: LookUpLane(source, (uint*)values, count, (uint*)target.Data); break;
            case 8: LookUpLane(source, (ulong*)values, count, (ulong*)target.Data); break;
            case 16: LookUpLane(source, (UInt128*)values, count, (UInt128*)target.Data); break;
            default: throw Invariant.Unreachable("a dictionary of nested values");
        }
    }

    private static void LookUpLane<T>(ColumnVector source, T* values, int count, T* target) where T : unmanaged
    {
        switch (source.Lane)
        {
            case PhysicalType.UInt8:
                for (int i = 0; i < count; i++) target[i] = values[source.Data[i]];
                break;
            case PhysicalType.UInt16:
                for (int i = 0; i < count; i++) target[i] = values[((ushort*)source.Data)[i]];
                break;
            default:
                for (int i = 0; i < count; i++) target[i] = values[((uint*)source.Data)[i]];
                break;
        }
    }

    private static void Widen(ColumnVector source, ColumnVector target)
    {
        switch (source.Lane)
        {
            case PhysicalType.UInt8: WidenTo(source.Data, source, target); break;
            case PhysicalType.UInt16: WidenTo((ushort*)source.Data, source, target); break;
            case PhysicalType.UInt64: WidenTo((ulong*)source.Data, source, target); break;
            default: WidenTo((uint*)source.Data, source, target); break;
        }
    }

    private static void WidenTo<T>(T* lane, ColumnVector source, ColumnVector target)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        int count = source.Count;
        byte* data = target.Data;
        Int128 add = source.Base;
        // Signed or not: the bits of the sum are the same.
        switch (target.Lane.SizeBytes())
        {
            case 1: Widening.Convert(lane, count, byte.CreateTruncating(add), data); break;
            case 2: Widening.Convert(lane, count, ushort.CreateTruncating(add), (ushort*)data); break;
            case 4: Widening.Convert(lane, count, uint.CreateTruncating(add), (uint*)data); break;
            case 8: Widening.Convert(lane, count, ulong.CreateTruncating(add), (ulong*)data); break;
            default: Widening.Convert(lane, count, add, (Int128*)data); break;
        }
    }
}
