using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// PostgreSQL's types whose values are numbers of catalog objects that are written as names: regclass and its kin. Here
/// they are no types of their own: a name that is cast to one becomes the object's number, a number becomes its name.
/// </summary>
internal static class RegistryCasts
{
    /// <summary>The function of a cast from this type; null where the type cast to is another one.</summary>
    public static string? FunctionOf(Syntax.TypeName target, LogicalType from)
    {
        if (target is not Syntax.SimpleTypeName simple) return null;
        string name = simple.Name.Last.Name;
        bool isNumber = from.IsInteger;
        return name switch
        {
            "regclass" => isNumber ? "regclass_name" : "to_regclass",
            "regtype" => isNumber ? "regtype_name" : "to_regtype",
            "regproc" => isNumber ? null : "to_regproc",
            "regnamespace" => isNumber ? null : "to_regnamespace",
            _ => null,
        };
    }

    /// <summary>The number whose name an expression is; null where it is none.</summary>
    public static Expression? NumberOf(Expression name) =>
        name is Call { Function.Info.Name: "regclass_name" or "regtype_name" } call ? call.Arguments[0] : null;

    /// <summary>What a name that stands for nothing is refused with.</summary>
    public static QueryException NotFound(Syntax.TypeName target, string name, int position) =>
        ((Syntax.SimpleTypeName)target).Name.Last.Name switch
        {
            "regclass" => new QueryException(
                SqlStates.UndefinedTable, $"Relation does not exist: \"{name}\"", position),
            "regtype" => new QueryException(SqlStates.UndefinedObject, $"Type does not exist: \"{name}\"", position),
            "regproc" => new QueryException(
                SqlStates.UndefinedFunction, $"Function does not exist: \"{name}\"", position),
            _ => new QueryException(SqlStates.InvalidSchemaName, $"Schema does not exist: \"{name}\"", position),
        };
}
