using System.Text.Json;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Json;

/// <summary>What a JSON value holds, by name, number or path: ->, ->>, #>, #>>, json_extract and its like.</summary>
internal static class JsonAccess
{
    private const FunctionFlags Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull;

    private static readonly FunctionInfo s_arrow = Info(
        "->",
        "A member of an object by its name, or an element of an array by its number from 0; a path that begins with $ or / " +
        "leads deeper.",
        "'{\"a\": {\"b\": 7}}'::json -> 'a'", "{\"b\":7}");
    private static readonly FunctionInfo s_arrowText =
        Info("->>", "As ->, as text: strings without quotes, null as NULL.", "'[1, \"x\"]'::json ->> 1", "x");
    private static readonly FunctionInfo s_path =
        Info("#>", "What a list of names and numbers leads to.", "'{\"a\": [5, 6]}'::json #> ARRAY['a', '1']", "6");
    private static readonly FunctionInfo s_pathText =
        Info("#>>", "As #>, as text.", "'{\"a\": [\"x\"]}'::json #>> ARRAY['a', '0']", "x");
    private static readonly FunctionInfo s_extract = Info(
        "json_extract", "What a path leads to; a list where the path has a wildcard.",
            "json_extract('{\"a\": [5, 6]}', '$.a[1]')", "6", ["jsonb_extract"]);
    private static readonly FunctionInfo s_extractText = Info(
        "json_extract_string", "What a path leads to, as text.", "json_extract_string('{\"a\": \"x\"}', '$.a')", "x",
            ["json_value", "json_extract_path_string"]);
    private static readonly FunctionInfo s_extractPath = Info(
        "json_extract_path", "What names and numbers lead to.", "json_extract_path('{\"a\": {\"b\": 7}}', 'a', 'b')",
            "7", ["jsonb_extract_path"]);
    private static readonly FunctionInfo s_extractPathText = Info(
        "json_extract_path_text", "What names and numbers lead to, as text.",
            "json_extract_path_text('{\"a\": \"x\"}', 'a')", "x", ["jsonb_extract_path_text"]);
    private static readonly FunctionInfo s_exists =
        Info("json_exists", "True when a path leads to something.", "json_exists('{\"a\": null}', '$.a')", "true");

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        .. ByNameOrNumber(s_arrow, asText: false), .. ByNameOrNumber(s_arrowText, asText: true),
        .. ByPath(s_extract, asText: false), .. ByPath(s_extractText, asText: true),
        ByList(s_path, asText: false), ByList(s_pathText, asText: true),
        ByKeys(s_extractPath, asText: false), ByKeys(s_extractPathText, asText: true),
        FunctionEntries.Bound(s_exists, [LogicalType.Json, LogicalType.Varchar], t =>
            new RowFunction<Exists, bool>(s_exists, t, LogicalType.Boolean, default)),
    ];

    private static FunctionInfo Info(
        string name, string description, string example, string returns, string[]? aliases = null) =>
            new(name, description)
    {
        Category = "JSON", Example = example, Returns = returns, Aliases = aliases ?? [], Flags = Flags,
    };

    private static LogicalType ResultOf(bool asText) => asText ? LogicalType.Varchar : LogicalType.Json;

    private static IEnumerable<ScalarOverload> ByNameOrNumber(FunctionInfo info, bool asText) =>
    [
        FunctionEntries.Bound(info, [LogicalType.Json, LogicalType.Varchar], t => Row(info, t, new PathKernel(asText))),
        FunctionEntries.Bound(info, [LogicalType.Json, LogicalType.BigInt], t =>
            Row(info, t, new NumberKernel(asText))),
    ];

    private static IEnumerable<ScalarOverload> ByPath(FunctionInfo info, bool asText) =>
    [
        .. ByNameOrNumber(info, asText),
        ValueFunction.Overload(
            info, [LogicalType.Json, LogicalType.List(LogicalType.Varchar)], _ =>
                LogicalType.List(ResultOf(asText)), _ => (a, _) =>
            {
                JsonElement root = JsonText.Parse(a[0].AsBytes);
                return Value.Nested(
                    LogicalType.List(ResultOf(asText)),
                    [.. a[1].Elements.Select(p =>
                        (JsonPath.Parse(p.AsBytes).TryFind(root, out JsonElement found) ? ValueOf(found, asText)
                            : null) ?? Value.Null(ResultOf(asText)))]);
            }),
    ];

    private static ScalarOverload ByList(FunctionInfo info, bool asText) => ValueFunction.Overload(
        info, [LogicalType.Json, LogicalType.List(LogicalType.Varchar)], _ => ResultOf(asText), _ => (a, _) =>
            Follow(a[0], a[1].Elements, asText));

    private static ScalarOverload ByKeys(FunctionInfo info, bool asText) => ValueFunction.Overload(
        info, [LogicalType.Json, LogicalType.Varchar], _ =>
            ResultOf(asText), _ => (a, _) => Follow(a[0], a[1..].ToArray(), asText),
        isVariadic: true);

    private static Value? Follow(Value json, IReadOnlyList<Value> keys, bool asText)
    {
        // A path with a NULL in it leads nowhere.
        if (keys.Any(k => k.IsNull)) return null;
        return JsonPath.OfKeys(keys.Select(k => k.AsText))
            .TryFind(JsonText.Parse(json.AsBytes), out JsonElement found) ? ValueOf(found, asText) : null;
    }

    private static Value? ValueOf(JsonElement element, bool asText) =>
        asText ? JsonText.PlainText(element) : JsonText.OfElement(element);

    private static Value WriteAll(IEnumerable<JsonElement> elements)
    {
        JsonElement[] all = [.. elements];
        return JsonText.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (JsonElement element in all) element.WriteTo(writer);
            writer.WriteEndArray();
        });
    }

    private static RowFunction<TKernel,
        ReadOnlySpan<byte>> Row<TKernel>(FunctionInfo info, LogicalType[] types, TKernel kernel)
        where TKernel : struct, IJsonKernel => new(info, types, ResultOf(kernel.AsText), kernel);

    private interface IJsonKernel : IRowKernel<ReadOnlySpan<byte>>
    {
        bool AsText { get; }
    }

    /// <summary>Writes what was found, as JSON or as plain text; false for NULL.</summary>
    private static bool Write(JsonElement element, bool asText, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        result = default;
        if (ValueOf(element, asText) is not { } value) return false;
        Utf8Writer target = new(context.Text, value.AsBytes.Length);
        target.Append(value.AsBytes);
        result = target.End();
        return true;
    }

    private readonly struct PathKernel(bool asText) : IJsonKernel
    {
        public bool AsText => asText;

        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            ReadOnlySpan<byte> json = arguments.Get<ReadOnlySpan<byte>>(0, row);
            JsonPath path = context.GetState<JsonPathCache>().Of(arguments.Get<ReadOnlySpan<byte>>(1, row));
            JsonElement root = JsonText.Parse(json);
            if (path.IsMany)
            {
                Utf8Writer target = new(context.Text);
                target.Append(WriteAll(path.FindAll(root)).AsBytes);
                result = target.End();
                return true;
            }
            result = default;
            return path.TryFind(root, out JsonElement found) && Write(found, asText, context, out result);
        }
    }

    private readonly struct NumberKernel(bool asText) : IJsonKernel
    {
        public bool AsText => asText;

        public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
        {
            result = default;
            JsonElement root = JsonText.Parse(arguments.Get<ReadOnlySpan<byte>>(0, row));
            return JsonPath.TryStep(root, null, arguments.Get<long>(1, row), out JsonElement found) &&
                Write(found, asText, context, out result);
        }
    }

    private readonly struct Exists : IRowKernel<bool>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out bool result)
        {
            JsonPath path = context.GetState<JsonPathCache>().Of(arguments.Get<ReadOnlySpan<byte>>(1, row));
            result = path.TryFind(JsonText.Parse(arguments.Get<ReadOnlySpan<byte>>(0, row)), out _);
            return true;
        }
    }
}
