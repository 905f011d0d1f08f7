using ColFrag.Console.Shell;
using ColFrag.Engine.Sql;

namespace ColFrag.Console.Syntax;

/// <summary>A statement of a text, without its semicolon, or a command of the shell.</summary>
/// <param name="Text">The text.</param>
/// <param name="Line">Number of its first line, from 1.</param>
/// <param name="IsCommand">True for a command of the shell.</param>
readonly record struct ScriptPiece(string Text, int Line, bool IsCommand);

/// <summary>
/// Cuts texts into statements, at semicolons, and commands, which are lines of their own between statements.
/// </summary>
static class Script
{
    /// <summary>The pieces in order; the last statement may lack its semicolon.</summary>
    public static List<ScriptPiece> Split(string text)
    {
        List<ScriptPiece> pieces = [];
        int line = 1;
        int counted = 0;
        // The lexer starts anew behind each command, which is no SQL: .print it's
        int origin = 0;
        while (origin < text.Length)
        {
            string rest = origin == 0 ? text : text[origin..];
            Lexer lexer = new(rest, withTrivia: true);
            int start = -1;
            int end = 0;
            int commandEnd = -1;
            while (true)
            {
                Token token = lexer.Next();
                if (token.Kind is TokenKind.Whitespace or TokenKind.Comment) continue;
                if (start < 0 && token.Kind != TokenKind.End && IsCommandAt(rest, token.Start))
                {
                    commandEnd = rest.IndexOf('\n', token.Start) is >= 0 and int lineEnd ? lineEnd : rest.Length;
                    pieces.Add(new ScriptPiece(rest[token.Start..commandEnd], LineOf(token.Start), IsCommand: true));
                    break;
                }
                if (token.Kind is TokenKind.Semicolon or TokenKind.End)
                {
                    if (start >= 0) pieces.Add(new ScriptPiece(rest[start..end], LineOf(start), IsCommand: false));
                    start = -1;
                    if (token.Kind == TokenKind.End) break;
                    continue;
                }
                if (start < 0) start = token.Start;
                end = token.End;
            }
            if (commandEnd < 0) break;
            origin += commandEnd;
        }
        return pieces;

        int LineOf(int offset)
        {
            offset += origin;
            line += text.AsSpan(counted, offset - counted).Count('\n');
            counted = offset;
            return line;
        }
    }

    /// <summary>
    /// True when nothing more has to follow: blank, a command, or its last statement has its semicolon.
    /// </summary>
    public static bool IsComplete(string text)
    {
        string trimmed = text.Trim();
        if (trimmed.Length == 0 || IsPlainCommand(trimmed)) return true;
        return ShellCommands.IsCommand(trimmed) || StatementSplitter.IsComplete(text);
    }

    /// <summary>Words that a newcomer types alone on a line, and what they mean here.</summary>
    public static bool IsPlainCommand(string text) => text is "quit" or "exit" or "help" or "?";

    /// <summary>The command that such a word means.</summary>
    public static string CommandOf(string plainCommand) => plainCommand is "help" or "?" ? ".help" : ".quit";

    private static bool IsCommandAt(string text, int offset)
    {
        int lineEnd = text.IndexOf('\n', offset) is >= 0 and int end ? end : text.Length;
        int lineStart = offset == 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;
        return text.AsSpan(lineStart, offset - lineStart).IsWhiteSpace() &&
            ShellCommands.IsCommand(text.AsSpan(offset, lineEnd - offset));
    }
}
