using System.Collections.Frozen;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Sql;

/// <content>Function calls, windows, lambdas, stars, and calls with a grammar of their own.</content>
internal sealed partial class Parser
{
    /// <summary>
    /// Functions whose later arguments are functions. <c>x -> y</c> means a lambda only there, since elsewhere it is
    /// PostgreSQL's JSON operator; <c>(x, y) -> z</c> and <c>lambda x: y</c> are lambdas everywhere.
    /// </summary>
    private static readonly FrozenSet<string> LambdaFunctions = new[]
    {
        "apply", "array_apply", "array_filter", "array_reduce", "array_sort", "array_transform", "filter",
        "list_aggregate_by", "list_all", "list_any", "list_apply", "list_filter", "list_find", "list_reduce",
        "list_sort_by", "list_transform", "map_apply", "map_filter", "reduce", "transform", "transform_keys",
        "transform_values",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A call, at the opening parenthesis; a receiver becomes the first argument.</summary>
    private SyntaxExpression ParseCall(QualifiedName function, int start, SyntaxExpression? receiver)
    {
        Expect(TokenKind.LeftParenthesis);
        (bool hasFileOptions, _isFileFunction) = (_isFileFunction, false);
        List<ArgumentSyntax> arguments = [];
        if (receiver is not null) arguments.Add(new ArgumentSyntax(null, receiver) { Range = receiver.Range });
        bool distinct = Accept(Keyword.Distinct);
        if (!distinct) Accept(Keyword.All);
        bool takesLambda = LambdaFunctions.Contains(function.Last.Name);
        if (!At(TokenKind.RightParenthesis) && !At(Keyword.Order))
        {
            do arguments.Add(ParseArgument(takesLambda && arguments.Count > 0, hasFileOptions));
            while (Accept(TokenKind.Comma));
        }
        SyntaxList<OrderItem> orderBy = ParseOptionalOrder();
        NullTreatment nulls = ParseNullTreatment();
        Expect(TokenKind.RightParenthesis);
        if (AtString && receiver is null && CanBeType(arguments, distinct, orderBy))
        {
            TypeName type = new SimpleTypeName(function, SyntaxList.From(arguments.Select(argument => argument.Value)))
            {
                Range = Since(start),
            };
            string text = ParseString();
            return new TypedLiteral(type, text) { Range = Since(start) };
        }
        return FinishCall(new CallSyntax(function, SyntaxList.From(arguments))
        {
            IsDistinct = distinct, OrderBy = orderBy, NullTreatment = nulls, Position = function.Position,
        }, start);
    }

    private SyntaxList<OrderItem> ParseOptionalOrder()
    {
        if (!Accept(Keyword.Order)) return [];
        Expect(Keyword.By);
        return ParseCommaList(ParseOrderItem);
    }

    private static bool CanBeType(List<ArgumentSyntax> arguments, bool distinct, SyntaxList<OrderItem> orderBy) =>
        !distinct && orderBy.IsEmpty && arguments.Count > 0
        && arguments.TrueForAll(argument => argument is { Name: null, IsVariadic: false, Value: LiteralSyntax });

    /// <summary>What can stand behind a call's parenthesis.</summary>
    private CallSyntax FinishCall(CallSyntax call, int start)
    {
        SyntaxList<OrderItem> orderBy = call.OrderBy;
        bool withinGroup = false;
        if (Accept(Keyword.Within, Keyword.Group))
        {
            if (!orderBy.IsEmpty)
            {
                throw Refused("cannot use multiple ORDER BY clauses with WITHIN GROUP", Current.Start);
            }
            Expect(TokenKind.LeftParenthesis);
            Expect(Keyword.Order, Keyword.By);
            orderBy = ParseCommaList(ParseOrderItem);
            Expect(TokenKind.RightParenthesis);
            withinGroup = true;
        }
        SyntaxExpression? filter = null;
        if (At(Keyword.Filter) && Peek(1).Kind == TokenKind.LeftParenthesis)
        {
            Advance();
            Expect(TokenKind.LeftParenthesis);
            Accept(Keyword.Where);
            filter = ParseExpression();
            Expect(TokenKind.RightParenthesis);
        }
        NullTreatment nulls = call.NullTreatment;
        if (nulls == NullTreatment.Default) nulls = ParseNullTreatment();
        WindowSyntax? over = Accept(Keyword.Over) ? ParseOver() : null;
        return call with
        {
            OrderBy = orderBy, IsWithinGroup = withinGroup, Filter = filter, NullTreatment = nulls, Over = over,
            Range = Since(start),
        };
    }

    private NullTreatment ParseNullTreatment()
    {
        if (Accept(Keyword.Ignore, Keyword.Nulls)) return NullTreatment.Ignore;
        return Accept(Keyword.Respect, Keyword.Nulls) ? NullTreatment.Respect : NullTreatment.Default;
    }

    private ArgumentSyntax ParseArgument(bool mayBeLambda, bool isFileOption = false)
    {
        int start = Current.Start;
        if (Accept(Keyword.Variadic))
        {
            SyntaxExpression rest = ParseExpression();
            return new ArgumentSyntax(null, rest, IsVariadic: true) { Range = Since(start) };
        }
        Identifier? name = null;
        if ((AtTypeOrFunctionName || AtName) && Peek(1).Kind is TokenKind.ColonEquals or TokenKind.FatArrow)
        {
            name = TakeName();
            Advance();
        }
        SyntaxExpression value = TryParseLambda(mayBeLambda || name is not null) ?? ParseStarOrExpression();
        if (isFileOption && name is null
            && value is BinarySyntax { Operator: "=", Left: ColumnSyntax { Name.Parts: { Count: 1 } option } } equality)
        {
            return new ArgumentSyntax(option[0], equality.Right) { Range = Since(start) };
        }
        return new ArgumentSyntax(name, value) { Range = Since(start) };
    }

    private SyntaxExpression ParseStarOrExpression() =>
        At(TokenKind.Star) && Peek(1).Keyword != Keyword.Columns
            ? ParseStar(Current.Start, null, null)
            : ParseExpression();

    /// <summary>A lambda, if one begins here.</summary>
    private LambdaSyntax? TryParseLambda(bool mayBeSingle)
    {
        int start = Current.Start;
        List<Identifier> parameters;
        if (Current.Keyword == Keyword.Lambda && IsLambdaAhead())
        {
            Advance();
            parameters = [.. ParseCommaList(ParseName)];
            Expect(TokenKind.Colon);
        }
        else if (mayBeSingle && AtName && Peek(1).Kind == TokenKind.Arrow)
        {
            parameters = [ParseName()];
            Expect(TokenKind.Arrow);
        }
        else if (At(TokenKind.LeftParenthesis) && IsParameterListAhead(mayBeSingle))
        {
            parameters = [.. ParseNameList()];
            Expect(TokenKind.Arrow);
        }
        else
        {
            return null;
        }
        SyntaxExpression body = ParseExpression();
        return new LambdaSyntax(SyntaxList.From(parameters), body) { Range = Since(start) };
    }

    /// <summary><c>lambda a, b:</c> and not a column named lambda.</summary>
    private bool IsLambdaAhead()
    {
        int distance = 1;
        while (Peek(distance).Kind is TokenKind.Word or TokenKind.QuotedName)
        {
            if (Peek(distance + 1).Kind == TokenKind.Colon) return true;
            if (Peek(distance + 1).Kind != TokenKind.Comma) return false;
            distance += 2;
        }
        return false;
    }

    /// <summary><c>(a, b) -></c>; a single name in parentheses could be a JSON document.</summary>
    private bool IsParameterListAhead(bool mayBeSingle)
    {
        int distance = 1;
        while (Peek(distance).Kind is TokenKind.Word or TokenKind.QuotedName)
        {
            if (Peek(distance + 1).Kind == TokenKind.RightParenthesis)
            {
                return Peek(distance + 2).Kind == TokenKind.Arrow && (mayBeSingle || distance > 1);
            }
            if (Peek(distance + 1).Kind != TokenKind.Comma) return false;
            distance += 2;
        }
        return false;
    }

    private WindowSyntax ParseOver()
    {
        if (!At(TokenKind.LeftParenthesis))
        {
            Identifier name = ParseName();
            return new WindowReference(name) { Range = name.Range };
        }
        return ParseWindowSpecification();
    }

    private static readonly Keyword[] FrameKeywords =
        [Keyword.Partition, Keyword.Order, Keyword.Rows, Keyword.Range, Keyword.Groups];

    private WindowSpecification ParseWindowSpecification()
    {
        int start = Current.Start;
        Expect(TokenKind.LeftParenthesis);
        bool hasBase = AtName
            && Current.Keyword is not (Keyword.Partition or Keyword.Range or Keyword.Rows or Keyword.Groups);
        if (hasBase) _expectations?.Add(_index, FrameKeywords);
        Identifier? baseName = hasBase ? ParseName() : null;
        SyntaxList<SyntaxExpression> partitionBy =
            Accept(Keyword.Partition, Keyword.By) ? ParseExpressionList() : [];
        SyntaxList<OrderItem> orderBy = ParseOptionalOrder();
        WindowFrame? frame = null;
        if (At(Keyword.Rows) || At(Keyword.Range) || At(Keyword.Groups)) frame = ParseFrame();
        Expect(TokenKind.RightParenthesis);
        return new WindowSpecification(baseName, partitionBy, orderBy, frame) { Range = Since(start) };
    }

    private WindowFrame ParseFrame()
    {
        int start = Current.Start;
        FrameUnit unit = Current.Keyword switch
        {
            Keyword.Rows => FrameUnit.Rows,
            Keyword.Range => FrameUnit.Range,
            _ => FrameUnit.Groups,
        };
        Advance();
        FrameBound first;
        FrameBound last;
        if (Accept(Keyword.Between))
        {
            first = ParseFrameBound();
            Expect(Keyword.And);
            last = ParseFrameBound();
        }
        else
        {
            first = ParseFrameBound();
            last = new FrameBound(FrameBoundKind.CurrentRow) { Range = first.Range };
        }
        CheckFrame(first, last);
        FrameExclusion exclusion = FrameExclusion.NoOthers;
        if (Accept(Keyword.Exclude))
        {
            if (Accept(Keyword.Current, Keyword.Row)) exclusion = FrameExclusion.CurrentRow;
            else if (Accept(Keyword.Group)) exclusion = FrameExclusion.Group;
            else if (Accept(Keyword.Ties)) exclusion = FrameExclusion.Ties;
            else Expect(Keyword.No, Keyword.Others);
        }
        return new WindowFrame(unit, first, last, exclusion) { Range = Since(start) };
    }

    private FrameBound ParseFrameBound()
    {
        int start = Current.Start;
        if (Accept(Keyword.Unbounded, Keyword.Preceding)) return Bound(FrameBoundKind.UnboundedPreceding);
        if (Accept(Keyword.Unbounded, Keyword.Following)) return Bound(FrameBoundKind.UnboundedFollowing);
        if (Accept(Keyword.Current, Keyword.Row)) return Bound(FrameBoundKind.CurrentRow);
        SyntaxExpression offset = ParseExpression();
        FrameBoundKind kind = FrameBoundKind.Preceding;
        if (!Accept(Keyword.Preceding))
        {
            Expect(Keyword.Following);
            kind = FrameBoundKind.Following;
        }
        return new FrameBound(kind, offset) { Range = Since(start) };

        FrameBound Bound(FrameBoundKind fixedKind) => new(fixedKind) { Range = Since(start) };
    }

    /// <summary>PostgreSQL's rules about the order of the two ends.</summary>
    private static void CheckFrame(FrameBound first, FrameBound last)
    {
        string? error = null;
        if (first.Kind == FrameBoundKind.UnboundedFollowing) error = "frame start cannot be UNBOUNDED FOLLOWING";
        else if (last.Kind == FrameBoundKind.UnboundedPreceding) error = "frame end cannot be UNBOUNDED PRECEDING";
        else if (first.Kind == FrameBoundKind.CurrentRow && last.Kind == FrameBoundKind.Preceding)
        {
            error = "frame starting from current row cannot have preceding rows";
        }
        else if (first.Kind == FrameBoundKind.Following && last.Kind < FrameBoundKind.Following)
        {
            error = "frame starting from following row cannot end before it";
        }
        if (error is not null) throw new QueryException(SqlStates.WindowingError, error, first.Position);
    }

    /// <summary>The star, at <c>*</c>, with what it leaves out, replaces and renames.</summary>
    private StarSyntax ParseStar(int start, QualifiedName? qualifier, SyntaxExpression? operand)
    {
        Expect(TokenKind.Star);
        StarPattern? pattern = TryParseStarPattern();
        SyntaxList<QualifiedName> exclude = [];
        SyntaxList<SelectItem> replace = [];
        SyntaxList<StarRename> rename = [];
        if (AtStarModifier(Keyword.Exclude) || AtStarModifier(Keyword.Except))
        {
            Advance();
            exclude = At(TokenKind.LeftParenthesis)
                ? ParseParenthesizedList(ParseQualifiedName)
                : [ParseQualifiedName()];
        }
        if (AtStarModifier(Keyword.Replace))
        {
            Advance();
            replace = At(TokenKind.LeftParenthesis) ? ParseParenthesizedList(ParseReplacement) : [ParseReplacement()];
        }
        if (AtStarModifier(Keyword.Rename))
        {
            Advance();
            rename = At(TokenKind.LeftParenthesis) ? ParseParenthesizedList(ParseStarRename) : [ParseStarRename()];
        }
        return new StarSyntax(qualifier, operand, exclude, replace, rename, pattern) { Range = Since(start) };
    }

    /// <summary>True at a modifier; <c>* EXCEPT SELECT …</c> is a set operation, not a modifier.</summary>
    private bool AtStarModifier(Keyword keyword)
    {
        if (!At(keyword)) return false;
        Token next = Peek(1);
        if (keyword != Keyword.Except)
        {
            return next.Kind is TokenKind.LeftParenthesis or TokenKind.Word or TokenKind.QuotedName;
        }
        return next.Kind == TokenKind.LeftParenthesis
            && Peek(2).Kind is TokenKind.Word or TokenKind.QuotedName
            && Peek(2).Keyword is not (Keyword.Select or Keyword.Values or Keyword.With or Keyword.From
                or Keyword.Table);
    }

    private SelectItem ParseReplacement()
    {
        int start = Current.Start;
        SyntaxExpression value = ParseExpression();
        Accept(Keyword.As);
        Identifier alias = ParseLabel();
        return new SelectItem(value, alias) { Range = Since(start) };
    }

    private StarRename ParseStarRename()
    {
        int start = Current.Start;
        QualifiedName column = ParseQualifiedName();
        Expect(Keyword.As);
        Identifier name = ParseLabel();
        return new StarRename(column, name) { Range = Since(start) };
    }

    private StarPattern? TryParseStarPattern()
    {
        int start = Current.Start;
        Keyword first = Current.Keyword == Keyword.Not ? Peek(1).Keyword : Current.Keyword;
        if (first is not (Keyword.Like or Keyword.Ilike or Keyword.Glob or Keyword.Similar)) return null;
        bool negated = Accept(Keyword.Not);
        LikeKind kind;
        if (Accept(Keyword.Like)) kind = LikeKind.Like;
        else if (Accept(Keyword.Ilike)) kind = LikeKind.ILike;
        else if (Accept(Keyword.Glob)) kind = LikeKind.Glob;
        else
        {
            Expect(Keyword.Similar, Keyword.To);
            kind = LikeKind.SimilarTo;
        }
        SyntaxExpression pattern = ParseOperators(Precedence.Like + 1);
        SyntaxExpression? escape = Accept(Keyword.Escape) ? ParseOperators(Precedence.Like + 1) : null;
        return new StarPattern(kind, pattern, negated, escape) { Range = Since(start) };
    }

    /// <summary><c>COLUMNS(…)</c>, at the word.</summary>
    private ColumnsSyntax ParseColumns(int start, QualifiedName? qualifier, bool isSpread)
    {
        Expect(Keyword.Columns);
        Expect(TokenKind.LeftParenthesis);
        SyntaxExpression selector = TryParseLambda(mayBeSingle: true) ?? ParseStarOrExpression();
        Expect(TokenKind.RightParenthesis);
        return new ColumnsSyntax(qualifier, selector, isSpread) { Range = Since(start) };
    }
}
