namespace ColFrag.Engine.Sql;

/// <content>Names of types.</content>
internal sealed partial class Parser
{
    /// <summary>A type with its list brackets.</summary>
    private TypeName ParseTypeName()
    {
        Enter();
        int start = Current.Start;
        TypeName type = ParseElementType();
        while (true)
        {
            if (Accept(TokenKind.LeftBracket))
            {
                int? length = At(TokenKind.RightBracket) ? null : ParseSmallInteger();
                Expect(TokenKind.RightBracket);
                type = new ListTypeName(type, length) { Range = Since(start) };
            }
            else if (At(Keyword.Array))
            {
                Advance();
                int? length = null;
                if (Accept(TokenKind.LeftBracket))
                {
                    length = ParseSmallInteger();
                    Expect(TokenKind.RightBracket);
                }
                type = new ListTypeName(type, length) { Range = Since(start) };
            }
            else
            {
                break;
            }
            _chainLength++;
        }
        Leave();
        return type;
    }

    private TypeName ParseElementType()
    {
        Token word = Current;
        bool hasList = Peek(1).Kind == TokenKind.LeftParenthesis;
        switch (word.Keyword)
        {
            case Keyword.Double when Peek(1).Keyword == Keyword.Precision:
                Advance();
                Advance();
                return Simple("float8", word, []);
            case Keyword.National:
                Advance();
                if (!Accept(Keyword.Character)) Expect(Keyword.Char);
                return FinishCharacter(word);
            case Keyword.Character or Keyword.Char or Keyword.Nchar:
                Advance();
                return FinishCharacter(word);
            case Keyword.Bit:
                Advance();
                return Simple(Accept(Keyword.Varying) ? "varbit" : "bit", word, ParseModifiers());
            case Keyword.Timestamp or Keyword.Time:
                return ParseTimeType();
            case Keyword.Interval:
                return ParseIntervalType();
            case Keyword.Struct or Keyword.Row when hasList:
                Advance();
                return new StructTypeName(ParseParenthesizedList(ParseFieldDefinition)) { Range = Since(word.Start) };
            case Keyword.Map when hasList:
                return ParseMapType();
            case Keyword.Enum when hasList:
                Advance();
                return new EnumTypeName(ParseParenthesizedList(ParseString)) { Range = Since(word.Start) };
        }
        return ParseNamedType();
    }

    private SimpleTypeName Simple(string name, Token first, SyntaxList<SyntaxExpression> modifiers)
    {
        TextRange range = Since(first.Start);
        Identifier identifier = new(name) { Range = range };
        return new SimpleTypeName(new QualifiedName([identifier]) { Range = range }, modifiers) { Range = range };
    }

    private SimpleTypeName FinishCharacter(Token first) =>
        Simple(Accept(Keyword.Varying) ? "varchar" : "char", first, ParseModifiers());

    private SyntaxList<SyntaxExpression> ParseModifiers() =>
        At(TokenKind.LeftParenthesis) ? ParseOptionalItems(ParseExpression) : [];

    /// <summary>Items between commas, or none, in parentheses.</summary>
    private SyntaxList<T> ParseOptionalItems<T>(Func<T> parseItem)
    {
        Expect(TokenKind.LeftParenthesis);
        SyntaxList<T> items = At(TokenKind.RightParenthesis) ? [] : ParseCommaList(parseItem);
        Expect(TokenKind.RightParenthesis);
        return items;
    }

    /// <summary><c>timestamp(3) with time zone</c></summary>
    private SimpleTypeName ParseTimeType()
    {
        Token word = Current;
        string name = TokenText.Fold(TextOf(word));
        Advance();
        SyntaxList<SyntaxExpression> modifiers = ParseModifiers();
        if (Accept(Keyword.With, Keyword.Time, Keyword.Zone)) name += "tz";
        else Accept(Keyword.Without, Keyword.Time, Keyword.Zone);
        return Simple(name, word, modifiers);
    }

    private IntervalTypeName ParseIntervalType()
    {
        int start = Current.Start;
        Expect(Keyword.Interval);
        if (At(TokenKind.LeftParenthesis))
        {
            int precision = ParsePrecision();
            return new IntervalTypeName(IntervalFields.All, precision) { Range = Since(start) };
        }
        (IntervalFields fields, int? seconds) = ParseIntervalFields(acceptsAllUnits: false);
        return new IntervalTypeName(fields, seconds) { Range = Since(start) };
    }

    private MapTypeName ParseMapType()
    {
        int start = Current.Start;
        Expect(Keyword.Map);
        Expect(TokenKind.LeftParenthesis);
        TypeName key = ParseTypeName();
        Expect(TokenKind.Comma);
        TypeName value = ParseTypeName();
        Expect(TokenKind.RightParenthesis);
        return new MapTypeName(key, value) { Range = Since(start) };
    }

    private FieldDefinition ParseFieldDefinition()
    {
        int start = Current.Start;
        Identifier name = ParseLabel();
        TypeName type = ParseTypeName();
        return new FieldDefinition(name, type) { Range = Since(start) };
    }

    private SimpleTypeName ParseNamedType()
    {
        int start = Current.Start;
        if (Keywords.IsReserved(Current.Keyword)) throw UnexpectedInsteadOfName();
        List<Identifier> parts = [ParseLabel()];
        while (Accept(TokenKind.Dot)) parts.Add(ParseLabel());
        QualifiedName name = new(SyntaxList.From(parts)) { Range = Since(start) };
        SyntaxList<SyntaxExpression> modifiers = ParseModifiers();
        return new SimpleTypeName(name, modifiers) { Range = Since(start) };
    }
}
