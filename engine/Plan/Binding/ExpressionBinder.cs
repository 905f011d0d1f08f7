using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Where an expression stands, and so what may be in it.</summary>
/// <param name="Name">For errors: WHERE, SELECT, GROUP BY.</param>
internal sealed record Clause(string Name)
{
    /// <summary>Where lists that make rows go; null where none may.</summary>
    public UnnestCollector? Unnests { get; init; }

    /// <summary>Collects aggregates; null where none are allowed.</summary>
    public AggregateCollector? Aggregates { get; init; }

    /// <summary>Collects window functions; null where none are allowed.</summary>
    public WindowCollector? Windows { get; init; }

    /// <summary>Collects subqueries, which become joins; null where none are allowed.</summary>
    public SubqueryCollector? Subqueries { get; init; }
}

/// <summary>Turns expressions as written into typed ones.</summary>
internal sealed partial class ExpressionBinder(BindingContext context, Scope scope, Clause clause)
{
    /// <summary>The typed expression.</summary>
    /// <exception cref="QueryException">A name, a type or an operator is wrong; with its position.</exception>
    public Expression Bind(Syntax.SyntaxExpression syntax)
    {
        using BindingContext.Nesting nesting = context.Enter(syntax.Position);
        Expression bound = BindOne(syntax);
        if (bound.Position >= 0) return bound;
        bool isUnknown = context.IsUnknown(bound);
        Expression placed = bound with { Position = syntax.Position };
        if (context.CollationOf(bound) is { Length: > 0 } collation) context.MarkCollated(placed, collation);
        return isUnknown ? context.MarkUnknown(placed) : placed;
    }

    /// <summary>A condition of a clause.</summary>
    public Expression BindCondition(Syntax.SyntaxExpression syntax) =>
        context.Condition(Bind(syntax), clause.Name);

    private Expression BindOne(Syntax.SyntaxExpression syntax)
    {
        switch (syntax)
        {
            case BoundSyntax bound:
                return bound.Expression;
            case Syntax.NullLiteral:
                return new Constant(Value.Null(LogicalType.Null));
            case Syntax.BooleanLiteral literal:
                return new Constant(Value.Boolean(literal.Value));
            case Syntax.IntegerLiteral literal:
                return new Constant(Value.Integer(
                    literal.Value is >= int.MinValue and <= int.MaxValue ? LogicalType.Integer : LogicalType.BigInt,
                    literal.Value));
            case Syntax.NumericLiteral literal:
                return BindNumeric(literal);
            case Syntax.StringLiteral literal:
                return context.MarkUnknown(new Constant(Value.Text(literal.Value)) { Position = syntax.Position });
            case Syntax.TypedLiteral literal:
                return BindTypedLiteral(literal);
            case Syntax.IntervalSyntax interval:
                return BindInterval(interval);
            case Syntax.SpecialValueSyntax special:
                return BindSpecialValue(special);
            case Syntax.ParameterSyntax parameter:
                return context.Parameter(parameter.Number, parameter.Name, syntax.Position);
            case Syntax.ColumnSyntax column:
                return BindColumn(column.Name);
            case Syntax.FieldSyntax field:
                return BindField(Bind(field.Operand), field.Field);
            case Syntax.PositionalSyntax positional:
                return BindPositional(positional);
            case Syntax.UnarySyntax unary:
                return BindUnary(unary);
            case Syntax.BinarySyntax { Left: Syntax.RowSyntax left, Right: Syntax.RowSyntax right } rows
                when ComparisonOf(rows.Operator) is not null && left.Fields.Count == right.Fields.Count:
                // Field by field before a row is made of them: a NULL takes the type of the field that it meets.
                return CompareRows(
                    rows.Operator, [.. left.Fields.Select(Bind)], [.. right.Fields.Select(Bind)], rows.Position);
            case Syntax.BinarySyntax binary:
                return BindBinary(binary.Operator, Bind(binary.Left), Bind(binary.Right), binary.Position);
            case Syntax.LogicalSyntax logical:
                return BindLogical(logical);
            case Syntax.NotSyntax not:
                return Negated(context.Condition(Bind(not.Operand), "NOT"));
            case Syntax.IsSyntax test:
                return BindIs(test);
            case Syntax.DistinctFromSyntax distinct:
                (Expression l, Expression r) =
                    Align(Bind(distinct.Left), Bind(distinct.Right), "IS DISTINCT FROM", syntax.Position);
                return new IsDistinct(l, r, distinct.IsNegated);
            case Syntax.BetweenSyntax between:
                return BindBetween(between);
            case Syntax.InSyntax list:
                return BindIn(list);
            case Syntax.InCollectionSyntax collection:
                Expression contains =
                    BindCall("contains", [Bind(collection.Collection), Bind(collection.Operand)], syntax.Position);
                return collection.IsNegated ? Negated(contains) : contains;
            case Syntax.LikeSyntax like:
                return BindLike(like);
            case Syntax.BitStringLiteral literal:
                return new Constant(Value.Bytes(LogicalType.Bit, Encoding.ASCII.GetBytes(literal.Bits)));
            case Syntax.CastSyntax cast:
                return BindCast(cast);
            case Syntax.CollateSyntax collate:
                return BindCollate(collate);
            case Syntax.AtTimeZoneSyntax zone:
                Expression zoneName = zone.Zone is null
                    ? new Constant(Value.Text(context.Session.TimeZone))
                    : Bind(zone.Zone);
                return BindCall("timezone", [zoneName, Bind(zone.Operand)], syntax.Position);
            case Syntax.CaseSyntax cases:
                return BindCase(cases);
            case Syntax.CallSyntax call:
                return BindCallSyntax(call);
            case Syntax.RowSyntax row:
                return BindCall("row", [.. row.Fields.Select(Bind)], syntax.Position);
            case Syntax.ListSyntax list:
                return BindCall("list_value", [.. list.Items.Select(Bind)], syntax.Position);
            case Syntax.StructSyntax fields:
                return BindStruct(fields);
            case Syntax.MapSyntax map:
                return BindCall(
                    "map",
                    [
                        BindCall("list_value", [.. map.Entries.Select(e => Bind(e.Key))], syntax.Position),
                        BindCall("list_value", [.. map.Entries.Select(e => Bind(e.Value))], syntax.Position),
                    ],
                    syntax.Position);
            case Syntax.SubscriptSyntax subscript:
                return BindSubscript(subscript);
            case Syntax.SliceSyntax slice:
                return BindSlice(slice);
            case Syntax.ExistsSyntax or Syntax.SubquerySyntax or Syntax.InQuerySyntax or Syntax.QuantifiedQuerySyntax
                or Syntax.ListSubquerySyntax:
                return BindSubquery(syntax);
            case Syntax.ListComprehensionSyntax comprehension:
                return BindComprehension(comprehension);
            case Syntax.LambdaSyntax:
                throw new QueryException(
                    SqlStates.SyntaxError, "A lambda is only allowed as an argument of a function that takes one",
                    syntax.Position, "Such functions are list_transform, list_filter and list_reduce.");
            case Syntax.QuantifiedSyntax quantified:
                return BindQuantified(quantified);
            case Syntax.StarSyntax:
                throw new QueryException(
                    SqlStates.SyntaxError, "* is only allowed in a select list or count(*)", syntax.Position);
            case Syntax.DefaultSyntax:
                throw new QueryException(
                    SqlStates.SyntaxError, "DEFAULT is not allowed in this context", syntax.Position);
            default:
                throw new QueryException(
                    SqlStates.FeatureNotSupported,
                    $"This expression is not supported yet: {syntax.GetType().Name.Replace("Syntax", "", StringComparison.Ordinal)}",
                    syntax.Position);
        }
    }

    // ---- Literals --------------------------------------------------------------------------------------------------

    private static Constant BindNumeric(Syntax.NumericLiteral literal)
    {
        string text = literal.Text;
        if (!text.Contains('e', StringComparison.OrdinalIgnoreCase))
        {
            int point = text.IndexOf('.', StringComparison.Ordinal);
            string digits = text.Replace(".", "", StringComparison.Ordinal);
            int scale = point < 0 ? 0 : text.Length - point - 1;
            int precision = Math.Max(digits.TrimStart('-').TrimStart('0').Length, Math.Max(scale, 1));
            if (Int128.TryParse(
                digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 unscaled))
            {
                if (precision <= LogicalType.MaxDecimalPrecision)
                    return new Constant(Value.Integer(LogicalType.Decimal(precision, scale), unscaled));
                // Some integers of 39 digits fit still.
                if (point < 0) return new Constant(Value.Integer(LogicalType.HugeInt, unscaled));
            }
        }
        double number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsInfinity(number))
        {
            throw new QueryException(SqlStates.NumericOutOfRange, $"Number is out of range: {text}", literal.Position);
        }
        return new Constant(Value.Float(LogicalType.Double, number));
    }

    private Expression BindCast(Syntax.CastSyntax cast)
    {
        Expression operand = Bind(cast.Operand);
        if (RegistryCasts.FunctionOf(cast.Type, operand.Type) is not { } function)
            return Cast(operand, cast.Type, cast.IsTry, cast.Position);
        Expression call = BindCall(function, [operand], cast.Position);
        if (operand is Constant { Value: { IsNull: false } name } && name.Type.Kind == TypeKind.Varchar &&
            ConstantEvaluator.TryEvaluate(call, context.Session) is { IsNull: true })
        {
            throw RegistryCasts.NotFound(cast.Type, name.AsText, cast.Position);
        }
        return call;
    }

    private Expression Cast(Expression operand, Syntax.TypeName type, bool isTry, int position)
    {
        if (type is Syntax.IntervalTypeName interval) return CastToInterval(operand, interval, isTry, position);
        // What the type below cuts or rounds is done before the domain's conditions are asked.
        if (context.DomainOf(type) is { } domain)
        {
            Expression below = Cast(operand, domain.Base, isTry, position);
            return context.CheckedBy(domain, below, (Syntax.SimpleTypeName)type);
        }
        LogicalType target = BareNumeric.TypeOf(type, operand) ?? TypeBinder.Bind(type, context);
        if (operand.Type.IsCatalogVector && target.Kind == TypeKind.Varchar)
            operand = BindCall("array_to_string", [operand, new Constant(Value.Text(" "))], position);
        Expression value = context.Explicit(operand, target, isTry, position);
        if (TypeBinder.DigitsOf(type) is { } digits && !value.Type.IsNested)
        {
            value = BindCall(
                "fit_time", [value, new Constant(Value.Integer(LogicalType.Integer, digits))], position);
        }
        if (TypeBinder.LimitOf(type) is not { } limit) return value;
        // The last bits of a number are those that count.
        if (target.Kind == TypeKind.Bit && operand.Type.IsInteger && !context.IsUnknown(operand))
            return BindCall("low_bits", [value, new Constant(Value.BigInt(limit.Length))], position);
        return context.Limited(value, limit, isCast: true);
    }

    private Expression BindTypedLiteral(Syntax.TypedLiteral literal) => Cast(
        context.MarkUnknown(new Constant(Value.Text(literal.Text)) { Position = literal.Position }),
        literal.Type, false, literal.Position);

    private Expression BindSpecialValue(Syntax.SpecialValueSyntax syntax)
    {
        Expression value = BindCall(NameOf(syntax.Value), [], syntax.Position);
        return syntax.Precision is >= 0 and < 6
            ? BindCall(
                "fit_time", [value, new Constant(Value.Integer(LogicalType.Integer, syntax.Precision.Value))],
                syntax.Position)
            : value;
    }

    private static string NameOf(Syntax.SpecialValue value) => value switch
    {
        Syntax.SpecialValue.CurrentDate => "current_date",
        Syntax.SpecialValue.CurrentTime => "current_time",
        Syntax.SpecialValue.CurrentTimestamp => "now",
        Syntax.SpecialValue.LocalTime => "localtime",
        Syntax.SpecialValue.LocalTimestamp => "localtimestamp",
        Syntax.SpecialValue.CurrentCatalog => "current_database",
        Syntax.SpecialValue.CurrentSchema => "current_schema",
        _ => "current_user",
    };

    // ---- Columns ---------------------------------------------------------------------------------------------------

    private Expression BindColumn(Syntax.QualifiedName name)
    {
        Expression? found = scope.Find(name, out int used);
        if (found is null)
        {
            // A table's name alone means its row.
            if (name.Parts.Count == 1 && scope.FindTable(name.Parts) is { } table)
                return BindWholeRow(table, name.Position);
            return BindNamedItem(name) ?? throw scope.NotFound(name);
        }
        Expression bound = found;
        if (context.IsUnknown(found)) return found;
        bound = found with { Position = name.Position };
        for (int i = used; i < name.Parts.Count; i++) bound = BindField(bound, name.Parts[i]);
        return bound;
    }

    // An alias of the select list means its expression, bound as if it stood here.
    private Expression? BindNamedItem(Syntax.QualifiedName name)
    {
        string alias = name.Parts[0].Name;
        if (!scope.NamedItems.Remove(alias, out Syntax.SyntaxExpression? item)) return null;
        Expression bound;
        try
        {
            bound = Bind(item);
        }
        finally
        {
            scope.NamedItems.Add(alias, item);
        }
        if (bound.DescendantsAndSelf().Any(e => e is Call { Function.IsVolatile: true }))
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"Alias of a value that changes with every use: \"{alias}\"",
                name.Position, "Compute it in a subquery in FROM.");
        }
        for (int i = 1; i < name.Parts.Count; i++) bound = BindField(bound, name.Parts[i]);
        return bound;
    }

    private Expression BindWholeRow(ScopeTable table, int position) => BindCall(
        "struct_pack", [.. table.Columns.Where(c => c.IsVisible).Select(c => c.Expression)], position,
        [.. table.Columns.Where(c => c.IsVisible).Select(c => c.Name)]);

    /// <summary>A field of a struct.</summary>
    public Expression FieldOf(Expression operand, string name) =>
        BindCall("struct_extract", [operand, new Constant(Value.Text(name))], operand.Position);

    private Expression BindField(Expression operand, Syntax.Identifier field)
    {
        if (operand.Type.Kind == TypeKind.Struct)
        {
            int index = FieldIndex(operand.Type, field);
            if (index < 0)
            {
                throw new QueryException(
                    SqlStates.UndefinedColumn, $"Struct has no such field: \"{field.Name}\"", field.Position,
                    $"It has {string.Join(", ", operand.Type.Fields.Select(f => f.Name))}.");
            }
            return BindCall(
                "struct_extract", [operand, new Constant(Value.Text(operand.Type.Fields[index].Name))], field.Position);
        }
        if (operand.Type.Kind == TypeKind.Json)
        {
            return BindCall("json_extract", [operand, new Constant(Value.Text("$." + field.Spelling))], field.Position);
        }
        if (operand.Type.Kind == TypeKind.Map)
        {
            return BindCall("map_extract_value", [operand, new Constant(Value.Text(field.Spelling))], field.Position);
        }
        throw new QueryException(
            SqlStates.WrongObjectType, $"Type {operand.Type} has no fields: \"{field.Name}\"", field.Position);
    }

    private static int FieldIndex(LogicalType type, Syntax.Identifier field)
    {
        ImmutableArray<Field> fields = type.Fields;
        for (int i = 0; i < fields.Length; i++)
        {
            if (ScopeTable.NamesMatch(field, fields[i].Name)) return i;
        }
        return -1;
    }

    private Expression BindPositional(Syntax.PositionalSyntax syntax) =>
        scope.VisibleColumns.ElementAtOrDefault(syntax.Number - 1)?.Expression ??
        throw new QueryException(
            SqlStates.InvalidColumnReference, $"There is no column with this number: #{syntax.Number}",
            syntax.Position);

    // ---- Nested values ---------------------------------------------------------------------------------------------

    private Expression BindStruct(Syntax.StructSyntax syntax) => BindCall(
        "struct_pack", [.. syntax.Fields.Select(f => Bind(f.Value))], syntax.Position,
        [.. syntax.Fields.Select(f => f.Name.Spelling)]);

    private Expression BindSubscript(Syntax.SubscriptSyntax syntax)
    {
        Expression operand = Bind(syntax.Operand);
        Expression index = Bind(syntax.Index);
        if (operand.Type.IsCatalogVector)
            index = BindBinary("+", index, new Constant(Value.BigInt(1)), syntax.Position);
        string function = operand.Type.Kind switch
        {
            TypeKind.Struct => "struct_extract",
            TypeKind.Map => "map_extract_value",
            TypeKind.Json => "json_extract",
            TypeKind.Varchar => "array_extract",
            _ => "list_extract",
        };
        return BindCall(function, [operand, index], syntax.Position);
    }

    private Expression BindSlice(Syntax.SliceSyntax syntax)
    {
        List<Expression> arguments =
        [
            Bind(syntax.Operand),
            syntax.From is null ? new Constant(Value.BigInt(1)) : Bind(syntax.From),
            syntax.To is null ? new Constant(Value.BigInt(long.MaxValue)) : Bind(syntax.To),
        ];
        if (syntax.Step is not null) arguments.Add(Bind(syntax.Step));
        return BindCall("list_slice", [.. arguments], syntax.Position);
    }
}
