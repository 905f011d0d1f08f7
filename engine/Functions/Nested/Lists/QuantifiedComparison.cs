using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Nested.Lists;

/// <summary>
/// <c>x op ANY (list)</c> and <c>x op ALL (list)</c>, as the binder calls them: with the operator's text between.
/// Unknown
/// where only an element that is NULL could decide.
/// </summary>
internal static class QuantifiedComparison
{
    private static readonly FunctionInfo s_any = Describe("list_any", "Whether a comparison holds for some element.");
    private static readonly FunctionInfo s_all = Describe("list_all", "Whether a comparison holds for all elements.");

    /// <summary>Both.</summary>
    public static IEnumerable<ScalarOverload> Overloads => [Overload(s_any, true), Overload(s_all, false)];

    private static FunctionInfo Describe(string name, string description) => new(name, description)
    {
        Category = "Lists", Example = $"{name}(2, '>=', [1, 2])", Returns = "true",
        Flags = FunctionFlags.HandlesNulls | FunctionFlags.MayReturnNull | FunctionFlags.CanThrow,
    };

    // The first answer that decides is the one that ANY looks for and ALL must not find.
    private static ScalarOverload Overload(FunctionInfo info, bool isAny) => ValueFunction.Overload(
        info, [ParameterPattern.Element, LogicalType.Varchar, ParameterPattern.ListOfElement],
        _ => LogicalType.Boolean, _ => (arguments, _) =>
        {
            if (arguments[1].IsNull || arguments[2].IsNull) return null;
            // Nothing compares with NULL, but without elements nothing is compared.
            bool hasNull = arguments[0].IsNull && arguments[2].Elements.Length > 0;
            if (hasNull) return null;
            string symbol = arguments[1].AsText;
            foreach (Value element in arguments[2].Elements)
            {
                if (element.IsNull) hasNull = true;
                else if (Holds(symbol, ValueComparison.Compare(arguments[0], element)) == isAny) return Value.Boolean(
                    isAny);
            }
            return hasNull ? Value.Null(LogicalType.Boolean) : Value.Boolean(!isAny);
        });

    private static bool Holds(string symbol, int order) => symbol switch
    {
        "=" or "==" => order == 0,
        "<>" or "!=" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        ">=" => order >= 0,
        _ => throw new QueryException(SqlStates.UndefinedFunction, $"Operator cannot be quantified: {symbol}"),
    };
}
