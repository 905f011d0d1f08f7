namespace ColFrag.Engine.Sql;

/// <content>Statements: which one it is, and those about sessions, transactions and explanation.</content>
internal sealed partial class Parser
{
    private static readonly Keyword[] StatementKeywords =
    [
        Keyword.Abort, Keyword.Alter, Keyword.Analyze, Keyword.Backup, Keyword.Begin, Keyword.Call, Keyword.Checkpoint,
        Keyword.Close, Keyword.Comment, Keyword.Commit, Keyword.Copy, Keyword.Create, Keyword.Deallocate,
        Keyword.Declare, Keyword.Delete, Keyword.Describe, Keyword.Discard, Keyword.Drop, Keyword.Execute,
        Keyword.Explain, Keyword.Export, Keyword.Fetch, Keyword.From, Keyword.Grant, Keyword.Import, Keyword.Insert,
        Keyword.Listen, Keyword.Lock, Keyword.Merge, Keyword.Move, Keyword.Notify, Keyword.Pivot, Keyword.Prepare,
        Keyword.Refresh, Keyword.Release, Keyword.Reset, Keyword.Revoke, Keyword.Rollback, Keyword.Savepoint,
        Keyword.Select, Keyword.Set, Keyword.Show, Keyword.Start, Keyword.Summarize, Keyword.Table, Keyword.Truncate,
        Keyword.Undrop, Keyword.Unlisten, Keyword.Unpivot, Keyword.Update, Keyword.Use, Keyword.Vacuum, Keyword.Values,
        Keyword.With,
    ];

    /// <summary>One statement, without the semicolon.</summary>
    private Statement ParseStatement()
    {
        Enter();
        Statement statement = ParseAnyStatement();
        Leave();
        return statement;
    }

    private Statement ParseAnyStatement()
    {
        int start = Current.Start;
        switch (Current.Keyword)
        {
            case Keyword.Select or Keyword.Values or Keyword.From or Keyword.Table or Keyword.Pivot or Keyword.Unpivot:
                return ParseQueryStatement(null, start);
            case Keyword.With:
            {
                WithClause with = ParseWith();
                return Current.Keyword is Keyword.Insert or Keyword.Update or Keyword.Delete or Keyword.Merge
                    ? ParseDataChange(with, start)
                    : ParseQueryStatement(with, start);
            }
            case Keyword.Insert or Keyword.Update or Keyword.Delete or Keyword.Merge:
                return ParseDataChange(null, start);
            case Keyword.Truncate: return ParseTruncate();
            case Keyword.Copy: return ParseCopy();
            case Keyword.Create: return ParseCreate();
            case Keyword.Alter: return ParseAlter();
            case Keyword.Drop: return ParseDrop();
            case Keyword.Undrop: return ParseUndrop();
            case Keyword.Comment: return ParseComment();
            case Keyword.Refresh: return ParseRefresh();
            case Keyword.Begin or Keyword.Start: return ParseBegin();
            case Keyword.Commit or Keyword.End: return ParseCommit();
            case Keyword.Rollback or Keyword.Abort: return ParseRollback();
            case Keyword.Savepoint: return ParseSavepoint();
            case Keyword.Release: return ParseRelease();
            case Keyword.Set: return ParseSet();
            case Keyword.Use: return ParseUse();
            case Keyword.Reset: return ParseReset();
            case Keyword.Show: return ParseShow();
            case Keyword.Explain: return ParseExplain();
            case Keyword.Describe or Keyword.Desc: return ParseDescribe();
            case Keyword.Summarize: return ParseSummarize();
            case Keyword.Prepare: return ParsePrepare();
            case Keyword.Execute: return ParseExecute();
            case Keyword.Deallocate: return ParseDeallocate();
            case Keyword.Call: return ParseCallStatement();
            case Keyword.Declare: return ParseDeclare();
            case Keyword.Fetch or Keyword.Move: return ParseFetch();
            case Keyword.Close: return ParseClose();
            case Keyword.Grant or Keyword.Revoke: return ParseGrant();
            case Keyword.Vacuum: return ParseVacuum();
            case Keyword.Analyze or Keyword.Analyse: return ParseAnalyze();
            case Keyword.Checkpoint:
                Advance();
                return new CheckpointStatement { Range = Since(start) };
            case Keyword.Export: return ParseExport();
            case Keyword.Import: return ParseImport();
            case Keyword.Backup: return ParseBackup();
            case Keyword.Discard: return ParseDiscard();
            case Keyword.Listen or Keyword.Unlisten or Keyword.Notify: return ParseNotification();
            case Keyword.Lock: return ParseLock();
            case Keyword.Pragma: return ParsePragma();
            case Keyword.Attach:
                throw NotSupported(
                    "ATTACH is not supported", start,
                    "Read files with read_csv, read_parquet and the like, or open the other database by itself.");
        }
        if (At(TokenKind.LeftParenthesis)) return ParseQueryStatement(null, start);
        _expectations?.Add(_index, StatementKeywords);
        throw Unexpected();
    }

    private Statement ParseQueryStatement(WithClause? with, int start)
    {
        // ParseQueryBehind does not count a level of its own, and INTO may stand only at this one.
        (int outerDepth, _intoDepth) = (_intoDepth, _depth);
        Query query = ParseQueryBehind(with, start);
        _intoDepth = outerDepth;
        if (_into is not { } into) return new QueryStatement(query) { Range = Since(start) };
        _into = null;
        return new CreateTableAsStatement(into.Name, [], query)
        {
            IsTemporary = into.IsTemporary, Range = Since(start),
        };
    }

    /// <summary>INSERT, UPDATE, DELETE or MERGE.</summary>
    private Statement ParseDataChange(WithClause? with, int start) => Current.Keyword switch
    {
        Keyword.Insert => ParseInsert(with, start),
        Keyword.Update => ParseUpdate(with, start),
        Keyword.Delete => ParseDelete(with, start),
        _ => ParseMerge(with, start),
    };

    // Transactions.

    private BeginStatement ParseBegin()
    {
        int start = Current.Start;
        if (Accept(Keyword.Start)) Expect(Keyword.Transaction);
        else
        {
            Expect(Keyword.Begin);
            if (!Accept(Keyword.Transaction)) Accept(Keyword.Work);
        }
        TransactionModes modes = ParseTransactionModes(isRequired: false);
        return new BeginStatement(modes) { Range = Since(start) };
    }

    private TransactionModes ParseTransactionModes(bool isRequired)
    {
        TransactionModes modes = TransactionModes.None;
        bool isFirst = true;
        while (true)
        {
            bool hasComma = !isFirst && Accept(TokenKind.Comma);
            if (Accept(Keyword.Isolation, Keyword.Level)) modes = modes with { Isolation = ParseIsolationLevel() };
            else if (Accept(Keyword.Read, Keyword.Only)) modes = modes with { IsReadOnly = true };
            else if (Accept(Keyword.Read, Keyword.Write)) modes = modes with { IsReadOnly = false };
            else if (Accept(Keyword.Deferrable)) modes = modes with { IsDeferrable = true };
            else if (Accept(Keyword.Not, Keyword.Deferrable)) modes = modes with { IsDeferrable = false };
            else if (hasComma || (isFirst && isRequired)) throw Unexpected();
            else return modes;
            isFirst = false;
        }
    }

    private IsolationLevel ParseIsolationLevel()
    {
        if (Accept(Keyword.Serializable)) return IsolationLevel.Serializable;
        if (Accept(Keyword.Snapshot)) return IsolationLevel.Snapshot;
        if (Accept(Keyword.Repeatable, Keyword.Read)) return IsolationLevel.RepeatableRead;
        Expect(Keyword.Read);
        if (Accept(Keyword.Committed)) return IsolationLevel.ReadCommitted;
        Expect(Keyword.Uncommitted);
        return IsolationLevel.ReadUncommitted;
    }

    private CommitStatement ParseCommit()
    {
        int start = Current.Start;
        Advance();
        if (At(Keyword.Prepared)) throw NotSupported("COMMIT PREPARED is not supported", Current.Start);
        AcceptTransactionWord();
        return new CommitStatement(ParseChain()) { Range = Since(start) };
    }

    private void AcceptTransactionWord()
    {
        if (!Accept(Keyword.Transaction)) Accept(Keyword.Work);
    }

    /// <summary><c>AND [NO] CHAIN</c></summary>
    private bool ParseChain()
    {
        if (!Accept(Keyword.And)) return false;
        bool chain = !Accept(Keyword.No);
        Expect(Keyword.Chain);
        return chain;
    }

    private RollbackStatement ParseRollback()
    {
        int start = Current.Start;
        bool isAbort = Current.Keyword == Keyword.Abort;
        Advance();
        if (At(Keyword.Prepared)) throw NotSupported("ROLLBACK PREPARED is not supported", Current.Start);
        AcceptTransactionWord();
        if (!isAbort && Accept(Keyword.To))
        {
            Accept(Keyword.Savepoint);
            Identifier savepoint = ParseName();
            return new RollbackStatement(false, savepoint) { Range = Since(start) };
        }
        return new RollbackStatement(ParseChain()) { Range = Since(start) };
    }

    private SavepointStatement ParseSavepoint()
    {
        int start = Current.Start;
        Expect(Keyword.Savepoint);
        Identifier name = ParseName();
        return new SavepointStatement(name) { Range = Since(start) };
    }

    private ReleaseSavepointStatement ParseRelease()
    {
        int start = Current.Start;
        Expect(Keyword.Release);
        Accept(Keyword.Savepoint);
        Identifier name = ParseName();
        return new ReleaseSavepointStatement(name) { Range = Since(start) };
    }

    // Explanation.

    private Statement ParseExplain()
    {
        int start = Current.Start;
        Expect(Keyword.Explain);
        List<OptionSyntax> list = [];
        if (At(Keyword.Analyze) || At(Keyword.Analyse)) list.Add(WordOption("analyze"));
        if (At(Keyword.Verbose)) list.Add(WordOption("verbose"));
        bool isOptionList = At(TokenKind.LeftParenthesis) && Peek(1).Kind is TokenKind.Word or TokenKind.QuotedName
            && (!Keywords.IsReserved(Peek(1).Keyword) || Peek(1).Keyword is Keyword.Analyze or Keyword.Analyse)
            && Peek(1).Keyword is not (Keyword.Values or Keyword.Pivot or Keyword.Unpivot);
        if (isOptionList) list.AddRange(ParseParenthesizedList(ParseOption));
        SyntaxList<OptionSyntax> options = SyntaxList.From(list);
        if (At(Keyword.Storage) && IsNameToken(Peek(1)))
        {
            Advance();
            QualifiedName table = ParseQualifiedName();
            return new ExplainStorageStatement(table, options) { Range = Since(start) };
        }
        if (At(Keyword.Distribution) && IsNameToken(Peek(1)))
        {
            Advance();
            QualifiedName table = ParseQualifiedName();
            DistributionSyntax? distribution = Accept(Keyword.By) ? ParseDistribution() : null;
            return new ExplainDistributionStatement(table, distribution, options) { Range = Since(start) };
        }
        if (Accept(Keyword.Fragments))
        {
            Statement fragmented = ParseStatement();
            return new ExplainFragmentsStatement(fragmented, options) { Range = Since(start) };
        }
        Statement statement = ParseStatement();
        return new ExplainStatement(statement, options) { Range = Since(start) };
    }

    private static bool IsNameToken(Token token) => token.Kind switch
    {
        TokenKind.Word => Keywords.IsColumnName(token.Keyword),
        TokenKind.QuotedName or TokenKind.UnicodeName => true,
        _ => false,
    };

    /// <summary>An option without a value, from a keyword of the older form.</summary>
    private OptionSyntax WordOption(string name, SyntaxExpression? value = null)
    {
        Token word = Current;
        Advance();
        return new OptionSyntax(new Identifier(name, name) { Range = RangeOf(word) }, value) { Range = RangeOf(word) };
    }

    /// <summary><c>name</c>, <c>name value</c> or <c>name = value</c></summary>
    private OptionSyntax ParseOption()
    {
        int start = Current.Start;
        Identifier name = ParseLabel();
        while (Accept(TokenKind.Dot))
        {
            Identifier part = ParseLabel();
            name = new Identifier($"{name.Name}.{part.Name}", $"{name.Spelling}.{part.Spelling}", true)
            {
                Range = Since(start),
            };
        }
        if (!Accept(TokenKind.Equal)) Accept(TokenKind.FatArrow);
        SyntaxExpression? value = Current.Kind is TokenKind.Comma or TokenKind.RightParenthesis or TokenKind.End
            or TokenKind.Semicolon
            ? null
            : ParseOptionValue();
        return new OptionSyntax(name, value) { Range = Since(start) };
    }

    /// <summary>The value of an option; a list in parentheses is a row, also one of a single item.</summary>
    private SyntaxExpression ParseOptionValue()
    {
        int start = Current.Start;
        if (At(TokenKind.Star))
        {
            Advance();
            return new StarSyntax { Range = Since(start) };
        }
        if (At(TokenKind.LeftParenthesis))
        {
            Enter();
            Advance();
            SyntaxList<SyntaxExpression> items =
                At(TokenKind.RightParenthesis) ? [] : ParseCommaList(ParseOptionValue);
            Expect(TokenKind.RightParenthesis);
            Leave();
            return new RowSyntax(items) { Range = Since(start) };
        }
        if (Current.Kind == TokenKind.Word && IsSettingValueEnd(Peek(1))) return ParseSettingValue();
        return At(TokenKind.Minus) || At(TokenKind.Plus) ? ParsePrefix(isRestricted: true) : ParsePrimary();
    }

    private Statement ParseDescribe()
    {
        int start = Current.Start;
        Advance();
        if (IsSettingValueEnd(Current)) return new ShowStatement(ShowKind.Tables, null) { Range = Since(start) };
        Accept(Keyword.Table);
        Query query = ParseDescribed();
        return new DescribeStatement(query) { Range = Since(start) };
    }

    private SummarizeStatement ParseSummarize()
    {
        int start = Current.Start;
        Expect(Keyword.Summarize);
        Query query = ParseDescribed();
        return new SummarizeStatement(query) { Range = Since(start) };
    }

    /// <summary>A query, or a table or table function that stands for all its rows.</summary>
    private Query ParseDescribed()
    {
        int start = Current.Start;
        bool isQuery = At(TokenKind.LeftParenthesis)
            || Current.Keyword is Keyword.Select or Keyword.With or Keyword.From or Keyword.Table
            || (Current.Keyword == Keyword.Values && Peek(1).Kind == TokenKind.LeftParenthesis)
            || (Current.Keyword is Keyword.Pivot or Keyword.Unpivot && IsNameToken(Peek(1)));
        return isQuery ? ParseQuery() : SelectAll(ParseTablePrimary(), start);
    }
}
