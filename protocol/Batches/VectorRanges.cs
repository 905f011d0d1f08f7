using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Protocol.Batches;

/// <summary>Copies ranges of rows of a flat vector of any length, one behind the other.</summary>
internal static unsafe class VectorRanges
{
    /// <summary>Makes the target the rows of the ranges; texts are shared, not copied.</summary>
    public static void Copy(ColumnVector source, List<Range> ranges, int count, ColumnVector target)
    {
        target.ResetFlat(Math.Max(count, 1));
        target.Count = count;
        target.KeepAliveFrom(source);
        int size = source.Lane.SizeBytes();
        ulong* validity = source.HasNulls ? target.BeginValidity(Math.Max(count, 1)) : null;
        int row = 0;
        foreach (Range range in ranges)
        {
            int start = range.Start.Value, length = range.End.Value - start;
            new ReadOnlySpan<byte>(source.Data + ((long)start * size), length * size)
                .CopyTo(new Span<byte>(target.Data + ((long)row * size), length * size));
            for (int i = 0; validity is not null && i < length; i++)
            {
                if (!source.IsValid(start + i)) validity[(row + i) >> 6] &= ~(1UL << (row + i));
            }
            row += length;
        }
        switch (source.Lane)
        {
            case PhysicalType.List:
                target.Children[0].ShareFrom(source.Children[0]);
                break;
            case PhysicalType.Struct:
                for (int i = 0; i < source.Children.Length; i++)
                    CopyChild(source.Children[i], ranges, count, target.Children[i]);
                break;
            case PhysicalType.Array:
                int elements = source.Type.Length;
                List<Range> wider = [.. ranges.Select(
                    range => (range.Start.Value * elements)..(range.End.Value * elements))];
                CopyChild(source.Children[0], wider, count * elements, target.Children[0]);
                break;
        }
    }

    private static void CopyChild(ColumnVector source, List<Range> ranges, int count, ColumnVector target)
    {
        using ColumnVector flat = new(source.Type);
        source.Flatten(flat);
        Copy(flat, ranges, count, target);
    }
}
