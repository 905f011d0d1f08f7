namespace ColFrag.Engine.Sql;

/// <content>SET, RESET, SHOW, USE and PRAGMA.</content>
internal sealed partial class Parser
{
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
        string name;
        SyntaxList<SyntaxExpression> values;
        if (Accept(Keyword.Session, Keyword.Authorization))
        {
            values = Accept(Keyword.Default) ? [] : [ParseSettingValue()];
            return new SetStatement(SettingScope.Session, "session_authorization", values) { Range = Since(start) };
        }
        SettingScope scope = ParseSettingScope();
        if (Accept(Keyword.Time, Keyword.Zone))
        {
            name = "timezone";
            values = Accept(Keyword.Local) || Accept(Keyword.Default) ? [] : [ParseSettingValue()];
        }
        else if (Accept(Keyword.Schema))
        {
            if (!Accept(TokenKind.Equal)) Accept(Keyword.To);
            name = "search_path";
            values = [ParseSettingValue()];
        }
        else if (At(Keyword.Role) && Peek(1).Kind is TokenKind.Word or TokenKind.QuotedName or TokenKind.String
            && Peek(1).Keyword != Keyword.To)
        {
            Advance();
            name = "role";
            values = [ParseSettingValue()];
        }
        else if (Accept(Keyword.Names))
        {
            name = "client_encoding";
            bool isAbsent = At(TokenKind.End) || At(TokenKind.Semicolon) || Accept(Keyword.Default);
            values = isAbsent ? [] : [ParseSettingValue()];
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
        Token next = Peek(1);
        if (next.Kind is TokenKind.Equal or TokenKind.Dot || next.Keyword == Keyword.To) return SettingScope.Default;
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
            && token.Keyword is not (Keyword.Null or Keyword.True or Keyword.False)
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

    /// <summary><c>PRAGMA x = 1</c> sets x; <c>PRAGMA f(a)</c> and <c>PRAGMA f</c> call <c>pragma_f</c>.</summary>
    private Statement ParsePragma()
    {
        int start = Current.Start;
        Expect(Keyword.Pragma);
        Identifier name = ParseName();
        if (Accept(TokenKind.Equal))
        {
            SyntaxExpression value = ParseSettingValue();
            return new SetStatement(SettingScope.Default, TokenText.Fold(name.Name), [value]) { Range = Since(start) };
        }
        SyntaxList<ArgumentSyntax> arguments =
            At(TokenKind.LeftParenthesis) ? ParseOptionalItems(() => ParseArgument(mayBeLambda: false)) : [];
        QualifiedName function = new([new Identifier("pragma_" + name.Name) { Range = name.Range }])
        {
            Range = name.Range,
        };
        CallSyntax call = new(function, arguments) { Range = Since(name.Range.Start) };
        return new CallStatement(call) { Range = Since(start) };
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
        if (scope == SettingScope.Default && At(Keyword.Variable)
            && Peek(1).Kind is TokenKind.Word or TokenKind.QuotedName)
        {
            Advance();
            return new ResetStatement(SettingScope.Variable, ParseName().Name) { Range = Since(start) };
        }
        if (scope == SettingScope.Session && Accept(Keyword.Authorization)) name = "session_authorization";
        else if (Accept(Keyword.All)) name = null;
        else if (Accept(Keyword.Time, Keyword.Zone)) name = "timezone";
        else name = ParseSettingName();
        return new ResetStatement(scope, name) { Range = Since(start) };
    }

    private Statement ParseShow()
    {
        int start = Current.Start;
        Expect(Keyword.Show);
        if (Current.Keyword is Keyword.Select or Keyword.With or Keyword.From or Keyword.Table)
        {
            Query query = ParseQuery();
            return new DescribeStatement(query) { Range = Since(start) };
        }
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
}
