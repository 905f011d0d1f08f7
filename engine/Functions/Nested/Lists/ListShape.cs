using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>array_ndims, array_dims and trim_array: PostgreSQL's questions about lists within lists.</summary>
internal static class ListShape
{
    private static readonly FunctionInfo s_count = Info(
        "array_ndims", "How many dimensions a list has; NULL for an empty one.", "array_ndims([[1, 2], [3, 4]])", "2");
    private static readonly FunctionInfo s_bounds = Info(
        "array_dims", "The first and last places in each dimension.", "array_dims([[1, 2, 3], [4, 5, 6]])",
        "[1:2][1:3]");
    private static readonly FunctionInfo s_trim = Info(
        "trim_array", "The list without so many elements at its end.", "trim_array([1, 2, 3], 1)", "[1, 2]");

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(
            s_count, [ParameterPattern.List], _ => LogicalType.Integer,
            _ => (a, _) => LengthsOf(a[0]).Count is var n and > 0 ? Value.Integer(LogicalType.Integer, n) : null),
        ValueFunction.Overload(
            s_bounds, [ParameterPattern.List], _ => LogicalType.Varchar, _ => (a, _) => Bounds(LengthsOf(a[0]))),
        ValueFunction.Overload(
            s_trim, [ParameterPattern.List, LogicalType.Integer], t => t[0], _ => (a, _) => Trim(a[0], a[1].AsInteger)),
    ];

    private static FunctionInfo Info(string name, string description, string example, string returns) =>
        new(name, description)
        {
            Category = "Lists", Example = example, Returns = returns,
            Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
        };

    /// <summary>The lengths along the first elements; PostgreSQL's arrays have the same length everywhere.</summary>
    public static List<int> LengthsOf(Value list)
    {
        List<int> lengths = [];
        for (Value at = list; at is { IsNull: false, Type.Kind: TypeKind.List or TypeKind.Array }; at = at.Elements[0])
        {
            if (at.Elements.Length == 0) break;
            lengths.Add(at.Elements.Length);
        }
        return lengths;
    }

    private static Value? Bounds(List<int> lengths)
    {
        if (lengths.Count == 0) return null;
        StringBuilder text = new();
        foreach (int length in lengths) text.Append(CultureInfo.InvariantCulture, $"[1:{length}]");
        return Value.Text(text.ToString());
    }

    private static Value Trim(Value list, Int128 count)
    {
        int length = list.Elements.Length;
        if (count >= 0 && count <= length) return Value.Nested(list.Type, [.. list.Elements.Take(length - (int)count)]);
        throw new QueryException(
            "2202E", $"Number of elements to trim must be between 0 and {length}");
    }
}
