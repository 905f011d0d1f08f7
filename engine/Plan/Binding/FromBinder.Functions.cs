using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Json;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <content>Functions in FROM.</content>
internal sealed partial class FromBinder
{
    private LogicalNode BindFunctions(Syntax.FunctionReference reference, Scope scope, List<ScopeTable> tables)
    {
        if (reference.Calls.Count != 1)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "ROWS FROM with several functions is not supported", reference.Position);
        }
        if (reference.Calls[0].Call is not Syntax.CallSyntax call)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "Only function calls can stand in FROM", reference.Position);
        }
        string name = call.Function.Last.Name.ToLowerInvariant();
        SubqueryCollector subqueries = new();
        ExpressionBinder binder = new(context, scope, new Clause("FROM") { Subqueries = subqueries });
        BoundRelation relation = name switch
        {
            "range" or "generate_series" => BindSeries(name, call, binder, subqueries),
            "unnest" => BindUnnest(call, binder, subqueries, reference.WithOrdinality),
            "query_table" or "query" => BindNamed(name, call, scope),
            _ when IsOfRecords(name) => BindRecords(name, reference.Calls[0], call, binder, subqueries),
            _ when RowFunctions.ListOf(name) is { } lists => BindRows(
                name, lists, call, binder, subqueries, reference),
            _ when TableMacro.Find(context, call) is { } macro => queries.Bind(
                TableMacro.Expand(macro, name, call), scope.Outer),
            _ when IsOfValues(name, call) => BindValue(name, call, binder, subqueries),
            _ => BindTableFunction(name, call, binder),
        };
        bool isNumbered = name == "unnest" ||
            (name is not ("range" or "generate_series") && RowFunctions.ListOf(name) is not null);
        if (reference.WithOrdinality && !isNumbered)
        {
            (LogicalNode numbered, _) = Numbered(relation.Plan, "ordinality");
            relation = new BoundRelation(numbered, [.. relation.Names, "ordinality"]);
        }
        // A function's only column takes the table's alias as its name, as in PostgreSQL.
        bool isOneColumn = relation.Names.Count == (reference.WithOrdinality ? 2 : 1) &&
            (name is "range" or "unnest" || relation.Names[0] == name);
        if (isOneColumn && reference.Alias is { Columns.IsEmpty: true } alias)
            relation = relation with { Names = [alias.Name.Spelling, .. relation.Names.Skip(1)] };
        LogicalNode plan = AddRelation(relation, null, name, reference, tables);
        if (isOneColumn) AddOwnName(tables, name);
        HideFields(tables, JsonRows.ShownFields(name));
        return plan;
    }

    // DuckDB's name of the column, beside PostgreSQL's.
    private static void AddOwnName(List<ScopeTable> tables, string name)
    {
        ScopeTable last = tables[^1];
        if (last.Columns.Any(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) return;
        ScopeColumn own = last.Columns[0] with { Name = name, IsVisible = false };
        tables[^1] = last with { Columns = [.. last.Columns, own] };
    }

    // What a function's rows have beside what PostgreSQL's have can be asked for by name.
    private static void HideFields(List<ScopeTable> tables, int shown)
    {
        ScopeTable last = tables[^1];
        if (last.Columns.Count <= shown) return;
        tables[^1] = last with
        {
            Columns = [.. last.Columns.Select((c, i) => i < shown ? c : c with { IsVisible = false })],
        };
    }

    /// <summary>The rows of a function that gives them as a list; fields of structs become columns.</summary>
    private BoundRelation BindRows(
        string name, string lists, Syntax.CallSyntax call, ExpressionBinder binder, SubqueryCollector subqueries,
        Syntax.FunctionReference reference)
    {
        Expression list = binder.Bind(new Syntax.CallSyntax(
            new Syntax.QualifiedName(lists) { Range = call.Function.Range }, call.Arguments) { Range = call.Range });
        NamedExpression element = new(
            context.Columns.Create(RowFunctions.ColumnOf(name), list.Type.Element!), list);
        PlanColumn? ordinality = reference.WithOrdinality
            ? context.Columns.Create("ordinality", LogicalType.BigInt, false)
            : null;
        LogicalNode plan = RowsOf([element], ordinality, subqueries);
        if (element.Column.Type.Kind == TypeKind.Struct)
        {
            IEnumerable<NamedExpression> fields = element.Column.Type.Fields.Select(f => new NamedExpression(
                context.Columns.Create(f.Name, f.Type), binder.FieldOf(new ColumnUse(element.Column), f.Name)));
            IEnumerable<NamedExpression> place = ordinality is null
                ? [] : [new NamedExpression(ordinality, new ColumnUse(ordinality))];
            plan = new Project(plan, fields.Concat(place).ToPlanList());
        }
        return new BoundRelation(plan, [.. plan.Output.Select(c => c.Name)]);
    }

    /// <summary>The elements of lists as rows, without the columns of subqueries that the lists came from.</summary>
    private static LogicalNode RowsOf(
        PlanList<NamedExpression> lists, PlanColumn? ordinality, SubqueryCollector subqueries)
    {
        LogicalNode input = subqueries.Attach(Values.OneRow);
        Unnest rows = new(input, lists, ordinality, false);
        if (ReferenceEquals(input, Values.OneRow)) return rows;
        IEnumerable<PlanColumn> own = lists.Select(l => l.Column);
        if (ordinality is not null) own = own.Append(ordinality);
        return new Project(rows, own.Select(c => new NamedExpression(c, new ColumnUse(c))).ToPlanList());
    }

    private BoundRelation BindSeries(
        string name, Syntax.CallSyntax call, ExpressionBinder binder, SubqueryCollector subqueries)
    {
        Expression[] arguments = [.. call.Arguments.Select(a => binder.Bind(a.Value))];
        if (arguments.Length is 0 or > 3)
        {
            throw new QueryException(SqlStates.UndefinedFunction, $"{name} takes 1 to 3 arguments", call.Position);
        }
        if (subqueries.Count > 0 || arguments.Any(a => a.Type is { Kind: TypeKind.Decimal, Scale: > 0 }))
        {
            Expression list = binder.ListOfSeries(name, arguments, call.Position);
            PlanColumn number = context.Columns.Create(name, list.Type.Element!);
            return new BoundRelation(RowsOf([new NamedExpression(number, list)], null, subqueries), [name]);
        }
        LogicalType type = arguments.Any(a => a.Type.IsTimestamp || a.Type.Kind == TypeKind.Date)
            ? SeriesTime(arguments) : LogicalType.BigInt;
        Expression start = arguments.Length == 1 ? new Constant(Value.BigInt(0)) : context.To(arguments[0], type);
        Expression end = context.To(arguments[arguments.Length == 1 ? 0 : 1], type);
        LogicalType stepType = type.Kind == TypeKind.BigInt ? LogicalType.BigInt : LogicalType.Interval;
        Expression step = arguments.Length == 3
            ? context.To(arguments[2], stepType)
            : new Constant(type.Kind == TypeKind.BigInt ? Value.BigInt(1) : Value.OfInterval(new Interval(0, 1, 0)));
        PlanColumn column = context.Columns.Create(name, type, false);
        return new BoundRelation(new Series(column, start, end, step, name == "generate_series"), [name]);
    }

    private static LogicalType SeriesTime(Expression[] arguments) =>
        arguments.Any(a => a.Type.Kind == TypeKind.TimestampTz) ? LogicalType.TimestampTz : LogicalType.Timestamp;

    private BoundRelation BindUnnest(
        Syntax.CallSyntax call, ExpressionBinder binder, SubqueryCollector subqueries, bool withOrdinality)
    {
        List<NamedExpression> lists = [];
        foreach (Syntax.ArgumentSyntax argument in call.Arguments)
        {
            Expression list = binder.Bind(argument.Value);
            if (list.Type.Kind == TypeKind.Array) list = context.To(list, LogicalType.List(list.Type.Element!));
            if (list.Type.Kind is not (TypeKind.List or TypeKind.Map))
            {
                throw new QueryException(
                    SqlStates.UndefinedFunction, $"unnest takes lists, not type {list.Type}", argument.Position);
            }
            lists.Add(new NamedExpression(context.Columns.Create("unnest", list.Type.Element!), list));
        }
        PlanColumn? ordinality = withOrdinality
            ? context.Columns.Create("ordinality", LogicalType.BigInt, false)
            : null;
        LogicalNode plan = RowsOf(lists.ToPlanList(), ordinality, subqueries);
        return new BoundRelation(plan, [.. plan.Output.Select(c => c.Name)]);
    }

    // As in PostgreSQL a function of values may stand in FROM: its value is a row.
    private bool IsOfValues(string name, Syntax.CallSyntax call) =>
        !context.Catalog.TableFunctionNames.Contains(name, StringComparer.OrdinalIgnoreCase) &&
        (context.Functions.IsScalar(name) || FunctionRegistry.Defined(name, call.Arguments.Count) is not null ||
            context.Catalog.FindMacro(null, call.Function.Last.Name, isTable: false) is { Count: > 0 });

    private BoundRelation BindValue(
        string name, Syntax.CallSyntax call, ExpressionBinder binder, SubqueryCollector subqueries)
    {
        Expression value = binder.Bind(call);
        if (context.IsUnknown(value)) value = context.To(value, LogicalType.Varchar);
        PlanColumn column = context.Columns.Create(name, value.Type);
        LogicalNode plan = new Project(subqueries.Attach(Values.OneRow), [new NamedExpression(column, value)]);
        if (value.Type.Kind != TypeKind.Struct) return new BoundRelation(plan, [name]);
        PlanList<NamedExpression> fields = value.Type.Fields.Select(f => new NamedExpression(
            context.Columns.Create(f.Name, f.Type), binder.FieldOf(new ColumnUse(column), f.Name))).ToPlanList();
        return new BoundRelation(new Project(plan, fields), [.. value.Type.Fields.Select(f => f.Name)]);
    }

    private BoundRelation BindTableFunction(string name, Syntax.CallSyntax call, ExpressionBinder binder)
    {
        List<Value> arguments = [];
        Dictionary<string, Value> named = new(StringComparer.OrdinalIgnoreCase);
        foreach (Syntax.ArgumentSyntax argument in call.Arguments)
        {
            Value value = Evaluate(argument.Value, binder) ?? throw new QueryException(
                SqlStates.FeatureNotSupported, $"Arguments of {name} must be constants", argument.Position);
            if (argument.Name is null) arguments.Add(value);
            else named[argument.Name.Name] = value;
        }
        IPlanSource source = CallTableFunction(name, arguments, named, call.Position)
            ?? throw NoTableFunction(name, call);
        return ScanOf(source);
    }

    // Lists and structs are those of options: texts, numbers and bare words may stand in one list.
    private Value? Evaluate(Syntax.SyntaxExpression argument, ExpressionBinder binder) =>
        argument is Syntax.ListSyntax or Syntax.StructSyntax
            ? OptionValues.ValueOf(argument, context)
            : ConstantEvaluator.TryEvaluate(binder.Bind(argument), context.Session);

    private IPlanSource? CallTableFunction(
        string name, IReadOnlyList<Value> arguments, IReadOnlyDictionary<string, Value> named, int position)
    {
        try
        {
            return context.Catalog.BindTableFunction(name, arguments, named, context.FilesTarget);
        }
        catch (QueryException error)
        {
            throw error.At(position);
        }
    }

    private QueryException NoTableFunction(string name, Syntax.CallSyntax call)
    {
        string known = string.Create(CultureInfo.InvariantCulture, $"Function cannot stand in FROM: {name}");
        bool isFunction = context.Functions.IsScalar(name) || context.Functions.IsAggregate(name);
        return new QueryException(
            SqlStates.UndefinedFunction, isFunction ? known : $"Table function does not exist: {name}", call.Position,
            isFunction ? $"Write SELECT {name}(…)." : NearFunction(name));
    }

    private string? NearFunction(string name) =>
        Suggestion.Nearest(
            name, context.Catalog.TableFunctionNames.Concat(["range", "unnest"]).Concat(RowFunctions.Names))
            is { } near
            ? $"Did you mean {near}?"
            : null;
}
