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

    // Settings.

    private Statement ParseSet()
    {
        int start = Current.Start;
        Expect(Keyword.Set);
        if (Accept(Keyword.Transaction)) return SetTransaction(isForSession: false);
        if (At(Keyword.Session) && Peek(1).Keyword == Keyword.Characteristics)
        {
            Advance();
            Advance();
            Expect(Keyword.As, Keyword.Transaction);
            return SetTransaction(isForSession: true);
        }
        if (At(Keyword.Variable) && Peek(1).Kind is TokenKind.Word or TokenKind.QuotedName
            && Peek(1).Keyword != Keyword.To)
        {
            Advance();
            Identifier variable = ParseName();
            if (!Accept(TokenKind.Equal)) Expect(Keyword.To);
            SyntaxExpression value = ParseExpression();
            return new SetVariableStatement(variable, value) { Range = Since(start) };
        }
        SettingScope scope = ParseSettingScope();
        string name;
        SyntaxList<SyntaxExpression> values;
        if (Accept(Keyword.Time, Keyword.Zone))
        {
            name = "timezone";
            values = Accept(Keyword.Local) || Accept(Keyword.Default) ? [] : [ParseSettingValue()];
        }
        else if (Accept(Keyword.Schema))
        {
            name = "search_path";
            values = [ParseSettingValue()];
        }
        else if (Accept(Keyword.Names))
        {
            name = "client_encoding";
            values = At(TokenKind.End) || At(TokenKind.Semicolon) || Accept(Keyword.Default) ? [] : [ParseSettingValue()];
        }
        else
        {
            name = ParseSettingName();
            if (!Accept(TokenKind.Equal) && !Accept(TokenKind.ColonEquals)) Expect(Keyword.To);
            values = Accept(Keyword.Default) ? [] : ParseCommaList(ParseSettingValue);
        }
        return new SetStatement(scope, name, values) { Range = Since(start) };

        SetTransactionStatement SetTransaction(bool isForSession) =>
            new(ParseTransactionModes(isRequired: true), isForSession) { Range = Since(start) };
    }

    private SettingScope ParseSettingScope()
    {
        // A setting may be called like a scope: SET session = 1.
        if (Peek(1).Kind is TokenKind.Equal or TokenKind.Dot || Peek(1).Keyword == Keyword.To) return SettingScope.Default;
        if (Accept(Keyword.Session)) return SettingScope.Session;
        if (Accept(Keyword.Local)) return SettingScope.Local;
        return Accept(Keyword.Global) ? SettingScope.Global : SettingScope.Default;
    }

    /// <summary>The name of a setting, folded, with its dots.</summary>
    private string ParseSettingName()
    {
        List<string> parts = [ParseName().Name];
        while (Accept(TokenKind.Dot)) parts.Add(ParseLabel().Name);
        return TokenText.Fold(string.Join('.', parts));
    }

    /// <summary>A literal, a word, an interval or another expression.</summary>
    private SyntaxExpression ParseSettingValue()
    {
        Token token = Current;
        // Words such as ON, TRUE and FULL are values here whatever they are elsewhere.
        bool isWord = token.Kind == TokenKind.Word
            && token.Keyword is not (Keyword.Null or Keyword.Array or Keyword.Row or Keyword.Case or Keyword.Cast or Keyword.True or Keyword.False)
            && IsSettingValueEnd(Peek(1));
        return isWord ? TakeColumn() : ParseExpression();
    }

    private static bool IsSettingValueEnd(Token token) =>
        token.Kind is TokenKind.End or TokenKind.Semicolon or TokenKind.Comma or TokenKind.RightParenthesis;

    /// <summary>The current word as a column, whatever word it is.</summary>
    private ColumnSyntax TakeColumn()
    {
        Identifier word = ParseLabel();
        return new ColumnSyntax(new QualifiedName([word]) { Range = word.Range }) { Range = word.Range };
    }

    /// <summary><c>USE schema</c> sets the search path.</summary>
    private SetStatement ParseUse()
    {
        int start = Current.Start;
        Expect(Keyword.Use);
        QualifiedName schema = ParseQualifiedName();
        ColumnSyntax value = new(schema) { Range = schema.Range };
        return new SetStatement(SettingScope.Default, "search_path", [value]) { Range = Since(start) };
    }

    private ResetStatement ParseReset()
    {
        int start = Current.Start;
        Expect(Keyword.Reset);
        SettingScope scope = IsSettingValueEnd(Peek(1)) ? SettingScope.Default : ParseSettingScope();
        string? name;
        if (Accept(Keyword.All)) name = null;
        else if (Accept(Keyword.Time, Keyword.Zone)) name = "timezone";
        else name = ParseSettingName();
        return new ResetStatement(scope, name) { Range = Since(start) };
    }

    private ShowStatement ParseShow()
    {
        int start = Current.Start;
        Expect(Keyword.Show);
        if (Accept(Keyword.All, Keyword.Tables)) return Show(ShowKind.AllTables, null);
        if (Accept(Keyword.All)) return Show(ShowKind.AllSettings, null);
        if (Accept(Keyword.Time, Keyword.Zone)) return Show(ShowKind.Setting, new QualifiedName("timezone"));
        if (Accept(Keyword.Transaction, Keyword.Isolation, Keyword.Level))
        {
            return Show(ShowKind.Setting, new QualifiedName("transaction_isolation"));
        }
        ShowKind? list = Current.Keyword switch
        {
            Keyword.Tables => ShowKind.Tables,
            Keyword.Schemas => ShowKind.Schemas,
            Keyword.Databases => ShowKind.Databases,
            Keyword.Views => ShowKind.Views,
            Keyword.Functions => ShowKind.Functions,
            Keyword.Columns => ShowKind.Columns,
            _ => null,
        };
        if (list is ShowKind kind)
        {
            Advance();
            bool hasName = Accept(Keyword.From) || Accept(Keyword.In);
            if (kind == ShowKind.Columns && !hasName) throw Unexpected();
            return Show(kind, hasName ? ParseQualifiedName() : null);
        }
        List<Identifier> parts = [ParseLabel()];
        while (Accept(TokenKind.Dot)) parts.Add(ParseLabel());
        return Show(ShowKind.Setting, new QualifiedName(SyntaxList.From(parts)) { Range = Since(parts[0].Position) });

        ShowStatement Show(ShowKind shown, QualifiedName? name) => new(shown, name) { Range = Since(start) };
    }

    // Explanation.

    private Statement ParseExplain()
    {
        int start = Current.Start;
        Expect(Keyword.Explain);
        SyntaxList<OptionSyntax> options = [];
        bool isOptionList = At(TokenKind.LeftParenthesis) && Peek(1).Kind == TokenKind.Word
            && (!Keywords.IsReserved(Peek(1).Keyword) || Peek(1).Keyword is Keyword.Analyze or Keyword.Analyse)
            && Peek(1).Keyword is not (Keyword.Values or Keyword.Pivot or Keyword.Unpivot);
        if (isOptionList)
        {
            options = ParseParenthesizedList(ParseOption);
        }
        else
        {
            List<OptionSyntax> words = [];
            if (At(Keyword.Analyze) || At(Keyword.Analyse)) words.Add(WordOption("analyze"));
            if (At(Keyword.Verbose)) words.Add(WordOption("verbose"));
            options = SyntaxList.From(words);
        }
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
        return ParseSettingValue();
    }

    private DescribeStatement ParseDescribe()
    {
        int start = Current.Start;
        Advance();
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

    // Prepared statements and cursors.

    private PrepareStatement ParsePrepare()
    {
        int start = Current.Start;
        Expect(Keyword.Prepare);
        if (At(Keyword.Transaction)) throw NotSupported("PREPARE TRANSACTION is not supported", Current.Start);
        Identifier name = ParseName();
        SyntaxList<TypeName> types = At(TokenKind.LeftParenthesis) ? ParseParenthesizedList(ParseTypeName) : [];
        Expect(Keyword.As);
        _parameterCount = 0;
        Statement statement = ParseStatement();
        return new PrepareStatement(name, types, statement) { Range = Since(start) };
    }

    private ExecuteStatement ParseExecute()
    {
        int start = Current.Start;
        Expect(Keyword.Execute);
        Identifier name = ParseName();
        SyntaxList<ArgumentSyntax> arguments = [];
        if (Accept(TokenKind.LeftParenthesis) && !Accept(TokenKind.RightParenthesis))
        {
            arguments = ParseCommaList(() => ParseArgument(mayBeLambda: false));
            Expect(TokenKind.RightParenthesis);
        }
        return new ExecuteStatement(name, arguments) { Range = Since(start) };
    }

    private DeallocateStatement ParseDeallocate()
    {
        int start = Current.Start;
        Expect(Keyword.Deallocate);
        Accept(Keyword.Prepare);
        Identifier? name = Accept(Keyword.All) ? null : ParseName();
        return new DeallocateStatement(name) { Range = Since(start) };
    }

    private CallStatement ParseCallStatement()
    {
        int start = Current.Start;
        Expect(Keyword.Call);
        int position = Current.Start;
        return ParsePrimary() is CallSyntax call
            ? new CallStatement(call) { Range = Since(start) }
            : throw Refused("CALL needs a function with its arguments", position);
    }

    private DeclareCursorStatement ParseDeclare()
    {
        int start = Current.Start;
        Expect(Keyword.Declare);
        Identifier name = ParseName();
        bool binary = false;
        bool? scroll = null;
        while (!At(Keyword.Cursor))
        {
            if (Accept(Keyword.Binary)) binary = true;
            else if (Accept(Keyword.Scroll)) scroll = true;
            else if (Accept(Keyword.No, Keyword.Scroll)) scroll = false;
            else if (!AtWord("asensitive")) Expect(Keyword.Insensitive);
            else Advance();
        }
        Expect(Keyword.Cursor);
        bool hold = Accept(Keyword.With, Keyword.Hold);
        if (!hold) Accept(Keyword.Without, Keyword.Hold);
        Expect(Keyword.For);
        Query query = ParseQuery();
        return new DeclareCursorStatement(name, query)
        {
            IsBinary = binary, IsScroll = scroll, WithHold = hold, Range = Since(start),
        };
    }

    private FetchStatement ParseFetch()
    {
        int start = Current.Start;
        bool isMove = Current.Keyword == Keyword.Move;
        Advance();
        (FetchDirection direction, long? count) = ParseFetchDirection();
        if (!Accept(Keyword.From)) Accept(Keyword.In);
        Identifier cursor = ParseName();
        return new FetchStatement(cursor, direction, count, isMove) { Range = Since(start) };
    }

    private (FetchDirection Direction, long? Count) ParseFetchDirection()
    {
        // Every one of these words may also be the cursor's name; then nothing follows it.
        if (IsSettingValueEnd(Peek(1))) return (FetchDirection.Forward, 1);
        if (Accept(Keyword.Next)) return (FetchDirection.Forward, 1);
        if (Accept(Keyword.Prior)) return (FetchDirection.Backward, 1);
        if (Accept(Keyword.First)) return (FetchDirection.Absolute, 1);
        if (Accept(Keyword.Last)) return (FetchDirection.Absolute, -1);
        if (Accept(Keyword.Absolute)) return (FetchDirection.Absolute, ParseInteger());
        if (Accept(Keyword.Relative)) return (FetchDirection.Relative, ParseInteger());
        if (Accept(Keyword.All)) return (FetchDirection.Forward, null);
        FetchDirection direction = FetchDirection.Forward;
        if (Accept(Keyword.Backward)) direction = FetchDirection.Backward;
        else Accept(Keyword.Forward);
        if (Accept(Keyword.All)) return (direction, null);
        bool hasCount = Current.Kind is TokenKind.Integer or TokenKind.Minus or TokenKind.Plus;
        return (direction, hasCount ? ParseInteger() : 1);
    }

    private CloseStatement ParseClose()
    {
        int start = Current.Start;
        Expect(Keyword.Close);
        Identifier? name = Accept(Keyword.All) ? null : ParseName();
        return new CloseStatement(name) { Range = Since(start) };
    }
}
