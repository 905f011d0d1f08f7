using ColFrag.Console.Editing;
using ColFrag.Console.Shell;
using ColFrag.Engine.Sql;

namespace ColFrag.Console.Syntax;

/// <summary>SQL and the commands of the shell, as the line editor needs them.</summary>
sealed class SqlLanguage(CatalogNames names) : IEditorLanguage
{
    public bool IsComplete(string text) => Script.IsComplete(text);

    public Completions Complete(string text, int cursor) => new Completer(names).Complete(text, cursor);

    public IReadOnlyList<StyledSpan> Highlight(string text)
    {
        if (ShellCommands.IsCommand(text)) return HighlightCommand(text);
        List<StyledSpan> spans = [];
        Token[] tokens = Lexer.Tokenize(text, withTrivia: true);
        for (int i = 0; i < tokens.Length; i++)
        {
            TextStyle style = StyleOf(tokens, i, text);
            if (style != TextStyle.Plain) spans.Add(new StyledSpan(tokens[i].Start, tokens[i].Length, style));
        }
        return spans;
    }

    /// <summary>The length of the token that begins at an offset, or is cut by it; at least 1.</summary>
    public static int TokenLengthAt(string text, int offset)
    {
        Lexer lexer = new(text, withTrivia: true);
        while (true)
        {
            Token token = lexer.Next();
            if (token.Kind == TokenKind.End) return 1;
            if (token.End > offset) return Math.Max(1, token.End - offset);
        }
    }

    private static StyledSpan[] HighlightCommand(string text)
    {
        int start = text.Length - text.TrimStart().Length;
        int end = start;
        while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
        return [new StyledSpan(start, end - start, TextStyle.Function)];
    }

    private static TextStyle StyleOf(Token[] tokens, int index, string text)
    {
        Token token = tokens[index];
        switch (token.Kind)
        {
            case TokenKind.Comment:
                return TextStyle.Comment;
            case TokenKind.String or TokenKind.EscapeString or TokenKind.UnicodeString or TokenKind.DollarString
                or TokenKind.BitString or TokenKind.HexString:
                return TextStyle.Literal;
            case TokenKind.Integer or TokenKind.Number:
                return TextStyle.Number;
            case TokenKind.Parameter or TokenKind.NamedParameter or TokenKind.Question:
                return TextStyle.Parameter;
            case TokenKind.Unterminated:
                // Still being typed: what it will be.
                return text[token.Start] == '/' ? TextStyle.Comment : TextStyle.Literal;
            case TokenKind.Invalid:
                return TextStyle.Error;
            case TokenKind.Word:
                break;
            default:
                return TextStyle.Plain;
        }
        bool isPartOfName = (index > 0 && tokens[index - 1].Kind == TokenKind.Dot) ||
            (index + 1 < tokens.Length && tokens[index + 1].Kind == TokenKind.Dot);
        if (isPartOfName) return TextStyle.Plain;
        bool isCall = index + 1 < tokens.Length && tokens[index + 1].Kind == TokenKind.LeftParenthesis;
        if (isCall && !Keywords.IsReserved(token.Keyword)) return TextStyle.Function;
        return token.Keyword == Keyword.None ? TextStyle.Plain : TextStyle.Keyword;
    }
}
