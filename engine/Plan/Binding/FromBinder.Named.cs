using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <content>
/// Relations that an argument names: <c>query_table('t')</c> is t, <c>query('SELECT 1')</c> the query; in macros, whose
/// parameters stand where a name cannot.
/// </content>
internal sealed partial class FromBinder
{
    private BoundRelation BindNamed(string name, Syntax.CallSyntax call, Scope scope)
    {
        if (call.Arguments is not [{ Name: null, Value: var argument }])
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"{name} takes one argument", call.Position,
                name == "query" ? "Write query('SELECT …')." : "Write query_table('name').");
        }
        Syntax.Query query = name == "query"
            ? Syntax.Parser.ParseQuery(TextOf(argument, name))
            : argument switch
            {
                Syntax.ListSyntax list => list.Items.Select(AllOf).Aggregate((left, right) =>
                    new Syntax.SetOperationQuery(Syntax.SetOperator.Union, IsAll: true, IsByName: false, left, right)),
                _ => AllOf(argument),
            };
        return queries.Bind(query, scope.Outer);

        Syntax.Query AllOf(Syntax.SyntaxExpression table) =>
            Syntax.Parser.ParseQuery($"FROM {NameOf(table, name)}");
    }

    // A column as an argument stands for its name, so that a macro can be called with a table.
    private string NameOf(Syntax.SyntaxExpression argument, string function) => argument is Syntax.ColumnSyntax column
        ? Syntax.SqlWriter.Write(column)
        : string.Join('.', TextOf(argument, function).Split('.').Select(Syntax.SqlNames.Write));

    private string TextOf(Syntax.SyntaxExpression argument, string function)
    {
        ExpressionBinder binder = new(context, new Scope(null), new Clause("FROM"));
        return ConstantEvaluator.TryEvaluate(binder.Bind(argument), context.Session) is
            { IsNull: false, Type.Kind: TypeKind.Varchar } text
            ? text.AsText
            : throw new QueryException(
                SqlStates.InvalidParameterValue, $"The argument of {function} must be a constant text",
                argument.Position);
    }
}
