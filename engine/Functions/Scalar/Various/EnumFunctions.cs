using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Various;

/// <summary>The labels of an ENUM. Its value may be NULL: only the type is looked at.</summary>
internal static class EnumFunctions
{
    private const string Cast = "'sad'::ENUM('happy', 'sad', 'calm')";
    private static readonly LogicalType s_texts = LogicalType.List(LogicalType.Varchar);

    private static readonly FunctionInfo s_range =
        Info("enum_range", "All labels, in order.", $"enum_range({Cast})", "[happy, sad, calm]");
    private static readonly FunctionInfo s_first =
        Info("enum_first", "The first label.", $"enum_first({Cast})", "happy");
    private static readonly FunctionInfo s_last = Info("enum_last", "The last label.", $"enum_last({Cast})", "calm");

    private static readonly FunctionInfo s_boundary = Info(
        "enum_range_boundary", "The labels from one to another, both in; NULL for an open end.",
        $"enum_range_boundary({Cast}, NULL)", "[sad, calm]");

    private static readonly FunctionInfo s_code = new("enum_code", "The number of the label, from 0.")
    {
        Category = "Enums", Example = $"enum_code({Cast})", Returns = "1",
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(s_range, [ParameterPattern.Enum], _ =>
            s_texts, t => (_, _) => Labels(t[0], 0, t[0].Labels.Length - 1)),
        ValueFunction.Overload(
            s_first, [ParameterPattern.Enum], _ => LogicalType.Varchar, t => (_, _) => Value.Text(t[0].Labels[0])),
        ValueFunction.Overload(
            s_last, [ParameterPattern.Enum], _ => LogicalType.Varchar, t => (_, _) => Value.Text(t[0].Labels[^1])),
        ValueFunction.Overload(s_boundary, [ParameterPattern.Enum, ParameterPattern.Any], _ =>
            s_texts, t => (a, _) => Labels(
            t[0], a[0].IsNull ? 0 : (int)a[0].AsInteger, a[1].IsNull ? t[0].Labels.Length - 1 : (int)a[1].AsInteger)),
        ValueFunction.Overload(
            s_code, [ParameterPattern.Enum], _ =>
                LogicalType.Integer, _ => (a, _) => Value.Integer(LogicalType.Integer, a[0].AsInteger)),
    ];

    private static FunctionInfo Info(string name, string description, string example, string returns) =>
        new(name, description)
    {
        Category = "Enums", Example = example, Returns = returns, Flags = FunctionFlags.HandlesNulls,
    };

    private static Value Labels(LogicalType type, int first, int last) => Value.Nested(
        s_texts, [.. type.Labels.Skip(first).Take(Math.Max(0, last - first + 1)).Select(Value.Text)]);
}
