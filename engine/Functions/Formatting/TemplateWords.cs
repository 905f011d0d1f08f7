using System.Text;

namespace ColFrag.Engine.Functions.Formatting;

/// <summary>One piece of a to_char template for dates: a keyword with its modifiers, or text.</summary>
/// <param name="Word">The keyword in upper case; empty for text.</param>
/// <param name="Text">The keyword as written, or the text.</param>
internal readonly record struct TemplatePiece(string Word, string Text)
{
    /// <summary>FM: without padding.</summary>
    public bool IsFilled { get; init; }

    /// <summary>TH or th behind: 1ST, 2nd.</summary>
    public string Ordinal { get; init; } = "";
}

/// <summary>Templates of to_char, to_date and to_timestamp, cut into pieces (PostgreSQL's manual, 9.8).</summary>
internal static class TemplateWords
{
    // Longest first, so that HH24 is not read as HH.
    private static readonly string[] s_words =
    [
        "HH24", "HH12", "MONTH", "SSSSS", "SSSS", "Y,YYY", "YYYY", "IYYY", "A.M.", "P.M.", "A.D.", "B.C.", "YYY", "IYY",
            "DAY", "DDD",
        "MON", "TZH", "TZM", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "IDDD", "YY", "IY", "MM", "DD", "DY", "HH", "MI",
            "SS", "MS", "US",
        "AM", "PM", "AD", "BC", "WW", "IW", "CC", "ID", "RM", "TZ", "OF", "Y", "I", "D", "W", "J", "Q",
    ];

    /// <summary>The pieces of a template.</summary>
    public static TemplatePiece[] Parse(string template)
    {
        List<TemplatePiece> pieces = [];
        StringBuilder text = new();
        bool isFilled = false;
        int at = 0;
        void EndText()
        {
            if (text.Length > 0) pieces.Add(new TemplatePiece("", text.ToString()));
            text.Clear();
        }
        while (at < template.Length)
        {
            char c = template[at];
            if (c == '"')
            {
                for (at++; at < template.Length && template[at] != '"'; at++)
                {
                    if (template[at] == '\\' && at + 1 < template.Length) at++;
                    text.Append(template[at]);
                }
                at++;
                continue;
            }
            if (template.AsSpan(at).StartsWith("FM", StringComparison.OrdinalIgnoreCase))
            {
                isFilled = true;
                at += 2;
                continue;
            }
            bool isIgnored = template.AsSpan(at).StartsWith("FX", StringComparison.Ordinal) ||
                template.AsSpan(at).StartsWith("TM", StringComparison.Ordinal);
            if (isIgnored)
            {
                at += 2;
                continue;
            }
            int start = at;
            string? word = Array.Find(s_words, w =>
                template.AsSpan(start).StartsWith(w, StringComparison.OrdinalIgnoreCase));
            if (word is null)
            {
                if (c == '\\' && at + 1 < template.Length) c = template[++at];
                text.Append(c);
                at++;
                continue;
            }
            EndText();
            at += word.Length;
            string ordinal =
                at + 1 < template.Length && template.AsSpan(at, 2) is "TH" or "th" ? template.Substring(at, 2) : "";
            at += ordinal.Length;
            pieces.Add(new TemplatePiece(word, template.Substring(start, word.Length)) { IsFilled =
                isFilled, Ordinal = ordinal });
            isFilled = false;
        }
        EndText();
        return [.. pieces];
    }
}

/// <summary>The template that a call has read; the same one for as long as its text stays.</summary>
internal sealed class TemplateCache
{
    private byte[]? _text;
    private TemplatePiece[] _pieces = [];

    public TemplatePiece[] Of(ReadOnlySpan<byte> text)
    {
        if (_text is not null && text.SequenceEqual(_text)) return _pieces;
        _pieces = TemplateWords.Parse(Encoding.UTF8.GetString(text));
        _text = text.ToArray();
        return _pieces;
    }
}
