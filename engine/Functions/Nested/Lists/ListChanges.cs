using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>Lists with elements removed, replaced, padded, picked: rare enough to be written over values.</summary>
internal static class ListChanges
{
    private const int MaxLength = 1 << 24;

    private static readonly FunctionInfo s_remove = new("array_remove",
        "The list without the elements that equal a value.")
    {
        Category = "Lists", Example = "array_remove([1, 2, 3, 2], 2)", Returns = "[1, 3]",
        Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_replace = new("array_replace",
        "The list with each element that equals a value replaced.")
    {
        Category = "Lists", Example = "array_replace([1, 2, 5, 4], 5, 3)", Returns = "[1, 2, 3, 4]",
        Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_resize = new("list_resize",
        "The list cut or filled up with a value to a length.")
    {
        Category = "Lists", Aliases = ["array_resize"], Example = "list_resize([1, 2, 3], 5, 0)",
        Returns = "[1, 2, 3, 0, 0]",
        Flags = FunctionFlags.HandlesNulls | FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
    };

    private static readonly FunctionInfo s_select = new("list_select", "The elements at the places in a second list.")
    {
        Category = "Lists", Aliases = ["array_select"], Example = "list_select([10, 20, 30], [3, 1])",
        Returns = "[30, 10]",
    };

    private static readonly FunctionInfo s_where = new("list_where", "The elements for which a second list is true.")
    {
        Category = "Lists", Aliases = ["array_where"],
        Example = "list_where([10, 20, 30], [true, false, true])", Returns = "[10, 30]",
    };

    private static readonly FunctionInfo s_pop = new("array_pop_back", "The list without its last element.")
    {
        Category = "Lists", Example = "array_pop_back([4, 5, 6])", Returns = "[4, 5]",
    };

    private static readonly FunctionInfo s_popFront = new("array_pop_front", "The list without its first element.")
    {
        Category = "Lists", Example = "array_pop_front([4, 5, 6])", Returns = "[5, 6]",
    };

    private static readonly FunctionInfo s_zip = new("list_zip",
        "A list of structs of the elements at the same places; short lists are filled up with NULL.")
    {
        Category = "Lists", Aliases = ["array_zip"], Example = "list_zip([1, 2], ['a', 'b'])",
        Returns = "[{'f1': 1, 'f2': a}, {'f1': 2, 'f2': b}]",
        Flags = FunctionFlags.HandlesNulls,
    };

    private static readonly FunctionInfo s_fill = new("array_fill",
        "A list of so many copies of a value; the length is a list of one number.")
    {
        Category = "Lists", Example = "array_fill(7, [3])", Returns = "[7, 7, 7]",
        Flags = FunctionFlags.CanThrow | FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull,
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(s_remove, [ParameterPattern.ListOfElement, ParameterPattern.Element], t =>
            t[0], t => (a, _) =>
            a[0].IsNull ? null : Of(t[0], Without(a[0], a[1]))),
        ValueFunction.Overload(
            s_replace, [ParameterPattern.ListOfElement, ParameterPattern.Element, ParameterPattern.Element], t =>
                t[0], t => (a, _) =>
            {
                if (a[0].IsNull) return null;
                (Value from, Value to) = (a[1], a[2]);
                return Of(t[0], a[0].Elements.Select(e => AreSame(e, from) ? to : e));
            }),
        ValueFunction.Overload(s_resize, [ParameterPattern.List, LogicalType.BigInt], t => t[0], t => (a, _) =>
            Resize(t[0], a[0], a[1], Value.Null(t[0].Element!))),
        ValueFunction.Overload(
            s_resize, [ParameterPattern.ListOfElement, LogicalType.BigInt, ParameterPattern.Element], t => t[0],
            t => (a, _) => Resize(t[0], a[0], a[1], a[2])),
        ValueFunction.Overload(s_select, [ParameterPattern.List, LogicalType.List(LogicalType.BigInt)], t =>
            t[0], t => (a, _) =>
            Of(t[0], Picked(a[0], a[1]))),
        ValueFunction.Overload(s_where, [ParameterPattern.List, LogicalType.List(LogicalType.Boolean)], t =>
            t[0], t => (a, _) =>
            Of(t[0], a[0].Elements.Zip(a[1].Elements).Where(p =>
                !p.Second.IsNull && p.Second.AsBoolean).Select(p => p.First))),
        ValueFunction.Overload(s_pop, [ParameterPattern.List], t =>
            t[0], t => (a, _) => Of(t[0], a[0].Elements.SkipLast(1))),
        ValueFunction.Overload(s_popFront, [ParameterPattern.List], t =>
            t[0], t => (a, _) => Of(t[0], a[0].Elements.Skip(1))),
        ValueFunction.Overload(s_zip, [ParameterPattern.List], ZipType, t => Zip(ZipType(t)), isVariadic: true),
        ValueFunction.Overload(
            s_fill, [ParameterPattern.Element, LogicalType.List(LogicalType.Integer)], t => LogicalType.List(t[0]),
            t => (a, _) => a[1].IsNull ? null : Fill(LogicalType.List(t[0]), a[0], a[1])),
    ];

    private static Value Of(LogicalType type, IEnumerable<Value> elements) => Value.Nested(type, [.. elements]);

    private static bool AreSame(Value left, Value right) =>
        left.IsNull || right.IsNull ? left.IsNull && right.IsNull : ValueComparison.Compare(left, right) == 0;

    private static IEnumerable<Value> Without(Value list, Value value) => list.Elements.Where(e => !AreSame(e, value));

    private static Value? Resize(LogicalType type, Value list, Value length, Value filler)
    {
        if (list.IsNull) return null;
        long count = length.IsNull ? 0 : (long)length.AsInteger;
        CheckLength(count);
        IEnumerable<Value> rest = Enumerable.Repeat(filler, (int)Math.Max(0, count - list.Elements.Length));
        return Of(type, list.Elements.Take((int)count).Concat(rest));
    }

    private static IEnumerable<Value> Picked(Value list, Value places)
    {
        LogicalType element = list.Type.Element!;
        return places.Elements.Select(p =>
        {
            long place = p.IsNull ? 0 : (long)p.AsInteger;
            return place >= 1 && place <= list.Elements.Length ? list.Elements[(int)place - 1] : Value.Null(element);
        });
    }

    private static LogicalType ZipType(LogicalType[] types) => LogicalType.List(
        LogicalType.Struct([.. types.Select((t, i) => new Field($"f{i + 1}", t.Element!))]));

    private static ValueBody Zip(LogicalType type) => (arguments, _) =>
    {
        Value[] lists = arguments.ToArray();
        LogicalType row = type.Element!;
        int length = lists.Max(l => l.IsNull ? 0 : l.Elements.Length);
        return Of(type, Enumerable.Range(0, length).Select(i => Value.Nested(
            row, [.. lists.Select((l, c) =>
                !l.IsNull && i < l.Elements.Length ? l.Elements[i] : Value.Null(row.Fields[c].Type))])));
    };

    private static Value Fill(LogicalType type, Value value, Value lengths)
    {
        if (lengths.Elements is not [{ IsNull: false } length])
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "array_fill needs a list of one length: array_fill(0, [3])");
        }
        CheckLength((long)length.AsInteger);
        return Of(type, Enumerable.Repeat(value, (int)length.AsInteger));
    }

    private static void CheckLength(long length)
    {
        if (length is >= 0 and <= MaxLength) return;
        throw new QueryException(
            SqlStates.InvalidParameterValue, $"Length of a list must be 0 to {MaxLength:N0}: {length}");
    }
}
