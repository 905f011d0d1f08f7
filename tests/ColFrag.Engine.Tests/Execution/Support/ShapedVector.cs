using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution.Support;

/// <summary>The same values in every shape that can hold them.</summary>
internal static unsafe class ShapedVector
{
    /// <summary>A vector of the wanted shape, or flat where the values do not allow it.</summary>
    public static ColumnVector Build(
        LogicalType type, ReadOnlySpan<Value> values, VectorShape shape, Arena arena, Random random)
    {
        return shape switch
        {
            VectorShape.Constant when AllEqual(values) => Constant(type, values, arena),
            VectorShape.Dictionary when !type.IsNested && type.Kind != TypeKind.Null =>
                Dictionary(type, values, arena, random),
            VectorShape.Narrow when IsNarrowable(type) => Narrow(type, values, arena),
            _ => Flat(type, values, arena),
        };
    }

    private static ColumnVector Flat(LogicalType type, ReadOnlySpan<Value> values, Arena arena)
    {
        ColumnVector vector = new(type);
        VectorBuilder.Build(vector, values, arena);
        return vector;
    }

    private static ColumnVector Constant(LogicalType type, ReadOnlySpan<Value> values, Arena arena)
    {
        ColumnVector vector = new(type);
        VectorBuilder.BuildConstant(vector, values[0], values.Length, arena);
        return vector;
    }

    private static ColumnVector Dictionary(LogicalType type, ReadOnlySpan<Value> values, Arena arena, Random random)
    {
        List<Value> entries = [];
        Dictionary<Value, int> codes = [];
        foreach (Value value in values)
        {
            if (!value.IsNull && codes.TryAdd(value, entries.Count)) entries.Add(value);
        }
        if (entries.Count == 0) entries.Add(RandomRows.Next(random, type, 5));
        Arena text = new(MemoryAccount.Untracked);
        ColumnVector distinct = Flat(type, entries.ToArray(), text);
        foreach (NativeBuffer block in text.Blocks) distinct.KeepAlive(block);
        VectorDictionary dictionary = new(distinct, isSorted: false);
        PhysicalType lane = entries.Count <= 256 && random.Next(2) == 0 ? PhysicalType.UInt8
            : entries.Count <= 65536 && random.Next(2) == 0 ? PhysicalType.UInt16 : PhysicalType.UInt32;
        ColumnVector vector = new(type);
        vector.ResetDictionary(lane, dictionary, Math.Max(values.Length, 1));
        vector.Count = values.Length;
        for (int i = 0; i < values.Length; i++)
        {
            VectorValues.StoreInteger(vector.Data, lane, i, values[i].IsNull ? 0 : codes[values[i]]);
            if (values[i].IsNull) vector.SetNull(i, values.Length);
        }
        return vector;
    }

    private static ColumnVector Narrow(LogicalType type, ReadOnlySpan<Value> values, Arena arena)
    {
        Int128 min = Int128.MaxValue;
        Int128 max = Int128.MinValue;
        foreach (Value value in values)
        {
            if (value.IsNull) continue;
            min = Int128.Min(min, value.AsInteger);
            max = Int128.Max(max, value.AsInteger);
        }
        if (min > max) min = max = 0;
        UInt128 range = (UInt128)max - (UInt128)min;
        PhysicalType lane = range <= byte.MaxValue ? PhysicalType.UInt8
            : range <= ushort.MaxValue ? PhysicalType.UInt16 : PhysicalType.UInt32;
        if (range > uint.MaxValue || lane.SizeBytes() >= type.Physical.SizeBytes()) return Flat(type, values, arena);
        ColumnVector vector = new(type);
        vector.ResetNarrow(lane, min, Math.Max(values.Length, 1));
        vector.Count = values.Length;
        for (int i = 0; i < values.Length; i++)
        {
            VectorValues.StoreInteger(vector.Data, lane, i, values[i].IsNull ? 0 : values[i].AsInteger - min);
            if (values[i].IsNull) vector.SetNull(i, values.Length);
        }
        return vector;
    }

    private static bool IsNarrowable(LogicalType type) => type.Physical.IsInteger() && type.Kind != TypeKind.Boolean;

    private static bool AllEqual(ReadOnlySpan<Value> values)
    {
        if (values.Length == 0) return false;
        foreach (Value value in values)
        {
            if (!value.Equals(values[0])) return false;
        }
        return true;
    }
}
