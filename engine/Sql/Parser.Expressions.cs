using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <summary>
/// How tightly operators bind, as in PostgreSQL's manual, section 4.1.6, from loose to tight. Casts, subscripts and
/// fields bind tightest; they belong to the operand.
/// </summary>
internal enum Precedence
{
    /// <summary>Not an operator.</summary>
    None,
    /// <summary>OR</summary>
    Or,
    /// <summary>AND</summary>
    And,
    /// <summary>NOT x</summary>
    Not,
    /// <summary>IS, ISNULL, NOTNULL</summary>
    Is,
    /// <summary>= &lt;> &lt; > &lt;= >=</summary>
    Comparison,
    /// <summary>BETWEEN, IN, LIKE, ILIKE, SIMILAR TO, GLOB, OVERLAPS</summary>
    Like,
    /// <summary>Every operator that has no other level, also in front of an operand.</summary>
    Other,
    /// <summary>+ -</summary>
    Additive,
    /// <summary>* / // %</summary>
    Multiplicative,
    /// <summary>^ **</summary>
    Power,
    /// <summary>AT TIME ZONE</summary>
    AtTimeZone,
    /// <summary>COLLATE</summary>
    Collate,
    /// <summary>+x -x</summary>
    Sign,
    /// <summary>An operand: literals, calls, parentheses, casts.</summary>
    Operand,
}

/// <content>Operators, by precedence climbing.</content>
internal sealed partial class Parser
{
    private static readonly Keyword[] InfixKeywords =
    [
        Keyword.And, Keyword.Or, Keyword.Is, Keyword.Between, Keyword.In, Keyword.Like, Keyword.Ilike,
        Keyword.Similar, Keyword.Collate,
    ];

    /// <summary>Any expression.</summary>
    private SyntaxExpression ParseExpression()
    {
        Enter();
        SyntaxExpression expression = ParseOperators(Precedence.None);
        Leave();
        return expression;
    }

    /// <summary>
    /// An expression where the words AND, OR, NOT, IN, LIKE, BETWEEN and IS NULL belong to what stands around it:
    /// PostgreSQL's b_expr.
    /// </summary>
    private SyntaxExpression ParseRestrictedExpression() => ParseOperators(Precedence.None, isRestricted: true);

    /// <summary>
    /// An expression whose operators bind at least as tightly as asked for. It reaches itself only with a tighter
    /// minimum, so its depth is bounded without counting.
    /// </summary>
    private SyntaxExpression ParseOperators(Precedence minimum, bool isRestricted = false)
    {
        int start = Current.Start;
        return ContinueOperators(ParsePrefix(isRestricted), start, minimum, isRestricted);
    }

    /// <summary>Takes the operators that follow a left operand.</summary>
    private SyntaxExpression ContinueOperators(
        SyntaxExpression left, int start, Precedence minimum, bool isRestricted = false)
    {
        while (true)
        {
            Precedence level = InfixLevel(isRestricted);
            if (level == Precedence.None || level < minimum) return left;
            _chainLength++;
            left = level switch
            {
                Precedence.Or or Precedence.And => ParseLogical(left, start, level),
                Precedence.Is => ParseIs(left, start, isRestricted),
                Precedence.Like => ParsePredicate(left, start),
                Precedence.AtTimeZone => ParseAtTimeZone(left, start, isRestricted),
                Precedence.Collate => ParseCollate(left, start),
                _ => ParseBinary(left, start, level, isRestricted),
            };
        }
    }

    private Precedence InfixLevel(bool isRestricted)
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Plus or TokenKind.Minus: return Precedence.Additive;
            case TokenKind.Star or TokenKind.Slash or TokenKind.DoubleSlash or TokenKind.Percent:
                return Precedence.Multiplicative;
            case TokenKind.Caret or TokenKind.DoubleStar: return Precedence.Power;
            case TokenKind.Less or TokenKind.Greater or TokenKind.LessOrEqual or TokenKind.GreaterOrEqual
                or TokenKind.Equal or TokenKind.NotEqual:
                return Precedence.Comparison;
            case TokenKind.Operator or TokenKind.Arrow or TokenKind.Question: return Precedence.Other;
            case TokenKind.Word: break;
            default: return Precedence.None;
        }
        switch (token.Keyword)
        {
            case Keyword.Is: return !isRestricted || IsDistinctAhead() ? Precedence.Is : Precedence.None;
            case Keyword.Operator:
                return Peek(1).Kind == TokenKind.LeftParenthesis ? Precedence.Other : Precedence.None;
            case Keyword.At:
                return Peek(1).Keyword is Keyword.Time or Keyword.Local ? Precedence.AtTimeZone : Precedence.None;
            case Keyword.Collate: return Precedence.Collate;
        }
        if (isRestricted) return Precedence.None;
        switch (token.Keyword)
        {
            case Keyword.Or: return Precedence.Or;
            case Keyword.And: return Precedence.And;
            case Keyword.Isnull or Keyword.Notnull: return Precedence.Is;
            case Keyword.Between or Keyword.In or Keyword.Like or Keyword.Ilike or Keyword.Overlaps:
                return Precedence.Like;
            case Keyword.Glob: return IsGlobPatternAhead() ? Precedence.Like : Precedence.None;
            case Keyword.Similar: return Peek(1).Keyword == Keyword.To ? Precedence.Like : Precedence.None;
            case Keyword.Not when Peek(1).Keyword == Keyword.Null: return Precedence.Is;
            case Keyword.Not:
                return Peek(1).Keyword is Keyword.Between or Keyword.In or Keyword.Like or Keyword.Ilike
                    or Keyword.Glob or Keyword.Similar
                    ? Precedence.Like : Precedence.None;
            default:
                _expectations?.Add(_index, InfixKeywords);
                return Precedence.None;
        }
    }

    private bool IsDistinctAhead() =>
        Peek(1).Keyword == Keyword.Distinct
        || (Peek(1).Keyword == Keyword.Not && Peek(2).Keyword == Keyword.Distinct);

    /// <summary>GLOB is a label in PostgreSQL, so it is an operator only where an operand follows.</summary>
    private bool IsGlobPatternAhead() =>
        IsString(Peek(1).Kind) || IsNameToken(Peek(1))
        || Peek(1).Kind is TokenKind.LeftParenthesis or TokenKind.Parameter or TokenKind.NamedParameter
            or TokenKind.Question or TokenKind.Colon;

    /// <summary>A chain of AND or of OR; what parentheses hold of the same operator joins it.</summary>
    private LogicalSyntax ParseLogical(SyntaxExpression left, int start, Precedence level)
    {
        Keyword word = level == Precedence.And ? Keyword.And : Keyword.Or;
        LogicalOperator logical = level == Precedence.And ? LogicalOperator.And : LogicalOperator.Or;
        int position = Current.Start;
        int mark = _pendingExpressions.Count;
        AddOperands(left);
        while (Accept(word)) AddOperands(ParseOperators(level + 1));
        return new LogicalSyntax(logical, TakePending(mark)) { Range = Since(start), Position = position };

        void AddOperands(SyntaxExpression operand)
        {
            if (operand is LogicalSyntax inner && inner.Operator == logical)
            {
                foreach (SyntaxExpression part in inner.Operands) _pendingExpressions.Add(part);
            }
            else
            {
                _pendingExpressions.Add(operand);
            }
        }
    }

    private SyntaxExpression ParseBinary(SyntaxExpression left, int start, Precedence level, bool isRestricted)
    {
        int position = Current.Start;
        string symbol = ParseOperatorSymbol();
        if (Current.Keyword is Keyword.Any or Keyword.Some or Keyword.All
            && Peek(1).Kind == TokenKind.LeftParenthesis)
        {
            return ParseQuantified(left, start, symbol, position);
        }
        SyntaxExpression right = ParseOperators(level + 1, isRestricted);
        if (level == Precedence.Comparison) RefuseChain(isRestricted, level);
        return new BinarySyntax(symbol, left, right) { Range = Since(start), Position = position };
    }

    /// <summary>Comparisons do not associate: <c>a &lt; b &lt; c</c> is an error.</summary>
    private void RefuseChain(bool isRestricted, Precedence level)
    {
        if (InfixLevel(isRestricted) == level)
        {
            throw Unexpected("Comparisons do not chain; join them with AND, or use parentheses.");
        }
    }

    /// <summary>The operator's text; <c>OPERATOR(schema.+)</c> is the operator without the schema.</summary>
    private string ParseOperatorSymbol()
    {
        if (Accept(Keyword.Operator))
        {
            Expect(TokenKind.LeftParenthesis);
            while (AtName)
            {
                Identifier schema = ParseName();
                if (schema.Name != "pg_catalog")
                {
                    throw new QueryException(
                        SqlStates.InvalidSchemaName, $"schema \"{schema.Name}\" has no operators", schema.Position);
                }
                Expect(TokenKind.Dot);
            }
            string qualified = TakeOperator();
            Expect(TokenKind.RightParenthesis);
            return qualified;
        }
        return TakeOperator();
    }

    private string TakeOperator()
    {
        Token token = Current;
        string symbol = token.Kind switch
        {
            TokenKind.Plus => "+",
            TokenKind.Minus => "-",
            TokenKind.Star => "*",
            TokenKind.Slash => "/",
            TokenKind.DoubleSlash => "//",
            TokenKind.Percent => "%",
            TokenKind.Caret => "^",
            TokenKind.DoubleStar => "**",
            TokenKind.Less => "<",
            TokenKind.Greater => ">",
            TokenKind.LessOrEqual => "<=",
            TokenKind.GreaterOrEqual => ">=",
            TokenKind.Equal => "=",
            TokenKind.NotEqual => "<>",
            TokenKind.Arrow => "->",
            TokenKind.Question => "?",
            TokenKind.Operator => TextOf(token),
            _ => throw Unexpected(),
        };
        Advance();
        return symbol;
    }

    /// <summary><c>x op ANY (…)</c>, at ANY, SOME or ALL.</summary>
    private SyntaxExpression ParseQuantified(SyntaxExpression left, int start, string symbol, int position)
    {
        Quantifier quantifier = Current.Keyword == Keyword.All ? Quantifier.All : Quantifier.Any;
        Advance();
        Expect(TokenKind.LeftParenthesis);
        if (AtQuery())
        {
            Query query = ParseQuery();
            Expect(TokenKind.RightParenthesis);
            return new QuantifiedQuerySyntax(left, symbol, quantifier, query)
            {
                Range = Since(start), Position = position,
            };
        }
        SyntaxExpression collection = ParseExpression();
        if (collection is SubquerySyntax subquery && AtQueryContinuation())
        {
            Query query = ContinueQuery(subquery.Query, subquery.Range.Start);
            Expect(TokenKind.RightParenthesis);
            return new QuantifiedQuerySyntax(left, symbol, quantifier, query)
            {
                Range = Since(start), Position = position,
            };
        }
        Expect(TokenKind.RightParenthesis);
        return new QuantifiedSyntax(left, symbol, quantifier, collection) { Range = Since(start), Position = position };
    }

    /// <summary>IS and its relatives.</summary>
    private SyntaxExpression ParseIs(SyntaxExpression left, int start, bool isRestricted)
    {
        int position = Current.Start;
        if (Accept(Keyword.Isnull)) return Is(IsTest.Null, isNegated: false);
        if (Accept(Keyword.Notnull) || Accept(Keyword.Not, Keyword.Null)) return Is(IsTest.Null, isNegated: true);
        Expect(Keyword.Is);
        bool negated = Accept(Keyword.Not);
        if (Accept(Keyword.Distinct, Keyword.From))
        {
            SyntaxExpression right = ParseOperators(Precedence.Is + 1, isRestricted);
            RefuseChain(isRestricted, Precedence.Is);
            return new DistinctFromSyntax(left, right, negated) { Range = Since(start), Position = position };
        }
        if (Accept(Keyword.Null)) return Is(IsTest.Null, negated);
        if (Accept(Keyword.True)) return Is(IsTest.True, negated);
        if (Accept(Keyword.False)) return Is(IsTest.False, negated);
        if (Accept(Keyword.Unknown)) return Is(IsTest.Unknown, negated);
        if (Accept(Keyword.Json))
        {
            if (Accept(Keyword.Object)) return Is(IsTest.JsonObject, negated);
            if (Accept(Keyword.Array)) return Is(IsTest.JsonArray, negated);
            if (Accept(Keyword.Scalar)) return Is(IsTest.JsonScalar, negated);
            Accept(Keyword.Value);
            return Is(IsTest.Json, negated);
        }
        if (TryParseNormalized(left, start, position) is CallSyntax normalized)
        {
            return negated ? new NotSyntax(normalized) { Range = Since(start) } : normalized;
        }
        throw Unexpected();

        IsSyntax Is(IsTest test, bool isNegated) =>
            new(left, test, isNegated) { Range = Since(start), Position = position };
    }

    /// <summary><c>IS [NFC] NORMALIZED</c> is <c>is_normalized(x, 'NFC')</c>.</summary>
    private CallSyntax? TryParseNormalized(SyntaxExpression left, int start, int position)
    {
        StringLiteral? form = null;
        if (AtWord("nfc") || AtWord("nfd") || AtWord("nfkc") || AtWord("nfkd"))
        {
            form = new StringLiteral(TextOf(Current).ToUpperInvariant()) { Range = RangeOf(Current) };
            Advance();
        }
        if (!AtWord("normalized")) return null;
        Advance();
        CallSyntax call = form is null
            ? new CallSyntax("is_normalized", left)
            : new CallSyntax("is_normalized", left, form);
        return call with { Range = Since(start), Position = position };
    }

    /// <summary>BETWEEN, IN, LIKE and the other words of their level, perhaps behind NOT.</summary>
    private SyntaxExpression ParsePredicate(SyntaxExpression left, int start)
    {
        int position = Current.Start;
        bool negated = Accept(Keyword.Not);
        SyntaxExpression result;
        if (Accept(Keyword.Between)) result = ParseBetween(left, negated, start, position);
        else if (Accept(Keyword.In)) result = ParseIn(left, negated, start, position);
        else if (Accept(Keyword.Overlaps)) result = ParseOverlaps(left, start, position);
        else result = ParseLike(left, negated, start, position);
        return result;
    }

    private BetweenSyntax ParseBetween(SyntaxExpression left, bool negated, int start, int position)
    {
        bool symmetric = Accept(Keyword.Symmetric);
        if (!symmetric) Accept(Keyword.Asymmetric);
        SyntaxExpression low = ParseRestrictedExpression();
        Expect(Keyword.And);
        SyntaxExpression high = ParseOperators(Precedence.Like + 1);
        RefuseChain(false, Precedence.Like);
        return new BetweenSyntax(left, low, high, symmetric, negated) { Range = Since(start), Position = position };
    }

    private SyntaxExpression ParseIn(SyntaxExpression left, bool negated, int start, int position)
    {
        if (!Accept(TokenKind.LeftParenthesis))
        {
            SyntaxExpression collection = ParseOperators(Precedence.Like + 1, isRestricted: true);
            RefuseChain(false, Precedence.Like);
            return new InCollectionSyntax(left, collection, negated) { Range = Since(start), Position = position };
        }
        if (AtQuery())
        {
            Query query = ParseQuery();
            Expect(TokenKind.RightParenthesis);
            return new InQuerySyntax(left, query, negated) { Range = Since(start), Position = position };
        }
        int mark = _pendingExpressions.Count;
        do
        {
            if (At(TokenKind.RightParenthesis) && _pendingExpressions.Count > mark) break;
            SyntaxExpression item = ParseExpression();
            if (item is SubquerySyntax subquery && _pendingExpressions.Count == mark && AtQueryContinuation())
            {
                Query query = ContinueQuery(subquery.Query, subquery.Range.Start);
                Expect(TokenKind.RightParenthesis);
                return new InQuerySyntax(left, query, negated) { Range = Since(start), Position = position };
            }
            _pendingExpressions.Add(item);
        }
        while (Accept(TokenKind.Comma));
        SyntaxList<SyntaxExpression> items = TakePending(mark);
        Expect(TokenKind.RightParenthesis);
        return new InSyntax(left, items, negated) { Range = Since(start), Position = position };
    }

    private SyntaxExpression ParseLike(SyntaxExpression left, bool negated, int start, int position)
    {
        LikeKind kind;
        if (Accept(Keyword.Like)) kind = LikeKind.Like;
        else if (Accept(Keyword.Ilike)) kind = LikeKind.ILike;
        else if (Accept(Keyword.Glob)) kind = LikeKind.Glob;
        else
        {
            Expect(Keyword.Similar, Keyword.To);
            kind = LikeKind.SimilarTo;
        }
        if (kind is LikeKind.Like or LikeKind.ILike && Current.Keyword is Keyword.Any or Keyword.Some or Keyword.All)
        {
            string symbol = (negated ? "!~~" : "~~") + (kind == LikeKind.ILike ? "*" : "");
            return ParseQuantified(left, start, symbol, position);
        }
        SyntaxExpression pattern = ParseOperators(Precedence.Like + 1);
        SyntaxExpression? escape = Accept(Keyword.Escape) ? ParseOperators(Precedence.Like + 1) : null;
        RefuseChain(false, Precedence.Like);
        return new LikeSyntax(left, kind, pattern, escape, negated) { Range = Since(start), Position = position };
    }

    /// <summary><c>(a, b) OVERLAPS (c, d)</c> is <c>overlaps(a, b, c, d)</c>.</summary>
    private CallSyntax ParseOverlaps(SyntaxExpression left, int start, int position)
    {
        SyntaxExpression right = ParseOperators(Precedence.Like + 1);
        if (left is not RowSyntax { Fields.Count: 2 } first || right is not RowSyntax { Fields.Count: 2 } second)
        {
            throw Refused("OVERLAPS needs two values in parentheses on both sides", position);
        }
        return new CallSyntax("overlaps", first.Fields[0], first.Fields[1], second.Fields[0], second.Fields[1])
        {
            Range = Since(start), Position = position,
        };
    }

    private AtTimeZoneSyntax ParseAtTimeZone(SyntaxExpression left, int start, bool isRestricted)
    {
        int position = Current.Start;
        Expect(Keyword.At);
        SyntaxExpression? zone = null;
        if (!Accept(Keyword.Local))
        {
            Expect(Keyword.Time, Keyword.Zone);
            zone = ParseOperators(Precedence.AtTimeZone + 1, isRestricted);
        }
        return new AtTimeZoneSyntax(left, zone) { Range = Since(start), Position = position };
    }

    private CollateSyntax ParseCollate(SyntaxExpression left, int start)
    {
        int position = Current.Start;
        Expect(Keyword.Collate);
        QualifiedName collation = ParseCollation();
        return new CollateSyntax(left, collation) { Range = Since(start), Position = position };
    }

    /// <summary>The name of a collation; <c>pg_catalog.default</c> has a keyword behind the dot.</summary>
    private QualifiedName ParseCollation() =>
        At(Keyword.Binary) ? new QualifiedName([TakeName()]) : ParseQualifiedName();

    /// <summary>Operators in front of an operand, and the operand.</summary>
    private SyntaxExpression ParsePrefix(bool isRestricted)
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Plus or TokenKind.Minus:
            {
                Advance();
                SyntaxExpression operand = ParseBehindPrefix(Precedence.Sign, isRestricted);
                return MakeUnary(token.Kind == TokenKind.Minus ? "-" : "+", operand, token.Start);
            }
            case TokenKind.Operator when _text[token.Start] != '?' && (token.Length > 1 || _text[token.Start] != '#'):
            case TokenKind.Word when token.Keyword == Keyword.Operator && Peek(1).Kind == TokenKind.LeftParenthesis:
            {
                string symbol = ParseOperatorSymbol();
                SyntaxExpression operand = ParseBehindPrefix(Precedence.Other + 1, isRestricted);
                return MakeUnary(symbol, operand, token.Start);
            }
            case TokenKind.Word when token.Keyword == Keyword.Not && !isRestricted:
            {
                Advance();
                SyntaxExpression operand = ParseBehindPrefix(Precedence.Not, isRestricted: false);
                return new NotSyntax(operand) { Range = Since(token.Start) };
            }
            default:
                return ParseOperand();
        }
    }

    /// <summary>An operator before an operand; a minus before a number becomes part of it.</summary>
    private SyntaxExpression MakeUnary(string symbol, SyntaxExpression operand, int start)
    {
        LiteralSyntax? negated = symbol == "-" ? TokenText.Negate(operand, Since(start)) : null;
        return negated ?? (SyntaxExpression)new UnarySyntax(symbol, operand) { Range = Since(start) };
    }

    private SyntaxExpression ParseBehindPrefix(Precedence minimum, bool isRestricted)
    {
        Enter();
        SyntaxExpression operand = ParseOperators(minimum, isRestricted);
        Leave();
        return operand;
    }
}
