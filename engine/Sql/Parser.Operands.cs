using System.Globalization;

namespace ColFrag.Engine.Sql;

/// <content>Operands: literals, names, parentheses, lists, CASE, and what can follow one.</content>
internal sealed partial class Parser
{
    /// <summary>An operand with its casts, subscripts and fields.</summary>
    private SyntaxExpression ParseOperand()
    {
        int start = Current.Start;
        SyntaxExpression operand = ParsePrimary();
        while (true)
        {
            switch (Current.Kind)
            {
                case TokenKind.DoubleColon:
                {
                    int position = Current.Start;
                    Advance();
                    TypeName type = ParseTypeName();
                    operand = new CastSyntax(operand, type) { Range = Since(start), Position = position };
                    break;
                }
                case TokenKind.LeftBracket:
                    operand = ParseSubscript(operand, start);
                    break;
                case TokenKind.Dot:
                    Advance();
                    operand = ParseField(operand, start);
                    if (operand is StarSyntax) return operand;
                    break;
                default:
                    return operand;
            }
            _chainLength++;
        }
    }

    /// <summary><c>[index]</c>, <c>[from:to]</c>, <c>[from:to:step]</c>; a minus alone is an absent end.</summary>
    private SyntaxExpression ParseSubscript(SyntaxExpression operand, int start)
    {
        int position = Current.Start;
        Expect(TokenKind.LeftBracket);
        SyntaxExpression? from = At(TokenKind.Colon) ? null : ParseExpression();
        if (Accept(TokenKind.RightBracket))
        {
            return new SubscriptSyntax(operand, from!) { Range = Since(start), Position = position };
        }
        Expect(TokenKind.Colon);
        SyntaxExpression? to = null;
        SyntaxExpression? step = null;
        if (At(TokenKind.Minus) && Peek(1).Kind == TokenKind.Colon) Advance();
        else if (!At(TokenKind.RightBracket) && !At(TokenKind.Colon)) to = ParseExpression();
        if (Accept(TokenKind.Colon)) step = ParseExpression();
        Expect(TokenKind.RightBracket);
        return new SliceSyntax(operand, from, to, step) { Range = Since(start), Position = position };
    }

    /// <summary>What stands behind the dot: a field, <c>*</c>, or a function that takes the operand first.</summary>
    private SyntaxExpression ParseField(SyntaxExpression operand, int start)
    {
        if (At(TokenKind.Star)) return ParseStar(start, null, operand);
        Identifier name = ParseLabel();
        if (!At(TokenKind.LeftParenthesis))
        {
            return new FieldSyntax(operand, name) { Range = Since(start), Position = name.Position };
        }
        return ParseCall(new QualifiedName([name]) { Range = name.Range }, start, operand);
    }

    private SyntaxExpression ParsePrimary()
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Integer or TokenKind.Number:
                Advance();
                return TokenText.ReadNumber(_text, token);
            case TokenKind.String or TokenKind.EscapeString or TokenKind.UnicodeString or TokenKind.DollarString:
            {
                string value = ParseString();
                return new StringLiteral(value) { Range = Since(token.Start) };
            }
            case TokenKind.BitString or TokenKind.HexString:
                Advance();
                return new BitStringLiteral(TokenText.ReadBits(_text, token)) { Range = Since(token.Start) };
            case TokenKind.Parameter or TokenKind.NamedParameter or TokenKind.Question or TokenKind.Operator
                or TokenKind.Colon:
                return ParseParameter();
            case TokenKind.LeftParenthesis:
                return ParseParenthesized();
            case TokenKind.LeftBracket:
                return ParseList(token.Start);
            case TokenKind.LeftBrace:
                return ParseStruct();
            case TokenKind.Star when Peek(1).Keyword == Keyword.Columns:
                Advance();
                return ParseColumns(token.Start, null, isSpread: true);
            case TokenKind.QuotedName or TokenKind.UnicodeName:
                return ParseNamed();
            case TokenKind.Word:
                return ParseWord();
            default:
                throw Unexpected();
        }
    }

    /// <summary><c>$1</c>, <c>$name</c>, <c>@name</c>, <c>?</c>, <c>:name</c>; <c>#1</c>, a numbered column.</summary>
    private SyntaxExpression ParseParameter()
    {
        Token token = Current;
        ReadOnlySpan<char> text = _text.AsSpan(token.Start, token.Length);
        Token next = Peek(1);
        bool isAdjacent = next.Start == token.End;
        switch (token.Kind)
        {
            case TokenKind.Parameter:
                Advance();
                return Numbered(text[1..]);
            case TokenKind.NamedParameter:
                Advance();
                return Named(text[1..].ToString());
            case TokenKind.Colon when isAdjacent && next.Kind == TokenKind.Word
                && !_text.AsSpan(next.Start, next.Length).Contains('$'):
                Advance();
                Advance();
                return Named(TextOf(next));
            case TokenKind.Operator when text is "#" && isAdjacent && next.Kind == TokenKind.Integer:
                Advance();
                return new PositionalSyntax(ParseSmallInteger()) { Range = Since(token.Start) };
            case TokenKind.Question when isAdjacent && next.Kind == TokenKind.Integer:
                Advance();
                Advance();
                return Numbered(_text.AsSpan(next.Start, next.Length));
            case TokenKind.Question:
            case TokenKind.Operator when text is "?":
                Advance();
                return new ParameterSyntax(++_parameterCount) { Range = Since(token.Start) };
            default:
                throw Unexpected();
        }

        ParameterSyntax Numbered(ReadOnlySpan<char> digits)
        {
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || number is 0 or > ushort.MaxValue)
            {
                throw Refused($"there is no parameter ${digits}", token.Start);
            }
            return new ParameterSyntax(number) { Range = Since(token.Start) };
        }

        ParameterSyntax Named(string name)
        {
            string folded = TokenText.Fold(name);
            CheckNameLength(folded, token.Start);
            return new ParameterSyntax(0, folded) { Range = Since(token.Start) };
        }
    }

    /// <summary>A query, an expression or a row in parentheses.</summary>
    private SyntaxExpression ParseParenthesized()
    {
        int start = Current.Start;
        Expect(TokenKind.LeftParenthesis);
        if (AtQuery()) return FinishSubquery(ParseQuery(), start);
        SyntaxExpression first = ParseExpression();
        // ((SELECT 1) UNION SELECT 2): only the word behind the inner parentheses tells that this is a query.
        if (first is SubquerySyntax subquery && AtQueryContinuation())
        {
            return FinishSubquery(ContinueQuery(subquery.Query, subquery.Range.Start), start);
        }
        if (Accept(TokenKind.RightParenthesis)) return first;
        if (!At(TokenKind.Comma)) throw Unexpected();
        int mark = _pendingExpressions.Count;
        _pendingExpressions.Add(first);
        while (Accept(TokenKind.Comma)) _pendingExpressions.Add(ParseExpression());
        SyntaxList<SyntaxExpression> fields = TakePending(mark);
        Expect(TokenKind.RightParenthesis);
        return new RowSyntax(fields) { Range = Since(start) };
    }

    private SubquerySyntax FinishSubquery(Query query, int start)
    {
        Expect(TokenKind.RightParenthesis);
        return new SubquerySyntax(query) { Range = Since(start) };
    }

    /// <summary><c>[a, b]</c> or <c>[result FOR x IN source IF condition]</c></summary>
    private SyntaxExpression ParseList(int start)
    {
        Expect(TokenKind.LeftBracket);
        int mark = _pendingExpressions.Count;
        while (!At(TokenKind.RightBracket))
        {
            SyntaxExpression item = ParseExpression();
            if (_pendingExpressions.Count == mark && Accept(Keyword.For))
            {
                SyntaxList<Identifier> variables = ParseCommaList(ParseName);
                Expect(Keyword.In);
                SyntaxExpression source = ParseComprehensionSource();
                SyntaxExpression? condition = Accept(Keyword.If) ? ParseExpression() : null;
                Expect(TokenKind.RightBracket);
                return new ListComprehensionSyntax(item, variables, source, condition) { Range = Since(start) };
            }
            _pendingExpressions.Add(item);
            if (!Accept(TokenKind.Comma)) break;
        }
        SyntaxList<SyntaxExpression> items = TakePending(mark);
        Expect(TokenKind.RightBracket);
        return new ListSyntax(items) { Range = Since(start) };
    }

    /// <summary>Inside COLUMNS the source may be <c>*</c> or <c>(*)</c>: the names of all columns.</summary>
    private SyntaxExpression ParseComprehensionSource()
    {
        bool isEnclosed = At(TokenKind.LeftParenthesis) && Peek(1).Kind == TokenKind.Star
            && Peek(2).Kind == TokenKind.RightParenthesis;
        if (!isEnclosed) return ParseStarOrExpression();
        Advance();
        SyntaxExpression star = ParseStar(Current.Start, null, null);
        Expect(TokenKind.RightParenthesis);
        return star;
    }

    /// <summary><c>{'a': 1, b: 2}</c></summary>
    private StructSyntax ParseStruct()
    {
        int start = Current.Start;
        Expect(TokenKind.LeftBrace);
        List<StructFieldSyntax> fields = [];
        while (!At(TokenKind.RightBrace))
        {
            int fieldStart = Current.Start;
            Identifier name = ParseLabelOrString();
            Expect(TokenKind.Colon);
            SyntaxExpression value = ParseExpression();
            fields.Add(new StructFieldSyntax(name, value) { Range = Since(fieldStart) });
            if (!Accept(TokenKind.Comma)) break;
        }
        Expect(TokenKind.RightBrace);
        return new StructSyntax(SyntaxList.From(fields)) { Range = Since(start) };
    }

    /// <summary><c>MAP {key: value}</c></summary>
    private MapSyntax ParseMap(int start)
    {
        Expect(Keyword.Map);
        Expect(TokenKind.LeftBrace);
        List<MapEntrySyntax> entries = [];
        while (!At(TokenKind.RightBrace))
        {
            int entryStart = Current.Start;
            SyntaxExpression key = ParseExpression();
            Expect(TokenKind.Colon);
            SyntaxExpression value = ParseExpression();
            entries.Add(new MapEntrySyntax(key, value) { Range = Since(entryStart) });
            if (!Accept(TokenKind.Comma)) break;
        }
        Expect(TokenKind.RightBrace);
        return new MapSyntax(SyntaxList.From(entries)) { Range = Since(start) };
    }

    private SyntaxExpression ParseWord()
    {
        Token token = Current;
        TokenKind next = Peek(1).Kind;
        bool isCall = next == TokenKind.LeftParenthesis;
        switch (token.Keyword)
        {
            case Keyword.NotAKeyword: return ParseNamed();
            case Keyword.Null: return Literal(new NullLiteral { Range = RangeOf(token) });
            case Keyword.True: return Literal(new BooleanLiteral(true) { Range = RangeOf(token) });
            case Keyword.False: return Literal(new BooleanLiteral(false) { Range = RangeOf(token) });
            case Keyword.Default: return Literal(new DefaultSyntax { Range = RangeOf(token) });
            case Keyword.Case: return ParseCase();
            case Keyword.Cast: return ParseCast(isTry: false);
            case Keyword.TryCast when isCall: return ParseCast(isTry: true);
            case Keyword.Exists when isCall: return ParseExists();
            case Keyword.Array: return ParseArray();
            case Keyword.Row when isCall: return ParseRow();
            case Keyword.Map when next == TokenKind.LeftBrace: return ParseMap(token.Start);
            case Keyword.Columns when isCall: return ParseColumns(token.Start, null, isSpread: false);
            case Keyword.Interval when AtIntervalLiteral(): return ParseInterval();
            case Keyword.CurrentDate: return ParseSpecialValue(SpecialValue.CurrentDate, false);
            case Keyword.CurrentTime: return ParseSpecialValue(SpecialValue.CurrentTime, true);
            case Keyword.CurrentTimestamp: return ParseSpecialValue(SpecialValue.CurrentTimestamp, true);
            case Keyword.Localtime: return ParseSpecialValue(SpecialValue.LocalTime, true);
            case Keyword.Localtimestamp: return ParseSpecialValue(SpecialValue.LocalTimestamp, true);
            case Keyword.CurrentUser: return ParseSpecialValue(SpecialValue.CurrentUser, false);
            case Keyword.CurrentRole: return ParseSpecialValue(SpecialValue.CurrentRole, false);
            case Keyword.SessionUser: return ParseSpecialValue(SpecialValue.SessionUser, false);
            case Keyword.User: return ParseSpecialValue(SpecialValue.User, false);
            case Keyword.CurrentCatalog: return ParseSpecialValue(SpecialValue.CurrentCatalog, false);
            case Keyword.CurrentSchema when !isCall: return ParseSpecialValue(SpecialValue.CurrentSchema, false);
            case Keyword.Extract when isCall: return ParseExtract();
            case Keyword.Position when isCall: return ParsePositionCall();
            case Keyword.Substring when isCall: return ParseSubstring();
            case Keyword.Overlay when isCall: return ParseOverlay();
            case Keyword.Trim when isCall: return ParseTrim();
            case Keyword.Normalize when isCall: return ParseNormalize();
            case Keyword.Collation when Peek(1).Keyword == Keyword.For: return ParseCollationFor();
            case Keyword.Values when isCall: throw Unexpected("Put the VALUES in parentheses of their own.");
        }
        if (IsTypedLiteral(token)) return ParseTypedLiteral();
        if (Keywords.IsReserved(token.Keyword)
            || (!Keywords.IsColumnName(token.Keyword) && !isCall && !IsString(next)))
        {
            if (token.Keyword is Keyword.Select or Keyword.With)
            {
                throw Unexpected("Put the subquery in parentheses.");
            }
            throw UnexpectedInsteadOfName();
        }
        return ParseNamed();

        SyntaxExpression Literal(SyntaxExpression value)
        {
            Advance();
            return value;
        }
    }

    private static TextRange RangeOf(Token token) => new(token.Start, token.Length);

    private CaseSyntax ParseCase()
    {
        int start = Current.Start;
        Expect(Keyword.Case);
        SyntaxExpression? operand = At(Keyword.When) ? null : ParseExpression();
        List<CaseBranch> branches = [];
        do
        {
            int branchStart = Current.Start;
            Expect(Keyword.When);
            SyntaxExpression condition = ParseExpression();
            Expect(Keyword.Then);
            SyntaxExpression result = ParseExpression();
            branches.Add(new CaseBranch(condition, result) { Range = Since(branchStart) });
        }
        while (At(Keyword.When));
        SyntaxExpression? otherwise = Accept(Keyword.Else) ? ParseExpression() : null;
        Expect(Keyword.End);
        return new CaseSyntax(operand, SyntaxList.From(branches), otherwise) { Range = Since(start) };
    }

    private CastSyntax ParseCast(bool isTry)
    {
        int start = Current.Start;
        Advance();
        Expect(TokenKind.LeftParenthesis);
        SyntaxExpression operand = ParseExpression();
        Expect(Keyword.As);
        TypeName type = ParseTypeName();
        Expect(TokenKind.RightParenthesis);
        return new CastSyntax(operand, type, isTry) { Range = Since(start) };
    }

    private ExistsSyntax ParseExists()
    {
        int start = Current.Start;
        Expect(Keyword.Exists);
        Query query = ParseParenthesizedQuery();
        return new ExistsSyntax(query) { Range = Since(start) };
    }

    /// <summary><c>ARRAY[…]</c> or <c>ARRAY(query)</c></summary>
    private SyntaxExpression ParseArray()
    {
        int start = Current.Start;
        Expect(Keyword.Array);
        if (At(TokenKind.LeftBracket)) return ParseList(start);
        Query query = ParseParenthesizedQuery();
        return new ListSubquerySyntax(query) { Range = Since(start) };
    }

    private RowSyntax ParseRow()
    {
        int start = Current.Start;
        Expect(Keyword.Row);
        Expect(TokenKind.LeftParenthesis);
        SyntaxList<SyntaxExpression> fields = At(TokenKind.RightParenthesis) ? [] : ParseExpressionList();
        Expect(TokenKind.RightParenthesis);
        return new RowSyntax(fields) { Range = Since(start) };
    }

    private SpecialValueSyntax ParseSpecialValue(SpecialValue value, bool hasPrecision)
    {
        int start = Current.Start;
        Advance();
        int? precision = null;
        if (hasPrecision && Accept(TokenKind.LeftParenthesis))
        {
            precision = ParseSmallInteger();
            Expect(TokenKind.RightParenthesis);
        }
        return new SpecialValueSyntax(value, precision) { Range = Since(start) };
    }

    /// <summary>True at the words of a type in front of a string, which no call and no column can be.</summary>
    private bool IsTypedLiteral(Token token) => token.Keyword switch
    {
        Keyword.Timestamp or Keyword.Time or Keyword.Double or Keyword.Character or Keyword.Char or Keyword.Bit
            or Keyword.National or Keyword.Nchar or Keyword.Varchar or Keyword.Numeric or Keyword.Decimal
            or Keyword.Dec or Keyword.Float or Keyword.Int or Keyword.Integer or Keyword.Bigint or Keyword.Smallint
            or Keyword.Real or Keyword.Boolean => IsStringBehindType(),
        _ => false,
    };

    /// <summary>Looks for the string of <c>timestamp (3) with time zone '…'</c> behind the type's words.</summary>
    private bool IsStringBehindType()
    {
        int distance = 1;
        while (Peek(distance).Keyword is Keyword.Precision or Keyword.Character or Keyword.Char or Keyword.Varying)
        {
            distance++;
        }
        if (Peek(distance).Kind == TokenKind.LeftParenthesis)
        {
            do distance++;
            while (Peek(distance).Kind is TokenKind.Integer or TokenKind.Comma);
            if (Peek(distance++).Kind != TokenKind.RightParenthesis) return false;
        }
        if (Peek(distance).Keyword is Keyword.With or Keyword.Without && Peek(distance + 1).Keyword == Keyword.Time)
        {
            distance += 3;
        }
        return IsString(Peek(distance).Kind);
    }

    private TypedLiteral ParseTypedLiteral()
    {
        int start = Current.Start;
        TypeName type = ParseTypeName();
        string text = ParseString();
        return new TypedLiteral(type, text) { Range = Since(start) };
    }

    /// <summary>A column, a call, <c>t.*</c>, or a literal of a named type.</summary>
    private SyntaxExpression ParseNamed()
    {
        int start = Current.Start;
        Identifier first = TakeName();
        QualifiedName name;
        if (At(TokenKind.Dot))
        {
            List<Identifier> parts = [first];
            while (Accept(TokenKind.Dot))
            {
                if (At(TokenKind.Star))
                {
                    return ParseStar(start, new QualifiedName(SyntaxList.From(parts)) { Range = Since(start) }, null);
                }
                if (Current.Keyword == Keyword.Columns && Peek(1).Kind == TokenKind.LeftParenthesis)
                {
                    QualifiedName table = new(SyntaxList.From(parts)) { Range = Since(start) };
                    return ParseColumns(start, table, isSpread: false);
                }
                parts.Add(ParseLabel());
            }
            name = new QualifiedName(SyntaxList.From(parts)) { Range = Since(start) };
        }
        else
        {
            name = new QualifiedName([first]) { Range = first.Range };
        }
        if (At(TokenKind.LeftParenthesis)) return ParseCall(name, start, null);
        if (AtString)
        {
            TypeName type = new SimpleTypeName(name, []) { Range = Since(start) };
            string text = ParseString();
            return new TypedLiteral(type, text) { Range = Since(start) };
        }
        return new ColumnSyntax(name) { Range = Since(start) };
    }
}
