using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using IntegerLanes = ColFrag.Engine.Execution.Expressions.IntegerLanes;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// The integer keys of a join as one number: each column's distance from its smallest value, in a mixed radix of the
/// columns' ranges. Rows that have no partner, because of NULL or a value outside of a range, get the first number that
/// no key has.
/// </summary>
internal sealed unsafe class PackedKeys
{
    private readonly Int128[] _mins;
    private readonly ulong[] _ranges;

    private PackedKeys(Int128[] mins, ulong[] ranges, ulong size)
    {
        _mins = mins;
        _ranges = ranges;
        Size = size;
    }

    /// <summary>Numbers that keys can have, and the number of rows without a partner.</summary>
    public ulong Size { get; }

    /// <summary>The smallest value of the only key, which is number 0; null for several keys.</summary>
    public Int128? SingleMin => _mins.Length == 1 ? _mins[0] : null;

    /// <summary>The packing, where keys are integers that fit; else null.</summary>
    public static PackedKeys? TryCreate(HashJoinNode node, KeyRange[] ranges)
    {
        Int128[] mins = new Int128[ranges.Length];
        ulong[] sizes = new ulong[ranges.Length];
        UInt128 size = 1;
        for (int k = 0; k < ranges.Length; k++)
        {
            bool isInteger = node.Build.Output[node.Keys[k].Build].Type.Physical.IsInteger();
            if (!isInteger || node.Keys[k].NullsAreEqual || !ranges[k].HasValues) return null;
            UInt128 width = (UInt128)(ranges[k].Max - ranges[k].Min);
            if (width >= long.MaxValue) return null;
            mins[k] = ranges[k].Min;
            sizes[k] = (ulong)width + 1;
            size *= sizes[k];
            if (size >= (UInt128)long.MaxValue) return null;
        }
        return new PackedKeys(mins, sizes, (ulong)size);
    }

    /// <summary>The number of each row.</summary>
    /// <param name="keys">The key columns.</param>
    /// <param name="count">Rows.</param>
    /// <param name="numbers">Gets the numbers.</param>
    public void Compute(ReadOnlySpan<ColumnVector> keys, int count, ulong* numbers)
    {
        ulong* places = stackalloc ulong[keys.Length > 1 ? Batch.MaxRows : 0];
        for (int k = 0; k < keys.Length; k++)
        {
            ulong* target = k == 0 ? numbers : places;
            ulong range = _ranges[k];
            FindPlaces(keys[k], _mins[k], range, count, target);
            if (k == 0 && keys.Length == 1)
            {
                for (int i = 0; i < count; i++) numbers[i] = Math.Min(numbers[i], range);
            }
            else if (k == 0)
            {
                for (int i = 0; i < count; i++) numbers[i] = numbers[i] < range ? numbers[i] : Size;
            }
            else
            {
                for (int i = 0; i < count; i++)
                {
                    bool fits = places[i] < range & numbers[i] != Size;
                    numbers[i] = fits ? (numbers[i] * range) + places[i] : Size;
                }
            }
        }
    }

    /// <summary>What is done with the numbers of rows.</summary>
    public delegate void Visit(ulong* numbers, long first, int count);

    /// <summary>The numbers of all rows of the build side, a batch at a time.</summary>
    public void ForEachBatch(HashJoinNode node, RowBuffer rows, Visit visit)
    {
        ColumnBuffer[] columns = [.. node.Keys.Select(k => rows.Columns[k.Build])];
        ColumnVector[] parts = [.. columns.Select(c => new ColumnVector(c.Type))];
        ulong* numbers = stackalloc ulong[Batch.MaxRows];
        for (long first = 0; first < rows.Count; first += Batch.MaxRows)
        {
            int count = (int)Math.Min(Batch.MaxRows, rows.Count - first);
            for (int k = 0; k < parts.Length; k++) columns[k].Slice(first, count, parts[k]);
            Compute(parts, count, numbers);
            visit(numbers, first, count);
        }
        foreach (ColumnVector part in parts) part.Dispose();
    }

    /// <summary>Distances from the smallest value; at least the range where there is no partner.</summary>
    private static void FindPlaces(ColumnVector vector, Int128 min, ulong range, int count, ulong* places)
    {
        if (vector.IsConstant)
        {
            ulong place = vector.IsValid(0) ? Place(vector.GetInteger(0), min, range) : range;
            new Span<ulong>(places, count).Fill(place);
            return;
        }
        if (vector.Shape == VectorShape.Dictionary || vector.Lane == PhysicalType.Int128)
        {
            for (int i = 0; i < count; i++)
                places[i] = vector.IsValid(i) ? Place(vector.GetInteger(i), min, range) : range;
            return;
        }
        Int128 add = vector.Base - min;
        if (vector.Lane.SizeBytes() < sizeof(long) && add > long.MinValue && add < long.MaxValue - uint.MaxValue)
        {
            IntegerLanes.Convert(vector.Data, vector.Lane, count, add, sizeof(ulong), (byte*)places);
        }
        else if (vector.Lane == PhysicalType.Int64 && vector.Base == 0 && min >= long.MinValue && min <= long.MaxValue)
        {
            // Distances below zero of nearly 64 bits would come round to small ones.
            long* values = (long*)vector.Data;
            long first = (long)min;
            for (int i = 0; i < count; i++)
                places[i] = values[i] < first ? range : unchecked((ulong)values[i] - (ulong)first);
        }
        else
        {
            for (int i = 0; i < count; i++) places[i] = Place(vector.GetInteger(i), min, range);
        }
        if (!vector.HasNulls) return;
        for (int i = 0; i < count; i++)
        {
            if (!vector.IsValid(i)) places[i] = range;
        }
    }

    private static ulong Place(Int128 value, Int128 min, ulong range)
    {
        UInt128 place = (UInt128)value - (UInt128)min;
        return value >= min && place < range ? (ulong)place : range;
    }
}
