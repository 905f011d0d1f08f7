using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Nested.Lambdas;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <content>Lambdas, the functions that take them, and list comprehensions.</content>
internal sealed partial class ExpressionBinder
{
    private Expression BindLambdaCall(LambdaOverload overload, string name, Syntax.CallSyntax syntax)
    {
        RefuseModifiers(name, syntax);
        bool isShaped = syntax.Arguments.Count >= 2 && syntax.Arguments[1].Value is Syntax.LambdaSyntax &&
            syntax.Arguments.Count <= (overload.TakesStart ? 3 : 2) && syntax.Arguments.All(a => a.Name is null);
        if (!isShaped)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"{name} takes a list and a lambda", syntax.Position,
                $"As in {overload.Info.Example}.");
        }
        Expression? start = syntax.Arguments.Count < 3 ? null : Bind(syntax.Arguments[2].Value);
        return ApplyLambda(
            overload, Bind(syntax.Arguments[0].Value), (Syntax.LambdaSyntax)syntax.Arguments[1].Value, start,
            syntax.Position);
    }

    // [result FOR x, i IN list IF condition] transforms what is left after the filter; the second variable counts what
    // the list had.
    private Expression BindComprehension(Syntax.ListComprehensionSyntax syntax)
    {
        Expression list = Bind(syntax.Source);
        if (syntax.Condition is not null && syntax.Variables.Count == 2) return BindNumberedComprehension(list, syntax);
        if (syntax.Condition is not null)
        {
            Syntax.LambdaSyntax condition =
                new(syntax.Variables, syntax.Condition) { Range = syntax.Condition.Range };
            list = ApplyLambda(ListFilter.Overload, list, condition, null, syntax.Position);
        }
        Syntax.LambdaSyntax result = new(syntax.Variables, syntax.Result) { Range = syntax.Result.Range };
        return ApplyLambda(ListTransform.Overload, list, result, null, syntax.Position);
    }

    // The number is that of the whole list: elements get theirs before the filter leaves some out.
    private Expression BindNumberedComprehension(Expression list, Syntax.ListComprehensionSyntax syntax)
    {
        // A name that no text can write without meaning it.
        Syntax.Identifier pair = new("numbered element");
        Syntax.ColumnSyntax whole = new(new Syntax.QualifiedName([pair]));
        Syntax.LambdaSyntax numbered = new(syntax.Variables, new Syntax.StructSyntax(
            [.. syntax.Variables.Select((v, i) => new Syntax.StructFieldSyntax(
                new Syntax.Identifier($"f{i}"), new Syntax.ColumnSyntax(new Syntax.QualifiedName([v]))))]));
        list = ApplyLambda(ListTransform.Overload, list, numbered, null, syntax.Position);
        list = ApplyLambda(ListFilter.Overload, list, OverPair(syntax.Condition!), null, syntax.Position);
        return ApplyLambda(ListTransform.Overload, list, OverPair(syntax.Result), null, syntax.Position);

        Syntax.LambdaSyntax OverPair(Syntax.SyntaxExpression body)
        {
            Syntax.LambdaSyntax inner = new(syntax.Variables, body) { Range = body.Range };
            Syntax.CallSyntax applied = new(
                "invoke",
                [inner, .. syntax.Variables.Select((_, i) => new Syntax.FieldSyntax(
                    whole, new Syntax.Identifier($"f{i}")))]) { Range = body.Range };
            return new Syntax.LambdaSyntax([pair], applied) { Range = body.Range };
        }
    }

    // What fails while it is bound, a literal that cannot be read, fails for every row.
    private Expression BindTry(Syntax.SyntaxExpression tried, Syntax.CallSyntax syntax)
    {
        RefuseModifiers("try", syntax);
        try
        {
            Expression body = BindOwnType(tried);
            return MakeLambdaCall(Try.Overload, null, null, [], body) with { Position = syntax.Position };
        }
        catch (QueryException error) when (Try.Catches(error))
        {
            Constant nothing = new(Value.Null(LogicalType.Null)) { Position = syntax.Position };
            return tried is Syntax.CastSyntax cast ? Cast(nothing, cast.Type, true, syntax.Position) : nothing;
        }
    }

    /// <summary>invoke(lambda, values …): the lambda's value for these.</summary>
    private Expression BindInvoke(Syntax.LambdaSyntax lambda, Syntax.CallSyntax syntax)
    {
        if (lambda.Parameters.Count != syntax.Arguments.Count - 1)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction,
                $"The lambda takes {lambda.Parameters.Count} values, not {syntax.Arguments.Count - 1}",
                syntax.Position);
        }
        Scope inner = new(scope) { IsOfParameters = true };
        for (int i = 0; i < lambda.Parameters.Count; i++)
            inner.Aliases[lambda.Parameters[i].Name] = Bind(syntax.Arguments[i + 1].Value);
        return new ExpressionBinder(context, inner, clause).Bind(lambda.Body);
    }

    private Expression ApplyLambda(
        LambdaOverload overload, Expression list, Syntax.LambdaSyntax lambda, Expression? start, int position)
    {
        list = ListOf(list, overload.Info.Name, position);
        LogicalType element = list.Type.Element!;
        LogicalType? startType = null;
        if (start is not null)
        {
            startType = context.CommonType([start, new Constant(Value.Null(element))], overload.Info.Name);
            start = context.To(start, startType);
            list = context.To(list, LogicalType.List(element = startType));
        }
        LogicalType[] types = ParameterTypes(overload, lambda, element, startType);
        Scope inner = new(scope) { IsOfParameters = true };
        PlanColumn[] parameters = [.. types.Select((t, i) => context.Columns.Create(lambda.Parameters[i].Name, t))];
        for (int i = 0; i < parameters.Length; i++)
            inner.Aliases[lambda.Parameters[i].Name] = new ColumnUse(parameters[i]);
        Expression body = new ExpressionBinder(context, inner, new Clause("a lambda")).Bind(lambda.Body);
        if (overload.BodyType(element, startType) is { } wanted)
        {
            body = context.Explicit(body, wanted, false, lambda.Position);
        }
        else if (context.IsUnknown(body))
        {
            body = context.To(body, body.Type.Kind == TypeKind.Null ? element : LogicalType.Varchar);
        }
        return MakeLambdaCall(overload, list, start, parameters, body) with { Position = position };
    }

    private static LogicalType[] ParameterTypes(
        LambdaOverload overload, Syntax.LambdaSyntax lambda, LogicalType element, LogicalType? start)
    {
        int count = lambda.Parameters.Count;
        if (count < overload.MinParameters || count > overload.MaxParameters)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction,
                $"The lambda of {overload.Info.Name} takes {overload.MinParameters} or {overload.MaxParameters} " +
                $"parameters, not {count}", lambda.Position);
        }
        if (lambda.Parameters.Select(p => p.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() < count)
        {
            throw new QueryException(
                SqlStates.DuplicateAlias, "A parameter of the lambda is named more than once", lambda.Position);
        }
        return overload.ParameterTypes(element, start)[..count];
    }

    private Expression ListOf(Expression list, string function, int position)
    {
        // NULL and [] have elements of any type, so of a simple one.
        LogicalType? element = list.Type.Kind == TypeKind.Null ? LogicalType.Null : list.Type.Element;
        if (element?.Kind == TypeKind.Null) return context.To(list, LogicalType.List(LogicalType.Integer));
        if (list.Type.Kind == TypeKind.List) return list;
        if (list.Type.Kind == TypeKind.Array) return context.To(list, LogicalType.List(element!));
        throw new QueryException(
            SqlStates.UndefinedFunction, $"{function} takes a list, not type {list.Type}",
            list.Position >= 0 ? list.Position : position);
    }

    // Columns and parameters of the statement that the body uses become arguments; in the body they are columns by
    // position, behind the lambda's own.
    private static Call MakeLambdaCall(
        LambdaOverload overload, Expression? list, Expression? start, PlanColumn[] parameters, Expression body)
    {
        List<Expression> captured = [];
        Expression placed = body.RewriteUp(e =>
        {
            if (e is not (ColumnUse or Parameter)) return e;
            int index = e is ColumnUse use ? Array.IndexOf(parameters, use.Column) : -1;
            if (index < 0)
            {
                index = captured.IndexOf(e);
                if (index < 0)
                {
                    index = captured.Count;
                    captured.Add(e);
                }
                index += parameters.Length;
            }
            return new ColumnReference(index, e.Type, (e as ColumnUse)?.Column.Name ?? "") { Position = e.Position };
        });
        PlanLambda lambda = new([.. parameters.Select(p => p.Type)], placed);
        PlanList<Expression> arguments =
            list is null ? [.. captured] : start is null ? [list, .. captured] : [list, start, .. captured];
        LogicalType[] types = [.. arguments.Select(a => a.Type)];
        return new Call(overload.Bind(types, lambda, start is not null), arguments);
    }
}
