using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Subqueries in expressions: each leaves a column behind and a join to be made.</summary>
internal sealed partial class ExpressionBinder
{
    private Expression BindSubquery(Syntax.SyntaxExpression syntax)
    {
        if (clause.Subqueries is not { } collector)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"Subqueries are not allowed in {clause.Name}", syntax.Position);
        }
        switch (syntax)
        {
            case Syntax.SubquerySyntax scalar:
                return BindScalarSubquery(collector, BindInner(scalar.Query), syntax.Position);
            case Syntax.ListSubquerySyntax list:
                return BindListSubquery(collector, list);
            case Syntax.ExistsSyntax exists:
                return AddMark(collector, BindInner(exists.Query).Plan, null, false);
            case Syntax.InQuerySyntax member:
                Expression isIn = BindAny(collector, member.Operand, "=", BindInner(member.Query), syntax.Position);
                return member.IsNegated ? Negated(isIn) : isIn;
            default:
                Syntax.QuantifiedQuerySyntax quantified = (Syntax.QuantifiedQuerySyntax)syntax;
                if (quantified.Quantifier == Syntax.Quantifier.Any)
                {
                    return BindAny(collector, quantified.Operand, quantified.Operator, BindInner(quantified.Query),
                        syntax.Position);
                }
                // x op ALL (q) is NOT (x not-op ANY (q)).
                ComparisonOperator op = ComparisonOf(quantified.Operator)
                    ?? throw NotQuantifiable(quantified.Operator, syntax.Position);
                return Negated(BindAny(
                    collector, quantified.Operand, op.Negate().Symbol(), BindInner(quantified.Query), syntax.Position));
        }
    }

    /// <summary>A list of these values, all of one type.</summary>
    public Expression ListOf(Expression[] values, int position) => BindCall("list_value", values, position);

    /// <summary>The list of a series: <c>range</c> or <c>generate_series</c> of these.</summary>
    public Expression ListOfSeries(string name, Expression[] arguments, int position) =>
        BindCall(name, arguments, position);

    /// <summary>The plan of a query that sees this scope.</summary>
    public BoundRelation BindQuery(Syntax.Query query) => BindInner(query);

    private BoundRelation BindInner(Syntax.Query query) => new QueryBinder(context).Bind(query, scope);

    private static ColumnUse BindScalarSubquery(SubqueryCollector collector, BoundRelation inner, int position)
    {
        RequireColumns(inner, 1, position);
        collector.Add(new PendingSubquery(inner.Plan, JoinKind.Single, null, null, false));
        return new ColumnUse(inner.Plan.Output[0]);
    }

    private Expression BindListSubquery(SubqueryCollector collector, Syntax.ListSubquerySyntax syntax)
    {
        BoundRelation inner = BindInner(syntax.Query);
        RequireColumns(inner, 1, syntax.Position);
        Expression value = new ColumnUse(inner.Plan.Output[0]);
        (AggregateOverload overload, LogicalType[] types) =
            context.Functions.ChooseAggregate("array_agg", [context.TypeOf(value)]);
        AggregateCall call = new(overload.Bind(types, []), [value]);
        PlanColumn list = context.Columns.Create("array", call.Type);
        Aggregate aggregate = new(inner.Plan, default, default, [new NamedAggregate(list, call)], null);
        ColumnUse use = BindScalarSubquery(collector, new BoundRelation(aggregate, ["array"]), syntax.Position);
        Expression empty = context.To(BindCall("list_value", [], syntax.Position), list.Type);
        return Coalesce([use, empty]);
    }

    private ColumnUse BindAny(
        SubqueryCollector collector, Syntax.SyntaxExpression operand, string symbol, BoundRelation inner, int position)
    {
        Expression[] left = operand is Syntax.RowSyntax row ? [.. row.Fields.Select(Bind)] : [Bind(operand)];
        if (operand is not Syntax.RowSyntax && left[0] is Call { Function.Info.Name: "row" } call)
            left = [.. call.Arguments];
        RequireColumns(inner, left.Length, position);
        if (ComparisonOf(symbol) is null) throw NotQuantifiable(symbol, position);
        Expression[] right = [.. inner.Plan.Output.Select(c => new ColumnUse(c))];
        return AddMark(collector, inner.Plan, CompareRows(symbol, left, right, position), true);
    }

    /// <summary>
    /// Rows are equal when all their fields are, different when one is, and in order by the first field that differs.
    /// </summary>
    private Expression CompareRows(string symbol, Expression[] left, Expression[] right, int position)
    {
        Expression[] fields = [.. left.Select((l, i) => Compare(symbol, l, right[i], position))];
        if (fields.Length == 1 || symbol == "=") return Conjunction.Of(fields);
        if (ComparisonOf(symbol) == ComparisonOperator.NotEqual) return Disjunction.Of(fields);
        string strict = symbol.TrimEnd('=');
        Expression result = fields[^1];
        for (int i = left.Length - 2; i >= 0; i--)
        {
            Expression same = Compare("=", left[i], right[i], position);
            result = Disjunction.Of([Compare(strict, left[i], right[i], position), Conjunction.Of([same, result])]);
        }
        return result;
    }

    private ColumnUse AddMark(SubqueryCollector collector, LogicalNode plan, Expression? condition, bool isNullAware)
    {
        PlanColumn mark = context.Columns.Create("mark", LogicalType.Boolean, isNullAware);
        collector.Add(new PendingSubquery(plan, JoinKind.Mark, condition, mark, isNullAware));
        return new ColumnUse(mark);
    }

    // x op ANY (list), x op ALL (list)
    private Expression BindQuantified(Syntax.QuantifiedSyntax syntax)
    {
        Expression operand = Bind(syntax.Operand);
        if (syntax.Collection is Syntax.ListSyntax { Items.Count: > 0 } items)
        {
            IEnumerable<Expression> tests =
                items.Items.Select(i => BindBinary(syntax.Operator, operand, Bind(i), syntax.Position));
            return syntax.Quantifier == Syntax.Quantifier.Any ? Disjunction.Of(tests) : Conjunction.Of(tests);
        }
        Expression list = Bind(syntax.Collection);
        string name = syntax.Quantifier == Syntax.Quantifier.Any ? "list_any" : "list_all";
        if (ComparisonOf(syntax.Operator) is null) throw NotQuantifiable(syntax.Operator, syntax.Position);
        return BindCall(name, [operand, new Constant(Value.Text(syntax.Operator)), list], syntax.Position);
    }

    private static void RequireColumns(BoundRelation inner, int count, int position)
    {
        int given = inner.Plan.Output.Count;
        if (given == count) return;
        string message = count == 1
            ? $"Subquery must return only one column, not {given}"
            : $"Subquery has {(given < count ? "too few" : "too many")} columns: {given}, not {count}";
        throw new QueryException(SqlStates.SyntaxError, message, position);
    }

    private static QueryException NotQuantifiable(string symbol, int position) =>
        new(SqlStates.WrongObjectType, $"ANY and ALL need a comparison, not {symbol}", position);
}
