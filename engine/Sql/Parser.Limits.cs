namespace ColFrag.Engine.Sql;

/// <content>What stands behind a query: ORDER BY, LIMIT, OFFSET, FETCH, FOR UPDATE.</content>
internal sealed partial class Parser
{
    /// <summary>ORDER BY, LIMIT, OFFSET, FETCH and FOR UPDATE behind a query.</summary>
    private Query ParseOrderAndLimit(Query query, int start)
    {
        if (At(Keyword.Order))
        {
            if (!query.OrderBy.IsEmpty) throw Refused("multiple ORDER BY clauses not allowed", Current.Start);
            Expect(Keyword.Order, Keyword.By);
            query = query with { OrderBy = ParseCommaList(ParseOrderItem), Range = Since(start) };
        }
        SyntaxList<LockingClause> locking = ParseLocking();
        LimitClause? limit = ParseLimit();
        if (limit is not null)
        {
            if (query.Limit is not null) throw Refused("multiple LIMIT clauses not allowed", limit.Position);
            query = query with { Limit = limit, Range = Since(start) };
        }
        if (locking.IsEmpty) locking = ParseLocking();
        return locking.IsEmpty ? query : query with { Locking = locking, Range = Since(start) };
    }

    private LimitClause? ParseLimit()
    {
        int start = Current.Start;
        SyntaxExpression? count = null;
        SyntaxExpression? offset = null;
        bool percent = false;
        bool ties = false;
        bool hasLimit = false;
        while (true)
        {
            if (!hasLimit && At(Keyword.Limit))
            {
                hasLimit = true;
                Advance();
                if (!Accept(Keyword.All)) (count, percent) = ParseLimitCount();
                if (At(TokenKind.Comma))
                {
                    throw Refused(
                        "LIMIT #,# syntax is not supported", start, "Use separate LIMIT and OFFSET clauses.");
                }
            }
            else if (offset is null && Accept(Keyword.Offset))
            {
                offset = ParseExpression();
                if (!Accept(Keyword.Rows)) Accept(Keyword.Row);
            }
            else if (!hasLimit && At(Keyword.Fetch))
            {
                hasLimit = true;
                (count, percent, ties) = ParseFetchFirst();
            }
            else
            {
                break;
            }
        }
        return hasLimit || offset is not null
            ? new LimitClause(count, offset, percent, ties) { Range = Since(start) }
            : null;
    }

    /// <summary><c>10</c>, <c>10%</c>, <c>10 PERCENT</c>; <c>10 % 3</c> is a remainder.</summary>
    private (SyntaxExpression Count, bool IsPercent) ParseLimitCount(bool isSample = false)
    {
        int start = Current.Start;
        SyntaxExpression count = ParsePrefix(isRestricted: false);
        if (At(TokenKind.Percent) && !(isSample ? IsSampleOperandAhead() : IsOperandStart(Peek(1))))
        {
            Advance();
            return (count, true);
        }
        count = ContinueOperators(count, start, Precedence.None);
        return (count, Accept(Keyword.Percent));
    }

    /// <summary>True where the right side of a remainder begins; what follows a share is the end or a clause.</summary>
    private static bool IsOperandStart(Token token) => token.Kind switch
    {
        TokenKind.End or TokenKind.Semicolon or TokenKind.RightParenthesis or TokenKind.Comma => false,
        TokenKind.Word => !Keywords.IsReserved(token.Keyword) || token.Keyword is Keyword.Case or Keyword.Cast,
        _ => true,
    };

    /// <summary><c>FETCH {FIRST | NEXT} [n [PERCENT]] {ROW | ROWS} {ONLY | WITH TIES}</c></summary>
    private (SyntaxExpression Count, bool IsPercent, bool WithTies) ParseFetchFirst()
    {
        Expect(Keyword.Fetch);
        if (!Accept(Keyword.First)) Expect(Keyword.Next);
        SyntaxExpression count = new IntegerLiteral(1) { Range = Since(Current.Start) };
        bool percent = false;
        if (Current.Keyword is not (Keyword.Row or Keyword.Rows))
        {
            count = ParsePrefix(isRestricted: true);
            percent = Accept(Keyword.Percent) || Accept(TokenKind.Percent);
        }
        if (!Accept(Keyword.Rows)) Expect(Keyword.Row);
        if (Accept(Keyword.Only)) return (count, percent, false);
        Expect(Keyword.With, Keyword.Ties);
        return (count, percent, true);
    }

    /// <summary><c>FOR UPDATE OF t SKIP LOCKED</c></summary>
    private SyntaxList<LockingClause> ParseLocking()
    {
        List<LockingClause> clauses = [];
        while (At(Keyword.For) && Peek(1).Keyword is Keyword.Update or Keyword.Share or Keyword.No or Keyword.Key)
        {
            int start = Current.Start;
            Advance();
            LockStrength strength;
            if (Accept(Keyword.Update)) strength = LockStrength.Update;
            else if (Accept(Keyword.Share)) strength = LockStrength.Share;
            else if (Accept(Keyword.Key, Keyword.Share)) strength = LockStrength.KeyShare;
            else
            {
                Expect(Keyword.No, Keyword.Key);
                Expect(Keyword.Update);
                strength = LockStrength.NoKeyUpdate;
            }
            SyntaxList<QualifiedName> tables = Accept(Keyword.Of) ? ParseCommaList(ParseQualifiedName) : [];
            LockWait wait = LockWait.Default;
            if (Accept(Keyword.Nowait)) wait = LockWait.NoWait;
            else if (Accept(Keyword.Skip, Keyword.Locked)) wait = LockWait.SkipLocked;
            clauses.Add(new LockingClause(strength, tables, wait) { Range = Since(start) });
        }
        return SyntaxList.From(clauses);
    }
}
