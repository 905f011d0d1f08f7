using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Vectors;

/// <summary>Makes vectors of values one by one, nested ones too: for VALUES, constants and tests.</summary>
internal static unsafe class VectorBuilder
{
    /// <summary>Makes the vector flat with these values; text goes into the arena, which must live as long.</summary>
    public static void Build(ColumnVector target, ReadOnlySpan<Value> values, Arena arena)
    {
        int capacity = Math.Max(values.Length, 1);
        target.ResetFlat(capacity);
        target.Count = values.Length;
        switch (target.Type.Physical)
        {
            case PhysicalType.List:
                BuildLists(target, values, arena);
                break;
            case PhysicalType.Array:
                BuildArrays(target, values, arena);
                break;
            case PhysicalType.Struct:
                BuildStructs(target, values, arena);
                break;
            case PhysicalType.None:
                break;
            default:
                for (int i = 0; i < values.Length; i++)
                {
                    if (!values[i].IsNull) target.SetValue(i, values[i], arena);
                    else ClearElement(target, i);
                }
                break;
        }
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i].IsNull) target.SetNull(i, capacity);
        }
    }

    /// <summary>Makes the vector constant.</summary>
    public static void BuildConstant(ColumnVector target, Value value, int count, Arena arena)
    {
        if (value.IsNull || !target.Type.IsNested)
        {
            target.SetConstant(value, count, arena);
            return;
        }
        Build(target, [value], arena);
        target.BecomeConstant(count);
    }

    private static void ClearElement(ColumnVector target, int row)
    {
        int size = target.Lane.SizeBytes();
        new Span<byte>(target.Data + ((long)row * size), size).Clear();
    }

    private static void BuildLists(ColumnVector target, ReadOnlySpan<Value> values, Arena arena)
    {
        List<Value> elements = [];
        for (int i = 0; i < values.Length; i++)
        {
            int length = values[i].IsNull ? 0 : values[i].Elements.Length;
            ((ListView*)target.Data)[i] = new ListView(elements.Count, length);
            if (length > 0) elements.AddRange(values[i].Elements);
        }
        Build(target.Children[0], elements.ToArray(), arena);
    }

    private static void BuildArrays(ColumnVector target, ReadOnlySpan<Value> values, Arena arena)
    {
        List<Value> elements = [];
        foreach (Value value in values)
        {
            if (value.IsNull)
                elements.AddRange(Enumerable.Repeat(Value.Null(target.Type.Element!), target.Type.Length));
            else elements.AddRange(value.Elements);
        }
        Build(target.Children[0], elements.ToArray(), arena);
    }

    private static void BuildStructs(ColumnVector target, ReadOnlySpan<Value> values, Arena arena)
    {
        Value[] field = new Value[values.Length];
        for (int c = 0; c < target.Children.Length; c++)
        {
            for (int i = 0; i < values.Length; i++)
            {
                field[i] = values[i].IsNull ? Value.Null(target.Type.Fields[c].Type) : values[i].Elements[c];
            }
            Build(target.Children[c], field, arena);
        }
    }
}
