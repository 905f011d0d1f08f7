using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <content>SELECT and everything that can stand in its place.</content>
internal sealed partial class Parser
{
    private static readonly Keyword[] ClauseKeywords =
    [
        Keyword.From, Keyword.Where, Keyword.Group, Keyword.Having, Keyword.Window, Keyword.Qualify, Keyword.Order,
        Keyword.Limit, Keyword.Offset, Keyword.Fetch, Keyword.Union, Keyword.Intersect, Keyword.Except,
    ];

    /// <summary>True where a query begins; a parenthesis is the caller's business.</summary>
    private bool AtQuery()
    {
        switch (Current.Keyword)
        {
            case Keyword.Select or Keyword.With or Keyword.Table or Keyword.From:
                return true;
            case Keyword.Values:
                return Peek(1).Kind == TokenKind.LeftParenthesis;
            case Keyword.Pivot or Keyword.Unpivot or Keyword.Describe or Keyword.Summarize or Keyword.Show:
                // These are names too; two names in a row can only be the statement.
                if (Peek(1).Kind == TokenKind.LeftParenthesis)
                {
                    return Peek(2).Kind == TokenKind.LeftParenthesis || Peek(2).Keyword is Keyword.Select
                        or Keyword.From or Keyword.With or Keyword.Values or Keyword.Table or Keyword.Describe
                        or Keyword.Summarize or Keyword.Pivot or Keyword.Unpivot;
                }
                return Peek(1).Kind is TokenKind.Word or TokenKind.QuotedName or TokenKind.String
                    && Peek(1).Keyword is not (Keyword.Is or Keyword.In or Keyword.And or Keyword.Or or Keyword.Not
                        or Keyword.Like or Keyword.Ilike or Keyword.Between or Keyword.As or Keyword.Collate);
            default:
                return false;
        }
    }

    /// <summary>True where a query in parentheses goes on behind them.</summary>
    private bool AtQueryContinuation() => Current.Keyword is Keyword.Union or Keyword.Intersect or Keyword.Except
        or Keyword.Order or Keyword.Limit or Keyword.Offset or Keyword.Fetch;

    private Query ParseParenthesizedQuery()
    {
        Expect(TokenKind.LeftParenthesis);
        Query query = ParseQuery();
        Expect(TokenKind.RightParenthesis);
        return query;
    }

    /// <summary>A whole query: WITH, set operations, ORDER BY and LIMIT.</summary>
    private Query ParseQuery()
    {
        Enter();
        int start = Current.Start;
        WithClause? with = At(Keyword.With) ? ParseWith() : null;
        Query query = ParseQueryBehind(with, start);
        Leave();
        return query;
    }

    private Query ParseQueryBehind(WithClause? with, int start)
    {
        int bodyStart = Current.Start;
        Query query = ParseSetOperations(ParseQueryOperand(), bodyStart, minimumLevel: 1);
        query = ParseOrderAndLimit(query, start);
        if (with is null) return query;
        if (query.With is not null)
        {
            throw Refused("multiple WITH clauses not allowed", query.With.Position, "Merge them into one.");
        }
        return query with { With = with, Range = Since(start) };
    }

    /// <summary>The rest of a query whose first part stood in parentheses.</summary>
    private Query ContinueQuery(Query first, int start) =>
        ParseOrderAndLimit(ParseSetOperations(first, start, minimumLevel: 1), start);

    /// <summary>Set operations from the left; INTERSECT binds tighter than UNION and EXCEPT.</summary>
    private Query ParseSetOperations(Query left, int start, int minimumLevel)
    {
        while (true)
        {
            int position = Current.Start;
            (SetOperator Operator, int Level)? operation = Current.Keyword switch
            {
                Keyword.Union => (SetOperator.Union, 1),
                Keyword.Except => (SetOperator.Except, 1),
                Keyword.Intersect => (SetOperator.Intersect, 2),
                _ => null,
            };
            if (operation is not { } found)
            {
                _expectations?.Add(_index, ClauseKeywords);
                return left;
            }
            if (found.Level < minimumLevel) return left;
            Advance();
            bool all = Accept(Keyword.All);
            if (!all) Accept(Keyword.Distinct);
            bool byName = Accept(Keyword.By, Keyword.Name);
            int rightStart = Current.Start;
            Query right = ParseSetOperations(ParseQueryOperand(), rightStart, found.Level + 1);
            left = new SetOperationQuery(found.Operator, all, byName, left, right)
            {
                Range = Since(start), Position = position,
            };
            _chainLength++;
        }
    }

    /// <summary>One SELECT, VALUES or TABLE, or a query in parentheses.</summary>
    private Query ParseQueryOperand()
    {
        int start = Current.Start;
        if (At(TokenKind.LeftParenthesis)) return ParseParenthesizedQuery();
        if (At(Keyword.Select)) return ParseSelect();
        if (At(Keyword.From)) return ParseFromFirst();
        if (At(Keyword.Values)) return ParseValues();
        if (Accept(Keyword.Table))
        {
            NamedTableReference table = ParseRelation();
            return SelectAll(table, start);
        }
        switch (Current.Keyword)
        {
            case Keyword.Pivot: return ParsePivotStatement();
            case Keyword.Unpivot: return ParseUnpivotStatement();
            case Keyword.Describe or Keyword.Summarize or Keyword.Show:
            {
                Statement statement = ParseStatement();
                return new StatementQuery(statement) { Range = Since(start) };
            }
            default: throw Unexpected();
        }
    }

    /// <summary><c>SELECT * FROM</c> a table.</summary>
    private SelectQuery SelectAll(TableReference table, int start)
    {
        SelectItem star = new(new StarSyntax { Range = Since(start) }) { Range = Since(start) };
        return new SelectQuery { Items = [star], From = [table], Range = Since(start) };
    }

    private SelectQuery ParseSelect()
    {
        int start = Current.Start;
        Expect(Keyword.Select);
        DistinctClause? distinct = ParseDistinct();
        SyntaxList<SelectItem> items = ParseSelectList();
        ParseInto();
        SyntaxList<TableReference> from = Accept(Keyword.From) ? ParseClauseList(ParseTableReference) : [];
        return ParseSelectTail(new SelectQuery { Distinct = distinct, Items = items, From = from }, start);
    }

    /// <summary><c>FROM t [SELECT …]</c></summary>
    private SelectQuery ParseFromFirst()
    {
        int start = Current.Start;
        Expect(Keyword.From);
        SyntaxList<TableReference> from = ParseClauseList(ParseTableReference);
        DistinctClause? distinct = null;
        SyntaxList<SelectItem> items;
        if (Accept(Keyword.Select))
        {
            distinct = ParseDistinct();
            items = ParseSelectList();
        }
        else
        {
            items = [new SelectItem(new StarSyntax { Range = Since(start) }) { Range = Since(start) }];
        }
        return ParseSelectTail(new SelectQuery { Distinct = distinct, Items = items, From = from }, start);
    }

    private DistinctClause? ParseDistinct()
    {
        int start = Current.Start;
        if (!Accept(Keyword.Distinct))
        {
            Accept(Keyword.All);
            return null;
        }
        SyntaxList<SyntaxExpression> on = [];
        if (Accept(Keyword.On))
        {
            Expect(TokenKind.LeftParenthesis);
            on = ParseExpressionList();
            Expect(TokenKind.RightParenthesis);
        }
        return new DistinctClause(on) { Range = Since(start) };
    }

    /// <summary>The select list; it may be empty, and a comma may follow the last item.</summary>
    private SyntaxList<SelectItem> ParseSelectList()
    {
        List<SelectItem> items = [];
        while (!AtSelectListEnd())
        {
            items.Add(ParseSelectItem());
            if (!Accept(TokenKind.Comma)) break;
        }
        return SyntaxList.From(items);
    }

    /// <summary>The items of FROM or GROUP BY; a comma may follow the last one.</summary>
    private SyntaxList<T> ParseClauseList<T>(Func<T> parseItem)
    {
        List<T> items = [];
        do
        {
            if (items.Count > 0 && (AtSelectListEnd() || At(Keyword.Select))) break;
            items.Add(parseItem());
        }
        while (Accept(TokenKind.Comma));
        return SyntaxList.From(items);
    }

    private bool AtSelectListEnd() =>
        Current.Kind is TokenKind.End or TokenKind.Semicolon or TokenKind.RightParenthesis
        || Current.Keyword is Keyword.From or Keyword.Where or Keyword.Group or Keyword.Having or Keyword.Window
            or Keyword.Order or Keyword.Limit or Keyword.Offset or Keyword.Fetch or Keyword.Union or Keyword.Intersect
            or Keyword.Except or Keyword.Into or Keyword.For;

    /// <summary><c>x</c>, <c>x AS name</c>, <c>x name</c>, <c>name: x</c></summary>
    private SelectItem ParseSelectItem()
    {
        int start = Current.Start;
        if (IsPrefixAliasAhead())
        {
            Identifier label = ParseLabel();
            Expect(TokenKind.Colon);
            SyntaxExpression labelled = ParseExpression();
            return new SelectItem(labelled, label) { Range = Since(start) };
        }
        SyntaxExpression expression = ParseStarOrExpression();
        bool isBareStar = expression is StarSyntax { Qualifier: null, Operand: null, Pattern: null };
        if (isBareStar) _expectations?.Add(_index, ClauseKeywords);
        Identifier? alias = isBareStar ? null : ParseSelectAlias();
        return new SelectItem(expression, alias) { Range = Since(start) };
    }

    /// <summary><c>name: x</c>; two colons are a cast.</summary>
    private bool IsPrefixAliasAhead() =>
        Peek(1).Kind == TokenKind.Colon
        && (Current.Kind == TokenKind.QuotedName || (Current.Kind == TokenKind.Word && AtName));

    private Identifier? ParseSelectAlias()
    {
        if (Accept(Keyword.As)) return ParseLabelOrString();
        Token token = Current;
        if (token.Kind is TokenKind.QuotedName or TokenKind.UnicodeName) return TakeName();
        if (token.Kind != TokenKind.Word || !Keywords.IsBareLabel(token.Keyword)) return null;
        if (token.Keyword == Keyword.Using && Peek(1).Keyword == Keyword.Sample) return null;
        _expectations?.Add(_index, ClauseKeywords);
        return TakeName();
    }

    /// <summary><c>INTO [TEMPORARY] [TABLE] name</c>, which makes a whole statement a CREATE TABLE AS.</summary>
    private void ParseInto()
    {
        int position = Current.Start;
        if (!Accept(Keyword.Into)) return;
        if (_depth != _intoDepth || _into is not null)
        {
            throw Refused("SELECT ... INTO is not allowed here", position);
        }
        bool temporary = Accept(Keyword.Temporary) || Accept(Keyword.Temp);
        Accept(Keyword.Table);
        _into = (ParseQualifiedName(), temporary);
    }

    /// <summary>WHERE and what follows it, without ORDER BY and LIMIT.</summary>
    private SelectQuery ParseSelectTail(SelectQuery query, int start)
    {
        SyntaxExpression? where = Accept(Keyword.Where) ? ParseExpression() : null;
        GroupByClause? groupBy = At(Keyword.Group) ? ParseGroupBy() : null;
        SyntaxExpression? having = Accept(Keyword.Having) ? ParseExpression() : null;
        SyntaxExpression? qualify = Accept(Keyword.Qualify) ? ParseExpression() : null;
        SyntaxList<NamedWindow> windows = Accept(Keyword.Window) ? ParseCommaList(ParseNamedWindow) : [];
        if (qualify is null && Accept(Keyword.Qualify)) qualify = ParseExpression();
        SampleClause? sample = Accept(Keyword.Using, Keyword.Sample) ? ParseSample() : null;
        return query with
        {
            Where = where, GroupBy = groupBy, Having = having, Qualify = qualify, Windows = windows, Sample = sample,
            Range = Since(start),
        };
    }

    private NamedWindow ParseNamedWindow()
    {
        int start = Current.Start;
        Identifier name = ParseName();
        Expect(Keyword.As);
        WindowSpecification specification = ParseWindowSpecification();
        return new NamedWindow(name, specification) { Range = Since(start) };
    }

    private GroupByClause ParseGroupBy()
    {
        int start = Current.Start;
        Expect(Keyword.Group, Keyword.By);
        bool distinct = Accept(Keyword.Distinct);
        if (!distinct && ((Accept(Keyword.All) && AtGroupByEnd()) || AcceptStarAlone()))
        {
            return new GroupByClause(true, false, []) { Range = Since(start) };
        }
        SyntaxList<GroupingElement> elements = ParseClauseList(ParseGroupingElement);
        return new GroupByClause(false, distinct, elements) { Range = Since(start) };
    }

    /// <summary>A star that is no part of <c>*COLUMNS(…)</c>: in ORDER BY and GROUP BY the same as ALL.</summary>
    private bool AcceptStarAlone() => Peek(1).Keyword != Keyword.Columns && Accept(TokenKind.Star);

    private bool AtGroupByEnd() => Current.Kind is TokenKind.End or TokenKind.Semicolon or TokenKind.RightParenthesis
        || Keywords.IsReserved(Current.Keyword) || Current.Keyword is Keyword.Qualify;

    private GroupingElement ParseGroupingElement()
    {
        Enter();
        int start = Current.Start;
        GroupingElement element;
        bool hasList = Peek(1).Kind == TokenKind.LeftParenthesis;
        if (At(Keyword.Rollup) && hasList)
        {
            Advance();
            element = new GroupingRollup(ParseParenthesizedList(ParseGroupingColumns)) { Range = Since(start) };
        }
        else if (At(Keyword.Cube) && hasList)
        {
            Advance();
            element = new GroupingCube(ParseParenthesizedList(ParseGroupingColumns)) { Range = Since(start) };
        }
        else if (Accept(Keyword.Grouping, Keyword.Sets))
        {
            element = new GroupingSets(ParseParenthesizedList(ParseGroupingElement)) { Range = Since(start) };
        }
        else
        {
            element = ParseGroupingColumns();
        }
        Leave();
        return element;
    }

    /// <summary><c>a</c>, <c>(a, b)</c> or <c>()</c></summary>
    private GroupingColumns ParseGroupingColumns()
    {
        int start = Current.Start;
        if (At(TokenKind.LeftParenthesis) && Peek(1).Kind == TokenKind.RightParenthesis)
        {
            Advance();
            Advance();
            return new GroupingColumns([]) { Range = Since(start) };
        }
        bool isRow = At(TokenKind.LeftParenthesis);
        SyntaxExpression expression = ParseExpression();
        SyntaxList<SyntaxExpression> columns = isRow && expression is RowSyntax row ? row.Fields : [expression];
        return new GroupingColumns(columns) { Range = Since(start) };
    }

    private OrderItem ParseOrderItem()
    {
        int start = Current.Start;
        SyntaxExpression expression;
        if (Accept(Keyword.All) || AcceptStarAlone()) expression = new AllColumnsSyntax { Range = Since(start) };
        else expression = ParseExpression();
        return FinishOrderItem(expression, start);
    }

    private OrderItem FinishOrderItem(SyntaxExpression expression, int start)
    {
        SortDirection direction = SortDirection.Default;
        if (Accept(Keyword.Asc)) direction = SortDirection.Ascending;
        else if (Accept(Keyword.Desc)) direction = SortDirection.Descending;
        else if (At(Keyword.Using) && Peek(1).Keyword != Keyword.Sample)
        {
            Advance();
            int position = Current.Start;
            direction = ParseOperatorSymbol() switch
            {
                "<" => SortDirection.Ascending,
                ">" => SortDirection.Descending,
                string other => throw new QueryException(
                    SqlStates.WrongObjectType, $"operator {other} is not a valid ordering operator", position),
            };
        }
        NullOrder nulls = NullOrder.Default;
        if (Accept(Keyword.Nulls, Keyword.First)) nulls = NullOrder.First;
        else if (Accept(Keyword.Nulls, Keyword.Last)) nulls = NullOrder.Last;
        return new OrderItem(expression, direction, nulls) { Range = Since(start) };
    }

    private ValuesQuery ParseValues()
    {
        int start = Current.Start;
        Expect(Keyword.Values);
        List<ValuesRow> rows = [];
        do
        {
            // A comma may follow the last row.
            if (rows.Count > 0 && !At(TokenKind.LeftParenthesis)) break;
            rows.Add(ParseValuesRow());
        }
        while (Accept(TokenKind.Comma));
        return new ValuesQuery(SyntaxList.From(rows)) { Range = Since(start) };
    }

    private ValuesRow ParseValuesRow()
    {
        int start = Current.Start;
        Expect(TokenKind.LeftParenthesis);
        int mark = _pendingExpressions.Count;
        do
        {
            if (_pendingExpressions.Count > mark && At(TokenKind.RightParenthesis)) break;
            _pendingExpressions.Add(ParseExpression());
        }
        while (Accept(TokenKind.Comma));
        SyntaxList<SyntaxExpression> values = TakePending(mark);
        Expect(TokenKind.RightParenthesis);
        return new ValuesRow(values) { Range = Since(start) };
    }

    private WithClause ParseWith()
    {
        int start = Current.Start;
        Expect(Keyword.With);
        bool recursive = Accept(Keyword.Recursive);
        SyntaxList<CommonTable> tables = ParseCommaList(ParseCommonTable);
        return new WithClause(recursive, tables) { Range = Since(start) };
    }

    private CommonTable ParseCommonTable()
    {
        int start = Current.Start;
        Identifier name = ParseName();
        SyntaxList<Identifier> columns = ParseOptionalNameList();
        SyntaxList<Identifier> key = Accept(Keyword.Using, Keyword.Key) ? ParseNameList() : [];
        Expect(Keyword.As);
        Materialization materialization = Materialization.Default;
        if (Accept(Keyword.Materialized)) materialization = Materialization.Always;
        else if (Accept(Keyword.Not, Keyword.Materialized)) materialization = Materialization.Never;
        Expect(TokenKind.LeftParenthesis);
        Query query = ParseCommonTableBody();
        Expect(TokenKind.RightParenthesis);
        SearchClause? search = At(Keyword.Search) ? ParseSearch() : null;
        CycleClause? cycle = At(Keyword.Cycle) ? ParseCycle() : null;
        return new CommonTable(name, columns, query)
        {
            Materialization = materialization, Key = key, Search = search, Cycle = cycle, Range = Since(start),
            Position = name.Position,
        };
    }

    private Query ParseCommonTableBody()
    {
        int start = Current.Start;
        if (Current.Keyword is not (Keyword.Insert or Keyword.Update or Keyword.Delete or Keyword.Merge
            or Keyword.With))
        {
            return ParseQuery();
        }
        Enter();
        WithClause? with = At(Keyword.With) ? ParseWith() : null;
        Query query;
        if (Current.Keyword is Keyword.Insert or Keyword.Update or Keyword.Delete or Keyword.Merge)
        {
            Statement change = ParseDataChange(with, start);
            query = new StatementQuery(change) { Range = Since(start) };
        }
        else
        {
            query = ParseQueryBehind(with, start);
        }
        Leave();
        return query;
    }

    private SearchClause ParseSearch()
    {
        int start = Current.Start;
        Expect(Keyword.Search);
        bool breadthFirst = Accept(Keyword.Breadth);
        if (!breadthFirst) Expect(Keyword.Depth);
        Expect(Keyword.First, Keyword.By);
        SyntaxList<Identifier> columns = ParseCommaList(ParseName);
        Expect(Keyword.Set);
        Identifier sequence = ParseName();
        return new SearchClause(breadthFirst, columns, sequence) { Range = Since(start) };
    }

    private CycleClause ParseCycle()
    {
        int start = Current.Start;
        Expect(Keyword.Cycle);
        SyntaxList<Identifier> columns = ParseCommaList(ParseName);
        Expect(Keyword.Set);
        Identifier mark = ParseName();
        SyntaxExpression? value = null;
        SyntaxExpression? otherwise = null;
        if (Accept(Keyword.To))
        {
            value = ParseOperand();
            Expect(Keyword.Default);
            otherwise = ParseOperand();
        }
        Expect(Keyword.Using);
        Identifier path = ParseName();
        return new CycleClause(columns, mark, value, otherwise, path) { Range = Since(start) };
    }
}
