using System.Globalization;
using System.Text.Json;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Json.Paths;

/// <summary>
/// Follows a path of SQL/JSON into a value. Lax paths take an array's elements where they want a value and a value
/// where they want an array, and find nothing where a strict one fails.
/// </summary>
internal sealed partial class PathEvaluator
{
    private readonly JsonElement _root;
    private readonly JsonElement? _variables;
    private readonly bool _isLax;
    private readonly List<JsonElement> _current = [];
    private readonly List<int> _arraySizes = [];
    private bool _forgivesShapes;

    private PathEvaluator(SqlJsonPath path, JsonElement root, JsonElement? variables)
    {
        _root = root;
        _variables = variables;
        _isLax = _forgivesShapes = !path.IsStrict;
    }

    /// <summary>Why nothing was found; null where that is no error.</summary>
    public QueryException? Error { get; private set; }

    /// <summary>Everything that a path leads to, in order; null and an error where it fails.</summary>
    public static List<JsonElement>? Find(
        SqlJsonPath path, JsonElement root, JsonElement? variables, out QueryException? error)
    {
        PathEvaluator evaluator = new(path, root, variables);
        List<JsonElement> found = [];
        bool isFound = evaluator.Run(path.Root, found);
        error = evaluator.Error;
        return isFound ? found : null;
    }

    /// <summary>What a node leads to; false after an error.</summary>
    private bool Run(PathNode node, List<JsonElement> found)
    {
        switch (node)
        {
            case RootNode: found.Add(_root); return true;
            case CurrentNode: found.Add(_current[^1]); return true;
            case LiteralNode literal: found.Add(literal.Value); return true;
            case LastNode: found.Add(PathItems.OfNumber((decimal)(_arraySizes[^1] - 1))); return true;
            case VariableNode variable: return RunVariable(variable.Name, found);
            case ArithmeticNode arithmetic: return RunArithmetic(arithmetic, found);
            case SignNode sign: return RunSign(sign, found);
            case MemberNode step: return RunEach(step.Input, item => Member(step, item, found, _isLax));
            case DescendantsNode step: return RunEach(step.Input, item => Descend(step, item, 0, found));
            case AllElementsNode step: return RunEach(step.Input, item => AllElements(item, found));
            case ElementsNode step: return RunEach(step.Input, item => Elements(step, item, found));
            case FilterNode step: return RunEach(step.Input, item => Filter(step, item, found, _isLax));
            case MethodNode step: return RunEach(step.Input, item => Method(step.Name, item, found, _isLax));
            default: found.Add(PathItems.OfTruth(Test(node))); return true;
        }
    }

    private bool RunEach(PathNode input, Func<JsonElement, bool> step)
    {
        List<JsonElement> items = [];
        if (!Run(input, items)) return false;
        // What ** found is looked into as it is: a level below may have another shape.
        bool outer = _forgivesShapes;
        _forgivesShapes |= ComesOfDescendants(input);
        bool isGood = items.TrueForAll(item => step(item));
        _forgivesShapes = outer;
        return isGood;
    }

    private static bool ComesOfDescendants(PathNode node) => node switch
    {
        DescendantsNode => true,
        MemberNode step => ComesOfDescendants(step.Input),
        AllElementsNode step => ComesOfDescendants(step.Input),
        ElementsNode step => ComesOfDescendants(step.Input),
        FilterNode step => ComesOfDescendants(step.Input),
        MethodNode step => ComesOfDescendants(step.Input),
        _ => false,
    };

    /// <summary>What a node leads to, with the elements in the place of arrays where the path is lax.</summary>
    private bool RunUnwrapped(PathNode node, List<JsonElement> found)
    {
        if (!_isLax) return Run(node, found);
        List<JsonElement> items = [];
        if (!Run(node, items)) return false;
        foreach (JsonElement item in items)
        {
            if (item.ValueKind == JsonValueKind.Array) found.AddRange(item.EnumerateArray());
            else found.Add(item);
        }
        return true;
    }

    private bool RunVariable(string name, List<JsonElement> found)
    {
        if (_variables is { ValueKind: JsonValueKind.Object } all && all.TryGetProperty(name, out JsonElement value))
        {
            found.Add(value);
            return true;
        }
        // Not a matter of the data: a condition does not make it unknown either.
        throw new QueryException(SqlStates.UndefinedObject, $"Could not find jsonpath variable \"{name}\"");
    }

    private bool Member(MemberNode step, JsonElement item, List<JsonElement> found, bool unwraps)
    {
        if (item.ValueKind == JsonValueKind.Object)
        {
            if (step.Name is null)
            {
                found.AddRange(item.EnumerateObject().Select(p => p.Value));
                return true;
            }
            if (item.TryGetProperty(step.Name, out JsonElement value))
            {
                found.Add(value);
                return true;
            }
            return _forgivesShapes || Fail(
                SqlStates.JsonMemberNotFound, $"JSON object does not contain key \"{step.Name}\"");
        }
        if (unwraps && item.ValueKind == JsonValueKind.Array)
            return item.EnumerateArray().All(e => Member(step, e, found, unwraps: false));
        return _forgivesShapes || Fail(
            SqlStates.JsonMemberNotFound,
            $"Jsonpath {(step.Name is null ? "wildcard " : "")}member accessor can only be applied to an object");
    }

    private bool Descend(DescendantsNode step, JsonElement item, uint level, List<JsonElement> found)
    {
        bool isLeaf = item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
        bool isWanted = level >= step.First && level <= step.Last;
        // {last} means what has nothing inside.
        if (step.First == uint.MaxValue) isWanted = isLeaf;
        if (isWanted) found.Add(item);
        if (isLeaf || level >= step.Last) return true;
        IEnumerable<JsonElement> inside = item.ValueKind == JsonValueKind.Object
            ? item.EnumerateObject().Select(p => p.Value) : item.EnumerateArray();
        return inside.All(e => Descend(step, e, level + 1, found));
    }

    private bool AllElements(JsonElement item, List<JsonElement> found)
    {
        if (item.ValueKind == JsonValueKind.Array) found.AddRange(item.EnumerateArray());
        else if (_isLax) found.Add(item);
        else if (!_forgivesShapes) return Fail(
            SqlStates.JsonArrayNotFound, "Jsonpath wildcard array accessor can only be applied to an array");
        return true;
    }

    private bool Elements(ElementsNode step, JsonElement item, List<JsonElement> found)
    {
        bool isArray = item.ValueKind == JsonValueKind.Array;
        if (!isArray && !_isLax)
        {
            return _forgivesShapes || Fail(
                SqlStates.JsonArrayNotFound, "Jsonpath array accessor can only be applied to an array");
        }
        int size = isArray ? item.GetArrayLength() : 1;
        _arraySizes.Add(size);
        bool isGood = true;
        foreach ((PathNode fromNode, PathNode? toNode) in step.Places)
        {
            if (Place(fromNode) is not { } from || (toNode is null ? from : Place(toNode)) is not { } to)
            {
                isGood = false;
                break;
            }
            if (!_forgivesShapes && (from < 0 || from > to || to >= size))
            {
                isGood = Fail(SqlStates.InvalidJsonSubscript, "Jsonpath array subscript is out of bounds");
                break;
            }
            for (long i = Math.Max(0, from); i <= Math.Min(to, size - 1); i++)
                found.Add(isArray ? item[(int)i] : item);
        }
        _arraySizes.RemoveAt(_arraySizes.Count - 1);
        return isGood;
    }

    private long? Place(PathNode node)
    {
        List<JsonElement> items = [];
        if (!Run(node, items)) return null;
        if (items is not [{ ValueKind: JsonValueKind.Number } place])
        {
            Fail(
                SqlStates.InvalidJsonSubscript, "Jsonpath array subscript is not a single numeric value");
            return null;
        }
        double number = Math.Truncate(place.GetDouble());
        if (number is >= int.MinValue and <= int.MaxValue) return (long)number;
        Fail(SqlStates.InvalidJsonSubscript, "Jsonpath array subscript is out of integer range");
        return null;
    }

    private bool Filter(FilterNode step, JsonElement item, List<JsonElement> found, bool unwraps)
    {
        if (unwraps && item.ValueKind == JsonValueKind.Array)
            return item.EnumerateArray().All(e => Filter(step, e, found, unwraps: false));
        _current.Add(item);
        bool? holds = Test(step.Condition);
        _current.RemoveAt(_current.Count - 1);
        if (holds == true) found.Add(item);
        return true;
    }

    private bool Method(string name, JsonElement item, List<JsonElement> found, bool unwraps)
    {
        switch (name)
        {
            case "type":
                found.Add(PathItems.OfText(JsonQuestions.KindOf(item)));
                return true;
            case "size":
                if (item.ValueKind != JsonValueKind.Array && !_isLax && !_forgivesShapes)
                {
                    return Fail(
                        SqlStates.JsonArrayNotFound,
                        "Jsonpath item method .size() can only be applied to an array");
                }
                found.Add(PathItems.OfNumber(
                    item.ValueKind == JsonValueKind.Array ? (decimal)item.GetArrayLength() : 1m));
                return true;
        }
        if (unwraps && item.ValueKind == JsonValueKind.Array)
            return item.EnumerateArray().All(e => Method(name, e, found, unwraps: false));
        return name switch
        {
            "keyvalue" => KeyValue(item, found),
            "double" => ToDouble(item, found),
            _ => Rounded(name, item, found),
        };
    }

    private bool KeyValue(JsonElement item, List<JsonElement> found)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return Fail(
                SqlStates.JsonMemberNotFound, "Jsonpath item method .keyvalue() can only be applied to an object");
        }
        foreach (JsonProperty property in item.EnumerateObject())
        {
            found.Add(JsonText.Parse(JsonText.Write(target =>
            {
                target.WriteStartObject();
                target.WriteNumber("id", 0);
                target.WriteString("key", property.Name);
                target.WritePropertyName("value");
                property.Value.WriteTo(target);
                target.WriteEndObject();
            }).AsBytes));
        }
        return true;
    }

    private bool ToDouble(JsonElement item, List<JsonElement> found)
    {
        if (item.ValueKind is not (JsonValueKind.Number or JsonValueKind.String))
        {
            return Fail(
                SqlStates.NonNumericJsonItem,
                "Jsonpath item method .double() can only be applied to a string or numeric value");
        }
        string text = item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText();
        bool isNumber = double.TryParse(
            text.Trim(), NumberStyles.Float & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
            out double number) && double.IsFinite(number);
        if (!isNumber)
        {
            return Fail(
                SqlStates.NonNumericJsonItem, $"{(item.ValueKind == JsonValueKind.String ? "String" : "Numeric")} " +
                "argument of jsonpath item method .double() is not a valid representation of a double precision " +
                "number");
        }
        found.Add(PathItems.OfNumber(number));
        return true;
    }

    private bool Rounded(string name, JsonElement item, List<JsonElement> found)
    {
        if (item.ValueKind != JsonValueKind.Number)
        {
            return Fail(
                SqlStates.NonNumericJsonItem,
                $"Jsonpath item method .{name}() can only be applied to a numeric value");
        }
        found.Add(item.TryGetDecimal(out decimal number)
            ? PathItems.OfNumber(name switch
            {
                "abs" => Math.Abs(number), "floor" => Math.Floor(number), _ => Math.Ceiling(number),
            })
            : PathItems.OfNumber(name switch
            {
                "abs" => Math.Abs(item.GetDouble()), "floor" => Math.Floor(item.GetDouble()),
                _ => Math.Ceiling(item.GetDouble()),
            }));
        return true;
    }

    private bool Fail(string state, string message)
    {
        Error = new QueryException(state, message);
        return false;
    }
}
