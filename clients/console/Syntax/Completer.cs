using ColFrag.Console.Editing;
using ColFrag.Console.Shell;
using ColFrag.Engine.Sql;

namespace ColFrag.Console.Syntax;

/// <summary>
/// Says what could stand at the cursor: columns of the tables that the statement names, tables where one is expected,
/// functions, keywords, files inside quotes, commands of the shell.
/// </summary>
sealed class Completer(CatalogNames names)
{
    private static readonly HashSet<Keyword> s_beforeTable =
    [
        Keyword.From, Keyword.Join, Keyword.Into, Keyword.Update, Keyword.Table, Keyword.Describe, Keyword.Summarize,
        Keyword.Copy, Keyword.Truncate, Keyword.View, Keyword.Storage, Keyword.Distribution,
    ];

    public Completions Complete(string text, int cursor)
    {
        string before = text[..cursor];
        if (ShellCommands.IsCommand(before) || before is "." or "\\") return CompleteCommand(before);

        Token[] tokens = Lexer.Tokenize(before);
        // Only the statement at the cursor counts.
        int first = Array.FindLastIndex(tokens, token => token.Kind == TokenKind.Semicolon) + 1;
        Token[] statement = tokens[first..^1];
        if (statement is [.., { Kind: TokenKind.Unterminated } open] && before[open.Start] == '\'')
        {
            return CompleteFile(before, open.Start + 1);
        }

        int start = cursor;
        while (start > 0 && IsWordCharacter(before[start - 1])) start--;
        string prefix = before[start..];
        Token[] earlier = [.. statement.TakeWhile(token => token.Start < start)];

        if (earlier is [.., { Kind: TokenKind.Word } owner, { Kind: TokenKind.Dot }])
        {
            string table = ResolveTable(text, before.Substring(owner.Start, owner.Length));
            return Pick(start, prefix, Words(names.Columns.GetValueOrDefault(table, [])));
        }
        bool wantsTable = earlier is [.., { Kind: TokenKind.Word } last] && s_beforeTable.Contains(last.Keyword);
        IEnumerable<Completion> tables = Words(names.Tables);
        if (wantsTable) return Pick(start, prefix, tables);

        // An empty place would list everything there is.
        if (prefix.Length == 0 && earlier.Length == 0) return Completions.None;
        IEnumerable<Completion> ofCatalog = Words(ColumnsOf(text))
            .Concat(names.Functions.Select(name => new Completion(name, TextStyle.Function)))
            .Concat(tables);
        if (prefix.Length == 0) return Pick(start, prefix, Words(ColumnsOf(text)));
        // Where something of the database fits, the many keywords that are hardly ever meant stand back.
        bool hasName = Pick(start, prefix, ofCatalog).Words.Count > 0;
        IEnumerable<Completion> keywords = Keywords.All.Order(StringComparer.Ordinal)
            .Where(keyword => !hasName || Keywords.IsReserved(Keywords.Find(keyword)))
            .Select(keyword => new Completion(InCaseOf(prefix, keyword), TextStyle.Keyword));
        return Pick(start, prefix, ofCatalog.Concat(keywords));
    }

    private static Completions Pick(int start, string prefix, IEnumerable<Completion> words) => new(
        start,
        [.. words.Where(word => word.Text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .DistinctBy(word => word.Text, StringComparer.OrdinalIgnoreCase)]);

    private static IEnumerable<Completion> Words(IEnumerable<string> words) =>
        words.Select(word => new Completion(word));

    /// <summary>The columns of the tables that the statement names; of all tables when it names none yet.</summary>
    private IEnumerable<string> ColumnsOf(string text)
    {
        string[] named = [.. Lexer.Tokenize(text)
            .Where(token => token.Kind == TokenKind.Word)
            .Select(token => text.Substring(token.Start, token.Length))
            .Where(names.Columns.ContainsKey)
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        return (named.Length > 0 ? named : [.. names.Tables]).SelectMany(table => names.Columns[table]);
    }

    /// <summary>The table behind an alias: <c>FROM table [AS] alias</c>.</summary>
    private string ResolveTable(string text, string name)
    {
        if (names.Columns.ContainsKey(name)) return name;
        Token[] tokens = Lexer.Tokenize(text);
        for (int i = 1; i < tokens.Length; i++)
        {
            if (!IsWord(tokens[i], name)) continue;
            Token owner = tokens[i - 1].Keyword == Keyword.As && i > 1 ? tokens[i - 2] : tokens[i - 1];
            string table = text.Substring(owner.Start, owner.Length);
            if (names.Columns.ContainsKey(table)) return table;
        }
        return name;

        bool IsWord(Token token, string word) => token.Kind == TokenKind.Word &&
            text.AsSpan(token.Start, token.Length).Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    private Completions CompleteCommand(string before)
    {
        int space = before.LastIndexOf(' ');
        if (space < 0)
        {
            int start = before.Length - before.TrimStart().Length;
            string prefix = before[start..];
            return Pick(start, prefix, ShellCommands.All
                .Select(command => prefix[0] == '\\' ? command.Alias : command.Name)
                .Where(name => name.Length > 0)
                .Select(name => new Completion(name, TextStyle.Function)));
        }
        string command = before.TrimStart().Split(' ')[0];
        if (command is ".read" or "\\i" or ".output" or "\\o" or ".once" or ".cd" or "\\cd")
        {
            return CompleteFile(before, space + 1);
        }
        IEnumerable<Completion> words = command is ".mode"
            ? Words(Output.ResultFormats.All.Select(format => format.Name))
            : Words(names.Tables);
        return Pick(space + 1, before[(space + 1)..], words);
    }

    /// <summary>Files and folders that begin with what stands from an offset on.</summary>
    private static Completions CompleteFile(string before, int start)
    {
        string typed = before[start..];
        int slash = typed.LastIndexOf('/') + 1;
        string folder = slash == 0 ? "." : typed[..slash];
        try
        {
            return Pick(start + slash, typed[slash..], new DirectoryInfo(folder).EnumerateFileSystemInfos()
                .Where(entry => !entry.Name.StartsWith('.') || typed[slash..].StartsWith('.'))
                .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                .Select(entry => entry is DirectoryInfo
                    ? new Completion(entry.Name + "/", TextStyle.Keyword)
                    : new Completion(entry.Name)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Completions.None;
        }
    }

    private static string InCaseOf(string prefix, string keyword) =>
        prefix.Length > 0 && char.IsLower(prefix[0]) ? keyword.ToLowerInvariant() : keyword.ToUpperInvariant();

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c == '_';
}
