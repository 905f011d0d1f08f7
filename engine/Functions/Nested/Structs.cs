using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested;

/// <summary>struct_extract(struct, 'name' or place): a field; what s.name becomes. Shares the field's vector.</summary>
internal sealed class StructExtract : ScalarFunction
{
    private static readonly FunctionInfo s_info = new("struct_extract",
        "A field of a struct by its name, or its place from 1.")
    {
        Category = "Structs", Aliases = ["struct_extract_at"],
        Example = "struct_extract({'i': 3, 'v': 'a'}, 'v')", Returns = "a",
        Flags = FunctionFlags.MayReturnNull,
    };

    private readonly int _field;

    private StructExtract(LogicalType[] types, int field)
        : base(s_info, types, field < 0 ? LogicalType.Null : types[0].Fields[field].Type) => _field = field;

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_info, [ParameterPattern.Struct, LogicalType.Varchar], t => new StructExtract(t, -1)),
        FunctionEntries.Bound(s_info, [ParameterPattern.Struct, LogicalType.BigInt], t => new StructExtract(t, -1)),
    ];

    public override ScalarFunction Specialize(ReadOnlySpan<Value?> constants)
    {
        if (_field >= 0) return this;
        if (constants[1] is not { IsNull: false } name)
        {
            throw new QueryException(SqlStates.FeatureNotSupported, "The field of struct_extract must be a constant");
        }
        LogicalType type = ArgumentTypes[0];
        int field = name.Type.Kind == TypeKind.Varchar ? IndexOf(type, name.AsText)
            : (int)Int128.Clamp(name.AsInteger - 1, -1, int.MaxValue);
        if (field >= 0 && field < type.Fields.Length) return new StructExtract([.. ArgumentTypes], field);
        throw new QueryException(
            SqlStates.UndefinedColumn, $"Struct has no such field: {name}",
            hint: $"It has {string.Join(", ", type.Fields.Select(f => f.Name))}.");
    }

    /// <summary>Place of a field, exactly or else but for its case; -1 where there is none.</summary>
    public static int IndexOf(LogicalType type, string name)
    {
        for (int i = 0; i < type.Fields.Length; i++)
        {
            if (type.Fields[i].Name == name) return i;
        }
        for (int i = 0; i < type.Fields.Length; i++)
        {
            if (type.Fields[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return i;
        }
        return -1;
    }

    public override unsafe void Evaluate(
        ReadOnlySpan<ColumnVector> arguments, int count, ColumnVector result, FunctionContext context)
    {
        ColumnVector source = arguments[0];
        if (source.IsConstant)
        {
            if (!source.IsValid(0) || !source.Children[_field].IsValid(0))
            {
                result.SetAllNull(count);
                return;
            }
            using ColumnVector flat = new(ResultType, context.Account);
            source.Children[_field].Flatten(flat);
            int first = 0;
            ElementCopy.Gather(flat, new ReadOnlySpan<int>(in first), result);
            result.BecomeConstant(count);
            return;
        }
        result.ShareFrom(source.Children[_field]);
        result.Count = count;
        if (!source.HasNulls) return;
        // The struct's NULLs are the field's too; shared validity must not be written to.
        if (result.Shape != VectorShape.Flat)
        {
            using ColumnVector shared = new(ResultType);
            shared.ShareFrom(result);
            shared.Flatten(result);
        }
        ulong* own = result.Validity;
        ulong[]? before = own is null ? null : new ReadOnlySpan<ulong>(own, (count + 63) >> 6).ToArray();
        ulong* words = result.BeginValidity(Math.Max(count, 1));
        for (int w = 0; w < (count + 63) >> 6; w++) words[w] = source.Validity[w] & (
            before is null ? ulong.MaxValue : before[w]);
    }
}

/// <summary>struct_concat and struct_insert: a struct with the fields of others.</summary>
internal static class StructChanges
{
    private static readonly FunctionInfo s_concat = new("struct_concat", "A struct with the fields of all.")
    {
        Category = "Structs", Example = "struct_concat({'i': 1}, {'s': 'a'})", Returns = "{'i': 1, 's': a}",
        Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_keys = new("struct_keys", "The names of the fields.")
    {
        Category = "Structs", Example = "struct_keys({'i': 1, 's': 'a'})", Returns = "[i, s]",
    };

    private static readonly FunctionInfo s_values = new("struct_values", "The fields without their names.")
    {
        Category = "Structs", Example = "struct_values({'i': 1, 's': 'a'})", Returns = "{'f1': 1, 'f2': a}",
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(s_concat, [ParameterPattern.Struct], Joined, t => Join(Joined(t)), isVariadic: true),
        ValueFunction.Overload(
            s_keys, [ParameterPattern.Struct], _ => LogicalType.List(LogicalType.Varchar), _ => (a, _) => Value.Nested(
                LogicalType.List(LogicalType.Varchar), [.. a[0].Type.Fields.Select(f => Value.Text(f.Name))])),
        ValueFunction.Overload(s_values, [ParameterPattern.Struct], Unnamed, t =>
            (a, _) => Value.Nested(Unnamed(t), a[0].Elements)),
    ];

    private static LogicalType Unnamed(LogicalType[] types) =>
        LogicalType.Struct([.. types[0].Fields.Select((f, i) => new Field($"f{i + 1}", f.Type))]);

    private static LogicalType Joined(LogicalType[] types)
    {
        Field[] fields = [.. types.SelectMany(t => t.Fields).Select(f => f with { IsNullable = true })];
        string? twice = fields.GroupBy(f =>
            f.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null) throw new QueryException(
            SqlStates.DuplicateColumn, $"Field is in two structs: \"{twice}\"");
        return LogicalType.Struct([.. fields]);
    }

    private static ValueBody Join(LogicalType result) => (arguments, _) =>
    {
        List<Value> fields = [];
        foreach (Value part in arguments)
        {
            if (part.IsNull) fields.AddRange(part.Type.Fields.Select(f => Value.Null(f.Type)));
            else fields.AddRange(part.Elements);
        }
        return Value.Nested(result, [.. fields]);
    };
}
