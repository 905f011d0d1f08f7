namespace ColFrag.Engine.Sql;

/// <content>What stands in FROM: tables, functions, subqueries, joins, PIVOT.</content>
internal sealed partial class Parser
{
    /// <summary>A table with the joins behind it.</summary>
    private TableReference ParseTableReference()
    {
        Enter();
        int start = Current.Start;
        TableReference reference = ParseTablePrimary();
        while (FindJoin() is { } join)
        {
            reference = ParseJoin(reference, start, join);
            _chainLength++;
        }
        // These words can only be the beginning of a join, so the mistake is behind them.
        while (Current.Keyword is Keyword.Natural or Keyword.Inner or Keyword.Left or Keyword.Right or Keyword.Full
            or Keyword.Cross or Keyword.Outer)
        {
            Advance();
            if (Current.Keyword is not (Keyword.Inner or Keyword.Left or Keyword.Right or Keyword.Full
                or Keyword.Outer))
            {
                Expect(Keyword.Join);
            }
        }
        Leave();
        return reference;
    }

    /// <summary>The words of a join as far as JOIN.</summary>
    private readonly record struct JoinWords(JoinKind Kind, bool IsNatural, bool IsAsOf, int TokenCount);

    /// <summary>The join that begins at the current token, if one does. It reads ahead to JOIN.</summary>
    private JoinWords? FindJoin()
    {
        int distance = 0;
        bool natural = Take(Keyword.Natural);
        bool asOf = Take(Keyword.Asof);
        JoinKind kind = JoinKind.Inner;
        switch (Peek(distance).Keyword)
        {
            case Keyword.Join:
                break;
            case Keyword.Inner:
                distance++;
                break;
            case Keyword.Left or Keyword.Right or Keyword.Full:
                kind = Peek(distance++).Keyword switch
                {
                    Keyword.Left => JoinKind.Left,
                    Keyword.Right => JoinKind.Right,
                    _ => JoinKind.Full,
                };
                if (kind == JoinKind.Left && Take(Keyword.Semi)) kind = JoinKind.Semi;
                else if (kind == JoinKind.Left && Take(Keyword.Anti)) kind = JoinKind.Anti;
                else Take(Keyword.Outer);
                break;
            case Keyword.Cross when !natural && !asOf:
                distance++;
                kind = JoinKind.Cross;
                break;
            case Keyword.Positional when !natural && !asOf:
                distance++;
                kind = JoinKind.Positional;
                break;
            case Keyword.Semi:
                distance++;
                kind = JoinKind.Semi;
                break;
            case Keyword.Anti:
                distance++;
                kind = JoinKind.Anti;
                break;
        }
        if (Peek(distance).Keyword == Keyword.Join) return new JoinWords(kind, natural, asOf, distance + 1);
        if (_expectations is not null)
        {
            _expectations.Add(_index + distance, Keyword.Join);
            if (distance == 0) _expectations.Add(_index, JoinKeywords);
        }
        return null;

        bool Take(Keyword keyword)
        {
            if (Peek(distance).Keyword != keyword) return false;
            distance++;
            return true;
        }
    }

    private static readonly Keyword[] JoinKeywords =
    [
        Keyword.Join, Keyword.Inner, Keyword.Left, Keyword.Right, Keyword.Full, Keyword.Cross, Keyword.Natural,
            Keyword.On,
        Keyword.Using,
    ];

    private JoinReference ParseJoin(TableReference left, int start, JoinWords words)
    {
        int position = Current.Start;
        for (int i = 0; i < words.TokenCount; i++) Advance();
        int rightStart = Current.Start;
        TableReference right = ParseTablePrimary();
        JoinReference join = new(words.Kind, left, right)
        {
            IsNatural = words.IsNatural, IsAsOf = words.IsAsOf, Position = position, Range = Since(start),
        };
        if (words.IsNatural || words.Kind is JoinKind.Cross or JoinKind.Positional) return join;
        // a JOIN b JOIN c ON x ON y: the second join is the right side of the first.
        while (!At(Keyword.On) && !At(Keyword.Using) && FindJoin() is { } inner)
        {
            Enter();
            right = ParseJoin(right, rightStart, inner);
            Leave();
            join = join with { Right = right };
        }
        if (Accept(Keyword.On))
        {
            SyntaxExpression condition = ParseExpression();
            return join with { On = condition, Range = Since(start) };
        }
        Expect(Keyword.Using);
        SyntaxList<Identifier> columns = ParseNameList();
        Identifier? alias = Accept(Keyword.As) ? ParseName() : null;
        return join with { Using = columns, UsingAlias = alias, Range = Since(start) };
    }

    /// <summary>One table with its alias, sample and pivots.</summary>
    private TableReference ParseTablePrimary()
    {
        int start = Current.Start;
        TableReference reference = ParseTableCore();
        while (true)
        {
            if (AtPivot(Keyword.Pivot)) reference = ParsePivot(reference, start);
            else if (AtPivot(Keyword.Unpivot)) reference = ParseUnpivot(reference, start);
            else return reference;
            _chainLength++;
        }
    }

    private bool AtPivot(Keyword keyword)
    {
        if (!At(keyword)) return false;
        Token next = Peek(1);
        return next.Kind == TokenKind.LeftParenthesis
            || (keyword == Keyword.Unpivot && next.Keyword is Keyword.Include or Keyword.Exclude);
    }

    private TableReference ParseTableCore()
    {
        int start = Current.Start;
        if (AtName && Peek(1).Kind == TokenKind.Colon)
        {
            Identifier name = ParseName();
            Expect(TokenKind.Colon);
            TableReference labelled = ParseUnaliased(Current.Start);
            TableAlias alias = new(name) { Range = name.Range };
            return FinishTable(labelled with { Alias = alias, Range = Since(start) }, start);
        }
        return FinishTable(ParseUnaliased(start), start);
    }

    /// <summary>Takes the alias and the sample behind a table, in either order.</summary>
    private TableReference FinishTable(TableReference reference, int start)
    {
        if (reference is FunctionReference function)
        {
            reference = ParseFunctionAlias(function, start);
        }
        else if (reference.Alias is null && ParseTableAlias() is TableAlias alias)
        {
            reference = reference with { Alias = alias, Range = Since(start) };
        }
        if (Accept(Keyword.Tablesample))
        {
            SampleClause sample = ParseSample();
            reference = reference with { Sample = sample, Range = Since(start) };
            if (reference.Alias is null && ParseTableAlias() is TableAlias late)
            {
                reference = reference with { Alias = late, Range = Since(start) };
            }
        }
        return reference;
    }

    private TableReference ParseUnaliased(int start)
    {
        if (At(TokenKind.LeftParenthesis)) return ParseParenthesizedTable(isLateral: false);
        if (AtString)
        {
            string path = ParseString();
            return new FileReference(path) { Range = Since(start) };
        }
        if (Accept(Keyword.Lateral))
        {
            return At(TokenKind.LeftParenthesis)
                ? ParseParenthesizedTable(isLateral: true)
                : ParseTableFunction(start, isLateral: true);
        }
        if (At(Keyword.Values) && Peek(1).Kind == TokenKind.LeftParenthesis)
        {
            ValuesQuery values = ParseValues();
            return new SubqueryReference(values) { Range = Since(start) };
        }
        if (IsTableFunctionAhead()) return ParseTableFunction(start, isLateral: false);
        return ParseRelation();
    }

    /// <summary>A table's name: <c>[ONLY] schema.t [*] [AS OF VERSION n]</c>.</summary>
    private NamedTableReference ParseRelation()
    {
        int start = Current.Start;
        if (Accept(Keyword.Only) && At(TokenKind.LeftParenthesis))
        {
            Advance();
            QualifiedName inner = ParseQualifiedName();
            Expect(TokenKind.RightParenthesis);
            return new NamedTableReference(inner) { Range = Since(start) };
        }
        QualifiedName name = ParseQualifiedName();
        if (At(TokenKind.Star)) Advance();
        AsOfClause? asOf = TryParseAsOf();
        return new NamedTableReference(name, asOf) { Range = Since(start), Position = name.Position };
    }

    /// <summary><c>AS OF VERSION n</c>, <c>AS OF TIMESTAMP t</c>; <c>AT (VERSION => n)</c> means the same.</summary>
    private AsOfClause? TryParseAsOf()
    {
        int start = Current.Start;
        if (At(Keyword.As) && Peek(1).Keyword == Keyword.Of
            && Peek(2).Keyword is Keyword.Version or Keyword.Timestamp)
        {
            Advance();
            Advance();
            bool isVersion = Accept(Keyword.Version);
            // TIMESTAMP '…' is a literal, so the word stays where a string follows it.
            if (!isVersion && !IsString(Peek(1).Kind)) Expect(Keyword.Timestamp);
            SyntaxExpression value = ParseOperators(Precedence.Additive);
            return new AsOfClause(isVersion, value) { Range = Since(start) };
        }
        if (At(Keyword.At) && Peek(1).Kind == TokenKind.LeftParenthesis
            && Peek(2).Keyword is Keyword.Version or Keyword.Timestamp && Peek(3).Kind == TokenKind.FatArrow)
        {
            Advance();
            Advance();
            bool isVersion = Current.Keyword == Keyword.Version;
            Advance();
            Advance();
            SyntaxExpression value = ParseExpression();
            Expect(TokenKind.RightParenthesis);
            return new AsOfClause(isVersion, value) { Range = Since(start) };
        }
        return null;
    }

    /// <summary>A subquery, or a join, in parentheses.</summary>
    private TableReference ParseParenthesizedTable(bool isLateral)
    {
        int start = Current.Start;
        Expect(TokenKind.LeftParenthesis);
        if (AtQuery()) return Finish(ParseQuery());
        TableReference inner = ParseTableReference();
        // ((SELECT 1) UNION SELECT 2): only now it shows that the inner parentheses held part of a query.
        if (inner is SubqueryReference { Alias: null, Sample: null } subquery && AtQueryContinuation())
        {
            return Finish(ContinueQuery(subquery.Query, subquery.Range.Start));
        }
        Expect(TokenKind.RightParenthesis);
        if (inner is SubqueryReference { Alias: null, Sample: null } plain)
        {
            return plain with { IsLateral = isLateral, Range = Since(start) };
        }
        if (isLateral) throw Refused("LATERAL needs a subquery or a function", start);
        return inner;

        SubqueryReference Finish(Query query)
        {
            Expect(TokenKind.RightParenthesis);
            return new SubqueryReference(query, isLateral) { Range = Since(start) };
        }
    }

    private bool IsTableFunctionAhead()
    {
        if (Current.Keyword == Keyword.Rows && Peek(1).Keyword == Keyword.From) return true;
        if (Current.Keyword == Keyword.Collation && Peek(1).Keyword == Keyword.For) return true;
        if (Current.Keyword is Keyword.Cast or Keyword.CurrentDate or Keyword.CurrentTime or Keyword.CurrentTimestamp
            or Keyword.Localtime or Keyword.Localtimestamp or Keyword.CurrentUser or Keyword.CurrentRole
            or Keyword.SessionUser or Keyword.User or Keyword.CurrentCatalog or Keyword.CurrentSchema)
        {
            return true;
        }
        int distance = 1;
        while (Peek(distance).Kind == TokenKind.Dot) distance += 2;
        return Current.Kind is TokenKind.Word or TokenKind.QuotedName or TokenKind.UnicodeName
            && Peek(distance).Kind == TokenKind.LeftParenthesis
            && !Keywords.IsReserved(Current.Keyword);
    }

    private FunctionReference ParseTableFunction(int start, bool isLateral)
    {
        SyntaxList<TableFunctionCall> calls;
        if (At(Keyword.Rows, Keyword.From))
        {
            Advance();
            Advance();
            calls = ParseParenthesizedList(ParseTableFunctionCall);
        }
        else
        {
            _isFileFunction = IsFileFunctionAhead();
            SyntaxExpression call = ParseFunctionOfTable();
            _isFileFunction = false;
            calls = [new TableFunctionCall(call) { Range = call.Range }];
        }
        bool ordinality = Accept(Keyword.With, Keyword.Ordinality);
        return new FunctionReference(calls)
        {
            IsLateral = isLateral, WithOrdinality = ordinality, Range = Since(start),
        };
    }

    /// <summary>
    /// The functions over files, whose options DuckDB's users write with a plain equals sign:
    /// <c>read_csv('x.csv', header = true)</c>. Anywhere else that is a comparison.
    /// </summary>
    private bool IsFileFunctionAhead()
    {
        if (Peek(1).Kind != TokenKind.LeftParenthesis) return false;
        ReadOnlySpan<char> name = _text.AsSpan(Current.Start, Current.Length);
        return name.StartsWith("read_", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("sniff_", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("parquet_", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A call, or what PostgreSQL counts as one: <c>CURRENT_DATE</c>, <c>CAST(…)</c>.</summary>
    private SyntaxExpression ParseFunctionOfTable()
    {
        SyntaxExpression call = ParsePrimary();
        if (call is CallSyntax or SpecialValueSyntax or CastSyntax) return call;
        // f(1) 'x' and f alone are expressions elsewhere; here their last token does not fit.
        _index--;
        throw Unexpected();
    }

    private TableFunctionCall ParseTableFunctionCall()
    {
        int start = Current.Start;
        SyntaxExpression call = ParseFunctionOfTable();
        SyntaxList<FieldDefinition> columns =
            Accept(Keyword.As) ? ParseParenthesizedList(ParseFieldDefinition) : [];
        return new TableFunctionCall(call, columns) { Range = Since(start) };
    }

    /// <summary>An alias whose columns may have types: <c>AS t(a int, b text)</c>, <c>AS (a int)</c>.</summary>
    private FunctionReference ParseFunctionAlias(FunctionReference function, int start)
    {
        if (function.Alias is not null) return function;
        bool hasAs = At(Keyword.As) && Peek(1).Kind == TokenKind.LeftParenthesis;
        if (hasAs)
        {
            Advance();
            SyntaxList<FieldDefinition> columns = ParseParenthesizedList(ParseFieldDefinition);
            return function with { Calls = Describe(columns), Range = Since(start) };
        }
        if (ParseTableAlias(mayHaveColumns: false) is not TableAlias alias) return function;
        if (At(TokenKind.LeftParenthesis))
        {
            bool isTyped = Peek(2).Kind is not (TokenKind.Comma or TokenKind.RightParenthesis);
            if (isTyped)
            {
                SyntaxList<FieldDefinition> columns = ParseParenthesizedList(ParseFieldDefinition);
                return function with { Alias = alias, Calls = Describe(columns), Range = Since(start) };
            }
            alias = alias with { Columns = ParseNameList(), Range = Since(alias.Range.Start) };
        }
        return function with { Alias = alias, Range = Since(start) };

        SyntaxList<TableFunctionCall> Describe(SyntaxList<FieldDefinition> columns)
        {
            if (function.Calls.Count > 1 || function.Calls[0].Columns.Count > 0)
            {
                throw Refused("column types of ROWS FROM stand inside its parentheses", start);
            }
            return [function.Calls[0] with { Columns = columns, Range = Since(start) }];
        }
    }

    /// <summary><c>[AS] name [(columns)]</c>, unless the word begins a clause.</summary>
    private TableAlias? ParseTableAlias(bool mayHaveColumns = true)
    {
        int start = Current.Start;
        Identifier name;
        if (Accept(Keyword.As))
        {
            name = AtString ? ParseLabelOrString() : ParseName();
        }
        else
        {
            if (!AtName || IsClauseAhead()) return null;
            if (_expectations is not null)
            {
                _expectations.Add(_index, ClauseKeywords);
                _expectations.Add(_index, JoinKeywords);
                _expectations.Add(_index, Keyword.Set);
            }
            name = ParseName();
        }
        SyntaxList<Identifier> columns = mayHaveColumns ? ParseOptionalNameList() : [];
        return new TableAlias(name, columns) { Range = Since(start) };
    }

    /// <summary>True at words of ours that PostgreSQL would take for an alias.</summary>
    private bool IsClauseAhead() => Current.Keyword switch
    {
        Keyword.Qualify => true,
        Keyword.Pivot => AtPivot(Keyword.Pivot),
        Keyword.Unpivot => AtPivot(Keyword.Unpivot),
        Keyword.Asof or Keyword.Semi or Keyword.Anti or Keyword.Positional => FindJoin() is not null,
        Keyword.Include or Keyword.Exclude => Peek(1).Keyword == Keyword.Nulls,
        Keyword.Set => _isUpdateTarget,
        _ => false,
    };

    /// <summary>
    /// <c>BERNOULLI (10) REPEATABLE (42)</c>, <c>10%</c>, <c>100 ROWS</c>, <c>reservoir(100 ROWS)</c>,
    /// <c>10% (bernoulli, 42)</c>
    /// </summary>
    private SampleClause ParseSample()
    {
        int start = Current.Start;
        SampleMethod method = SampleMethod.Default;
        SyntaxExpression size;
        bool percent;
        SyntaxExpression? seed = null;
        if (Current.Kind == TokenKind.Word && Peek(1).Kind == TokenKind.LeftParenthesis)
        {
            method = ParseSampleMethod();
            Expect(TokenKind.LeftParenthesis);
            (size, percent) = ParseSampleSize(isPercentByDefault: method != SampleMethod.Reservoir);
            Expect(TokenKind.RightParenthesis);
        }
        else
        {
            bool isEnclosed = Accept(TokenKind.LeftParenthesis);
            (size, percent) = ParseSampleSize(isPercentByDefault: false);
            if (isEnclosed) Expect(TokenKind.RightParenthesis);
            if (At(TokenKind.LeftParenthesis) && Peek(1).Kind == TokenKind.Word)
            {
                Advance();
                method = ParseSampleMethod();
                if (Accept(TokenKind.Comma)) seed = ParseExpression();
                Expect(TokenKind.RightParenthesis);
            }
        }
        if (seed is null && Accept(Keyword.Repeatable))
        {
            Expect(TokenKind.LeftParenthesis);
            seed = ParseExpression();
            Expect(TokenKind.RightParenthesis);
        }
        return new SampleClause(method, size, percent, seed) { Range = Since(start) };
    }

    private SampleMethod ParseSampleMethod()
    {
        if (Accept(Keyword.Bernoulli)) return SampleMethod.Bernoulli;
        if (Accept(Keyword.System)) return SampleMethod.System;
        if (Accept(Keyword.Reservoir)) return SampleMethod.Reservoir;
        throw Unexpected("The sampling methods are BERNOULLI, SYSTEM and RESERVOIR.");
    }

    /// <summary>Behind the share of a sample comes an alias or a method in parentheses.</summary>
    private bool IsSampleOperandAhead() => Peek(1).Kind switch
    {
        TokenKind.Integer or TokenKind.Number or TokenKind.Parameter or TokenKind.NamedParameter => true,
        TokenKind.LeftParenthesis =>
            Peek(2).Keyword is not (Keyword.Bernoulli or Keyword.System or Keyword.Reservoir),
        _ => false,
    };

    private (SyntaxExpression Size, bool IsPercent) ParseSampleSize(bool isPercentByDefault)
    {
        (SyntaxExpression size, bool isPercent) = ParseLimitCount(isSample: true);
        return (size, isPercent || (!Accept(Keyword.Rows) && isPercentByDefault));
    }
}
