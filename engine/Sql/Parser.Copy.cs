namespace ColFrag.Engine.Sql;

/// <content>COPY, with the option list of today and the words of older versions.</content>
internal sealed partial class Parser
{
    private Statement ParseCopy()
    {
        int start = Current.Start;
        Expect(Keyword.Copy);
        List<OptionSyntax> options = [];
        if (At(Keyword.Binary)) options.Add(FormatOption("binary"));
        if (Accept(TokenKind.LeftParenthesis))
        {
            Query query = ParseCommonTableBody();
            Expect(TokenKind.RightParenthesis);
            Expect(Keyword.To);
            return FinishCopyTo(query, options, start);
        }
        int tableStart = Current.Start;
        QualifiedName table = ParseQualifiedName();
        SyntaxList<Identifier> columns = ParseOptionalNameList();
        if (Accept(Keyword.To))
        {
            return FinishCopyTo(SelectColumns(table, columns, tableStart), options, start);
        }
        Expect(Keyword.From);
        CopyEndpoint source = ParseCopyEndpoint();
        ParseCopyOptions(options);
        SyntaxExpression? where = Accept(Keyword.Where) ? ParseExpression() : null;
        return new CopyFromStatement(table, columns, source, SyntaxList.From(options))
        {
            Where = where, Range = Since(start),
        };
    }

    private CopyToStatement FinishCopyTo(Query query, List<OptionSyntax> options, int start)
    {
        CopyEndpoint target = ParseCopyEndpoint();
        ParseCopyOptions(options);
        return new CopyToStatement(query, target, SyntaxList.From(options)) { Range = Since(start) };
    }

    /// <summary><c>SELECT columns FROM t</c></summary>
    private SelectQuery SelectColumns(QualifiedName table, SyntaxList<Identifier> columns, int start)
    {
        SelectQuery all = SelectAll(new NamedTableReference(table) { Range = table.Range }, start);
        if (columns.IsEmpty) return all;
        return all with
        {
            Items = columns.Map(name => new SelectItem(
                new ColumnSyntax(new QualifiedName([name]) { Range = name.Range }) { Range = name.Range })
            {
                Range = name.Range,
            }),
        };
    }

    private CopyEndpoint ParseCopyEndpoint()
    {
        int start = Current.Start;
        if (Accept(Keyword.Stdin) || Accept(Keyword.Stdout))
        {
            return new CopyEndpoint(CopyEndpointKind.Client) { Range = Since(start) };
        }
        CopyEndpointKind kind = Accept(Keyword.Program) ? CopyEndpointKind.Program : CopyEndpointKind.File;
        bool isPath = AtString || Current.Kind is TokenKind.LeftParenthesis or TokenKind.LeftBracket
            or TokenKind.Parameter or TokenKind.NamedParameter or TokenKind.Question or TokenKind.Colon;
        if (!isPath) throw Unexpected();
        SyntaxExpression path = ParsePrimary();
        return new CopyEndpoint(kind, path) { Range = Since(start) };
    }

    private void ParseCopyOptions(List<OptionSyntax> options)
    {
        if (Accept(Keyword.Using))
        {
            Expect(Keyword.Delimiters);
            options.Add(StringOption("delimiter", Peek(0).Start));
        }
        Accept(Keyword.With);
        if (At(TokenKind.LeftParenthesis))
        {
            options.AddRange(ParseParenthesizedList(ParseOption));
            return;
        }
        while (TryParseOldCopyOption() is OptionSyntax option) options.Add(option);
    }

    /// <summary>One of PostgreSQL's options from before version 9.0, as its successor.</summary>
    private OptionSyntax? TryParseOldCopyOption()
    {
        int start = Current.Start;
        switch (Current.Keyword)
        {
            case Keyword.Binary: return FormatOption("binary");
            case Keyword.Csv: return FormatOption("csv");
            case Keyword.Json: return FormatOption("json");
            case Keyword.Freeze: return WordOption("freeze", new BooleanLiteral(true));
            case Keyword.Header: return WordOption("header", new BooleanLiteral(true));
            case Keyword.Delimiter: return TextOption("delimiter");
            case Keyword.Null: return TextOption("null");
            case Keyword.Quote: return TextOption("quote");
            case Keyword.Escape: return TextOption("escape");
            case Keyword.Encoding: return TextOption("encoding");
            case Keyword.Force:
                Advance();
                if (Accept(Keyword.Quote)) return ColumnsOption("force_quote");
                if (Accept(Keyword.Not, Keyword.Null)) return ColumnsOption("force_not_null");
                Expect(Keyword.Null);
                return ColumnsOption("force_null");
            default: return null;
        }

        OptionSyntax TextOption(string name)
        {
            Advance();
            Accept(Keyword.As);
            return StringOption(name, start);
        }

        OptionSyntax ColumnsOption(string name)
        {
            int valueStart = Current.Start;
            SyntaxExpression value = Accept(TokenKind.Star)
                ? new StarSyntax { Range = Since(valueStart) }
                : new RowSyntax(ParseCommaList<SyntaxExpression>(TakeColumn)) { Range = Since(valueStart) };
            return new OptionSyntax(new Identifier(name), value) { Range = Since(start) };
        }
    }

    private OptionSyntax FormatOption(string format) => WordOption("format", new StringLiteral(format));

    private OptionSyntax StringOption(string name, int start)
    {
        int valueStart = Current.Start;
        string text = ParseString();
        StringLiteral value = new(text) { Range = Since(valueStart) };
        return new OptionSyntax(new Identifier(name), value) { Range = Since(start) };
    }
}
