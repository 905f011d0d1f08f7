using System.Globalization;
using System.Text;
using ColFrag.Engine.Sql;

namespace ColFrag.Data;

/// <summary>One statement of a command with its parameters numbered: <c>$1</c>, <c>$2</c>, …</summary>
/// <param name="Sql">The text.</param>
/// <param name="Parameters">The places of its parameters in the command's collection, in the order of their
/// numbers.</param>
internal sealed record CommandStatement(string Sql, IReadOnlyList<int> Parameters);

/// <summary>
/// The statements of a command's text. Parameters are found by the lexer of the database itself, so that what looks
/// like
/// one in a string or a comment is none; values are never put into the text.
/// </summary>
internal static class CommandText
{
    /// <summary>Cuts the text at its semicolons and numbers the parameters of each statement.</summary>
    /// <exception cref="InvalidOperationException">A parameter has no value.</exception>
    public static IReadOnlyList<CommandStatement> Split(string text, ColFragParameterCollection parameters)
    {
        List<CommandStatement> statements = [];
        StringBuilder sql = new();
        List<int> used = [];
        int copied = 0;
        int questions = 0;
        bool isEmpty = true;
        Token[] tokens = Lexer.Tokenize(text, withTrivia: false, atParameters: true);
        for (int i = 0; i < tokens.Length; i++)
        {
            Token token = tokens[i];
            if (IsColonParameter(tokens, i))
                token = new Token(TokenKind.NamedParameter, token.Keyword, token.Start, 1 + tokens[++i].Length);
            switch (token.Kind)
            {
                case TokenKind.Semicolon or TokenKind.End:
                    sql.Append(text, copied, token.Start - copied);
                    if (!isEmpty) statements.Add(new CommandStatement(sql.ToString(), used));
                    (sql, used, copied, isEmpty) = (new StringBuilder(), [], token.End, true);
                    break;
                case TokenKind.Parameter or TokenKind.NamedParameter or TokenKind.Question:
                    isEmpty = false;
                    string name = text.Substring(token.Start, token.Length);
                    int place = token.Kind == TokenKind.Question ? questions++ : PlaceOf(name, token.Kind, parameters);
                    if (place >= parameters.Count)
                        throw new InvalidOperationException($"There is no value for the parameter {name}.");
                    int number = used.IndexOf(place);
                    if (number < 0)
                    {
                        number = used.Count;
                        used.Add(place);
                    }
                    sql.Append(text, copied, token.Start - copied);
                    sql.Append(CultureInfo.InvariantCulture, $"${number + 1}");
                    copied = token.End;
                    break;
                default:
                    isEmpty = false;
                    break;
            }
        }
        return statements;
    }

    // :name, where an operand is expected; behind one the colon belongs to a slice or a field.
    private static bool IsColonParameter(Token[] tokens, int i)
    {
        if (tokens[i].Kind != TokenKind.Colon || tokens[i + 1].Kind != TokenKind.Word) return false;
        if (tokens[i + 1].Start != tokens[i].End) return false;
        return i == 0 || tokens[i - 1].Kind is not (TokenKind.QuotedName or TokenKind.Integer or TokenKind.Number
            or TokenKind.String or TokenKind.RightParenthesis or TokenKind.RightBracket
            or TokenKind.NamedParameter or TokenKind.Parameter) &&
            tokens[i - 1] is not { Kind: TokenKind.Word, Keyword: Keyword.NotAKeyword };
    }

    // $1 is the first parameter, whatever its name; others go by name.
    private static int PlaceOf(string name, TokenKind kind, ColFragParameterCollection parameters)
    {
        if (kind == TokenKind.Parameter &&
            int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int n))
            return n > 0 ? n - 1 : int.MaxValue;
        int place = parameters.IndexOf(name);
        return place >= 0 ? place : int.MaxValue;
    }
}
