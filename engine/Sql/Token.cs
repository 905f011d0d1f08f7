namespace ColFrag.Engine.Sql;

/// <summary>One word, literal, operator or sign of an SQL text: what it is and where it stands.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Keyword">Which keyword an unquoted word spells.</param>
/// <param name="Start">UTF-16 offset of its first unit.</param>
/// <param name="Length">How many units it has.</param>
internal readonly record struct Token(TokenKind Kind, Keyword Keyword, int Start, int Length)
{
    /// <summary>The offset after its last unit.</summary>
    public int End => Start + Length;
}

/// <summary>What a token is. The values are resolved later, by <see cref="TokenText"/>.</summary>
internal enum TokenKind : byte
{
    /// <summary>The end of the text.</summary>
    End,
    /// <summary>Blanks and line ends; only in a stream with trivia.</summary>
    Whitespace,
    /// <summary><c>-- comment</c> or <c>/* comment */</c>; only in a stream with trivia</summary>
    Comment,
    /// <summary>A word: a name or a keyword.</summary>
    Word,
    /// <summary><c>"name"</c></summary>
    QuotedName,
    /// <summary><c>U&amp;"name"</c></summary>
    UnicodeName,
    /// <summary><c>42</c>, <c>1_000</c>, <c>0xFF</c></summary>
    Integer,
    /// <summary><c>1.5</c>, <c>1e3</c></summary>
    Number,
    /// <summary><c>'text'</c>, <c>N'text'</c></summary>
    String,
    /// <summary><c>E'text'</c></summary>
    EscapeString,
    /// <summary><c>U&amp;'text'</c></summary>
    UnicodeString,
    /// <summary><c>$tag$text$tag$</c></summary>
    DollarString,
    /// <summary><c>B'101'</c></summary>
    BitString,
    /// <summary><c>X'1F'</c></summary>
    HexString,
    /// <summary><c>$1</c></summary>
    Parameter,
    /// <summary><c>$name</c>, and <c>@name</c> where the options ask for it</summary>
    NamedParameter,
    /// <summary><c>?</c> where no operator can stand</summary>
    Question,
    /// <summary>(</summary>
    LeftParenthesis,
    /// <summary>)</summary>
    RightParenthesis,
    /// <summary>[</summary>
    LeftBracket,
    /// <summary>]</summary>
    RightBracket,
    /// <summary>{</summary>
    LeftBrace,
    /// <summary>}</summary>
    RightBrace,
    /// <summary>,</summary>
    Comma,
    /// <summary>;</summary>
    Semicolon,
    /// <summary>.</summary>
    Dot,
    /// <summary>:</summary>
    Colon,
    /// <summary>::</summary>
    DoubleColon,
    /// <summary>:=</summary>
    ColonEquals,
    /// <summary>=></summary>
    FatArrow,
    /// <summary>-></summary>
    Arrow,
    /// <summary>+</summary>
    Plus,
    /// <summary>-</summary>
    Minus,
    /// <summary>*</summary>
    Star,
    /// <summary>/</summary>
    Slash,
    /// <summary>//</summary>
    DoubleSlash,
    /// <summary>%</summary>
    Percent,
    /// <summary>^</summary>
    Caret,
    /// <summary>**</summary>
    DoubleStar,
    /// <summary>&lt;</summary>
    Less,
    /// <summary>></summary>
    Greater,
    /// <summary>&lt;=</summary>
    LessOrEqual,
    /// <summary>>=</summary>
    GreaterOrEqual,
    /// <summary>= or ==</summary>
    Equal,
    /// <summary>&lt;> or !=</summary>
    NotEqual,
    /// <summary>Any other operator.</summary>
    Operator,
    /// <summary>A string, quoted name or comment without its end, which is the end of the text.</summary>
    Unterminated,
    /// <summary>Characters that begin nothing, or a number with letters behind it.</summary>
    Invalid,
}
