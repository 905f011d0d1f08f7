using System.Collections.Concurrent;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Nested;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Calls: scalar functions, aggregates, window functions, macros.</summary>
internal sealed partial class ExpressionBinder
{
    private static readonly ConcurrentDictionary<DefinedFunction, Syntax.MacroOverload> s_definitions =
        new(ReferenceEqualityComparer.Instance);
    private static readonly Dictionary<string, WindowFunctionKind> s_windowFunctions = new(StringComparer.Ordinal)
    {
        ["row_number"] = WindowFunctionKind.RowNumber, ["rank"] = WindowFunctionKind.Rank,
        ["dense_rank"] = WindowFunctionKind.DenseRank, ["rank_dense"] = WindowFunctionKind.DenseRank,
        ["percent_rank"] = WindowFunctionKind.PercentRank, ["cume_dist"] = WindowFunctionKind.CumeDist,
        ["ntile"] = WindowFunctionKind.Ntile, ["lag"] = WindowFunctionKind.Lag, ["lead"] = WindowFunctionKind.Lead,
        ["first_value"] = WindowFunctionKind.FirstValue, ["last_value"] = WindowFunctionKind.LastValue,
        ["nth_value"] = WindowFunctionKind.NthValue,
    };

    private Expression BindCallSyntax(Syntax.CallSyntax syntax)
    {
        string name = syntax.Function.Last.Name.ToLowerInvariant();
        string? schema = syntax.Function.Parts.Count > 1
            ? syntax.Function.Parts[syntax.Function.Parts.Count - 2].Name
            : null;
        if (schema is not null && IsFunction($"{schema}.{name}")) (schema, name) = (null, $"{schema}.{name}");
        if (syntax.Over is not null) return BindWindowCall(name, syntax);
        if (context.Catalog.FindMacro(schema, name, isTable: false) is { } macro) return BindMacro(macro, name, syntax);
        if (schema is not null && schema is not ("pg_catalog" or "main" or "information_schema")
            && !context.Catalog.HasSchema(schema))
        {
            return BindMethodCall(name, syntax);
        }
        if (clause.Unnests is { } rows && RowFunctions.ListOf(name) is { } lists)
        {
            RefuseModifiers(name, syntax);
            Syntax.QualifiedName function = new(lists) { Range = syntax.Function.Range };
            Expression list = new ExpressionBinder(context, scope, clause with { Unnests = null })
                .Bind(syntax with { Function = function });
            return rows.Add(list, context.Columns) with { Position = syntax.Position };
        }
        if (FunctionRegistry.Defined(name, syntax.Arguments.Count) is { } defined)
        {
            RefuseModifiers(name, syntax);
            return BindMacro([OverloadOf(defined)], name, syntax);
        }
        if (syntax.Arguments is [.., { IsVariadic: true }]) return BindVariadic(name, syntax);
        if (name == "try" && syntax.Arguments is [{ Name: null } tried]) return BindTry(tried.Value, syntax);
        if (FunctionRegistry.Lambda(name) is { } lambda) return BindLambdaCall(lambda, name, syntax);
        if (name == "invoke" && syntax.Arguments is [{ Value: Syntax.LambdaSyntax invoked }, ..])
            return BindInvoke(invoked, syntax);
        if (context.Functions.IsAggregate(name) && !(context.Functions.IsScalar(name) && clause.Aggregates is null))
        {
            return BindAggregate(name, syntax);
        }
        if (syntax.IsWithinGroup && HypotheticalSet.Rewrite(name, syntax) is { } rank) return Bind(rank);
        if (s_windowFunctions.ContainsKey(name))
        {
            throw new QueryException(
                SqlStates.WindowingError, $"Window function needs an OVER clause: {name}", syntax.Position);
        }
        RefuseModifiers(name, syntax);
        if (TryBindShapedCall(name, syntax) is { } shaped) return shaped;
        switch (name)
        {
            case "grouping" or "grouping_id":
                return BindGrouping(syntax);
            case "coalesce" or "ifnull":
                return BindCoalesce(syntax);
            case "nullif":
                return BindNullIf(syntax);
            case "if" when syntax.Arguments.Count == 3:
                return BindCase(new Syntax.CaseSyntax(
                    null, [new Syntax.CaseBranch(syntax.Arguments[0].Value, syntax.Arguments[1].Value)],
                    syntax.Arguments[2].Value)
                { Range = syntax.Range });
            case "struct_pack" or "row":
                return BindStructPack(name, syntax);
            case "getvariable" when syntax.Arguments is [{ Value: Syntax.StringLiteral variable }]:
                context.IsVolatile = true;
                return context.Catalog.FindVariable(variable.Value) is { } known
                    ? new Constant(known) { Position = syntax.Position }
                    : context.MarkUnknown(new Constant(Value.Null(LogicalType.Null)) { Position = syntax.Position });
            case "unnest":
                return BindUnnest(syntax);
            case "date_part" or "datepart" when syntax.Arguments is [{ Value: Syntax.ListSyntax parts }, _]:
                return Bind(new Syntax.StructSyntax([.. parts.Items.Select(part => new Syntax.StructFieldSyntax(
                    part is Syntax.StringLiteral text ? new Syntax.Identifier(text.Value) : throw new QueryException(
                        SqlStates.FeatureNotSupported, "The parts of date_part must be constants", part.Position),
                    new Syntax.CallSyntax("date_part", part, syntax.Arguments[1].Value)))]) { Range = syntax.Range });
            case "strptime" or "try_strptime" when syntax.Arguments is [_, { Value: Syntax.ListSyntax formats }]:
                return BindCoalesce(new Syntax.CallSyntax("coalesce", [.. formats.Items.Select(
                    (format, i) => new Syntax.CallSyntax(
                        i == formats.Items.Count - 1 ? name : "try_strptime", syntax.Arguments[0].Value, format))]));
        }

        int unnests = clause.Unnests?.Count ?? 0;
        // An unknown name is told before a star that only count(*) may have.
        bool isStar = syntax.Arguments is [{ Value: Syntax.StarSyntax }];
        Expression[] arguments = isStar && !context.Functions.IsScalar(name)
            ? []
            : [.. syntax.Arguments.Select(a => Bind(a.Value))];
        // Sequences are found by their names, also where one is written as 's'::regclass.
        if (name is "nextval" or "currval" or "setval" &&
            arguments is [Call { Function.Info.Name: "to_regclass" } relation, ..])
        {
            arguments[0] = relation.Arguments[0];
        }
        // A span is two moments, or one and how long it takes.
        for (int i = 1; name == "overlaps" && i < arguments.Length; i += 2)
        {
            if (arguments[i].Type.Kind == TypeKind.Interval)
                arguments[i] = BindBinary("+", arguments[i - 1], arguments[i], syntax.Position);
        }
        if (clause.Unnests is null || !syntax.Arguments.Any(a => GivesRows(a.Value)))
            return BindCall(name, arguments, syntax.Position);
        try
        {
            return BindCall(name, arguments, syntax.Position);
        }
        catch (QueryException error) when (error.SqlState == SqlStates.UndefinedFunction)
        {
            // The function does not take what the rows have: it is one of lists, and the series its list.
            clause.Unnests.ShrinkTo(unnests);
            return new ExpressionBinder(context, scope, clause with { Unnests = null }).BindCallSyntax(syntax);
        }
    }

    // Functions that users made have their schemas' names too.
    private bool IsFunction(string name) => context.Functions.IsScalar(name) || context.Functions.IsAggregate(name);

    private static bool GivesRows(Syntax.SyntaxExpression syntax) =>
        syntax is Syntax.CallSyntax { Over: null } call &&
        RowFunctions.ListOf(call.Function.Last.Name.ToLowerInvariant()) is not null;

    // x.f(a) is f(x, a) where x is a column.
    private Expression BindMethodCall(string name, Syntax.CallSyntax syntax)
    {
        Syntax.QualifiedName receiver = new(syntax.Function.Qualifier) { Range = syntax.Function.Range };
        Expression[] arguments = [BindColumn(receiver), .. syntax.Arguments.Select(a => Bind(a.Value))];
        return BindCall(name, arguments, syntax.Position);
    }

    /// <summary>
    /// unnest(list) in a select list: a row per element, side by side with the other lists of the SELECT.
    /// </summary>
    private ColumnUse BindUnnest(Syntax.CallSyntax syntax)
    {
        if (clause.Unnests is not { } collector)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"unnest is not allowed in {clause.Name}", syntax.Position,
                "Write it in FROM or in the select list.");
        }
        if (syntax.Arguments is not [{ Name: null } only])
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, "unnest takes one list in a select list", syntax.Position);
        }
        Expression list = BindUnnestSource(only.Value);
        if (list.Type.Kind == TypeKind.Array) list = context.To(list, LogicalType.List(list.Type.Element!));
        if (list.Type.Kind is TypeKind.List or TypeKind.Map)
        {
            return collector.Add(list, context.Columns) with { Position = syntax.Position };
        }
        throw new QueryException(
            SqlStates.UndefinedFunction, $"unnest takes lists, not type {list.Type}", only.Position);
    }

    /// <summary>What unnest takes apart; a function of rows is its list there.</summary>
    public Expression BindUnnestSource(Syntax.SyntaxExpression source) => GivesRows(source)
        ? new ExpressionBinder(context, scope, clause with { Unnests = null }).Bind(source)
        : Bind(source);

    private static void RefuseModifiers(string name, Syntax.CallSyntax syntax)
    {
        string? modifier = syntax switch
        {
            { IsDistinct: true } => "DISTINCT",
            { Filter: not null } => "FILTER",
            { OrderBy.IsEmpty: false } => "ORDER BY",
            _ => null,
        };
        if (modifier is null) return;
        throw new QueryException(
            SqlStates.WrongObjectType, $"{modifier} specified, but {name} is not an aggregate function",
            syntax.Position);
    }

    /// <summary>A scalar function by name.</summary>
    private Expression BindCall(string name, Expression[] arguments, int position, IReadOnlyList<string>? names = null)
    {
        if (name is "struct_pack" or "row")
        {
            Expression[] values =
                [.. arguments.Select(a => context.IsUnknown(a) ? context.To(a, LogicalType.Varchar) : a)];
            Call made = new(StructPack.For(names, [.. values.Select(v => v.Type)]), values.ToPlanList())
                { Position = position };
            return context.MarkWritten(made, arguments);
        }
        try
        {
            if (name is "list_value" or "list_pack") return BindList(arguments, position);
            ScalarFunction function = context.Functions.BindScalar(name, [.. arguments.Select(context.TypeOf)]);
            return MakeCall(function, arguments, position);
        }
        catch (QueryException error)
        {
            throw error.At(position);
        }
    }

    private Expression BindList(Expression[] items, int position)
    {
        Expression[] typed = items;
        if (items.Any(i => context.PartsOf(i) is not null))
        {
            LogicalType element = context.CommonType(items, "list");
            typed = [.. items.Select(i => context.To(i, element))];
        }
        ScalarFunction function = context.Functions.BindScalar("list_value", [.. typed.Select(context.TypeOf)]);
        Expression made = MakeCall(function, typed, position);
        return made is Call call ? context.MarkWritten(call, items) : made;
    }

    private Expression MakeCall(ScalarFunction function, Expression[] arguments, int position)
    {
        context.IsVolatile |= function.IsVolatile || function.IsStable;
        arguments = CollatedArguments(function.Info.Name, arguments, position);
        PlanList<Expression> cast = arguments.Select((a, i) => context.To(a, function.ArgumentTypes[i])).ToPlanList();
        Expression call = WithCollationOf(arguments, Call.Create(function, cast) with { Position = position });
        return function.Info.Entry is { Declared: { } declared } && !declared.Equals(call.Type)
            ? context.To(call, declared) with { Position = position }
            : call;
    }

    private Expression BindStructPack(string name, Syntax.CallSyntax syntax)
    {
        string[]? names = name == "row" ? null : [.. syntax.Arguments.Select((a, i) =>
            a.Name?.Spelling ?? (a.Value as Syntax.ColumnSyntax)?.Name.Last.Spelling ??
            throw new QueryException(
                SqlStates.SyntaxError, "struct_pack needs names: struct_pack(a := 1)", a.Position))];
        return BindCall(name, [.. syntax.Arguments.Select(a => Bind(a.Value))], syntax.Position, names);
    }

    private Expression BindCoalesce(Syntax.CallSyntax syntax)
    {
        Expression[] arguments = [.. syntax.Arguments.Select(a => Bind(a.Value))];
        if (arguments.Length == 0)
            throw new QueryException(SqlStates.SyntaxError, "COALESCE needs an argument", syntax.Position);
        return Coalesce(arguments);
    }

    /// <summary>The first of the values that is not NULL; later ones are not computed for rows that have one.</summary>
    public Expression Coalesce(IReadOnlyList<Expression> arguments)
    {
        LogicalType type = context.CommonType(arguments, "COALESCE");
        Expression[] values = [.. arguments.Select(a => context.To(a, type))];
        if (values.Length == 1) return values[0];
        PlanList<CaseBranch> branches = values[..^1].Select(v => new CaseBranch(new IsNull(v, true), v)).ToPlanList();
        return new Case(branches, values[^1]);
    }

    private Expression BindNullIf(Syntax.CallSyntax syntax)
    {
        if (syntax.Arguments.Count != 2)
            throw new QueryException(SqlStates.SyntaxError, "NULLIF needs two arguments", syntax.Position);
        Expression left = Bind(syntax.Arguments[0].Value);
        Expression right = Bind(syntax.Arguments[1].Value);
        if (context.IsUnknown(left) && left is not Constant { Value.IsNull: true })
            left = context.To(left, LogicalType.Varchar);
        Expression equal = Compare("=", left, right, syntax.Position);
        return new Case([new CaseBranch(equal, new Constant(Value.Null(left.Type)))], left);
    }

    // ---- Aggregates ------------------------------------------------------------------------------------------------

    private Expression BindAggregate(string name, Syntax.CallSyntax syntax)
    {
        if (OuterQueryOf(syntax) is { } outer)
        {
            ExpressionBinder around = new(context, outer, new Clause("an aggregate function"));
            return MakeCollected(name, syntax, around, outer, outer.Aggregates!);
        }
        if (clause.Aggregates is not { } collector)
        {
            throw new QueryException(
                SqlStates.GroupingError, $"Aggregate functions are not allowed in {clause.Name}", syntax.Position,
                clause.Name == "WHERE" ? "Use HAVING for conditions over groups." : null);
        }
        return MakeCollected(name, syntax, Inside("an aggregate function"), scope.Query, collector);
    }

    // Subqueries inside of the call see no groups of its query: aggregates do not nest.
    private ColumnUse MakeCollected(
        string name, Syntax.CallSyntax syntax, ExpressionBinder inner, Scope query, AggregateCollector collector)
    {
        AggregateCollector? groups = query.Aggregates;
        query.Aggregates = null;
        try
        {
            AggregateCall call = MakeAggregate(name, syntax, inner);
            RefuseNested(call.Expressions, collector, "an aggregate function", syntax.Position);
            return collector.Add(call, context.Columns) with { Position = syntax.Position };
        }
        finally
        {
            query.Aggregates = groups;
        }
    }

    // Calls written inside of a call are refused where they are bound; those behind a name (an alias, the parameter of
    // a macro) were bound before it.
    private void RefuseNested(
        IEnumerable<Expression> expressions, AggregateCollector? aggregates, string place, int position)
    {
        foreach (Expression expression in expressions)
        {
            if (aggregates?.IsUsedBy(expression) == true)
            {
                throw new QueryException(
                    SqlStates.GroupingError, $"Aggregate functions are not allowed in {place}", position);
            }
            if (clause.Windows?.IsUsedBy(expression) == true)
            {
                throw new QueryException(
                    SqlStates.WindowingError, $"Window functions are not allowed in {place}", position);
            }
        }
    }

    /// <summary>
    /// The query around this one that an aggregate belongs to, because all columns that it uses are of that query or of
    /// ones around it (PostgreSQL's rule); null for an aggregate of this query.
    /// </summary>
    private Scope? OuterQueryOf(Syntax.CallSyntax syntax)
    {
        if (scope.Outer is null) return null;
        HashSet<Scope> owners =
        [
            .. syntax.DescendantsAndSelf().OfType<Syntax.ColumnSyntax>().Select(c => scope.OwnerOf(c.Name))
                .OfType<Scope>(),
        ];
        if (owners.Count == 0) return null;
        Scope innermost = scope.Query;
        while (!owners.Contains(innermost)) innermost = innermost.Outer!.Query;
        return innermost == scope.Query || innermost.Aggregates is null ? null : innermost;
    }

    private ExpressionBinder Inside(string place) =>
        new(context, scope, new Clause(place) { Subqueries = clause.Subqueries });

    private AggregateCall MakeAggregate(string name, Syntax.CallSyntax syntax, ExpressionBinder inner)
    {
        List<Expression> arguments = [];
        bool isStar = syntax.Arguments is [{ Value: Syntax.StarSyntax { Qualifier: null } }];
        if (!isStar) arguments.AddRange(syntax.Arguments.Select(a => inner.Bind(a.Value)));
        if (isStar && name != "count")
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"{name}(*) does not exist; only count(*) does", syntax.Position);
        }
        List<SortKey> order = [.. syntax.OrderBy.Select(o => inner.BindSortKey(o))];
        bool isOrderedSet =
            syntax.IsWithinGroup && context.Functions.Aggregates(name) is [{ Info.IsOrderedSet: true }, ..];
        if (isOrderedSet)
        {
            // The ordered values are the rows' argument; what stands in the parentheses are constants behind it, and
            // the
            // last of them says that the order is descending.
            arguments.InsertRange(0, order.Select(k => k.Expression));
            if (order.Exists(k => k.IsDescending)) arguments.Add(new Constant(Value.Boolean(true)));
            order.Clear();
        }
        // A sum of truth values counts, as in DuckDB; a bare NULL is a text, as in PostgreSQL.
        if (name == "sum" && arguments is [{ Type.Kind: TypeKind.Boolean }])
            arguments[0] = context.Explicit(arguments[0], LogicalType.Integer, false, syntax.Position);
        if (name is "min" or "max" or "approx_count_distinct" && arguments is [{ Type.Kind: TypeKind.Null }])
            arguments[0] = context.To(arguments[0], LogicalType.Varchar);
        // Lists and structs are chosen by themselves.
        if (name is "min" or "max" && arguments is [{ Type.IsNested: true } nested])
        {
            name = name == "min" ? "arg_min" : "arg_max";
            arguments.Add(nested);
        }
        AggregateFunction function;
        PlanList<Expression> values;
        try
        {
            (AggregateOverload overload, LogicalType[] types) = ChooseAggregate(name, arguments);
            int rowCount = types.Length - overload.ConstantCount;
            Value[] constants =
                [.. arguments.Skip(rowCount).Select((a, i) => ConstantOf(context.To(a, types[rowCount + i]), name))];
            function = overload.Bind(types[..rowCount], constants);
            values = arguments.Take(rowCount).Select((a, i) => context.To(a, function.ArgumentTypes[i])).ToPlanList();
        }
        catch (QueryException error)
        {
            throw error.At(syntax.Position);
        }
        return new AggregateCall(function, values)
        {
            IsDistinct = syntax.IsDistinct && !function.IgnoresDuplicates,
            Filter = syntax.Filter is null ? null : context.Condition(inner.Bind(syntax.Filter), "FILTER"),
            OrderBy = function.IsOrderSensitive ? order.ToPlanList() : default,
        };
    }

    // A bare NULL that several types would do for is an INTEGER: what it becomes is NULL in any case.
    private (AggregateOverload Overload, LogicalType[] Types) ChooseAggregate(string name, List<Expression> arguments)
    {
        try
        {
            return context.Functions.ChooseAggregate(name, [.. arguments.Select(context.TypeOf)]);
        }
        catch (QueryException error) when (error.SqlState == SqlStates.AmbiguousFunction &&
            arguments.Exists(a => a.Type.Kind == TypeKind.Null))
        {
            for (int i = 0; i < arguments.Count; i++)
            {
                if (arguments[i].Type.Kind == TypeKind.Null)
                    arguments[i] = context.To(arguments[i], LogicalType.Integer);
            }
            return context.Functions.ChooseAggregate(name, [.. arguments.Select(context.TypeOf)]);
        }
    }

    private Value ConstantOf(Expression expression, string function) =>
        ConstantEvaluator.TryEvaluate(expression, context.Session) ?? throw new QueryException(
            SqlStates.FeatureNotSupported, $"Parameter of {function} must be a constant", expression.Position);

    private ColumnUse BindGrouping(Syntax.CallSyntax syntax)
    {
        if (clause.Aggregates is not { } collector)
        {
            throw new QueryException(
                SqlStates.GroupingError, $"GROUPING is not allowed in {clause.Name}", syntax.Position);
        }
        ExpressionBinder inner = Inside("GROUPING");
        return collector.AddGrouping(
            [.. syntax.Arguments.Select(a => inner.Bind(a.Value))], syntax.Position, context.Columns);
    }

    /// <summary>One item of an ORDER BY over this scope.</summary>
    public SortKey BindSortKey(Syntax.OrderItem item) => MakeSortKey(Bind(item.Expression), item, context);

    /// <summary>A sort key with PostgreSQL's places for NULLs.</summary>
    public static SortKey MakeSortKey(Expression expression, Syntax.OrderItem item, BindingContext context)
    {
        bool isDescending = item.Direction == Syntax.SortDirection.Descending;
        bool nullsFirst = item.Nulls switch
        {
            Syntax.NullOrder.First => true,
            Syntax.NullOrder.Last => false,
            _ => isDescending,
        };
        string collation = context.CollationOf(expression);
        if (context.IsUnknown(expression)) expression = context.To(expression, LogicalType.Varchar);
        if (collation.Length > 0 && expression.Type.Kind == TypeKind.Varchar)
            expression = KeyOf(expression, collation, context, expression.Position);
        return new SortKey(expression, isDescending, nullsFirst);
    }

    // ---- Macros ----------------------------------------------------------------------------------------------------

    private static Syntax.MacroOverload OverloadOf(DefinedFunction function) => s_definitions.GetOrAdd(
        function, f => new Syntax.MacroOverload(
            [.. f.Parameters.Select(p => new Syntax.ParameterDefinition(new Syntax.Identifier(p), null, null))],
            Syntax.Parser.ParseExpression(f.Sql), null));

    private Expression BindMacro(IReadOnlyList<Syntax.MacroOverload> macro, string name, Syntax.CallSyntax syntax)
    {
        Syntax.MacroOverload? overload = macro.FirstOrDefault(o =>
            syntax.Arguments.Count <= o.Parameters.Count &&
            o.Parameters.Skip(syntax.Arguments.Count(a => a.Name is null)).All(p =>
                p.Default is not null || syntax.Arguments.Any(a => a.Name is not null && a.Name.Equals(p.Name))));
        if (overload?.Expression is null)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"Macro does not take these arguments: {name}", syntax.Position);
        }
        Scope inner = new(scope.Outer is null && scope.Tables.Count == 0 ? null : scope) { IsOfParameters = true };
        int next = 0;
        foreach (Syntax.ParameterDefinition parameter in overload.Parameters)
        {
            Syntax.ArgumentSyntax? named =
                syntax.Arguments.FirstOrDefault(a => a.Name is not null && a.Name.Equals(parameter.Name));
            Syntax.SyntaxExpression value = named?.Value ??
                (next < syntax.Arguments.Count && syntax.Arguments[next].Name is null
                    ? syntax.Arguments[next++].Value
                    : parameter.Default!);
            inner.Aliases[parameter.Name!.Name] = Bind(value);
        }
        return new ExpressionBinder(context, inner, clause).Bind(overload.Expression);
    }
}
