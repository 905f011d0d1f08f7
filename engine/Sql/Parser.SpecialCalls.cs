using System.Collections.Frozen;
using System.Globalization;

namespace ColFrag.Engine.Sql;

/// <content>
/// Calls whose arguments are separated by words, which become plain calls in PostgreSQL's argument order; intervals.
/// </content>
internal sealed partial class Parser
{
    private static readonly FrozenDictionary<string, (IntervalFields Field, bool IsPostgres)> IntervalUnits =
        new Dictionary<string, (IntervalFields, bool)>
        {
            ["year"] = (IntervalFields.Year, true), ["years"] = (IntervalFields.Year, false),
            ["month"] = (IntervalFields.Month, true), ["months"] = (IntervalFields.Month, false),
            ["day"] = (IntervalFields.Day, true), ["days"] = (IntervalFields.Day, false),
            ["hour"] = (IntervalFields.Hour, true), ["hours"] = (IntervalFields.Hour, false),
            ["minute"] = (IntervalFields.Minute, true), ["minutes"] = (IntervalFields.Minute, false),
            ["second"] = (IntervalFields.Second, true), ["seconds"] = (IntervalFields.Second, false),
            ["week"] = (IntervalFields.Week, false), ["weeks"] = (IntervalFields.Week, false),
            ["quarter"] = (IntervalFields.Quarter, false), ["quarters"] = (IntervalFields.Quarter, false),
            ["decade"] = (IntervalFields.Decade, false), ["decades"] = (IntervalFields.Decade, false),
            ["century"] = (IntervalFields.Century, false), ["centuries"] = (IntervalFields.Century, false),
            ["millennium"] = (IntervalFields.Millennium, false), ["millennia"] = (IntervalFields.Millennium, false),
            ["millenniums"] = (IntervalFields.Millennium, false),
            ["millisecond"] = (IntervalFields.Millisecond, false),
            ["milliseconds"] = (IntervalFields.Millisecond, false),
            ["microsecond"] = (IntervalFields.Microsecond, false),
            ["microseconds"] = (IntervalFields.Microsecond, false),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private CallSyntax Special(string function, Token word, params ReadOnlySpan<SyntaxExpression> arguments)
    {
        QualifiedName name = new([new Identifier(function, TextOf(word)) { Range = RangeOf(word) }])
        {
            Range = RangeOf(word),
        };
        SyntaxList<ArgumentSyntax> list = SyntaxList.From(
            arguments.ToArray().Select(argument => new ArgumentSyntax(null, argument) { Range = argument.Range }));
        return new CallSyntax(name, list) { Range = Since(word.Start) };
    }

    private Token OpenSpecial()
    {
        Token word = Current;
        Advance();
        Expect(TokenKind.LeftParenthesis);
        return word;
    }

    /// <summary><c>EXTRACT(field FROM source)</c></summary>
    private CallSyntax ParseExtract()
    {
        Token word = OpenSpecial();
        SyntaxExpression field;
        if (Peek(1).Keyword == Keyword.From)
        {
            int start = Current.Start;
            string name = AtString ? ParseString() : ParseLabel().Name;
            field = new StringLiteral(name) { Range = Since(start) };
            Expect(Keyword.From);
        }
        else
        {
            field = ParseExpression();
            if (!At(TokenKind.Comma)) throw Unexpected();
            Advance();
        }
        SyntaxExpression source = ParseExpression();
        Expect(TokenKind.RightParenthesis);
        return Special("extract", word, field, source);
    }

    /// <summary><c>POSITION(part IN text)</c> is <c>position(text, part)</c>.</summary>
    private CallSyntax ParsePositionCall()
    {
        Token word = OpenSpecial();
        SyntaxExpression first = ParseRestrictedExpression();
        bool isPlain = Accept(TokenKind.Comma);
        if (!isPlain) Expect(Keyword.In);
        SyntaxExpression second = ParseRestrictedExpression();
        Expect(TokenKind.RightParenthesis);
        return isPlain ? Special("position", word, first, second) : Special("position", word, second, first);
    }

    /// <summary>
    /// <c>SUBSTRING(text FROM start FOR count)</c> with either part, <c>SUBSTRING(text SIMILAR pattern ESCAPE e)</c>.
    /// </summary>
    private CallSyntax ParseSubstring()
    {
        Token word = OpenSpecial();
        if (At(TokenKind.RightParenthesis) || IsNamedArgumentAhead()) return FinishPlain("substring", word);
        List<SyntaxExpression> arguments = [ParseExpression()];
        if (Accept(Keyword.From))
        {
            arguments.Add(ParseExpression());
            if (Accept(Keyword.For)) arguments.Add(ParseExpression());
        }
        else if (Accept(Keyword.For))
        {
            SyntaxExpression count = ParseExpression();
            arguments.Add(Accept(Keyword.From) ? ParseExpression() : new IntegerLiteral(1));
            arguments.Add(count);
        }
        else if (Accept(Keyword.Similar))
        {
            arguments.Add(ParseExpression());
            Expect(Keyword.Escape);
            arguments.Add(ParseExpression());
        }
        else
        {
            while (Accept(TokenKind.Comma)) arguments.Add(ParseExpression());
        }
        Expect(TokenKind.RightParenthesis);
        return Special("substring", word, [.. arguments]);
    }

    private bool IsNamedArgumentAhead() => Peek(1).Kind is TokenKind.ColonEquals or TokenKind.FatArrow;

    /// <summary>The rest of a call with ordinary arguments, behind the opening parenthesis.</summary>
    private CallSyntax FinishPlain(string function, Token word)
    {
        SyntaxList<ArgumentSyntax> arguments =
            At(TokenKind.RightParenthesis) ? [] : ParseCommaList(() => ParseArgument(mayBeLambda: false));
        Expect(TokenKind.RightParenthesis);
        return Special(function, word) with { Arguments = arguments };
    }

    /// <summary><c>OVERLAY(text PLACING part FROM start FOR count)</c></summary>
    private CallSyntax ParseOverlay()
    {
        Token word = OpenSpecial();
        if (At(TokenKind.RightParenthesis) || IsNamedArgumentAhead()) return FinishPlain("overlay", word);
        List<SyntaxExpression> arguments = [ParseExpression()];
        if (Accept(Keyword.Placing))
        {
            arguments.Add(ParseExpression());
            Expect(Keyword.From);
            arguments.Add(ParseExpression());
            if (Accept(Keyword.For)) arguments.Add(ParseExpression());
        }
        else
        {
            while (Accept(TokenKind.Comma)) arguments.Add(ParseExpression());
        }
        Expect(TokenKind.RightParenthesis);
        return Special("overlay", word, [.. arguments]);
    }

    /// <summary><c>TRIM([BOTH | LEADING | TRAILING] [characters] FROM text)</c>, <c>TRIM(text, chars)</c></summary>
    private CallSyntax ParseTrim()
    {
        Token word = OpenSpecial();
        string function = "btrim";
        if (Accept(Keyword.Leading)) function = "ltrim";
        else if (Accept(Keyword.Trailing)) function = "rtrim";
        else Accept(Keyword.Both);
        List<SyntaxExpression> arguments = [];
        SyntaxExpression? characters = null;
        if (!Accept(Keyword.From))
        {
            SyntaxExpression first = ParseExpression();
            if (Accept(Keyword.From)) characters = first;
            else arguments.Add(first);
        }
        if (arguments.Count == 0) arguments.Add(ParseExpression());
        while (Accept(TokenKind.Comma)) arguments.Add(ParseExpression());
        if (characters is not null) arguments.Add(characters);
        Expect(TokenKind.RightParenthesis);
        return Special(function, word, [.. arguments]);
    }

    /// <summary><c>NORMALIZE(text, NFC)</c></summary>
    private CallSyntax ParseNormalize()
    {
        Token word = OpenSpecial();
        List<SyntaxExpression> arguments = [ParseExpression()];
        if (Accept(TokenKind.Comma))
        {
            int start = Current.Start;
            string form = AtString ? ParseString() : ParseLabel().Name;
            arguments.Add(new StringLiteral(form) { Range = Since(start) });
        }
        Expect(TokenKind.RightParenthesis);
        return Special("normalize", word, [.. arguments]);
    }

    /// <summary><c>COLLATION FOR (x)</c> is <c>pg_collation_for(x)</c>.</summary>
    private CallSyntax ParseCollationFor()
    {
        Token word = Current;
        Expect(Keyword.Collation, Keyword.For);
        Expect(TokenKind.LeftParenthesis);
        SyntaxExpression operand = ParseExpression();
        Expect(TokenKind.RightParenthesis);
        return Special("pg_collation_for", word, operand);
    }

    // Intervals.

    /// <summary>True when INTERVAL begins a literal and is not the name of a column.</summary>
    private bool AtIntervalLiteral()
    {
        Token next = Peek(1);
        if (IsString(next.Kind)) return true;
        if (next.Kind == TokenKind.LeftParenthesis) return true;
        int unit = next.Kind switch
        {
            TokenKind.Integer or TokenKind.Number or TokenKind.Parameter or TokenKind.NamedParameter
                or TokenKind.Question => 2,
            TokenKind.Operator when next.Length == 1 && _text[next.Start] == '?' => 2,
            TokenKind.Minus => 3,
            TokenKind.Word or TokenKind.QuotedName when !Keywords.IsReserved(next.Keyword) => 2,
            _ => 0,
        };
        return unit > 0 && FindUnit(Peek(unit)) is not null;
    }

    private (IntervalFields Field, bool IsPostgres)? FindUnit(Token token) =>
        token.Kind == TokenKind.Word && token.Length < 16 && IntervalUnits.TryGetValue(TextOf(token), out var unit)
            ? unit
            : null;

    private IntervalSyntax ParseInterval()
    {
        int start = Current.Start;
        Expect(Keyword.Interval);
        int? precision = null;
        if (At(TokenKind.LeftParenthesis) && Peek(1).Kind == TokenKind.Integer
            && Peek(2).Kind == TokenKind.RightParenthesis && IsString(Peek(3).Kind))
        {
            precision = ParsePrecision();
        }
        if (AtString)
        {
            int textStart = Current.Start;
            string text = ParseString();
            SyntaxExpression literal = new StringLiteral(text) { Range = Since(textStart) };
            IntervalFields fields = IntervalFields.All;
            if (precision is null) (fields, precision) = ParseIntervalFields(IsPlainNumber(text));
            return new IntervalSyntax(literal, fields, precision) { Range = Since(start) };
        }
        // A sign belongs to the amount; anything longer needs parentheses, or it would swallow the unit.
        SyntaxExpression amount = At(TokenKind.Minus) || At(TokenKind.Plus) ? ParsePrefix(true) : ParsePrimary();
        if (FindUnit(Current) is not { } unit) throw Unexpected("Name the unit, as in INTERVAL (n) DAY.");
        Advance();
        return new IntervalSyntax(amount, unit.Field) { Range = Since(start) };
    }

    private static bool IsPlainNumber(string text) => decimal.TryParse(
        text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite
            | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out _);

    private int ParsePrecision()
    {
        Expect(TokenKind.LeftParenthesis);
        int precision = ParseSmallInteger();
        Expect(TokenKind.RightParenthesis);
        return precision;
    }

    /// <summary>
    /// <c>YEAR</c>, <c>DAY TO SECOND(3)</c>, … or nothing. Units that PostgreSQL does not have here (<c>DAYS</c>,
    /// <c>WEEK</c>) count only where they say what a plain number means; otherwise the word is a label.
    /// </summary>
    private (IntervalFields Fields, int? Precision) ParseIntervalFields(bool acceptsAllUnits)
    {
        if (FindUnit(Current) is not { } unit || !(unit.IsPostgres || acceptsAllUnits))
        {
            return (IntervalFields.All, null);
        }
        Advance();
        IntervalFields fields = unit.Field;
        if (unit.IsPostgres && At(Keyword.To) && FindUnit(Peek(1)) is { IsPostgres: true } last)
        {
            fields = (unit.Field, last.Field) switch
            {
                (IntervalFields.Year, IntervalFields.Month) => IntervalFields.YearToMonth,
                (IntervalFields.Day, IntervalFields.Hour) => IntervalFields.DayToHour,
                (IntervalFields.Day, IntervalFields.Minute) => IntervalFields.DayToMinute,
                (IntervalFields.Day, IntervalFields.Second) => IntervalFields.DayToSecond,
                (IntervalFields.Hour, IntervalFields.Minute) => IntervalFields.HourToMinute,
                (IntervalFields.Hour, IntervalFields.Second) => IntervalFields.HourToSecond,
                (IntervalFields.Minute, IntervalFields.Second) => IntervalFields.MinuteToSecond,
                _ => throw Unexpected(),
            };
            Advance();
            Advance();
        }
        bool endsInSeconds = fields is IntervalFields.Second or IntervalFields.DayToSecond
            or IntervalFields.HourToSecond or IntervalFields.MinuteToSecond;
        int? precision = endsInSeconds && At(TokenKind.LeftParenthesis) && Peek(1).Kind == TokenKind.Integer
            ? ParsePrecision()
            : null;
        return (fields, precision);
    }
}
