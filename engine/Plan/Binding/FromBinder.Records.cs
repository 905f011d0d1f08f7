using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <content>Functions that return records, whose columns stand behind: <c>json_to_record(j) AS t(a int)</c>.</content>
internal sealed partial class FromBinder
{
    private static bool IsOfRecords(string name) =>
        name is "json_to_record" or "jsonb_to_record" or "json_to_recordset" or "jsonb_to_recordset"
            or "json_populate_record" or "jsonb_populate_record"
            or "json_populate_recordset" or "jsonb_populate_recordset";

    private BoundRelation BindRecords(
        string name, Syntax.TableFunctionCall function, Syntax.CallSyntax call, ExpressionBinder binder,
        SubqueryCollector subqueries)
    {
        bool isSet = name.EndsWith("set", StringComparison.Ordinal);
        if (name.Contains("populate", StringComparison.Ordinal))
            return RecordsOf(binder.Bind(call), isSet, binder, subqueries, call.Position);
        if (function.Columns.IsEmpty)
        {
            throw new QueryException(
                SqlStates.SyntaxError, $"A column definition list is required for {name}", call.Position,
                $"Write {name}(…) AS t(a integer, b text).");
        }
        if (call.Arguments.Count != 1)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction, $"{name} takes one argument", call.Position);
        }
        LogicalType record = TypeBinder.Bind(new Syntax.StructTypeName(function.Columns), context);
        Expression given = binder.Bind(call.Arguments[0].Value);
        Expression json = context.Explicit(given, LogicalType.Json, false, call.Position);
        Expression rows = context.Explicit(json, isSet ? LogicalType.List(record) : record, false, call.Position);
        return RecordsOf(rows, isSet, binder, subqueries, call.Position);
    }

    // The fields of a struct, or of each struct of a list, as columns.
    private BoundRelation RecordsOf(
        Expression rows, bool isSet, ExpressionBinder binder, SubqueryCollector subqueries, int position)
    {
        LogicalType record = isSet ? rows.Type.Element! : rows.Type;
        if (record.Kind != TypeKind.Struct)
            throw new QueryException(SqlStates.UndefinedFunction, "The function needs a struct as its type", position);
        PlanColumn column = context.Columns.Create("record", record);
        LogicalNode plan = isSet
            ? RowsOf([new NamedExpression(column, rows)], null, subqueries)
            : new Project(subqueries.Attach(Values.OneRow), [new NamedExpression(column, rows)]);
        PlanList<NamedExpression> fields = record.Fields.Select(f => new NamedExpression(
            context.Columns.Create(f.Name, f.Type), binder.FieldOf(new ColumnUse(column), f.Name))).ToPlanList();
        return new BoundRelation(new Project(plan, fields), [.. record.Fields.Select(f => f.Name)]);
    }
}
