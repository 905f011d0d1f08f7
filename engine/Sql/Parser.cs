using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <summary>
/// Makes syntax trees of SQL text: recursive descent for statements and queries, operator precedence for expressions.
/// PostgreSQL's grammar decides wherever it accepts a text; DuckDB's friendly forms come on top. A text is read twice
/// only when it is wrong: the second time notes which keywords were looked for, to suggest the one that was meant.
/// </summary>
internal sealed partial class Parser
{
    private readonly string _text;
    private readonly Token[] _tokens;
    private readonly ParserOptions _options;
    private readonly Expectations? _expectations;
    private readonly List<SyntaxExpression> _pendingExpressions = [];
    private int _index;
    private int _depth;
    private int _chainLength;
    private int _parameterCount;

    /// <summary>The depth at which a SELECT may have INTO, and the table that one named.</summary>
    private int _intoDepth = -1;
    private (QualifiedName Name, bool IsTemporary)? _into;

    /// <summary>True between the name of a function over files and its parenthesis.</summary>
    private bool _isFileFunction;

    /// <summary>True while the table of UPDATE is read, whose alias cannot be SET.</summary>
    private bool _isUpdateTarget;

    private Parser(string text, Token[] tokens, ParserOptions options, Expectations? expectations)
    {
        _text = text;
        _tokens = tokens;
        _options = options;
        _expectations = expectations;
    }

    /// <summary>All statements of a text, each with its range. Empty ones between semicolons are skipped.</summary>
    /// <exception cref="QueryException">The text is not SQL, or exceeds a limit.</exception>
    public static IReadOnlyList<Statement> ParseStatements(string sql, ParserOptions? options = null) =>
        Run(sql, options, static parser => parser.ParseStatementList());

    /// <summary>The only statement of a text.</summary>
    /// <exception cref="QueryException">The text is not one statement, or exceeds a limit.</exception>
    public static Statement ParseStatement(string sql, ParserOptions? options = null) =>
        Run(sql, options, static parser =>
        {
            Statement statement = parser.ParseTopStatement();
            parser.Accept(TokenKind.Semicolon);
            return statement;
        });

    /// <summary>A query, such as the text of a view.</summary>
    /// <exception cref="QueryException">The text is not one query, or exceeds a limit.</exception>
    public static Query ParseQuery(string sql, ParserOptions? options = null) =>
        Run(sql, options, static parser => parser.Checked(parser.ParseQuery()));

    /// <summary>An expression, such as the text of a default or a check.</summary>
    /// <exception cref="QueryException">The text is not one expression, or exceeds a limit.</exception>
    public static SyntaxExpression ParseExpression(string sql, ParserOptions? options = null) =>
        Run(sql, options, static parser => parser.Checked(parser.ParseExpression()));

    /// <summary>A type, such as <c>numeric(10, 2)[]</c>.</summary>
    /// <exception cref="QueryException">The text is not one type, or exceeds a limit.</exception>
    public static TypeName ParseTypeName(string sql, ParserOptions? options = null) =>
        Run(sql, options, static parser => parser.Checked(
            parser.At(Keyword.Domain) ? parser.ParseDomain() : parser.ParseTypeName()));

    /// <summary>A name of one or more parts, as functions such as <c>nextval('s.seq')</c> get it.</summary>
    /// <exception cref="QueryException">The text is not one name, or exceeds a limit.</exception>
    public static QualifiedName ParseQualifiedName(string sql, ParserOptions? options = null) =>
        Run(sql, options, static parser => parser.ParseQualifiedName());

    private static T Run<T>(string text, ParserOptions? options, Func<Parser, T> parse)
    {
        options ??= ParserOptions.Default;
        CheckText(text, options);
        Token[] tokens = Lexer.Tokenize(text, atParameters: options.AtParameters);
        try
        {
            return RunOnce(text, tokens, options, null, parse);
        }
        catch (QueryException first) when (first.SqlState == SqlStates.SyntaxError && first.Hint is null)
        {
            Expectations expectations = new();
            try
            {
                RunOnce(text, tokens, options, expectations, parse);
            }
            catch (QueryException second)
            {
                throw new QueryException(
                    second.SqlState, second.Message, second.Position, expectations.Suggest(text, tokens), first);
            }
            throw Invariant.Unreachable("a text that failed to parse parses");
        }
    }

    private static T RunOnce<T>(
        string text, Token[] tokens, ParserOptions options, Expectations? expectations, Func<Parser, T> parse)
    {
        Parser parser = new(text, tokens, options, expectations);
        T result = parse(parser);
        if (!parser.At(TokenKind.End)) throw parser.Unexpected();
        return result;
    }

    private static void CheckText(string text, ParserOptions options)
    {
        if (text.Length > options.MaximumTextLength)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded,
                $"SQL text is too long: {text.Length} characters, at most {options.MaximumTextLength} are allowed",
                hint: "Load large amounts of data with COPY.");
        }
        int surrogate = TokenText.FindLoneSurrogate(text);
        if (surrogate < 0) surrogate = text.IndexOf('\0', StringComparison.Ordinal);
        if (surrogate >= 0)
        {
            throw new QueryException(
                SqlStates.CharacterNotInRepertoire, "SQL text has a character that UTF-8 text cannot hold", surrogate);
        }
    }

    private List<Statement> ParseStatementList()
    {
        List<Statement> statements = [];
        while (true)
        {
            while (Accept(TokenKind.Semicolon)) { }
            if (At(TokenKind.End)) return statements;
            statements.Add(ParseTopStatement());
            if (!At(TokenKind.Semicolon) && !At(TokenKind.End)) throw Unexpected();
        }
    }

    private Statement ParseTopStatement()
    {
        _chainLength = 0;
        return Checked(ParseStatement());
    }

    /// <summary>
    /// Passes a tree on if it is not too tall. Nesting is counted while parsing, so only a tree with long chains is
    /// measured, and without recursion.
    /// </summary>
    private T Checked<T>(T tree) where T : SyntaxNode
    {
        if (_chainLength <= _options.MaximumDepth) return tree;
        Stack<(SyntaxNode Node, int Height)> pending = new();
        pending.Push((tree, 1));
        while (pending.TryPop(out (SyntaxNode Node, int Height) top))
        {
            if (top.Height > _options.MaximumHeight) throw TooComplex(top.Node.Position);
            SyntaxChildren children = top.Node.Children;
            for (int i = 0; i < children.Count; i++) pending.Push((children[i], top.Height + 1));
        }
        return tree;
    }

    /// <summary>Counts a level of nesting; methods that can reach themselves call it and <see cref="Leave"/>.</summary>
    private void Enter()
    {
        if (++_depth > _options.MaximumDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TooComplex(Current.Start);
        }
    }

    private void Leave() => _depth--;

    private static QueryException TooComplex(int position) => new(
        SqlStates.StatementTooComplex, "statement is too complex: it nests too deeply", position,
        "Name parts of it with WITH, or spread it over several statements.");

    private Token Current => _tokens[_index];

    private Token Peek(int distance) => _tokens[Math.Min(_index + distance, _tokens.Length - 1)];

    private void Advance()
    {
        if (_index < _tokens.Length - 1) _index++;
    }

    private bool At(TokenKind kind) => _tokens[_index].Kind == kind;

    private bool At(Keyword keyword)
    {
        if (_tokens[_index].Keyword == keyword) return true;
        _expectations?.Add(_index, keyword);
        return false;
    }

    private bool At(Keyword first, Keyword second)
    {
        if (!At(first)) return false;
        if (Peek(1).Keyword == second) return true;
        _expectations?.Add(_index + 1, second);
        return false;
    }

    private bool Accept(TokenKind kind)
    {
        if (!At(kind)) return false;
        Advance();
        return true;
    }

    private bool Accept(Keyword keyword)
    {
        if (!At(keyword)) return false;
        Advance();
        return true;
    }

    private bool Accept(Keyword first, Keyword second)
    {
        if (!At(first, second)) return false;
        Advance();
        Advance();
        return true;
    }

    private bool Accept(Keyword first, Keyword second, Keyword third)
    {
        if (!At(first, second) || Peek(2).Keyword != third) return false;
        _index += 3;
        return true;
    }

    private void Expect(TokenKind kind)
    {
        if (!Accept(kind)) throw Unexpected();
    }

    private void Expect(Keyword keyword)
    {
        if (!Accept(keyword)) throw Unexpected();
    }

    private void Expect(Keyword first, Keyword second)
    {
        Expect(first);
        Expect(second);
    }

    /// <summary>The text from an offset to the end of the last token read.</summary>
    private TextRange Since(int start) =>
        TextRange.Between(start, Math.Max(start, _index == 0 ? start : _tokens[_index - 1].End));

    private string TextOf(Token token) => _text.Substring(token.Start, token.Length);

    /// <summary>The error about the current token.</summary>
    private QueryException Unexpected(string? hint = null)
    {
        if (_expectations is not null) _expectations.FailedAt = _index;
        Token token = Current;
        return token.Kind switch
        {
            TokenKind.End => Refused("syntax error at end of input", token.Start, hint),
            TokenKind.Unterminated or TokenKind.Invalid => TokenText.ErrorOf(_text, token),
            _ => Refused($"syntax error at or near \"{TokenText.Show(_text, token)}\"", token.Start, hint),
        };
    }

    private static QueryException Refused(string message, int position, string? hint = null) =>
        new(SqlStates.SyntaxError, message, position, hint);

    private static QueryException NotSupported(string message, int position, string? hint = null) =>
        new(SqlStates.FeatureNotSupported, message, position, hint);

    /// <summary>One or more items between commas.</summary>
    private SyntaxList<T> ParseCommaList<T>(Func<T> parseItem)
    {
        List<T> items = [];
        do items.Add(parseItem());
        while (Accept(TokenKind.Comma));
        return new SyntaxList<T>([.. items]);
    }

    /// <summary>One or more items between commas, in parentheses.</summary>
    private SyntaxList<T> ParseParenthesizedList<T>(Func<T> parseItem)
    {
        Expect(TokenKind.LeftParenthesis);
        SyntaxList<T> items = ParseCommaList(parseItem);
        Expect(TokenKind.RightParenthesis);
        return items;
    }

    /// <summary>One or more expressions between commas. Only the list is allocated.</summary>
    private SyntaxList<SyntaxExpression> ParseExpressionList()
    {
        int mark = _pendingExpressions.Count;
        do _pendingExpressions.Add(ParseExpression());
        while (Accept(TokenKind.Comma));
        return TakePending(mark);
    }

    private SyntaxList<SyntaxExpression> TakePending(int mark)
    {
        SyntaxList<SyntaxExpression> list =
            SyntaxList.Create<SyntaxExpression>(CollectionsMarshal.AsSpan(_pendingExpressions)[mark..]);
        _pendingExpressions.RemoveRange(mark, _pendingExpressions.Count - mark);
        return list;
    }

    // Names.

    /// <summary>The name of a table or column: PostgreSQL's ColId.</summary>
    private Identifier ParseName() => TryParseName() ?? throw UnexpectedInsteadOfName();

    private bool AtName => Current.Kind switch
    {
        TokenKind.Word => Keywords.IsColumnName(Current.Keyword),
        TokenKind.QuotedName or TokenKind.UnicodeName => true,
        _ => false,
    };

    private Identifier? TryParseName() => AtName ? TakeName() : null;

    /// <summary>A name where any keyword is one too: behind a dot or AS.</summary>
    private Identifier ParseLabel() =>
        Current.Kind is TokenKind.Word or TokenKind.QuotedName or TokenKind.UnicodeName
            ? TakeName()
            : throw UnexpectedInsteadOfName();

    /// <summary>A label that may also stand in single quotes.</summary>
    private Identifier ParseLabelOrString()
    {
        if (!AtString) return ParseLabel();
        int start = Current.Start;
        string name = ParseString();
        CheckNameLength(name, start);
        if (name.Length == 0) throw Refused("zero-length delimited identifier", start);
        return new Identifier(name, name, IsQuoted: true) { Range = Since(start) };
    }

    /// <summary>The name of a function or type.</summary>
    private bool AtTypeOrFunctionName => Current.Kind switch
    {
        TokenKind.Word => Keywords.IsTypeOrFunctionName(Current.Keyword),
        TokenKind.QuotedName or TokenKind.UnicodeName => true,
        _ => false,
    };

    /// <summary>Makes a name of the current token, whatever word it is.</summary>
    private Identifier TakeName()
    {
        Token token = Current;
        TextRange range = new(token.Start, token.Length);
        Advance();
        string spelling;
        string name;
        if (token.Kind == TokenKind.Word)
        {
            spelling = TextOf(token);
            name = TokenText.Fold(spelling);
        }
        else
        {
            spelling = token.Kind == TokenKind.QuotedName
                ? TokenText.ReadQuotedName(_text, token)
                : TokenText.ReadUnicode(_text, token, ParseUnicodeEscape());
            name = spelling;
            if (name.Length == 0)
            {
                throw Refused("zero-length delimited identifier at or near \"\"\"\"", token.Start);
            }
        }
        CheckNameLength(name, token.Start);
        return new Identifier(name, spelling, token.Kind != TokenKind.Word) { Range = range };
    }

    private void CheckNameLength(string name, int position)
    {
        if (name.Length * 3 <= _options.MaximumNameBytes) return;
        if (Encoding.UTF8.GetByteCount(name) <= _options.MaximumNameBytes) return;
        throw new QueryException(
            SqlStates.NameTooLong, $"name is too long: at most {_options.MaximumNameBytes} bytes are allowed",
            position);
    }

    private QueryException UnexpectedInsteadOfName()
    {
        Token token = Current;
        if (token.Kind != TokenKind.Word || token.Keyword == Keyword.NotAKeyword) return Unexpected();
        if (_expectations is not null) _expectations.ReservedAt = _index;
        return Unexpected();
    }

    /// <summary><c>UESCAPE '!'</c> behind a Unicode string or name.</summary>
    private char ParseUnicodeEscape()
    {
        if (Current.Keyword != Keyword.Uescape || Peek(1).Kind != TokenKind.String) return '\\';
        Advance();
        int start = Current.Start;
        string escape = ParseString();
        if (escape.Length != 1 || char.IsAsciiHexDigit(escape[0]) || escape[0] is '+' or '\'' or '"' or ' ')
        {
            throw Refused("invalid Unicode escape character", start);
        }
        return escape[0];
    }

    /// <summary><c>a</c>, <c>a.b</c>, <c>a.b.c</c></summary>
    private QualifiedName ParseQualifiedName()
    {
        int start = Current.Start;
        Identifier first = ParseName();
        if (!At(TokenKind.Dot)) return new QualifiedName([first]) { Range = first.Range };
        List<Identifier> parts = [first];
        while (Accept(TokenKind.Dot)) parts.Add(ParseLabel());
        return new QualifiedName(SyntaxList.From(parts)) { Range = Since(start) };
    }

    private SyntaxList<Identifier> ParseNameList() => ParseParenthesizedList(ParseName);

    /// <summary>The names in parentheses, if there are parentheses.</summary>
    private SyntaxList<Identifier> ParseOptionalNameList() => At(TokenKind.LeftParenthesis) ? ParseNameList() : [];

    // Constants in places where no expression may stand.

    private bool AtString => IsString(Current.Kind);

    private static bool IsString(TokenKind kind) =>
        kind is TokenKind.String or TokenKind.EscapeString or TokenKind.UnicodeString or TokenKind.DollarString;

    private string ParseString()
    {
        Token token = Current;
        if (!IsString(token.Kind)) throw Unexpected();
        Advance();
        return token.Kind == TokenKind.UnicodeString
            ? TokenText.ReadUnicode(_text, token, ParseUnicodeEscape())
            : TokenText.ReadString(_text, token);
    }

    /// <summary>A whole number with an optional sign.</summary>
    private long ParseInteger()
    {
        bool isNegative = Accept(TokenKind.Minus);
        if (!isNegative) Accept(TokenKind.Plus);
        Token token = Current;
        if (token.Kind != TokenKind.Integer) throw Unexpected();
        Advance();
        LiteralSyntax? literal = TokenText.ReadNumber(_text, token);
        if (isNegative) literal = TokenText.Negate(literal, literal.Range);
        return literal is IntegerLiteral integer
            ? integer.Value
            : throw new QueryException(
                SqlStates.NumericOutOfRange, $"value \"{TextOf(token)}\" is out of range for type bigint", token.Start);
    }

    /// <summary>A whole number that fits in 32 bits.</summary>
    private int ParseSmallInteger()
    {
        int start = Current.Start;
        long value = ParseInteger();
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new QueryException(
                SqlStates.NumericOutOfRange, $"value \"{value}\" is out of range for type integer", start);
    }

    /// <summary>True at a word that is not reserved and spells this, in any case.</summary>
    private bool AtWord(string word) =>
        Current.Kind == TokenKind.Word
        && _text.AsSpan(Current.Start, Current.Length).Equals(word, StringComparison.OrdinalIgnoreCase);
}
