using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// PIVOT and UNPIVOT as the queries that they stand for. A pivoted column is an aggregate over the rows that have its
/// value; unpivoted columns are the rows of a lateral VALUES.
/// </summary>
internal static class PivotRewrite
{
    private const int MostColumns = 1_000;

    /// <summary>
    /// <c>SELECT columns that stay, aggregate FILTER (WHERE x IS NOT DISTINCT FROM value) … GROUP BY ALL</c>
    /// </summary>
    public static SelectQuery Pivot(PivotReference pivot)
    {
        List<SelectItem> items = [.. StayingColumns(pivot)];
        SelectItem[] aggregates = pivot.Aggregates.IsEmpty
            ? [new SelectItem(new CallSyntax("count", new StarSyntax()))] : [.. pivot.Aggregates];
        bool namesAggregates = aggregates.Length > 1 || aggregates[0].Alias is not null;
        foreach ((SyntaxExpression? condition, string name) in Combinations(pivot))
        {
            foreach (SelectItem aggregate in aggregates)
            {
                if (aggregate.Expression is not CallSyntax call)
                {
                    throw new QueryException(
                        SqlStates.FeatureNotSupported, "PIVOT takes aggregate calls", aggregate.Position);
                }
                SyntaxExpression? filter = call.Filter is null || condition is null
                    ? call.Filter ?? condition : new LogicalSyntax(LogicalOperator.And, [call.Filter, condition]);
                string suffix = aggregate.Alias?.Spelling ?? SelectBinder.NameOf(call);
                items.Add(new SelectItem(
                    call with { Filter = filter }, new Identifier(namesAggregates ? $"{name}_{suffix}" : name)));
                if (items.Count <= MostColumns) continue;
                throw new QueryException(
                    SqlStates.ProgramLimitExceeded, $"PIVOT makes more than {MostColumns} columns", pivot.Position);
            }
        }
        return new SelectQuery
        {
            Items = [.. items], From = [pivot.Source], GroupBy = new GroupByClause(true, false, default),
            Range = pivot.Range,
        };
    }

    /// <summary>
    /// <c>SELECT * EXCLUDE (columns), name, value FROM t, LATERAL (VALUES ('a', a), …) WHERE value IS NOT NULL</c>
    /// </summary>
    public static SelectQuery Unpivot(UnpivotReference unpivot)
    {
        List<ValuesRow> rows = [];
        List<QualifiedName> gone = [];
        foreach (UnpivotColumn column in unpivot.Columns)
        {
            if (column.Expressions.Count != unpivot.ValueColumns.Count)
            {
                throw new QueryException(
                    SqlStates.SyntaxError,
                    $"UNPIVOT has {unpivot.ValueColumns.Count} value columns, not {column.Expressions.Count}",
                        column.Position);
            }
            List<string> names = [];
            foreach (SyntaxExpression expression in column.Expressions)
            {
                if (expression is not ColumnSyntax one)
                {
                    throw new QueryException(
                        SqlStates.FeatureNotSupported, "UNPIVOT takes names of columns", expression.Position);
                }
                names.Add(one.Name.Last.Spelling);
                gone.Add(one.Name);
            }
            string label = column.Alias?.Spelling ?? string.Join('_', names);
            rows.Add(new ValuesRow([new StringLiteral(label), .. column.Expressions]));
        }
        if (rows.Count == 0)
            throw new QueryException(SqlStates.SyntaxError, "UNPIVOT needs columns", unpivot.Position);
        const string Rows = "unpivoted";
        SubqueryReference values = new(new ValuesQuery([.. rows]), IsLateral: true)
        {
            Alias = new TableAlias(new Identifier(Rows), [unpivot.NameColumn, .. unpivot.ValueColumns]),
        };
        SyntaxExpression[] tests = [.. unpivot.ValueColumns.Select(v => new IsSyntax(
            new ColumnSyntax(new QualifiedName([new Identifier(Rows), v])), IsTest.Null, true))];
        return new SelectQuery
        {
            Items = [new SelectItem(new StarSyntax(Exclude: [.. gone]))],
            From = [new JoinReference(Sql.JoinKind.Cross, unpivot.Source, values)],
            Where = unpivot.IncludeNulls ? null
                : tests.Length == 1 ? tests[0] : new LogicalSyntax(LogicalOperator.Or, [.. tests]),
            Range = unpivot.Range,
        };
    }

    /// <summary>Those of GROUP BY, else all that nothing mentions.</summary>
    private static IEnumerable<SelectItem> StayingColumns(PivotReference pivot)
    {
        if (!pivot.GroupBy.IsEmpty) return pivot.GroupBy.Select(e => new SelectItem(e));
        QualifiedName[] mentioned =
        [
            .. pivot.Columns.Select(c => (SyntaxNode)c.Expression).Concat(pivot.Aggregates.Select(a => a.Expression))
                .SelectMany(e => e.DescendantsAndSelf()).OfType<ColumnSyntax>()
                .Select(c => c.Name).DistinctBy(n => n.Last.Name),
        ];
        return [new SelectItem(new StarSyntax(Exclude: [.. mentioned]))];
    }

    /// <summary>Every combination of values: what makes a row its own, and its name.</summary>
    private static List<(SyntaxExpression? Condition, string Name)> Combinations(PivotReference pivot)
    {
        List<(SyntaxExpression?, string)> all = [(null, "")];
        foreach (PivotColumn column in pivot.Columns)
        {
            if (column.Values.IsEmpty && !column.IsLookedUp)
            {
                throw new QueryException(
                    SqlStates.FeatureNotSupported, "PIVOT of a view needs its values written out", column.Position,
                    "Write ON column IN (value, …): the columns of a view are known before it runs.");
            }
            List<(SyntaxExpression?, string)> longer = [];
            foreach ((SyntaxExpression? condition, string name) in all)
            {
                foreach (SelectItem value in column.Values)
                {
                    SyntaxExpression same = new DistinctFromSyntax(column.Expression, value.Expression, true);
                    SyntaxExpression both = condition is null
                        ? same : new LogicalSyntax(LogicalOperator.And, [condition, same]);
                    string own = value.Alias?.Spelling ?? TextOf(value.Expression);
                    longer.Add((both, name.Length == 0 ? own : $"{name}_{own}"));
                }
            }
            all = longer;
        }
        return all;
    }

    private static string TextOf(SyntaxExpression value) => value switch
    {
        StringLiteral text => text.Value,
        IntegerLiteral number => number.Value.ToString(CultureInfo.InvariantCulture),
        NumericLiteral number => number.Text,
        BooleanLiteral truth => truth.Value ? "true" : "false",
        NullLiteral => "NULL",
        TypedLiteral typed => typed.Text,
        ColumnSyntax name => name.Name.Last.Spelling,
        _ => throw new QueryException(
            SqlStates.FeatureNotSupported, "A value of PIVOT that is no literal needs a name: IN (value AS name)",
                value.Position),
    };
}
