namespace ColFrag.Engine.Sql;

/// <content>CREATE and DROP of everything, and the definitions that are not tables.</content>
internal sealed partial class Parser
{
    private static readonly Keyword[] ObjectKeywords =
    [
        Keyword.Table, Keyword.View, Keyword.Materialized, Keyword.Schema, Keyword.Sequence, Keyword.Macro,
        Keyword.Function, Keyword.Type, Keyword.Index, Keyword.Temporary, Keyword.Unique,
    ];

    private Statement ParseCreate()
    {
        int start = Current.Start;
        Expect(Keyword.Create);
        CreateMode mode = Accept(Keyword.Or, Keyword.Replace) ? CreateMode.OrReplace : CreateMode.Default;
        if (Current.Keyword is Keyword.Local or Keyword.Global && Peek(1).Keyword is Keyword.Temp or Keyword.Temporary)
        {
            Advance();
        }
        bool temporary = Accept(Keyword.Temporary) || Accept(Keyword.Temp);
        if (!temporary) Accept(Keyword.Unlogged);
        switch (Current.Keyword)
        {
            case Keyword.Table:
                Advance();
                return ParseCreateTable(start, mode, temporary);
            case Keyword.Recursive:
                Advance();
                Expect(Keyword.View);
                return ParseCreateView(start, mode, temporary, recursive: true);
            case Keyword.View:
                Advance();
                return ParseCreateView(start, mode, temporary, recursive: false);
            case Keyword.Sequence:
                Advance();
                return ParseCreateSequence(start, mode, temporary);
            case Keyword.Macro:
                Advance();
                return ParseCreateMacro(start, mode, temporary);
            case Keyword.Function:
                Advance();
                return ParseCreateFunction(start, mode, temporary);
            case Keyword.Materialized when !temporary:
                Advance();
                Expect(Keyword.View);
                return ParseCreateMaterializedView(start, mode);
            case Keyword.Schema when !temporary:
                Advance();
                return ParseCreateSchema(start, mode);
            case Keyword.Type when !temporary:
                Advance();
                return ParseCreateType(start, mode);
            case Keyword.Domain when !temporary:
                return ParseCreateDomain(start);
            case Keyword.Unique or Keyword.Index when !temporary:
                return ParseCreateIndex(start, mode);
        }
        _expectations?.Add(_index, ObjectKeywords);
        throw Unexpected();
    }

    private CreateMode ParseIfNotExists(CreateMode mode)
    {
        int position = Current.Start;
        if (!Accept(Keyword.If, Keyword.Not, Keyword.Exists)) return mode;
        if (mode == CreateMode.OrReplace) throw Refused("OR REPLACE and IF NOT EXISTS exclude each other", position);
        return CreateMode.IfNotExists;
    }

    private bool ParseIfExists() => Accept(Keyword.If, Keyword.Exists);

    private CreateSchemaStatement ParseCreateSchema(int start, CreateMode mode)
    {
        mode = ParseIfNotExists(mode);
        QualifiedName? name = At(Keyword.Authorization) ? null : ParseQualifiedName();
        Identifier? owner = Accept(Keyword.Authorization) ? ParseGrantee() : null;
        name ??= new QualifiedName([owner!]) { Range = owner!.Range };
        return new CreateSchemaStatement(name, mode, owner) { Range = Since(start) };
    }

    private CreateViewStatement ParseCreateView(int start, CreateMode mode, bool temporary, bool recursive)
    {
        mode = ParseIfNotExists(mode);
        QualifiedName name = ParseQualifiedName();
        SyntaxList<Identifier> columns = ParseOptionalNameList();
        SyntaxList<OptionSyntax> options = Accept(Keyword.With) ? ParseParenthesizedList(ParseOption) : [];
        Expect(Keyword.As);
        Query query = ParseDefiningQuery();
        if (At(Keyword.With))
        {
            throw NotSupported("WITH CHECK OPTION is not supported", Current.Start, "Views cannot be written to.");
        }
        return new CreateViewStatement(name, columns, query)
        {
            Mode = mode, IsTemporary = temporary, IsRecursive = recursive, Options = options, Range = Since(start),
        };
    }

    private CreateMaterializedViewStatement ParseCreateMaterializedView(int start, CreateMode mode)
    {
        mode = ParseIfNotExists(mode);
        QualifiedName name = ParseQualifiedName();
        SyntaxList<Identifier> columns = ParseOptionalNameList();
        (TableOptionsSyntax? options, _) = ParseTableOptions();
        Expect(Keyword.As);
        Query query = ParseDefiningQuery();
        bool noData = ParseWithNoData();
        return new CreateMaterializedViewStatement(name, columns, query)
        {
            Mode = mode, Options = options, WithNoData = noData, Range = Since(start),
        };
    }

    private RefreshStatement ParseRefresh()
    {
        int start = Current.Start;
        Expect(Keyword.Refresh);
        Expect(Keyword.Materialized, Keyword.View);
        bool concurrent = Accept(Keyword.Concurrently);
        QualifiedName name = ParseQualifiedName();
        bool noData = ParseWithNoData();
        return new RefreshStatement(name, concurrent, noData) { Range = Since(start) };
    }

    private CreateSequenceStatement ParseCreateSequence(int start, CreateMode mode, bool temporary)
    {
        mode = ParseIfNotExists(mode);
        QualifiedName name = ParseQualifiedName();
        SequenceOptions options = ParseSequenceOptions();
        return new CreateSequenceStatement(name, mode, options) { IsTemporary = temporary, Range = Since(start) };
    }

    private SequenceOptions ParseSequenceOptions()
    {
        int start = Current.Start;
        SequenceOptions options = new();
        while (ParseSequenceOption(options) is { } more) options = more;
        return options with { Range = Since(start) };
    }

    /// <summary>The options with one more; null where none stands.</summary>
    private SequenceOptions? ParseSequenceOption(SequenceOptions options)
    {
        if (Accept(Keyword.As)) return options with { Type = ParseTypeName() };
        if (Accept(Keyword.Start))
        {
            Accept(Keyword.With);
            return options with { Start = ParseInteger() };
        }
        if (Accept(Keyword.Increment))
        {
            Accept(Keyword.By);
            return options with { Increment = ParseInteger() };
        }
        if (Accept(Keyword.Minvalue)) return options with { Minimum = ParseInteger() };
        if (Accept(Keyword.Maxvalue)) return options with { Maximum = ParseInteger() };
        if (Accept(Keyword.No, Keyword.Minvalue)) return options with { NoMinimum = true };
        if (Accept(Keyword.No, Keyword.Maxvalue)) return options with { NoMaximum = true };
        if (Accept(Keyword.No, Keyword.Cycle)) return options with { IsCycling = false };
        if (Accept(Keyword.Cycle)) return options with { IsCycling = true };
        if (Accept(Keyword.Cache)) return options with { Cache = ParseInteger() };
        if (Accept(Keyword.Owned, Keyword.By))
        {
            return Accept(Keyword.None)
                ? options with { OwnedByNone = true }
                : options with { OwnedBy = ParseQualifiedName() };
        }
        if (!Accept(Keyword.Restart)) return null;
        bool hasWith = Accept(Keyword.With);
        bool hasValue = hasWith || Current.Kind is TokenKind.Integer or TokenKind.Minus;
        return options with { IsRestart = true, RestartWith = hasValue ? ParseInteger() : null };
    }

    /// <summary><c>CREATE MACRO name(a, b := 1) AS expression, (a) AS TABLE query</c></summary>
    private CreateMacroStatement ParseCreateMacro(int start, CreateMode mode, bool temporary)
    {
        mode = ParseIfNotExists(mode);
        QualifiedName name = ParseQualifiedName();
        List<MacroOverload> overloads = [];
        do
        {
            int overloadStart = Current.Start;
            SyntaxList<ParameterDefinition> parameters = ParseParameterList(isMacro: true);
            Expect(Keyword.As);
            overloads.Add(ParseMacroBody(parameters, overloadStart));
        }
        while (Accept(TokenKind.Comma));
        return new CreateMacroStatement(name, SyntaxList.From(overloads))
        {
            Mode = mode, IsTemporary = temporary, Range = Since(start),
        };
    }

    private MacroOverload ParseMacroBody(SyntaxList<ParameterDefinition> parameters, int start)
    {
        if (Accept(Keyword.Table))
        {
            // AS TABLE t would be TABLE t, the query; the word is only taken off before a query.
            int queryStart = Current.Start;
            Query query = AtQuery() || At(TokenKind.LeftParenthesis)
                ? ParseQuery()
                : SelectAll(ParseTablePrimary(), queryStart);
            return new MacroOverload(parameters, null, query) { Range = Since(start) };
        }
        SyntaxExpression expression = ParseExpression();
        return new MacroOverload(parameters, expression, null) { Range = Since(start) };
    }

    private SyntaxList<ParameterDefinition> ParseParameterList(bool isMacro)
    {
        Expect(TokenKind.LeftParenthesis);
        SyntaxList<ParameterDefinition> parameters = At(TokenKind.RightParenthesis)
            ? []
            : isMacro ? ParseCommaList(ParseMacroParameter) : ParseCommaList(ParseFunctionParameter);
        Expect(TokenKind.RightParenthesis);
        return parameters;
    }

    /// <summary><c>a</c>, <c>a := 1</c>, <c>a int</c>, <c>a int := 1</c></summary>
    private ParameterDefinition ParseMacroParameter()
    {
        int start = Current.Start;
        Identifier name = ParseName();
        bool hasType = Current.Kind is TokenKind.Word or TokenKind.QuotedName && !At(Keyword.Default);
        TypeName? type = hasType ? ParseTypeName() : null;
        SyntaxExpression? value = ParseParameterDefault();
        return new ParameterDefinition(name, type, value) { Range = Since(start) };
    }

    private SyntaxExpression? ParseParameterDefault() =>
        Accept(TokenKind.ColonEquals) || Accept(TokenKind.FatArrow) || Accept(TokenKind.Equal)
            || Accept(Keyword.Default)
            ? ParseExpression()
            : null;

    /// <summary><c>[IN | VARIADIC] [name] type [DEFAULT value]</c></summary>
    private ParameterDefinition ParseFunctionParameter()
    {
        int start = Current.Start;
        bool variadic = Accept(Keyword.Variadic);
        if (!variadic && At(Keyword.In)) Advance();
        if (Current.Keyword is Keyword.Out or Keyword.Inout && Peek(1).Kind == TokenKind.Word)
        {
            throw NotSupported("OUT parameters are not supported", Current.Start, "Use RETURNS TABLE (...).");
        }
        // A name alone is a type, two names in a row are a name and its type.
        bool hasName = IsNameToken(Current) && !IsMultiWordTypeAhead()
            && Peek(1).Kind is TokenKind.Word or TokenKind.QuotedName
            && Peek(1).Keyword is not (Keyword.Default or Keyword.Array);
        Identifier? name = hasName ? ParseName() : null;
        TypeName type = ParseTypeName();
        SyntaxExpression? value = ParseParameterDefault();
        return new ParameterDefinition(name, type, value, variadic) { Range = Since(start) };
    }

    private bool IsMultiWordTypeAhead() => (Current.Keyword, Peek(1).Keyword) switch
    {
        (Keyword.Double, Keyword.Precision) => true,
        (Keyword.Character or Keyword.Char or Keyword.Nchar or Keyword.Bit, Keyword.Varying) => true,
        (Keyword.National, Keyword.Character or Keyword.Char) => true,
        (Keyword.Timestamp or Keyword.Time, Keyword.With or Keyword.Without) => true,
        (Keyword.Interval, Keyword.Year or Keyword.Month or Keyword.Day or Keyword.Hour or Keyword.Minute
            or Keyword.Second) => true,
        _ => false,
    };

    /// <summary>CREATE FUNCTION; with the body of a macro it is one.</summary>
    private Statement ParseCreateFunction(int start, CreateMode mode, bool temporary)
    {
        int nameIndex = _index;
        mode = ParseIfNotExists(mode);
        QualifiedName name = ParseQualifiedName();
        if (IsMacroBodyAhead())
        {
            _index = nameIndex;
            CreateMode plain = mode == CreateMode.IfNotExists ? CreateMode.Default : mode;
            return ParseCreateMacro(start, plain, temporary);
        }
        SyntaxList<ParameterDefinition> parameters = ParseParameterList(isMacro: false);
        CreateFunctionStatement function = new(name, parameters) { Mode = mode };
        while (TryParseFunctionPart(ref function)) { }
        int bodies = (function.Body is null ? 0 : 1) + (function.Return is null ? 0 : 1)
            + (function.Assembly is null ? 0 : 1);
        if (bodies != 1)
        {
            throw Refused(
                bodies == 0 ? "no function body specified" : "duplicate function body specified", name.Position,
                "Give one of RETURN expression, AS 'text' and ASSEMBLY 'file.dll'.");
        }
        return function with { Range = Since(start) };
    }

    /// <summary>True when AS with something else than a string follows the parameters.</summary>
    private bool IsMacroBodyAhead()
    {
        if (!At(TokenKind.LeftParenthesis)) return false;
        int open = 0;
        for (int distance = 0; Peek(distance).Kind is not (TokenKind.End or TokenKind.Semicolon); distance++)
        {
            if (Peek(distance).Kind == TokenKind.LeftParenthesis) open++;
            if (Peek(distance).Kind != TokenKind.RightParenthesis || --open > 0) continue;
            return Peek(distance + 1).Keyword == Keyword.As && !IsString(Peek(distance + 2).Kind);
        }
        return false;
    }

    private bool TryParseFunctionPart(ref CreateFunctionStatement function)
    {
        if (Accept(Keyword.Returns, Keyword.Null))
        {
            Expect(Keyword.On, Keyword.Null);
            Expect(Keyword.Input);
            function = function with { IsStrict = true };
        }
        else if (Accept(Keyword.Returns)) function = ParseReturns(function);
        else if (Accept(Keyword.Language))
        {
            string language = AtString ? ParseString() : ParseLabel().Name;
            function = function with { Language = TokenText.Fold(language) };
        }
        else if (Accept(Keyword.Immutable)) function = function with { Volatility = Volatility.Immutable };
        else if (Accept(Keyword.Stable)) function = function with { Volatility = Volatility.Stable };
        else if (Accept(Keyword.Volatile)) function = function with { Volatility = Volatility.Volatile };
        else if (Accept(Keyword.Strict)) function = function with { IsStrict = true };
        else if (Accept(Keyword.Called))
        {
            Expect(Keyword.On, Keyword.Null);
            Expect(Keyword.Input);
            function = function with { IsStrict = false };
        }
        else if (Accept(Keyword.Leakproof) || Accept(Keyword.Not, Keyword.Leakproof)) { }
        else if (Accept(Keyword.Security))
        {
            if (!AtWord("definer")) Expect(Keyword.Invoker);
            else Advance();
        }
        else if (Accept(Keyword.Parallel) || AtWord("cost") || AtWord("rows"))
        {
            // Hints for PostgreSQL's planner; ours measures.
            if (Current.Keyword is Keyword.Cost or Keyword.Rows) Advance();
            Advance();
        }
        else if (Accept(Keyword.Return)) function = function with { Return = ParseExpression() };
        else if (At(Keyword.As))
        {
            if (function.Body is not null) throw Refused("conflicting or redundant options", Current.Start);
            Advance();
            function = function with { Body = ParseString() };
        }
        else if (Accept(Keyword.Assembly)) function = function with { Assembly = ParseString() };
        else if (Accept(Keyword.Entry)) function = function with { Entry = ParseString() };
        else return false;
        return true;
    }

    private CreateFunctionStatement ParseReturns(CreateFunctionStatement function)
    {
        if (Accept(Keyword.Table))
        {
            return function with { ReturnColumns = ParseParenthesizedList(ParseFieldDefinition), IsSet = true };
        }
        bool isSet = Accept(Keyword.Setof);
        return function with { ReturnType = ParseTypeName(), IsSet = isSet };
    }

    /// <summary><c>AS ENUM ('a', 'b')</c>, <c>AS (a int, b text)</c>, <c>AS type</c></summary>
    private CreateTypeStatement ParseCreateType(int start, CreateMode mode)
    {
        mode = ParseIfNotExists(mode);
        QualifiedName name = ParseQualifiedName();
        Expect(Keyword.As);
        int typeStart = Current.Start;
        Query? query = null;
        TypeName type;
        if (Accept(Keyword.Enum))
        {
            Expect(TokenKind.LeftParenthesis);
            SyntaxList<string> values = [];
            if (AtQuery()) query = ParseQuery();
            else if (!At(TokenKind.RightParenthesis)) values = ParseCommaList(ParseString);
            Expect(TokenKind.RightParenthesis);
            type = new EnumTypeName(values) { Range = Since(typeStart) };
        }
        else if (At(Keyword.Domain)) type = ParseDomain();
        else if (At(TokenKind.LeftParenthesis))
        {
            type = new StructTypeName(ParseParenthesizedList(ParseFieldDefinition)) { Range = Since(typeStart) };
        }
        else
        {
            type = ParseTypeName();
        }
        return new CreateTypeStatement(name, mode, type) { EnumQuery = query, Range = Since(start) };
    }

    private CreateIndexStatement ParseCreateIndex(int start, CreateMode mode)
    {
        bool unique = Accept(Keyword.Unique);
        Expect(Keyword.Index);
        Accept(Keyword.Concurrently);
        mode = ParseIfNotExists(mode);
        Identifier? name = At(Keyword.On) ? null : ParseName();
        Expect(Keyword.On);
        Accept(Keyword.Only);
        QualifiedName table = ParseQualifiedName();
        string? method = Accept(Keyword.Using) ? ParseName().Name : null;
        SyntaxList<OrderItem> columns = ParseParenthesizedList(ParseIndexColumn);
        // Columns that only ride along mean nothing where every column is stored by itself.
        if (Accept(Keyword.Include)) ParseNameList();
        ParseNullsNotDistinct();
        SyntaxList<OptionSyntax> options = Accept(Keyword.With) ? ParseParenthesizedList(ParseOption) : [];
        SyntaxExpression? where = Accept(Keyword.Where) ? ParseExpression() : null;
        return new CreateIndexStatement(name, mode, table, columns, unique)
        {
            Method = method, Where = where, Options = options, Range = Since(start),
        };
    }

    /// <summary>A column of an index; the operator class of a PostgreSQL index is read over.</summary>
    private OrderItem ParseIndexColumn()
    {
        int start = Current.Start;
        SyntaxExpression expression = ParseExpression();
        if (AtName && Current.Keyword != Keyword.Nulls) ParseQualifiedName();
        return FinishOrderItem(expression, start);
    }

    /// <summary>The kind of object at DROP, ALTER and COMMENT ON.</summary>
    private ObjectKind ParseObjectKind()
    {
        if (Accept(Keyword.Materialized))
        {
            Expect(Keyword.View);
            return ObjectKind.MaterializedView;
        }
        ObjectKind kind = Current.Keyword switch
        {
            Keyword.Table => ObjectKind.Table,
            Keyword.View => ObjectKind.View,
            Keyword.Schema => ObjectKind.Schema,
            Keyword.Sequence => ObjectKind.Sequence,
            Keyword.Macro => ObjectKind.Macro,
            Keyword.Function => ObjectKind.Function,
            Keyword.Type => ObjectKind.Type,
            Keyword.Domain => ObjectKind.Domain,
            Keyword.Index => ObjectKind.Index,
            _ => Unknown(),
        };
        Advance();
        if (kind == ObjectKind.Macro && Accept(Keyword.Table)) return ObjectKind.TableMacro;
        return kind;

        ObjectKind Unknown()
        {
            _expectations?.Add(_index, ObjectKeywords);
            throw Unexpected();
        }
    }

    private DropBehavior ParseDropBehavior()
    {
        if (Accept(Keyword.Cascade)) return DropBehavior.Cascade;
        return Accept(Keyword.Restrict) ? DropBehavior.Restrict : DropBehavior.Default;
    }

    private DropStatement ParseDrop()
    {
        int start = Current.Start;
        Expect(Keyword.Drop);
        ObjectKind kind = ParseObjectKind();
        if (kind == ObjectKind.Index) Accept(Keyword.Concurrently);
        bool ifExists = ParseIfExists();
        SyntaxList<DropTarget> targets = ParseCommaList(ParseDropTarget);
        DropBehavior behavior = ParseDropBehavior();
        return new DropStatement(kind, targets, ifExists, behavior) { Range = Since(start) };
    }

    private DropTarget ParseDropTarget()
    {
        int start = Current.Start;
        QualifiedName name = ParseQualifiedName();
        if (!Accept(TokenKind.LeftParenthesis)) return new DropTarget(name) { Range = Since(start) };
        SyntaxList<TypeName> types = At(TokenKind.RightParenthesis)
            ? []
            : ParseCommaList(() => ParseFunctionParameter().Type!);
        Expect(TokenKind.RightParenthesis);
        return new DropTarget(name, true, types) { Range = Since(start) };
    }

    private UndropTableStatement ParseUndrop()
    {
        int start = Current.Start;
        Expect(Keyword.Undrop, Keyword.Table);
        QualifiedName name = ParseQualifiedName();
        Identifier? newName = null;
        if (Accept(Keyword.Rename, Keyword.To) || Accept(Keyword.As)) newName = ParseName();
        return new UndropTableStatement(name, newName) { Range = Since(start) };
    }

    private CommentStatement ParseComment()
    {
        int start = Current.Start;
        Expect(Keyword.Comment, Keyword.On);
        ObjectKind kind;
        if (Accept(Keyword.Column)) kind = ObjectKind.Column;
        else if (Accept(Keyword.Database)) kind = ObjectKind.Database;
        else kind = ParseObjectKind();
        DropTarget target = ParseDropTarget();
        Expect(Keyword.Is);
        string? text = Accept(Keyword.Null) ? null : ParseString();
        return new CommentStatement(kind, target.Name, text) { Range = Since(start) };
    }
}
