using System.Buffers;

namespace ColFrag.Engine.Sql;

/// <summary>
/// Cuts an SQL text into tokens by PostgreSQL's rules. It never fails: what cannot be read is a token of kind
/// <see cref="TokenKind.Unterminated"/> or <see cref="TokenKind.Invalid"/>, so that editors can color any text. The
/// parser raises the error when it arrives there.
/// </summary>
internal ref struct Lexer
{
    private const string OperatorCharacters = "+-*/<>=~!@#%^&|`?";
    private static readonly SearchValues<char> WordCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private readonly string _text;
    private readonly bool _withTrivia;
    private readonly bool _atParameters;
    private int _position;
    private bool _isAfterOperand;

    /// <summary>Starts at the beginning of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="withTrivia">True to get whitespace and comments too.</param>
    /// <param name="atParameters">True to read <c>@name</c> as a parameter where an operand is expected.</param>
    public Lexer(string text, bool withTrivia = false, bool atParameters = false)
    {
        _text = text;
        _withTrivia = withTrivia;
        _atParameters = atParameters;
    }

    /// <summary>All tokens of a text; the last one is <see cref="TokenKind.End"/>.</summary>
    public static Token[] Tokenize(string text, bool withTrivia = false, bool atParameters = false)
    {
        Lexer lexer = new(text, withTrivia, atParameters);
        List<Token> tokens = new((text.Length / 4) + 8);
        Token token;
        do
        {
            token = lexer.Next();
            tokens.Add(token);
        }
        while (token.Kind != TokenKind.End);
        return [.. tokens];
    }

    /// <summary>The next token.</summary>
    public Token Next()
    {
        while (true)
        {
            if (_position >= _text.Length) return new Token(TokenKind.End, Keyword.NotAKeyword, _text.Length, 0);
            Token token = Read();
            _position = token.End;
            if (token.Kind is TokenKind.Whitespace or TokenKind.Comment)
            {
                if (_withTrivia) return token;
                continue;
            }
            _isAfterOperand = EndsOperand(token);
            return token;
        }
    }

    private readonly Token Read()
    {
        char first = _text[_position];
        if (char.IsAsciiLetter(first) || first == '_' || (first >= 0x80 && !IsSpace(first))) return ReadWord(first);
        if (char.IsAsciiDigit(first)) return ReadNumber();
        switch (first)
        {
            case '\'': return ReadQuoted(TokenKind.String, _position, hasEscapes: false);
            case '"': return ReadQuotedName(TokenKind.QuotedName, _position);
            case '(': return Sign(TokenKind.LeftParenthesis);
            case ')': return Sign(TokenKind.RightParenthesis);
            case '[': return Sign(TokenKind.LeftBracket);
            case ']': return Sign(TokenKind.RightBracket);
            case '{': return Sign(TokenKind.LeftBrace);
            case '}': return Sign(TokenKind.RightBrace);
            case ',': return Sign(TokenKind.Comma);
            case ';': return Sign(TokenKind.Semicolon);
            case '.': return char.IsAsciiDigit(Peek(1)) ? ReadNumber() : Sign(TokenKind.Dot);
            case ':':
                return Peek(1) switch
                {
                    ':' => Sign(TokenKind.DoubleColon, 2),
                    '=' => Sign(TokenKind.ColonEquals, 2),
                    _ => Sign(TokenKind.Colon),
                };
            case '$': return ReadDollar();
            case '-' when Peek(1) == '-': return ReadLineComment();
            case '/' when Peek(1) == '*': return ReadBlockComment();
        }
        if (OperatorCharacters.Contains(first, StringComparison.Ordinal)) return ReadOperator(first);
        if (IsSpace(first)) return ReadSpace();
        return Sign(TokenKind.Invalid);
    }

    /// <summary>Blanks of Unicode count too: they come with texts pasted from documents.</summary>
    private static bool IsSpace(char unit) => unit is ' ' or '\uFEFF' || char.IsWhiteSpace(unit);

    private readonly char Peek(int distance) =>
        _position + distance < _text.Length ? _text[_position + distance] : '\0';

    private readonly Token Sign(TokenKind kind, int length = 1) => new(kind, Keyword.NotAKeyword, _position, length);

    private readonly Token Until(TokenKind kind, int end) => new(kind, Keyword.NotAKeyword, _position, end - _position);

    private readonly Token ReadSpace()
    {
        int end = _position + 1;
        while (end < _text.Length && IsSpace(_text[end])) end++;
        return Until(TokenKind.Whitespace, end);
    }

    private readonly Token ReadLineComment()
    {
        int length = _text.AsSpan(_position).IndexOfAny('\n', '\r');
        return Until(TokenKind.Comment, length < 0 ? _text.Length : _position + length);
    }

    /// <summary>Block comments nest, as the standard has it.</summary>
    private readonly Token ReadBlockComment()
    {
        int depth = 1;
        int at = _position + 2;
        while (at < _text.Length)
        {
            int next = _text.AsSpan(at).IndexOfAny('*', '/');
            if (next < 0 || at + next + 1 >= _text.Length) break;
            at += next;
            if (_text[at] == '*' && _text[at + 1] == '/')
            {
                at += 2;
                if (--depth == 0) return Until(TokenKind.Comment, at);
            }
            else if (_text[at] == '/' && _text[at + 1] == '*')
            {
                at += 2;
                depth++;
            }
            else
            {
                at++;
            }
        }
        return Until(TokenKind.Unterminated, _text.Length);
    }

    private readonly Token ReadWord(char first)
    {
        char second = Peek(1);
        if (second == '\'')
        {
            switch (first)
            {
                case 'e' or 'E': return ReadQuoted(TokenKind.EscapeString, _position + 1, hasEscapes: true);
                case 'b' or 'B': return ReadQuoted(TokenKind.BitString, _position + 1, hasEscapes: false);
                case 'x' or 'X': return ReadQuoted(TokenKind.HexString, _position + 1, hasEscapes: false);
                case 'n' or 'N': return ReadQuoted(TokenKind.String, _position + 1, hasEscapes: false);
            }
        }
        else if (second == '&' && first is 'u' or 'U')
        {
            if (Peek(2) == '\'') return ReadQuoted(TokenKind.UnicodeString, _position + 2, hasEscapes: false);
            if (Peek(2) == '"') return ReadQuotedName(TokenKind.UnicodeName, _position + 2);
        }
        ReadOnlySpan<char> rest = _text.AsSpan(_position);
        int length = rest.IndexOfAnyExcept(WordCharacters);
        if (length < 0) length = rest.Length;
        if (length == rest.Length || (rest[length] < 0x80 && rest[length] != '$') || IsSpace(rest[length]))
        {
            return new Token(TokenKind.Word, Keywords.Find(rest[..length]), _position, length);
        }
        while (length < rest.Length && IsWordCharacter(rest[length])) length++;
        return Until(TokenKind.Word, _position + length);
    }

    private static bool IsWordCharacter(char unit) =>
        unit < 0x80 ? WordCharacters.Contains(unit) || unit == '$' : !IsSpace(unit);

    /// <summary>
    /// Reads a string to its closing quote. Strings that only whitespace with a line end separates are one string.
    /// </summary>
    private readonly Token ReadQuoted(TokenKind kind, int quote, bool hasEscapes)
    {
        int at = quote + 1;
        while (true)
        {
            int next = hasEscapes ? _text.AsSpan(at).IndexOfAny('\'', '\\') : _text.AsSpan(at).IndexOf('\'');
            if (next < 0) return Until(TokenKind.Unterminated, _text.Length);
            at += next + 1;
            if (_text[at - 1] == '\\')
            {
                if (at >= _text.Length) return Until(TokenKind.Unterminated, _text.Length);
                at++;
                continue;
            }
            if (at < _text.Length && _text[at] == '\'')
            {
                at++;
                continue;
            }
            int continuation = TokenText.FindContinuation(_text, at);
            if (continuation < 0) return Until(kind, at);
            at = continuation + 1;
        }
    }

    private readonly Token ReadQuotedName(TokenKind kind, int quote)
    {
        int at = quote + 1;
        while (true)
        {
            int next = _text.AsSpan(at).IndexOf('"');
            if (next < 0) return Until(TokenKind.Unterminated, _text.Length);
            at += next + 1;
            if (at >= _text.Length || _text[at] != '"') return Until(kind, at);
            at++;
        }
    }

    /// <summary><c>$1</c>, <c>$name</c>, <c>$$text$$</c> or <c>$tag$text$tag$</c></summary>
    private readonly Token ReadDollar()
    {
        int end = _position + 1;
        if (char.IsAsciiDigit(Peek(1)))
        {
            while (end < _text.Length && char.IsAsciiDigit(_text[end])) end++;
            return ReadJunk(TokenKind.Parameter, end);
        }
        while (end < _text.Length && _text[end] != '$' && IsWordCharacter(_text[end])) end++;
        if (end < _text.Length && _text[end] == '$')
        {
            ReadOnlySpan<char> tag = _text.AsSpan(_position, end + 1 - _position);
            int close = _text.AsSpan(end + 1).IndexOf(tag);
            return close < 0
                ? Until(TokenKind.Unterminated, _text.Length)
                : Until(TokenKind.DollarString, end + 1 + close + tag.Length);
        }
        return end == _position + 1 ? Sign(TokenKind.Invalid) : Until(TokenKind.NamedParameter, end);
    }

    private readonly Token ReadNumber()
    {
        char second = Peek(1);
        if (_text[_position] == '0' && char.IsAsciiLetter(second))
        {
            int digits = second switch
            {
                'x' or 'X' => SkipDigits(_position + 2, char.IsAsciiHexDigit, mayStartWithUnderscore: true),
                'o' or 'O' => SkipDigits(_position + 2, unit => unit is >= '0' and <= '7', true),
                'b' or 'B' => SkipDigits(_position + 2, unit => unit is '0' or '1', true),
                _ => 0,
            };
            if (digits > 0)
            {
                return digits == _position + 2
                    ? ReadJunk(TokenKind.Invalid, digits)
                    : ReadJunk(TokenKind.Integer, digits);
            }
        }
        TokenKind kind = TokenKind.Integer;
        int end = SkipDigits(_position, char.IsAsciiDigit);
        // Two points are never part of a number, so that a range such as 1..10 could be read.
        if (end < _text.Length && _text[end] == '.' && (end + 1 >= _text.Length || _text[end + 1] != '.'))
        {
            kind = TokenKind.Number;
            end = SkipDigits(end + 1, char.IsAsciiDigit);
        }
        if (end < _text.Length && _text[end] is 'e' or 'E')
        {
            int exponent = end + 1;
            if (exponent < _text.Length && _text[exponent] is '+' or '-') exponent++;
            if (exponent < _text.Length && char.IsAsciiDigit(_text[exponent]))
            {
                kind = TokenKind.Number;
                end = SkipDigits(exponent, char.IsAsciiDigit);
            }
        }
        return ReadJunk(kind, end);
    }

    /// <summary>Skips digits; an underscore may stand between two of them.</summary>
    private readonly int SkipDigits(int at, Func<char, bool> isDigit, bool mayStartWithUnderscore = false)
    {
        int start = at;
        while (at < _text.Length)
        {
            if (isDigit(_text[at])) at++;
            else if (_text[at] == '_' && (at > start || mayStartWithUnderscore)
                && at + 1 < _text.Length && isDigit(_text[at + 1])) at += 2;
            else break;
        }
        return at;
    }

    /// <summary>A number that runs into a word is an error, not two tokens: <c>1a</c> is a typing mistake.</summary>
    private readonly Token ReadJunk(TokenKind kind, int end)
    {
        if (end >= _text.Length || !IsWordCharacter(_text[end]) || _text[end] == '$') return Until(kind, end);
        while (end < _text.Length && IsWordCharacter(_text[end])) end++;
        return Until(TokenKind.Invalid, end);
    }

    /// <summary>
    /// The longest run of operator characters, cut short before a comment, before a parameter, and, unless it has a
    /// character that SQL's own operators lack, before a sign at its end: <c>a=-1</c> is <c>a = -1</c>.
    /// </summary>
    private readonly Token ReadOperator(char first)
    {
        if (first == '?') return ReadQuestion();
        if (first == '@' && _atParameters && !_isAfterOperand && (char.IsAsciiLetter(Peek(1)) || Peek(1) == '_'))
        {
            int name = _position + 1;
            while (name < _text.Length && WordCharacters.Contains(_text[name])) name++;
            return Until(TokenKind.NamedParameter, name);
        }
        int end = _position + 1;
        bool hasSpecial = "~!@#%^&|`?".Contains(first, StringComparison.Ordinal);
        while (end < _text.Length && OperatorCharacters.Contains(_text[end], StringComparison.Ordinal))
        {
            char unit = _text[end];
            char next = end + 1 < _text.Length ? _text[end + 1] : '\0';
            if ((unit == '-' && next == '-') || (unit == '/' && next == '*')) break;
            if (unit == '?' && !(end == _position + 1 && first == '@')) break;
            if (unit == '@' && _atParameters && (char.IsAsciiLetter(next) || next == '_')) break;
            hasSpecial |= "~!@#%^&|`?".Contains(unit, StringComparison.Ordinal);
            end++;
        }
        if (!hasSpecial)
        {
            while (end > _position + 1 && _text[end - 1] is '+' or '-') end--;
        }
        return Until(ClassifyOperator(_text.AsSpan(_position, end - _position)), end);
    }

    /// <summary>A parameter, or one of the JSON operators <c>?</c>, <c>?|</c> and <c>?&amp;</c>.</summary>
    private readonly Token ReadQuestion()
    {
        if (!_isAfterOperand) return Sign(TokenKind.Question);
        bool isPair = Peek(1) is '|' or '&' && !OperatorCharacters.Contains(Peek(2), StringComparison.Ordinal);
        return Sign(TokenKind.Operator, isPair ? 2 : 1);
    }

    private static TokenKind ClassifyOperator(ReadOnlySpan<char> text) => text switch
    {
        "+" => TokenKind.Plus,
        "-" => TokenKind.Minus,
        "*" => TokenKind.Star,
        "/" => TokenKind.Slash,
        "//" => TokenKind.DoubleSlash,
        "%" => TokenKind.Percent,
        "^" => TokenKind.Caret,
        "**" => TokenKind.DoubleStar,
        "<" => TokenKind.Less,
        ">" => TokenKind.Greater,
        "<=" => TokenKind.LessOrEqual,
        ">=" => TokenKind.GreaterOrEqual,
        "=" or "==" => TokenKind.Equal,
        "<>" or "!=" => TokenKind.NotEqual,
        "=>" => TokenKind.FatArrow,
        "->" => TokenKind.Arrow,
        "`" => TokenKind.Invalid,
        _ => TokenKind.Operator,
    };

    private static bool EndsOperand(Token token) => token.Kind switch
    {
        TokenKind.Word => Keywords.IsColumnName(token.Keyword)
            ? token.Keyword is not (Keyword.Between or Keyword.By or Keyword.Escape or Keyword.Glob or Keyword.Interval)
            : token.Keyword is Keyword.End or Keyword.Null or Keyword.True or Keyword.False or Keyword.Default
                or Keyword.User or Keyword.SessionUser
                or >= Keyword.CurrentCatalog and <= Keyword.CurrentUser or Keyword.CurrentSchema
                or Keyword.Localtime or Keyword.Localtimestamp,
        TokenKind.QuotedName or TokenKind.UnicodeName or TokenKind.Integer or TokenKind.Number or TokenKind.String
            or TokenKind.EscapeString or TokenKind.UnicodeString or TokenKind.DollarString or TokenKind.BitString
            or TokenKind.HexString or TokenKind.Parameter or TokenKind.NamedParameter or TokenKind.Question
            or TokenKind.RightParenthesis or TokenKind.RightBracket or TokenKind.RightBrace => true,
        _ => false,
    };
}
