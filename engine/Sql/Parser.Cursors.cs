namespace ColFrag.Engine.Sql;

/// <content>Prepared statements and cursors.</content>
internal sealed partial class Parser
{
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
