using System.Runtime.CompilerServices;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>
/// Elements of a vector of any shape in the type's own form, all or chosen rows. Text is not copied, only views.
/// </summary>
internal static unsafe class ElementGather
{
    /// <summary><c>target[i] = source[rows[i]]</c>; without rows, the first <paramref name="count"/>.</summary>
    public static void ToFlat(ColumnVector source, int* rows, int count, byte* target)
    {
        if (source.Shape == VectorShape.Narrow) Widen(source, rows, count, target);
        else CopyBySize(source, rows, count, target);
    }

    /// <summary>The same of codes and narrow lanes as they are.</summary>
    public static void Lanes(ColumnVector source, int* rows, int count, byte* target)
    {
        switch (source.Lane.SizeBytes())
        {
            case 1: CopyLanes(source.Data, rows, count, target); break;
            case 2: CopyLanes((ushort*)source.Data, rows, count, (ushort*)target); break;
            case 4: CopyLanes((uint*)source.Data, rows, count, (uint*)target); break;
            default: CopyLanes((ulong*)source.Data, rows, count, (ulong*)target); break;
        }
    }

    private static void CopyBySize(ColumnVector source, int* rows, int count, byte* target)
    {
        switch (source.Type.Physical.SizeBytes())
        {
            case 0: break;
            case 1: CopyElements<byte>(source, rows, count, target); break;
            case 2: CopyElements<ushort>(source, rows, count, target); break;
            case 4: CopyElements<uint>(source, rows, count, target); break;
            case 8: CopyElements<ulong>(source, rows, count, target); break;
            default: CopyElements<UInt128>(source, rows, count, target); break;
        }
    }

    private static void CopyElements<T>(ColumnVector source, int* rows, int count, byte* target) where T : unmanaged
    {
        T* to = (T*)target;
        if (source.IsConstant)
        {
            new Span<T>(to, count).Fill(*(T*)source.Data);
            return;
        }
        if (source.Shape == VectorShape.Dictionary)
        {
            T* values = (T*)source.Dictionary!.Values.Data;
            switch (source.Lane)
            {
                case PhysicalType.UInt8: LookUp(source.Data, values, rows, count, to); break;
                case PhysicalType.UInt16: LookUp((ushort*)source.Data, values, rows, count, to); break;
                default: LookUp((uint*)source.Data, values, rows, count, to); break;
            }
            return;
        }
        CopyLanes((T*)source.Data, rows, count, to);
    }

    private static void CopyLanes<T>(T* from, int* rows, int count, T* to) where T : unmanaged
    {
        if (rows is null)
        {
            new ReadOnlySpan<T>(from, count).CopyTo(new Span<T>(to, count));
            return;
        }
        for (int i = 0; i < count; i++) to[i] = from[rows[i]];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookUp<TCode, T>(TCode* codes, T* values, int* rows, int count, T* to)
        where TCode : unmanaged, System.Numerics.IBinaryInteger<TCode>
        where T : unmanaged
    {
        if (rows is null)
        {
            for (int i = 0; i < count; i++) to[i] = values[uint.CreateTruncating(codes[i])];
        }
        else
        {
            for (int i = 0; i < count; i++) to[i] = values[uint.CreateTruncating(codes[rows[i]])];
        }
    }

    private static void Widen(ColumnVector source, int* rows, int count, byte* target)
    {
        switch (source.Lane)
        {
            case PhysicalType.UInt8: WidenFrom(
                source.Data, source.Base, rows, count, source.Type.Physical.SizeBytes(), target); break;
            case PhysicalType.UInt16: WidenFrom(
                (ushort*)source.Data, source.Base, rows, count, source.Type.Physical.SizeBytes(), target); break;
            case PhysicalType.UInt64: WidenFrom(
                (ulong*)source.Data, source.Base, rows, count, source.Type.Physical.SizeBytes(), target); break;
            default: WidenFrom((uint*)source.Data, source.Base, rows, count, source.Type.Physical.SizeBytes(), target);
                break;
        }
    }

    private static void WidenFrom<TLane>(
        TLane* lane, Int128 valueBase, int* rows, int count, int size, byte* target)
        where TLane : unmanaged, System.Numerics.IBinaryInteger<TLane>
    {
        switch (size)
        {
            case 1: WidenTo(lane, (byte)valueBase, rows, count, target); break;
            case 2: WidenTo(lane, (ushort)valueBase, rows, count, (ushort*)target); break;
            case 4: WidenTo(lane, (uint)valueBase, rows, count, (uint*)target); break;
            case 8: WidenTo(lane, (ulong)valueBase, rows, count, (ulong*)target); break;
            default: WidenTo(lane, (UInt128)valueBase, rows, count, (UInt128*)target); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WidenTo<TLane, T>(TLane* lane, T valueBase, int* rows, int count, T* to)
        where TLane : unmanaged, System.Numerics.IBinaryInteger<TLane>
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        if (rows is null)
        {
            Widening.Convert(lane, count, valueBase, to);
        }
        else
        {
            for (int i = 0; i < count; i++) to[i] = unchecked(valueBase + T.CreateTruncating(lane[rows[i]]));
        }
    }
}
