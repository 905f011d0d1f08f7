using ColFrag.Engine.Errors;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>A macro whose body is a query: the arguments of the call stand in the places of its parameters.</summary>
internal static class TableMacro
{
    /// <summary>The macro of that name whose body is a query; null when there is none.</summary>
    public static IReadOnlyList<Syntax.MacroOverload>? Find(BindingContext context, Syntax.CallSyntax call)
    {
        Syntax.SyntaxList<Syntax.Identifier> parts = call.Function.Parts;
        string? schema = parts.Count > 1 ? parts[parts.Count - 2].Name : null;
        return context.Catalog.FindMacro(schema, call.Function.Last.Name, isTable: true) is { Count: > 0 } found
            ? found : null;
    }

    /// <summary>The query that a call stands for.</summary>
    /// <exception cref="QueryException">42883: the macro does not take these arguments.</exception>
    public static Syntax.Query Expand(
        IReadOnlyList<Syntax.MacroOverload> macro, string name, Syntax.CallSyntax call)
    {
        Syntax.MacroOverload overload = macro.FirstOrDefault(o => Takes(o, call)) ?? throw new QueryException(
            SqlStates.UndefinedFunction, $"Macro does not take these arguments: {name}", call.Position);
        Syntax.SyntaxNode query = overload.Query!;
        int next = 0;
        foreach (Syntax.ParameterDefinition parameter in overload.Parameters)
        {
            Syntax.ArgumentSyntax? named = call.Arguments.FirstOrDefault(
                a => a.Name is not null && a.Name.Equals(parameter.Name));
            Syntax.SyntaxExpression value = named?.Value ??
                (next < call.Arguments.Count && call.Arguments[next].Name is null
                    ? call.Arguments[next++].Value
                    : parameter.Default!);
            Syntax.ColumnSyntax use = new(new Syntax.QualifiedName([parameter.Name!]));
            query = SyntaxReplacement.ReplaceIn(query, use, value);
        }
        return (Syntax.Query)query;
    }

    private static bool Takes(Syntax.MacroOverload overload, Syntax.CallSyntax call) =>
        call.Arguments.Count <= overload.Parameters.Count &&
        overload.Parameters.Skip(call.Arguments.Count(a => a.Name is null)).All(p =>
            p.Default is not null || call.Arguments.Any(a => a.Name is not null && a.Name.Equals(p.Name)));
}
