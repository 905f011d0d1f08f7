namespace ColFrag.Engine.Sql;

/// <summary>
/// What the parser looked for around the place where it failed, and the advice that follows from it. Collected only
/// when a text is known to be wrong.
/// </summary>
internal sealed class Expectations
{
    private const int LongestKeyword = 20;
    private readonly Dictionary<int, HashSet<Keyword>> _byToken = [];

    /// <summary>Index of the token that could not be understood.</summary>
    public int FailedAt { get; set; } = -1;

    /// <summary>Index of a keyword that stands where a name was wanted, or -1.</summary>
    public int ReservedAt { get; set; } = -1;

    /// <summary>Notes that a keyword could have stood at a token.</summary>
    public void Add(int tokenIndex, Keyword keyword)
    {
        if (!_byToken.TryGetValue(tokenIndex, out HashSet<Keyword>? keywords))
        {
            // Only the token that fails and the one before it matter.
            _byToken.Remove(tokenIndex - 3);
            _byToken[tokenIndex] = keywords = [];
        }
        keywords.Add(keyword);
    }

    /// <summary>Notes that any of the keywords could have stood at a token.</summary>
    public void Add(int tokenIndex, ReadOnlySpan<Keyword> keywords)
    {
        foreach (Keyword keyword in keywords) Add(tokenIndex, keyword);
    }

    /// <summary>Advice for the token that could not be understood, or null.</summary>
    public string? Suggest(string text, Token[] tokens)
    {
        if (FailedAt < 0) return null;
        // SELECT a FORM t fails at t, since FORM could be a name for a; so the token before is tried too.
        for (int index = FailedAt; index >= Math.Max(0, FailedAt - 1); index--)
        {
            if (FindNear(text, tokens, index) is Keyword keyword)
            {
                string written = TokenText.Show(text, tokens[index]);
                string meant = Keywords.ToText(keyword).ToUpperInvariant();
                return $"Did you mean {meant} instead of \"{written}\"?";
            }
        }
        if (ReservedAt == FailedAt)
        {
            string word = TokenText.Show(text, tokens[FailedAt]);
            string quoted = SqlNames.Quote(TokenText.Fold(word));
            return $"{word.ToUpperInvariant()} is a keyword; write {quoted} to use it as a name.";
        }
        return null;
    }

    private Keyword? FindNear(string text, Token[] tokens, int index)
    {
        Token token = tokens[index];
        if (token.Kind != TokenKind.Word || Keywords.IsReserved(token.Keyword)) return null;
        if (token.Length > LongestKeyword) return null;
        if (!_byToken.TryGetValue(index, out HashSet<Keyword>? candidates)) return null;
        string word = TokenText.Fold(text.Substring(token.Start, token.Length));
        Keyword? best = null;
        int bestDistance = int.MaxValue;
        foreach (Keyword candidate in candidates)
        {
            string keyword = Keywords.ToText(candidate);
            int allowed = keyword.Length <= 5 ? 1 : 2;
            int distance = Spelling.Distance(word, keyword);
            if (distance == 0 || distance > allowed || distance >= bestDistance) continue;
            if (keyword.Length <= 2 && word.Length != keyword.Length) continue;
            best = candidate;
            bestDistance = distance;
        }
        return best;
    }
}
