using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <content>Queries and what stands in FROM.</content>
internal sealed partial class SqlWriter
{
    private void WriteQuery(Query query)
    {
        EnsureStack();
        if (query.With is not null)
        {
            WriteWith(query.With);
            Put(' ');
        }
        switch (query)
        {
            case SelectQuery select: WriteSelect(select); break;
            case SetOperationQuery operation: WriteSetOperation(operation); break;
            case ValuesQuery values: WriteValues(values); break;
            case StatementQuery statement:
            {
                // DESCRIBE q ORDER BY x would sort q, not what DESCRIBE yields.
                bool enclose = !query.OrderBy.IsEmpty || query.Limit is not null || !query.Locking.IsEmpty;
                PutIf(enclose, "(");
                WriteStatement(statement.Statement);
                PutIf(enclose, ")");
                break;
            }
            default: throw Invariant.Unreachable(query.GetType().Name);
        }
        if (!query.OrderBy.IsEmpty)
        {
            Put(' ');
            WriteOrderBy(query.OrderBy);
        }
        if (query.Limit is not null) WriteLimit(query.Limit);
        foreach (LockingClause locking in query.Locking) WriteLocking(locking);
    }

    private void WriteWith(WithClause with)
    {
        Put(with.IsRecursive ? "WITH RECURSIVE " : "WITH ");
        PutList(with.Tables, WriteCommonTable);
    }

    private void WriteCommonTable(CommonTable table)
    {
        WriteName(table.Name);
        WriteOptionalNames(table.Columns);
        if (!table.Key.IsEmpty)
        {
            Put(" USING KEY ");
            WriteNames(table.Key);
        }
        Put(table.Materialization switch
        {
            Materialization.Always => " AS MATERIALIZED ",
            Materialization.Never => " AS NOT MATERIALIZED ",
            _ => " AS ",
        });
        WriteParenthesizedQuery(table.Query);
        if (table.Search is SearchClause search)
        {
            Put(search.IsBreadthFirst ? " SEARCH BREADTH FIRST BY " : " SEARCH DEPTH FIRST BY ");
            PutList(search.Columns, WriteName);
            Put(" SET ");
            WriteName(search.SequenceColumn);
        }
        if (table.Cycle is not CycleClause cycle) return;
        Put(" CYCLE ");
        PutList(cycle.Columns, WriteName);
        Put(" SET ");
        WriteName(cycle.MarkColumn);
        if (cycle.MarkValue is not null && cycle.MarkDefault is not null)
        {
            Put(" TO ");
            WriteExpression(cycle.MarkValue, Precedence.Operand);
            Put(" DEFAULT ");
            WriteExpression(cycle.MarkDefault, Precedence.Operand);
        }
        Put(" USING ");
        WriteName(cycle.PathColumn);
    }

    private void WriteSelect(SelectQuery select)
    {
        Put("SELECT");
        if (select.Distinct is not null)
        {
            Put(" DISTINCT");
            if (!select.Distinct.On.IsEmpty)
            {
                Put(" ON ");
                PutParenthesized(select.Distinct.On, WriteExpression);
            }
        }
        PutIf(!select.Items.IsEmpty, " ");
        PutList(select.Items, WriteSelectItem);
        if (!select.From.IsEmpty)
        {
            Put(" FROM ");
            PutList(select.From, WriteTable);
        }
        WriteClause(" WHERE ", select.Where);
        if (select.GroupBy is not null) WriteGroupBy(select.GroupBy);
        WriteClause(" HAVING ", select.Having);
        if (!select.Windows.IsEmpty)
        {
            Put(" WINDOW ");
            PutList(select.Windows, window =>
            {
                WriteName(window.Name);
                Put(" AS ");
                WriteWindow(window.Specification);
            });
        }
        WriteClause(" QUALIFY ", select.Qualify);
        if (select.Sample is not null)
        {
            Put(" USING SAMPLE ");
            WriteSample(select.Sample);
        }
    }

    private void WriteClause(string word, SyntaxExpression? expression)
    {
        if (expression is null) return;
        Put(word);
        WriteExpression(expression);
    }

    private void WriteSelectItem(SelectItem item)
    {
        WriteExpression(item.Expression);
        if (item.Alias is null) return;
        Put(" AS ");
        WriteName(item.Alias);
    }

    private void WriteGroupBy(GroupByClause groupBy)
    {
        Put(groupBy.IsDistinct ? " GROUP BY DISTINCT " : " GROUP BY ");
        PutIf(groupBy.IsAll, "ALL");
        PutList(groupBy.Elements, WriteGrouping);
    }

    private void WriteGrouping(GroupingElement element)
    {
        switch (element)
        {
            case GroupingColumns { Expressions.Count: 1 } columns: WriteExpression(columns.Expressions[0]); break;
            case GroupingColumns columns: PutParenthesized(columns.Expressions, WriteExpression); break;
            case GroupingRollup rollup:
                Put("ROLLUP ");
                PutParenthesized(rollup.Columns, WriteGrouping);
                break;
            case GroupingCube cube:
                Put("CUBE ");
                PutParenthesized(cube.Columns, WriteGrouping);
                break;
            case GroupingSets sets:
                EnsureStack();
                Put("GROUPING SETS ");
                PutParenthesized(sets.Sets, WriteGrouping);
                break;
            default: throw Invariant.Unreachable(element.GetType().Name);
        }
    }

    private void WriteSetOperation(SetOperationQuery operation)
    {
        WriteOperand(operation.Left, LevelOf(operation.Operator));
        Put(operation.Operator switch
        {
            SetOperator.Union => " UNION ",
            SetOperator.Intersect => " INTERSECT ",
            _ => " EXCEPT ",
        });
        PutIf(operation.IsAll, "ALL ");
        PutIf(operation.IsByName, "BY NAME ");
        WriteOperand(operation.Right, LevelOf(operation.Operator) + 1);
    }

    private static int LevelOf(SetOperator operation) => operation == SetOperator.Intersect ? 2 : 1;

    private void WriteOperand(Query operand, int minimumLevel)
    {
        bool enclose = operand.With is not null || !operand.OrderBy.IsEmpty || operand.Limit is not null
            || !operand.Locking.IsEmpty || operand is StatementQuery
            || (operand is SetOperationQuery inner && LevelOf(inner.Operator) < minimumLevel);
        PutIf(enclose, "(");
        WriteQuery(operand);
        PutIf(enclose, ")");
    }

    private void WriteValues(ValuesQuery values)
    {
        Put("VALUES ");
        PutList(values.Rows, row => PutParenthesized(row.Values, WriteExpression));
    }

    private void WriteOrderBy(SyntaxList<OrderItem> items)
    {
        Put("ORDER BY ");
        PutList(items, WriteOrderItem);
    }

    private void WriteOrderItem(OrderItem item)
    {
        WriteExpression(item.Expression);
        PutIf(item.Direction == SortDirection.Ascending, " ASC");
        PutIf(item.Direction == SortDirection.Descending, " DESC");
        PutIf(item.Nulls == NullOrder.First, " NULLS FIRST");
        PutIf(item.Nulls == NullOrder.Last, " NULLS LAST");
    }

    private void WriteLimit(LimitClause limit)
    {
        if (limit.Count is null && limit.Offset is null) Put(" LIMIT ALL");
        if (limit.Count is not null && !limit.WithTies)
        {
            Put(" LIMIT ");
            PutIf(limit.IsPercent, "(");
            WriteExpression(limit.Count);
            PutIf(limit.IsPercent, ") PERCENT");
        }
        WriteClause(" OFFSET ", limit.Offset);
        if (limit.Count is null || !limit.WithTies) return;
        Put(" FETCH FIRST (");
        WriteExpression(limit.Count);
        Put(limit.IsPercent ? ") PERCENT ROWS WITH TIES" : ") ROWS WITH TIES");
    }

    private void WriteLocking(LockingClause locking)
    {
        Put(locking.Strength switch
        {
            LockStrength.Update => " FOR UPDATE",
            LockStrength.NoKeyUpdate => " FOR NO KEY UPDATE",
            LockStrength.Share => " FOR SHARE",
            _ => " FOR KEY SHARE",
        });
        if (!locking.Tables.IsEmpty)
        {
            Put(" OF ");
            PutList(locking.Tables, WriteName);
        }
        PutIf(locking.Wait == LockWait.NoWait, " NOWAIT");
        PutIf(locking.Wait == LockWait.SkipLocked, " SKIP LOCKED");
    }

    private void WriteSample(SampleClause sample)
    {
        Put(sample.Method switch
        {
            SampleMethod.Bernoulli => "BERNOULLI ",
            SampleMethod.System => "SYSTEM ",
            SampleMethod.Reservoir => "RESERVOIR ",
            _ => "",
        });
        Put('(');
        bool enclose = sample.Size is not LiteralSyntax;
        PutIf(enclose, "(");
        WriteExpression(sample.Size);
        PutIf(enclose, ")");
        Put(sample.IsPercent ? " PERCENT)" : " ROWS)");
        if (sample.Seed is null) return;
        Put(" REPEATABLE (");
        WriteExpression(sample.Seed);
        Put(')');
    }

    // What stands in FROM.

    private void WriteTable(TableReference table)
    {
        EnsureStack();
        switch (table)
        {
            case NamedTableReference named:
                WriteName(named.Name);
                if (named.AsOf is not null) WriteAsOf(named.AsOf);
                break;
            case FileReference file: PutString(file.Path); break;
            case FunctionReference function: WriteFunctionReference(function); return;
            case SubqueryReference subquery:
                PutIf(subquery.IsLateral, "LATERAL ");
                WriteParenthesizedQuery(subquery.Query);
                break;
            case JoinReference join:
            {
                bool enclose = join.Alias is not null || join.Sample is not null;
                PutIf(enclose, "(");
                WriteJoin(join);
                PutIf(enclose, ")");
                break;
            }
            case PivotReference pivot: WritePivot(pivot); break;
            case UnpivotReference unpivot: WriteUnpivot(unpivot); break;
            default: throw Invariant.Unreachable(table.GetType().Name);
        }
        WriteTableEnd(table);
    }

    private void WriteTableEnd(TableReference table)
    {
        if (table.Alias is TableAlias alias)
        {
            Put(" AS ");
            WriteName(alias.Name);
            if (!alias.Columns.IsEmpty) WriteNames(alias.Columns);
        }
        if (table.Sample is null) return;
        Put(" TABLESAMPLE ");
        WriteSample(table.Sample);
    }

    private void WriteAsOf(AsOfClause asOf)
    {
        Put(asOf.IsVersion ? " AS OF VERSION (" : " AS OF TIMESTAMP (");
        WriteExpression(asOf.Value);
        Put(')');
    }

    private void WriteFunctionReference(FunctionReference function)
    {
        PutIf(function.IsLateral, "LATERAL ");
        TableFunctionCall single = function.Calls[0];
        // Columns of the alias and types of the function's own columns do not go into one list.
        bool isList = function.Calls.Count > 1
            || (!single.Columns.IsEmpty && (function.WithOrdinality || function.Alias is { Columns.IsEmpty: false }));
        if (isList)
        {
            Put("ROWS FROM ");
            PutParenthesized(function.Calls, call =>
            {
                if (call.Call is CastSyntax inner) WriteCastCall(inner);
                else WriteExpression(call.Call);
                if (call.Columns.IsEmpty) return;
                Put(" AS ");
                PutParenthesized(call.Columns, WriteField);
            });
        }
        else if (single.Call is CastSyntax cast) WriteCastCall(cast);
        else WriteExpression(single.Call);
        PutIf(function.WithOrdinality, " WITH ORDINALITY");
        if (!isList && !single.Columns.IsEmpty)
        {
            Put(" AS ");
            if (function.Alias is not null) WriteName(function.Alias.Name);
            PutParenthesized(single.Columns, WriteField);
            WriteTableEnd(function with { Alias = null });
            return;
        }
        WriteTableEnd(function);
    }

    private void WriteJoin(JoinReference join)
    {
        WriteTable(join.Left);
        PutIf(join.IsNatural, " NATURAL");
        PutIf(join.IsAsOf, " ASOF");
        Put(join.Kind switch
        {
            JoinKind.Inner => " JOIN ",
            JoinKind.Left => " LEFT JOIN ",
            JoinKind.Right => " RIGHT JOIN ",
            JoinKind.Full => " FULL JOIN ",
            JoinKind.Cross => " CROSS JOIN ",
            JoinKind.Semi => " SEMI JOIN ",
            JoinKind.Anti => " ANTI JOIN ",
            _ => " POSITIONAL JOIN ",
        });
        WriteEnclosedJoin(join.Right);
        WriteClause(" ON ", join.On);
        if (join.Using.IsEmpty) return;
        Put(" USING ");
        WriteNames(join.Using);
        if (join.UsingAlias is null) return;
        Put(" AS ");
        WriteName(join.UsingAlias);
    }

    /// <summary>A table where a bare join would not stay together.</summary>
    private void WriteEnclosedJoin(TableReference table)
    {
        bool enclose = table is JoinReference { Alias: null, Sample: null };
        PutIf(enclose, "(");
        WriteTable(table);
        PutIf(enclose, ")");
    }

    private void WritePivot(PivotReference pivot)
    {
        WriteEnclosedJoin(pivot.Source);
        Put(" PIVOT (");
        PutList(pivot.Aggregates, WriteSelectItem);
        PutIf(!pivot.Aggregates.IsEmpty, " ");
        Put("FOR ");
        PutList(pivot.Columns, column =>
        {
            WriteExpression(column.Expression, Precedence.Other);
            if (column.Query is not null)
            {
                Put(" IN ");
                WriteParenthesizedQuery(column.Query);
            }
            else if (!column.Values.IsEmpty)
            {
                Put(" IN ");
                PutParenthesized(column.Values, WriteSelectItem);
            }
        });
        if (!pivot.GroupBy.IsEmpty)
        {
            Put(" GROUP BY ");
            PutList(pivot.GroupBy, WriteExpression);
        }
        Put(')');
    }

    private void WriteUnpivot(UnpivotReference unpivot)
    {
        WriteEnclosedJoin(unpivot.Source);
        Put(unpivot.IncludeNulls ? " UNPIVOT INCLUDE NULLS (" : " UNPIVOT (");
        if (unpivot.ValueColumns.Count == 1) WriteName(unpivot.ValueColumns[0]);
        else WriteNames(unpivot.ValueColumns);
        Put(" FOR ");
        WriteName(unpivot.NameColumn);
        Put(" IN ");
        PutParenthesized(unpivot.Columns, column =>
        {
            if (column.Expressions.Count == 1) WriteExpression(column.Expressions[0]);
            else PutParenthesized(column.Expressions, WriteExpression);
            if (column.Alias is null) return;
            Put(" AS ");
            WriteName(column.Alias);
        });
        Put(')');
    }
}
