namespace ColFrag.Engine.Sql;

/// <content>PIVOT and UNPIVOT, as statements and behind a table.</content>
internal sealed partial class Parser
{
    /// <summary><c>t PIVOT (sum(x) FOR a IN (1, 2), b GROUP BY c)</c>, at the word.</summary>
    private PivotReference ParsePivot(TableReference source, int start)
    {
        int position = Current.Start;
        Expect(Keyword.Pivot);
        Expect(TokenKind.LeftParenthesis);
        SyntaxList<SelectItem> aggregates = At(Keyword.For) ? [] : ParseCommaList(ParseSelectItem);
        Expect(Keyword.For);
        List<PivotColumn> columns = [ParsePivotColumn()];
        while (!At(TokenKind.RightParenthesis) && !At(Keyword.Group))
        {
            Accept(TokenKind.Comma);
            columns.Add(ParsePivotColumn());
        }
        SyntaxList<SyntaxExpression> groupBy = Accept(Keyword.Group, Keyword.By) ? ParseExpressionList() : [];
        Expect(TokenKind.RightParenthesis);
        TableAlias? alias = ParseTableAlias();
        return new PivotReference(source, aggregates, SyntaxList.From(columns), groupBy)
        {
            Alias = alias, Range = Since(start), Position = position,
        };
    }

    /// <summary>The statement <c>PIVOT t ON a IN (1, 2), b USING sum(x) GROUP BY c</c>.</summary>
    private SelectQuery ParsePivotStatement()
    {
        int start = Current.Start;
        Expect(Keyword.Pivot);
        TableReference source = ParseTablePrimary();
        Expect(Keyword.On);
        SyntaxList<PivotColumn> columns = ParseCommaList(ParsePivotColumn);
        SyntaxList<SelectItem> aggregates = Accept(Keyword.Using) ? ParseCommaList(ParseSelectItem) : [];
        SyntaxList<SyntaxExpression> groupBy = Accept(Keyword.Group, Keyword.By) ? ParseExpressionList() : [];
        return SelectAll(new PivotReference(source, aggregates, columns, groupBy) { Range = Since(start) }, start);
    }

    private PivotColumn ParsePivotColumn()
    {
        int start = Current.Start;
        SyntaxExpression expression = ParseOperators(Precedence.Like + 1);
        SyntaxList<SelectItem> values = [];
        Query? query = null;
        if (Accept(Keyword.In))
        {
            Expect(TokenKind.LeftParenthesis);
            if (AtQuery()) query = ParseQuery();
            else values = ParseCommaList(ParseSelectItem);
            Expect(TokenKind.RightParenthesis);
        }
        return new PivotColumn(expression, values, query) { Range = Since(start) };
    }

    /// <summary><c>t UNPIVOT [INCLUDE NULLS] (value FOR name IN (a, b))</c>, at the word.</summary>
    private UnpivotReference ParseUnpivot(TableReference source, int start)
    {
        int position = Current.Start;
        Expect(Keyword.Unpivot);
        bool includeNulls = ParseUnpivotNulls();
        Expect(TokenKind.LeftParenthesis);
        SyntaxList<Identifier> values = At(TokenKind.LeftParenthesis) ? ParseNameList() : [ParseName()];
        Expect(Keyword.For);
        Identifier name = ParseName();
        Expect(Keyword.In);
        SyntaxList<UnpivotColumn> columns = ParseParenthesizedList(ParseUnpivotColumn);
        Expect(TokenKind.RightParenthesis);
        TableAlias? alias = ParseTableAlias();
        return new UnpivotReference(source, values, name, columns, includeNulls)
        {
            Alias = alias, Range = Since(start), Position = position,
        };
    }

    /// <summary>The statement <c>UNPIVOT [INCLUDE NULLS] t ON a, b INTO NAME n VALUE v</c>.</summary>
    private SelectQuery ParseUnpivotStatement()
    {
        int start = Current.Start;
        Expect(Keyword.Unpivot);
        bool includeNulls = ParseUnpivotNulls();
        TableReference source = ParseTablePrimary();
        if (!includeNulls) includeNulls = ParseUnpivotNulls();
        Expect(Keyword.On);
        SyntaxList<UnpivotColumn> columns = ParseCommaList(ParseUnpivotColumn);
        Identifier name = new("name");
        SyntaxList<Identifier> values = [new Identifier("value")];
        if (Accept(Keyword.Into))
        {
            Expect(Keyword.Name);
            name = ParseName();
            if (!Accept(Keyword.Values)) Expect(Keyword.Value);
            values = ParseCommaList(ParseName);
        }
        return SelectAll(
            new UnpivotReference(source, values, name, columns, includeNulls) { Range = Since(start) }, start);
    }

    private bool ParseUnpivotNulls()
    {
        if (Accept(Keyword.Include, Keyword.Nulls)) return true;
        Accept(Keyword.Exclude, Keyword.Nulls);
        return false;
    }

    /// <summary><c>a</c>, <c>a AS 'label'</c>, <c>(a, b) AS label</c>, <c>COLUMNS(…)</c>, <c>*</c></summary>
    private UnpivotColumn ParseUnpivotColumn()
    {
        int start = Current.Start;
        bool isRow = At(TokenKind.LeftParenthesis);
        SyntaxExpression expression = ParseStarOrExpression();
        SyntaxList<SyntaxExpression> columns = isRow && expression is RowSyntax row ? row.Fields : [expression];
        Identifier? alias = ParseSelectAlias();
        return new UnpivotColumn(columns, alias) { Range = Since(start) };
    }
}
