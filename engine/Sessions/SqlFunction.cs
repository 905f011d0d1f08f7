using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// CREATE FUNCTION … LANGUAGE SQL as a macro: its body stands in the place of the call, with the arguments cast to the
/// types of the parameters and the result to that of the function.
/// </summary>
internal static class SqlFunction
{
    /// <summary>The macro that does the same.</summary>
    /// <exception cref="QueryException">0A000: the body is no single query.</exception>
    public static CreateMacroStatement ToMacro(CreateFunctionStatement function)
    {
        RequireSql(function);
        Identifier[] names = [.. function.Parameters.Select((p, i) => p.Name ?? new Identifier($"argument_{i + 1}"))];
        SyntaxList<ParameterDefinition> parameters = SyntaxList.From(function.Parameters.Select(
            (p, i) => new ParameterDefinition(names[i], null, p.Default)));
        Query body = function.Return is { } returned
            ? new SelectQuery { Items = [new SelectItem(returned)] }
            : ParseBody(function);
        bool isTable = function.IsSet || !function.ReturnColumns.IsEmpty;
        MacroOverload overload;
        if (isTable)
        {
            overload = new MacroOverload(parameters, null, TableOf(function, body, names));
        }
        else
        {
            SyntaxExpression value = body is SelectQuery { From.IsEmpty: true, Where: null, GroupBy: null,
                Having: null, With: null, Limit: null, Distinct: null, OrderBy.IsEmpty: true, Items: [{ } only] }
                ? only.Expression
                : new SubquerySyntax(body);
            value = (SyntaxExpression)Replaced(value, function, names, withNames: value is not SubquerySyntax);
            if (IsConcrete(function.ReturnType)) value = new CastSyntax(value, function.ReturnType!);
            if (function.IsStrict == true && names.Length > 0) value = NullOnNull(value, names);
            overload = new MacroOverload(parameters, value, null);
        }
        return new CreateMacroStatement(function.Name, [overload]) { Mode = function.Mode, Range = function.Range };
    }

    private static void RequireSql(CreateFunctionStatement function)
    {
        if (function.Language is not (null or "sql"))
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"Language \"{function.Language}\" is not supported", function.Position,
                "Write the function in SQL.");
        }
        if (function.Parameters.FirstOrDefault(p => p.IsVariadic) is { } variadic)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "VARIADIC parameters are not supported", variadic.Position,
                "Take a list.");
        }
    }

    private static Query ParseBody(CreateFunctionStatement function)
    {
        IReadOnlyList<Statement> statements = Parser.ParseStatements(function.Body ?? "");
        return statements is [QueryStatement { Query: { } query }] ? query : throw new QueryException(
            SqlStates.FeatureNotSupported, "The body of a function is a single query", function.Position);
    }

    private static SelectQuery TableOf(CreateFunctionStatement function, Query body, Identifier[] names)
    {
        SubqueryReference rows = new((Query)Replaced(body, function, names, withNames: false));
        TableAlias? alias = function.ReturnColumns.IsEmpty
            ? function.ReturnType is SimpleTypeName simple && TypeBinder.IsBuiltIn(simple)
                ? new TableAlias(function.Name.Last, [function.Name.Last]) : null
            : new TableAlias(
                function.Name.Last, SyntaxList.From(function.ReturnColumns.Select(c => c.Name)));
        return new SelectQuery
        {
            Items = [new SelectItem(new StarSyntax())], From = [rows with { Alias = alias }],
        };
    }

    // $1 becomes a cast of the macro's parameter, and its name too where no column can be meant.
    private static SyntaxNode Replaced(
        SyntaxNode body, CreateFunctionStatement function, Identifier[] names, bool withNames)
    {
        for (int i = 0; i < names.Length; i++)
        {
            ColumnSyntax use = new(new QualifiedName([names[i]]));
            TypeName? type = function.Parameters[i].Type;
            SyntaxExpression value = IsConcrete(type) ? new CastSyntax(use, type!) : use;
            if (withNames) body = SyntaxReplacement.ReplaceIn(body, use, value);
            ParameterSyntax number = new(i + 1);
            body = SyntaxReplacement.ReplaceIn(body, number, value);
        }
        return body;
    }

    private static bool IsConcrete(TypeName? type) => type switch
    {
        null => false,
        SimpleTypeName simple => !simple.Name.Last.Name.StartsWith("any", StringComparison.Ordinal)
            && simple.Name.Last.Name is not ("record" or "void"),
        ListTypeName list => IsConcrete(list.Element),
        _ => true,
    };

    private static CaseSyntax NullOnNull(SyntaxExpression value, Identifier[] names)
    {
        SyntaxExpression[] tests =
            [.. names.Select(n => new IsSyntax(new ColumnSyntax(new QualifiedName([n])), IsTest.Null, false))];
        SyntaxExpression any =
            tests.Length == 1 ? tests[0] : new LogicalSyntax(LogicalOperator.Or, SyntaxList.From(tests));
        return new CaseSyntax(null, [new CaseBranch(any, new NullLiteral())], value);
    }
}
