using System.Text;
using System.Text.Json;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Json.Paths;

/// <content>Arithmetic and conditions: those are true, false or, where something in them fails, unknown.</content>
internal sealed partial class PathEvaluator
{
    private bool RunSign(SignNode sign, List<JsonElement> found)
    {
        List<JsonElement> items = [];
        if (!RunUnwrapped(sign.Operand, items)) return false;
        foreach (JsonElement item in items)
        {
            if (item.ValueKind != JsonValueKind.Number)
            {
                return Fail(
                    SqlStates.JsonNumberNotFound,
                    $"Operand of unary jsonpath operator {sign.Operator} is not a numeric value");
            }
            if (sign.Operator == '+') found.Add(item);
            else found.Add(item.TryGetDecimal(out decimal number)
                ? PathItems.OfNumber(-number) : PathItems.OfNumber(-item.GetDouble()));
        }
        return true;
    }

    private bool RunArithmetic(ArithmeticNode node, List<JsonElement> found)
    {
        if (Number(node.Left, node.Operator, "Left") is not { } left) return false;
        if (Number(node.Right, node.Operator, "Right") is not { } right) return false;
        if (node.Operator is '/' or '%' && right.GetDouble() == 0)
            return Fail(SqlStates.DivisionByZero, "Division by zero");
        try
        {
            if (left.TryGetDecimal(out decimal x) && right.TryGetDecimal(out decimal y))
            {
                found.Add(PathItems.OfNumber(node.Operator switch
                {
                    '+' => x + y, '-' => x - y, '*' => x * y, '/' => x / y, _ => x % y,
                }));
                return true;
            }
        }
        catch (OverflowException)
        {
            // Too many digits; computed in floating point below.
        }
        (double a, double b) = (left.GetDouble(), right.GetDouble());
        double result = node.Operator switch { '+' => a + b, '-' => a - b, '*' => a * b, '/' => a / b, _ => a % b };
        if (!double.IsFinite(result)) return Fail(SqlStates.NumericOutOfRange, "Value out of range: overflow");
        found.Add(PathItems.OfNumber(result));
        return true;
    }

    private JsonElement? Number(PathNode node, char symbol, string side)
    {
        List<JsonElement> items = [];
        if (!RunUnwrapped(node, items)) return null;
        if (items is [{ ValueKind: JsonValueKind.Number } number]) return number;
        Fail(
            SqlStates.SingletonJsonItemRequired,
            $"{side} operand of jsonpath operator {symbol} is not a single numeric value");
        return null;
    }

    /// <summary>True, false, or null for unknown. Errors of the data inside make it unknown.</summary>
    private bool? Test(PathNode condition)
    {
        switch (condition)
        {
            case LogicalNode { IsAnd: true } and:
                bool? first = Test(and.Left);
                if (first == false) return false;
                bool? second = Test(and.Right);
                return second == false ? false : first == true && second == true ? true : null;
            case LogicalNode or:
                bool? one = Test(or.Left);
                if (one == true) return true;
                bool? other = Test(or.Right);
                return other == true ? true : one == false && other == false ? false : null;
            case NotNode not:
                return !Test(not.Condition);
            case IsUnknownNode unknown:
                return Test(unknown.Condition) is null;
            case ExistsNode exists:
                List<JsonElement> there = [];
                bool isGood = Run(exists.Path, there);
                // A lax path that found something needs not end well.
                if (!isGood && !(_isLax && there.Count > 0)) return Unknown();
                return there.Count > 0;
            case ComparisonNode comparison:
                return TestPairs(
                    comparison.Left, comparison.Right, true, (x, y) => Holds(comparison.Operator, x, y));
            case StartsWithNode starts:
                return TestPairs(starts.Text, starts.Prefix, false, (text, prefix) =>
                    text.ValueKind == JsonValueKind.String && prefix.ValueKind == JsonValueKind.String
                        ? text.GetString()!.StartsWith(prefix.GetString()!, StringComparison.Ordinal) : null);
            case LikeRegexNode like:
                return TestPairs(like.Text, null, false, (text, _) => text.ValueKind == JsonValueKind.String
                    ? like.Pattern.Find(Encoding.UTF8.GetBytes(text.GetString()!), 0) : null);
            default:
                throw new InvalidOperationException($"No condition: {condition}");
        }
    }

    /// <summary>
    /// Whether a test holds for some pair of what two paths lead to. Lax stops at the first that it holds for; strict
    /// looks at all, and one that is unknown makes it unknown.
    /// </summary>
    private bool? TestPairs(
        PathNode left, PathNode? right, bool unwrapsRight, Func<JsonElement, JsonElement, bool?> test)
    {
        List<JsonElement> lefts = [], rights = [];
        if (!RunUnwrapped(left, lefts)) return Unknown();
        if (right is null) rights.Add(PathItems.Null);
        else if (!(unwrapsRight ? RunUnwrapped(right, rights) : Run(right, rights))) return Unknown();
        bool isFound = false, isUnknown = false;
        foreach (JsonElement x in lefts)
        {
            foreach (JsonElement y in rights)
            {
                bool? holds = test(x, y);
                if (holds is null && !_isLax) return null;
                if (holds is null) isUnknown = true;
                if (holds == true && _isLax) return true;
                isFound |= holds == true;
            }
        }
        return isFound ? true : isUnknown ? null : false;
    }

    private static bool? Holds(string sign, JsonElement left, JsonElement right)
    {
        if (PathItems.Compare(left, right) is not { } order)
        {
            // null differs from everything else; values of other kinds do not compare.
            bool isNull = left.ValueKind == JsonValueKind.Null || right.ValueKind == JsonValueKind.Null;
            return isNull ? sign == "!=" : null;
        }
        return sign switch
        {
            "==" => order == 0, "!=" => order != 0, "<" => order < 0, "<=" => order <= 0, ">" => order > 0,
            _ => order >= 0,
        };
    }

    private bool? Unknown()
    {
        Error = null;
        return null;
    }
}
