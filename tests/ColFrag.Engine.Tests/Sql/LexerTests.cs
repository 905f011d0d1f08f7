using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Tests.Sql;

public sealed class LexerTests
{
    [Theory]
    [InlineData("a=-1", "a = - 1")]
    [InlineData("a+-1", "a + - 1")]
    [InlineData("a||-1", "a ||- 1")]
    [InlineData("a<-1", "a < - 1")]
    [InlineData("a<>-1", "a <> - 1")]
    [InlineData("a@-1", "a @- 1")]
    [InlineData("a--b", "a")]
    [InlineData("a-/*x*/-b", "a - - b")]
    [InlineData("a*/*x*/b", "a * b")]
    [InlineData("a->>'b'", "a ->> 'b'")]
    [InlineData("x->x+1", "x -> x + 1")]
    [InlineData("x->-x", "x -> - x")]
    [InlineData("a=>1", "a => 1")]
    [InlineData("a:=1", "a := 1")]
    [InlineData("a::int", "a :: int")]
    [InlineData("a[1:2]", "a [ 1 : 2 ]")]
    [InlineData("a=?", "a = ?")]
    [InlineData("a||?||b", "a || ? || b")]
    [InlineData("(?,?)", "( ? , ? )")]
    [InlineData("a ?| b", "a ?| b")]
    [InlineData("a ?& b", "a ?& b")]
    [InlineData("a @? b", "a @? b")]
    [InlineData("1.5.2", "1.5 .2")]
    [InlineData("1..2", "1 . .2")]
    [InlineData("t.*", "t . *")]
    [InlineData("$1+$name", "$1 + $name")]
    [InlineData("a$1", "a$1")]
    [InlineData("été=Ω", "été = Ω")]
    [InlineData("a\u00A0b\uFEFFc\u3000d", "a b c d")]
    [InlineData("'a' 'b'", "'a' 'b'")]
    [InlineData("'a'\n'b'", "'a'\n'b'")]
    [InlineData("'a' -- c\n 'b'", "'a' -- c\n 'b'")]
    [InlineData("e'\\'' x", "e'\\'' x")]
    [InlineData("$$a$b$$ c", "$$a$b$$ c")]
    [InlineData("$x$a$$b$x$ c", "$x$a$$b$x$ c")]
    [InlineData("/* a /* b */ c */ d", "d")]
    [InlineData("U&\"a\" u&'b' n'c' b'1' X'f'", "U&\"a\" u&'b' n'c' b'1' X'f'")]
    public void Texts_are_cut_as_PostgreSQL_cuts_them(string sql, string tokens)
    {
        string[] expected = tokens.Contains('\'', StringComparison.Ordinal)
            || tokens.Contains('$', StringComparison.Ordinal)
            ? []
            : tokens.Split(' ');
        string[] actual = [.. Tokens(sql).Select(token => sql.Substring(token.Start, token.Length))];
        if (expected.Length > 0) Assert.Equal(expected, actual);
        else Assert.Equal(tokens, string.Join(' ', actual));
    }

    [Fact]
    public void A_stream_with_trivia_covers_the_whole_text()
    {
        foreach (string sql in SqlCorpus.All.Append("SELECT 'open").Append("  -- only\n\t/* c */ ").Append(
            "a ` \\ b $ 1x"))
        {
            int position = 0;
            foreach (Token token in Lexer.Tokenize(sql, withTrivia: true))
            {
                Assert.Equal(position, token.Start);
                position = token.End;
            }
            Assert.Equal(sql.Length, position);
        }
    }

    [Fact]
    public void A_stream_says_what_each_piece_is()
    {
        Token[] tokens = Lexer.Tokenize("select \"a\" -- c\n, 'x' >= 1.5;", withTrivia: true);
        Assert.Equal(
            [
                TokenKind.Word, TokenKind.Whitespace, TokenKind.QuotedName, TokenKind.Whitespace, TokenKind.Comment,
                TokenKind.Whitespace, TokenKind.Comma, TokenKind.Whitespace, TokenKind.String, TokenKind.Whitespace,
                TokenKind.GreaterOrEqual, TokenKind.Whitespace, TokenKind.Number, TokenKind.Semicolon, TokenKind.End,
            ],
            tokens.Select(token => token.Kind));
        Assert.Equal(Keyword.Select, tokens[0].Keyword);
    }

    [Theory]
    [InlineData("'it''s'", "it's")]
    [InlineData("'a' \n 'b'", "ab")]
    [InlineData("'a' -- comment\n'b''c'", "ab'c")]
    [InlineData("'\\n'", "\\n")]
    [InlineData("N'x'", "x")]
    [InlineData("E'\\b\\f\\n\\r\\t\\\\\\''", "\b\f\n\r\t\\'")]
    [InlineData("E'a''b'\n'\\x41'", "a'bA")]
    [InlineData("E'\\101\\x4a\\q'", "AJq")]
    [InlineData("E'\\xc3\\xa9\\303\\251'", "éé")]
    [InlineData("E'\\u00e9\\U0001F600\\uD83D\\uDE00'", "é😀😀")]
    [InlineData("U&'d\\0061t\\+000061'", "data")]
    [InlineData("U&'\\\\ \\D83D\\DE00'", "\\ 😀")]
    [InlineData("U&'d!0061!!' UESCAPE '!'", "da!")]
    [InlineData("$$it's \\n$$", "it's \\n")]
    [InlineData("$q$$$x$$$q$", "$$x$$")]
    public void Strings_are_resolved(string sql, string value) =>
        Assert.Equal(new StringLiteral(value), Parser.ParseExpression(sql));

    [Theory]
    [InlineData("a", "a")]
    [InlineData("AbC", "abc")]
    [InlineData("\"AbC\"", "AbC")]
    [InlineData("\"a\"\"b\"", "a\"b")]
    [InlineData("U&\"d\\0061t\\+000061\"", "data")]
    [InlineData("U&\"d!0061\" UESCAPE '!'", "da")]
    [InlineData("ÄÖ", "ÄÖ")]
    public void Names_fold_their_ASCII_letters(string sql, string name)
    {
        ColumnSyntax column = Assert.IsType<ColumnSyntax>(Parser.ParseExpression(sql));
        Assert.Equal(name, column.Name.Last.Name);
    }

    [Fact]
    public void A_name_keeps_its_spelling_for_display()
    {
        Identifier name = Assert.IsType<ColumnSyntax>(Parser.ParseExpression("TotalSum")).Name.Last;
        Assert.Equal(("totalsum", "TotalSum", false), (name.Name, name.Spelling, name.IsQuoted));
        Assert.Equal(new Identifier("totalsum"), name);
    }

    [Theory]
    [InlineData("42", 42L)]
    [InlineData("- 42", -42L)]
    [InlineData("-(-42)", 42L)]
    [InlineData("1_000_000", 1_000_000L)]
    [InlineData("0xFF", 255L)]
    [InlineData("0x_7fff_ffff", 0x7FFF_FFFFL)]
    [InlineData("0o17", 15L)]
    [InlineData("0b101", 5L)]
    [InlineData("007", 7L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Whole_numbers_are_read(string sql, long value) =>
        Assert.Equal(new IntegerLiteral(value), Parser.ParseExpression(sql));

    [Theory]
    [InlineData("1.5", "1.5")]
    [InlineData(".5", ".5")]
    [InlineData("5.", "5.")]
    [InlineData("-1.5", "-1.5")]
    [InlineData("1e10", "1e10")]
    [InlineData("1_0.2_5e-1_0", "10.25e-10")]
    [InlineData("9223372036854775808", "9223372036854775808")]
    [InlineData("0xFFFFFFFFFFFFFFFFF", "295147905179352825855")]
    [InlineData("-(-9223372036854775808)", "9223372036854775808")]
    public void Other_numbers_keep_their_digits(string sql, string text) =>
        Assert.Equal(new NumericLiteral(text), Parser.ParseExpression(sql));

    [Fact]
    public void Question_marks_are_numbered_in_the_order_of_the_text()
    {
        int[] numbers = [.. Parser.ParseStatement("SELECT ?, f(?), (SELECT ? WHERE a = ?)").DescendantsAndSelf()
            .OfType<ParameterSyntax>().Select(parameter => parameter.Number)];
        Assert.Equal([1, 2, 3, 4], numbers);
    }

    [Fact]
    public void At_signs_are_parameters_where_the_options_say_so()
    {
        ParserOptions options = new() { AtParameters = true };
        Assert.Equal(new ParameterSyntax(0, "id"), Parser.ParseExpression("@Id", options));
        Assert.Equal(Parser.ParseExpression("a = $id AND b @> c"), Parser.ParseExpression("a=@id AND b @> c", options));
        Assert.Equal(new UnarySyntax("@", Parser.ParseExpression("id")), Parser.ParseExpression("@id"));
    }

    [Fact]
    public void Half_a_surrogate_pair_and_the_null_character_are_refused()
    {
        Assert.Equal(8, Assert.Throws<QueryException>(() => Parser.ParseStatements("SELECT '\uD83D'")).Position);
        Assert.Equal(8, Assert.Throws<QueryException>(() => Parser.ParseStatements("SELECT '\0'")).Position);
    }

    private static IEnumerable<Token> Tokens(string sql) =>
        Lexer.Tokenize(sql).Where(token => token.Kind != TokenKind.End);
}
