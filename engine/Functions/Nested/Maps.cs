using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Nested;

/// <summary>map_extract_value(map, key): what m[key] becomes. The elements are compared where they lie.</summary>
internal sealed unsafe class MapExtract(FunctionInfo info, LogicalType[] types, bool givesList)
    : FlatFunction(
        info, types, givesList ? LogicalType.List(types[0].Element!.Fields[1].Type) : types[0].Element!.Fields[1].Type)
{
    private static readonly FunctionInfo s_value = new("map_extract_value",
        "The value of a key; NULL where the map has no such key.")
    {
        Category = "Maps", Example = "map_extract_value(MAP {'x': 1, 'y': 2}, 'y')", Returns = "2",
        Flags = FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_list = new("map_extract",
        "A list with the value of a key; empty where the map has no such key.")
    {
        Category = "Maps", Aliases = ["element_at"], Example = "map_extract(MAP {'x': 1, 'y': 2}, 'y')",
        Returns = "[2]",
    };

    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_value, [ParameterPattern.Map, ParameterPattern.Any], t => Create(s_value, t, false)),
        FunctionEntries.Bound(s_list, [ParameterPattern.Map, ParameterPattern.Any], t => Create(s_list, t, true)),
    ];

    protected override void Run(
        ReadOnlySpan<ColumnVector> arguments, int count, Span<ulong> valid, ColumnVector result,
            FunctionContext context)
    {
        ColumnVector entries = Elements(arguments[0], 0, context);
        ColumnVector keys = ElementCopy.Flat(entries.Children[0]);
        ColumnVector values = ElementCopy.Flat(entries.Children[1]);
        List<int> places = [];
        for (int row = 0; row < count; row++)
        {
            int place = IsSet(valid, row) ? Find(((ListView*)arguments[0].Data)[row], keys, arguments[1], row)
                : ElementCopy.Null;
            if (givesList)
            {
                ((ListView*)result.Data)[row] = new ListView(places.Count, place < 0 ? 0 : 1);
                if (place >= 0) places.Add(place);
                continue;
            }
            if (place < 0 || !values.IsValid(place)) Clear(valid, row);
            places.Add(place);
        }
        ElementCopy.Gather(
            values, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(places), givesList ? result.Children[0]
                : result);
        if (!givesList) result.ClearValidity();
        if (!ReferenceEquals(keys, entries.Children[0])) keys.Dispose();
        if (!ReferenceEquals(values, entries.Children[1])) values.Dispose();
    }

    private static int Find(ListView list, ColumnVector keys, ColumnVector key, int row)
    {
        for (int i = list.Offset; i < list.Offset + list.Length; i++)
        {
            if (ValueComparison.Compare(keys, i, key, row) == 0) return i;
        }
        return ElementCopy.Null;
    }

    private static MapExtract Create(FunctionInfo info, LogicalType[] types, bool givesList) =>
        new(info, [types[0], types[0].Element!.Fields[0].Type], givesList);
}

/// <summary>Making maps and taking them apart.</summary>
internal static class Maps
{
    private static readonly FunctionInfo s_map = new("map",
        "A map from a list of keys and a list of values; keys must differ and not be NULL.")
    {
        Category = "Maps", Aliases = ["map_from_arrays"], Example = "map(['x', 'y'], [1, 2])",
        Returns = "{x=1, y=2}", Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_entries = new("map_entries",
        "The entries as a list of structs of key and value.")
    {
        Category = "Maps", Example = "map_entries(MAP {'x': 1})", Returns = "[{'key': x, 'value': 1}]",
    };

    private static readonly FunctionInfo s_fromEntries = new("map_from_entries",
        "A map from a list of structs of two fields.")
    {
        Category = "Maps", Example = "map_from_entries([{'k': 'x', 'v': 1}])", Returns = "{x=1}",
        Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_keys = new("map_keys", "The keys.")
    {
        Category = "Maps", Example = "map_keys(MAP {'x': 1, 'y': 2})", Returns = "[x, y]",
    };

    private static readonly FunctionInfo s_values = new("map_values", "The values, in the order of the keys.")
    {
        Category = "Maps", Example = "map_values(MAP {'x': 1, 'y': 2})", Returns = "[1, 2]",
    };

    private static readonly FunctionInfo s_contains = new("map_contains", "True when the map has the key.")
    {
        Category = "Maps", Example = "map_contains(MAP {'x': 1}, 'x')", Returns = "true",
    };

    private static readonly FunctionInfo s_concat = new("map_concat",
        "The entries of all maps; the last value of a key wins.")
    {
        Category = "Maps", Example = "map_concat(MAP {'x': 1}, MAP {'x': 2, 'y': 3})", Returns = "{x=2, y=3}",
        Flags = FunctionFlags.HandlesNulls,
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(s_map, [ParameterPattern.List, ParameterPattern.List], MapOfLists, t =>
            (a, _) => Make(MapOfLists(t), a[0], a[1])),
        ValueFunction.Overload(s_map, [], _ => LogicalType.Map(LogicalType.Null, LogicalType.Null), _ => (_, _) =>
            Value.Nested(LogicalType.Map(LogicalType.Null, LogicalType.Null), [])),
        ValueFunction.Overload(
            s_entries, [ParameterPattern.Map], t => LogicalType.List(t[0].Element!),
            t => (a, _) => Value.Nested(LogicalType.List(t[0].Element!), a[0].Elements)),
        ValueFunction.Overload(s_fromEntries, [ParameterPattern.List], MapOfEntries, t => FromEntries(MapOfEntries(t))),
        ValueFunction.Overload(s_keys, [ParameterPattern.Map], t =>
            PartOf(t, 0), t => (a, _) => Part(PartOf(t, 0), a[0], 0)),
        ValueFunction.Overload(s_values, [ParameterPattern.Map], t =>
            PartOf(t, 1), t => (a, _) => Part(PartOf(t, 1), a[0], 1)),
        FunctionEntries.Bound(s_contains, [ParameterPattern.Map, ParameterPattern.Any], t => new ValueFunction(
            s_contains, [t[0], t[0].Element!.Fields[0].Type], LogicalType.Boolean, (a, _) =>
                Value.Boolean(HasKey(a[0], a[1])))),
        ValueFunction.Overload(s_concat, [ParameterPattern.Map], t => t[0], t => Join(t[0]), isVariadic: true),
    ];

    private static LogicalType PartOf(LogicalType[] types, int part) =>
        LogicalType.List(types[0].Element!.Fields[part].Type);

    private static Value Part(LogicalType type, Value map, int part) =>
        Value.Nested(type, [.. map.Elements.Select(e => e.Elements[part])]);

    private static bool HasKey(Value map, Value key) =>
        map.Elements.Any(e => ValueComparison.Compare(e.Elements[0], key) == 0);

    private static LogicalType MapOfLists(LogicalType[] types) => LogicalType.Map(types[0].Element!, types[1].Element!);

    private static LogicalType MapOfEntries(LogicalType[] types) =>
        types[0].Element is { Kind: TypeKind.Struct, Fields: [var key, var value] }
        ? LogicalType.Map(key.Type, value.Type)
        : throw new QueryException(
            SqlStates.UndefinedFunction, $"Function does not exist: map_from_entries({types[0]})",
                hint: "It takes a list of structs of two fields.");

    private static Value Make(LogicalType type, Value keys, Value values)
    {
        if (keys.Elements.Length != values.Elements.Length)
        {
            throw new QueryException(SqlStates.InvalidParameterValue, "A map needs as many keys as values");
        }
        return Checked(type, keys.Elements.Zip(values.Elements));
    }

    private static ValueBody FromEntries(LogicalType type) => (arguments, _) => Checked(
        type, arguments[0].Elements.Where(e => !e.IsNull).Select(e => (e.Elements[0], e.Elements[1])));

    private static Value Checked(LogicalType type, IEnumerable<(Value Key, Value Value)> entries)
    {
        (Value Key, Value Value)[] all = [.. entries];
        if (all.Any(e =>
            e.Key.IsNull)) throw new QueryException(SqlStates.InvalidParameterValue, "Keys of a map must not be NULL");
        Value[] sorted = [.. all.Select(e => e.Key).Order(Comparer<Value>.Create(ValueComparison.Compare))];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (ValueComparison.Compare(sorted[i - 1], sorted[i]) == 0)
            {
                throw new QueryException(SqlStates.InvalidParameterValue, $"Keys of a map must differ: {sorted[i]}");
            }
        }
        return Value.Nested(type, [.. all.Select(e => Value.Nested(type.Element!, [e.Key, e.Value]))]);
    }

    private static ValueBody Join(LogicalType type) => (arguments, _) =>
    {
        List<Value> entries = [];
        foreach (Value map in arguments)
        {
            if (map.IsNull) continue;
            foreach (Value entry in map.Elements)
            {
                int known = entries.FindIndex(e => ValueComparison.Compare(e.Elements[0], entry.Elements[0]) == 0);
                if (known >= 0) entries[known] = entry;
                else entries.Add(entry);
            }
        }
        return Value.Nested(type, [.. entries]);
    };
}
