namespace ColFrag.Console.Editing;

/// <summary>What a piece of the edited text is, for its colour.</summary>
enum TextStyle : byte
{
    Plain,
    Prompt,
    Keyword,
    Literal,
    Number,
    Comment,
    Function,
    Parameter,
    Error,
    Selected,
    Faint,
}

/// <summary>A stretch of text in one style.</summary>
readonly record struct StyledSpan(int Start, int Length, TextStyle Style);

/// <summary>Styles as sequences of the 16 colours that every terminal theme defines.</summary>
static class TextStyles
{
    public const string Reset = "\e[0m";

    public static string Sequence(TextStyle style) => style switch
    {
        TextStyle.Prompt => "\e[1;36m",
        TextStyle.Keyword => "\e[1;34m",
        TextStyle.Literal => "\e[32m",
        TextStyle.Number => "\e[35m",
        TextStyle.Comment => "\e[90m",
        TextStyle.Function => "\e[33m",
        TextStyle.Parameter => "\e[36m",
        TextStyle.Error => "\e[31m",
        TextStyle.Selected => "\e[7m",
        TextStyle.Faint => "\e[90m",
        _ => "",
    };
}
