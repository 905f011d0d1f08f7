namespace ColFrag.Engine.Sql;

/// <summary>
/// Finds where statements end, without parsing them: semicolons outside strings, dollar quotes, quoted names and
/// comments. For consoles and scripts, which must know when a text is whole.
/// </summary>
internal static class StatementSplitter
{
    /// <summary>
    /// True when nothing is open and the last statement has its semicolon; also when there is no statement at all.
    /// </summary>
    public static bool IsComplete(string text)
    {
        Lexer lexer = new(text);
        TokenKind last = TokenKind.Semicolon;
        while (true)
        {
            Token token = lexer.Next();
            if (token.Kind == TokenKind.Unterminated) return false;
            if (token.Kind == TokenKind.End) return last == TokenKind.Semicolon;
            last = token.Kind;
        }
    }

    /// <summary>
    /// The range of each statement, without semicolons and without surrounding blanks and comments. The last one may be
    /// unfinished.
    /// </summary>
    public static IReadOnlyList<TextRange> Split(string text)
    {
        List<TextRange> statements = [];
        Lexer lexer = new(text);
        int start = -1;
        int end = 0;
        while (true)
        {
            Token token = lexer.Next();
            if (token.Kind is TokenKind.Semicolon or TokenKind.End)
            {
                if (start >= 0) statements.Add(TextRange.Between(start, end));
                start = -1;
                if (token.Kind == TokenKind.End) return statements;
                continue;
            }
            if (start < 0) start = token.Start;
            end = token.End;
        }
    }
}
