using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Json;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <content>Calls whose result type follows from the fields of a struct or from a constant that names a type.</content>
internal sealed partial class ExpressionBinder
{
    /// <summary>The call where its name is one of these; null for others.</summary>
    private Expression? TryBindShapedCall(string name, Syntax.CallSyntax syntax)
    {
        switch (name)
        {
            case "struct_insert" or "struct_update" when syntax.Arguments.Count > 1:
                return BindStructChange(name == "struct_insert", syntax);
            case "struct_position" or "struct_indexof" when syntax.Arguments.Count == 2:
                return StructPosition(
                    Bind(syntax.Arguments[0].Value), Bind(syntax.Arguments[1].Value), syntax.Position);
            case "struct_contains" or "struct_has" when syntax.Arguments.Count == 2:
                Expression wanted = Bind(syntax.Arguments[1].Value);
                Expression place = StructPosition(Bind(syntax.Arguments[0].Value), wanted, syntax.Position);
                return new Case(
                    [new CaseBranch(new IsNull(wanted, false), new Constant(Value.Null(LogicalType.Boolean)))],
                    new IsNull(place, true));
            case "can_cast_implicitly" when syntax.Arguments.Count == 2:
                ArgumentType from = context.TypeOf(Bind(syntax.Arguments[0].Value));
                Expression to = Bind(syntax.Arguments[1].Value);
                return new Constant(Value.Boolean(TypeCoercion.ImplicitCost(from.Type, to.Type) >= 0));
            case "cast_to_type" when syntax.Arguments.Count == 2:
                return context.Explicit(
                    Bind(syntax.Arguments[0].Value), Bind(syntax.Arguments[1].Value).Type, false, syntax.Position);
            case "json_transform" or "from_json" or "json_transform_strict" or "from_json_strict"
                when syntax.Arguments.Count == 2:
                return BindJsonTransform(!name.EndsWith("_strict", StringComparison.Ordinal), syntax);
            case "regexp_extract" when syntax.Arguments is [_, _, { Value: Syntax.ListSyntax names }, ..]:
                return BindNamedCaptures(names, syntax);
            case "regexp_extract_all" when syntax.Arguments is [_, _, { Value: Syntax.ListSyntax names }, ..]:
                return BindAllNamedCaptures(names, syntax);
            default:
                return null;
        }
    }

    // VARIADIC list: the elements as arguments of their own, for the functions of PostgreSQL that take any number.
    private Expression BindVariadic(string name, Syntax.CallSyntax syntax)
    {
        Syntax.ArgumentSyntax last = syntax.Arguments[^1];
        Expression list = Bind(last.Value);
        if (list.Type.Kind == TypeKind.Null || context.IsUnknown(list))
            list = context.To(list, LogicalType.List(LogicalType.Varchar));
        Syntax.SyntaxExpression[] before = [.. syntax.Arguments.SkipLast(1).Select(a => a.Value)];
        Syntax.SyntaxExpression whole = new BoundSyntax(list) { Range = last.Range };
        Syntax.SyntaxExpression Text(Syntax.SyntaxExpression separator) =>
            new Syntax.CallSyntax("array_to_string", whole, separator);
        Syntax.SyntaxExpression? made = (name, before) switch
        {
            ("concat", _) => new Syntax.CallSyntax("concat", [.. before, Text(new Syntax.StringLiteral(""))]),
            ("concat_ws", [var separator, ..]) => new Syntax.CallSyntax(
                "concat_ws", [.. before, new Syntax.CaseSyntax(
                    null, [new Syntax.CaseBranch(new Syntax.BinarySyntax(
                        ">", new Syntax.CallSyntax("len", whole), new Syntax.IntegerLiteral(0)), Text(separator))],
                    null)]),
            ("num_nonnulls", []) => new Syntax.CallSyntax("list_count", whole),
            ("num_nulls", []) => new Syntax.BinarySyntax(
                "-", new Syntax.CallSyntax("len", whole), new Syntax.CallSyntax("list_count", whole)),
            ("json_build_array" or "jsonb_build_array", []) => new Syntax.CallSyntax("to_json", whole),
            ("json_extract_path" or "jsonb_extract_path", [var json]) => new Syntax.BinarySyntax("#>", json, whole),
            ("json_extract_path_text" or "jsonb_extract_path_text", [var json]) =>
                new Syntax.BinarySyntax("#>>", json, whole),
            _ => null,
        };
        if (made is null)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"VARIADIC is not supported for {name}", last.Position,
                "Write the arguments one by one.");
        }
        Expression bound = Bind(made);
        return new Case(
            [new CaseBranch(new IsNull(list, false), new Constant(Value.Null(bound.Type)))], bound);
    }

    // struct_update puts values in the places of fields that are there and the others behind them; struct_insert wants
    // all of them new.
    private Expression BindStructChange(bool isInsert, Syntax.CallSyntax syntax)
    {
        Expression target = Bind(syntax.Arguments[0].Value);
        if (target.Type.Kind != TypeKind.Struct)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"{syntax.Function.Last.Name} takes a struct, not type {target.Type}",
                syntax.Position);
        }
        List<string> names = [.. target.Type.Fields.Select(f => f.Name)];
        List<Expression> values = [.. names.Select(n => FieldOf(target, n))];
        foreach (Syntax.ArgumentSyntax argument in syntax.Arguments.Skip(1))
        {
            string name = argument.Name?.Spelling ?? throw new QueryException(
                SqlStates.SyntaxError, "New fields need names: struct_insert(s, a := 1)", argument.Position);
            int place = names.FindIndex(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
            Expression value = Bind(argument.Value);
            if (place >= 0 && isInsert)
            {
                throw new QueryException(
                    SqlStates.DuplicateColumn, $"Field is in the struct already: \"{name}\"", argument.Position,
                    "struct_update replaces fields.");
            }
            if (place >= 0)
            {
                values[place] = value;
                continue;
            }
            names.Add(name);
            values.Add(value);
        }
        return BindCall("struct_pack", [.. values], syntax.Position, names);
    }

    private Case StructPosition(Expression target, Expression wanted, int position)
    {
        if (target.Type.Kind != TypeKind.Struct)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"struct_position takes a struct, not type {target.Type}", position);
        }
        List<CaseBranch> branches = [];
        for (int i = 0; i < target.Type.Fields.Length; i++)
        {
            Expression field = FieldOf(target, target.Type.Fields[i].Name);
            if (TypeCoercion.CommonType([context.TypeOf(field), context.TypeOf(wanted)]) is null) continue;
            (Expression left, Expression right) = Align(field, wanted, "struct_position", position);
            branches.Add(new CaseBranch(
                new IsDistinct(left, right, true), new Constant(Value.Integer(LogicalType.Integer, i + 1))));
        }
        if (branches.Count == 0)
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch, $"No field of {target.Type} compares with type {wanted.Type}", position);
        }
        return new Case(branches.ToPlanList(), new Constant(Value.Null(LogicalType.Integer)));
    }

    private Expression BindJsonTransform(bool isTry, Syntax.CallSyntax syntax)
    {
        Expression json = context.Explicit(
            Bind(syntax.Arguments[0].Value), LogicalType.Json, false, syntax.Position);
        Expression shape = context.To(Bind(syntax.Arguments[1].Value), LogicalType.Varchar);
        if (ConstantEvaluator.TryEvaluate(shape, context.Session) is not { IsNull: false } text)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "The shape of json_transform must be a constant",
                syntax.Arguments[1].Position);
        }
        try
        {
            LogicalType type = JsonStructure.TypeOf(
                JsonText.Parse(text.AsBytes),
                name => TypeBinder.Bind(Syntax.Parser.ParseTypeName(name), context));
            return context.Explicit(json, type, isTry, syntax.Position);
        }
        catch (QueryException error)
        {
            throw error.At(syntax.Arguments[1].Position);
        }
    }

    private static string[] CaptureNames(Syntax.ListSyntax names) => [.. names.Items.Select(n =>
        n is Syntax.StringLiteral text ? text.Value : throw new QueryException(
            SqlStates.FeatureNotSupported, "Names of captures must be constants", n.Position))];

    // regexp_extract(text, pattern, ['a', 'b']): a struct of the first captures.
    private Expression BindNamedCaptures(Syntax.ListSyntax list, Syntax.CallSyntax syntax)
    {
        string[] names = CaptureNames(list);
        Expression[] arguments = [.. syntax.Arguments.Select((a, i) => i == 2
            ? new Constant(Value.Null(LogicalType.Null)) : Bind(a.Value))];
        IEnumerable<Expression> captures = names.Select(
            (_, i) => BindCall("regexp_extract", WithCapture(arguments, i + 1), syntax.Position));
        return BindCall("struct_pack", [.. captures], syntax.Position, names);
    }

    private static Expression[] WithCapture(Expression[] arguments, int number)
    {
        Expression[] changed = [.. arguments];
        changed[2] = new Constant(Value.Integer(LogicalType.Integer, number));
        return changed;
    }

    // Every match as a struct: the lists of each capture, side by side.
    private Expression BindAllNamedCaptures(Syntax.ListSyntax list, Syntax.CallSyntax syntax)
    {
        string[] names = CaptureNames(list);
        Syntax.Identifier place = new("number of the match");
        Syntax.ColumnSyntax number = new(new Syntax.QualifiedName([place]));
        Syntax.CallSyntax AllOf(int capture) => syntax with
        {
            Arguments = [.. syntax.Arguments.Select((a, i) => i == 2
                ? new Syntax.ArgumentSyntax(null, new Syntax.IntegerLiteral(capture)) : a)],
        };
        Syntax.StructSyntax match = new([.. names.Select((name, i) => new Syntax.StructFieldSyntax(
            new Syntax.Identifier(name, name, true),
            new Syntax.CallSyntax("list_extract", AllOf(i + 1), number)))]);
        Syntax.CallSyntax places = new(
            "generate_series", new Syntax.IntegerLiteral(1), new Syntax.CallSyntax("len", AllOf(0)));
        ExpressionBinder plain = new(context, scope, clause with { Unnests = null });
        return plain.Bind(new Syntax.CallSyntax(
            "list_transform", places, new Syntax.LambdaSyntax([place], match)) { Range = syntax.Range });
    }
}
