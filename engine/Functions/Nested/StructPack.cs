using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested;

/// <summary>
/// A STRUCT of its arguments: <c>{'a': 1, 'b': 2}</c>, ROW(1, 2). Shares the vectors, copies nothing flat.
/// </summary>
internal sealed class StructPack(FunctionInfo info, LogicalType[] types, LogicalType result)
    : ScalarFunction(info, types, result)
{
    private static readonly FunctionInfo s_pack = new("struct_pack", "A struct of named values.")
    {
        Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_row =
        new("row", "A struct of unnamed values.") { Flags = FunctionFlags.HandlesNulls };

    /// <summary>The function for these field names; null names make ROW's f1, f2, ….</summary>
    public static StructPack For(IReadOnlyList<string>? names, LogicalType[] types)
    {
        LogicalType result =
            LogicalType.Struct([.. types.Select((type, i) => new Field(names?[i] ?? $"f{i + 1}", type))]);
        return new StructPack(names is null ? s_row : s_pack, types, result);
    }

    /// <summary>
    /// The function of a name that makes this type; null where the name is another function's, or the types do not fit.
    /// </summary>
    public static StructPack? ForResult(string name, LogicalType[] types, LogicalType result)
    {
        FunctionInfo? info = name == s_pack.Name ? s_pack : name == s_row.Name ? s_row : null;
        if (info is null || result.Kind != TypeKind.Struct) return null;
        return result.Fields.Select(f => f.Type).SequenceEqual(types) ? new StructPack(info, types, result) : null;
    }

    public override void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        result.ResetFlat(Math.Max(count, 1));
        result.Count = count;
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i].Flatten(result.Children[i]);
            result.Children[i].Count = count;
        }
    }
}
