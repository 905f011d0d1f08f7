namespace ColFrag.Engine.Sql;

/// <content>CREATE TABLE with its columns, constraints and options.</content>
internal sealed partial class Parser
{
    /// <summary>CREATE TABLE, behind the word TABLE.</summary>
    private Statement ParseCreateTable(int start, CreateMode mode, bool temporary)
    {
        mode = ParseIfNotExists(mode);
        QualifiedName name = ParseQualifiedName();
        if (Accept(Keyword.Clone))
        {
            QualifiedName source = ParseQualifiedName();
            AsOfClause? asOf = TryParseAsOf();
            return new CreateTableCloneStatement(name, source, asOf)
            {
                Mode = mode, IsTemporary = temporary, Range = Since(start),
            };
        }
        // Names without types can only be those of CREATE TABLE AS.
        bool hasNamesOnly = At(TokenKind.LeftParenthesis) && IsNameToken(Peek(1))
            && Peek(2).Kind is TokenKind.Comma or TokenKind.RightParenthesis;
        SyntaxList<Identifier> names = hasNamesOnly ? ParseNameList() : [];
        SyntaxList<TableElement> elements = [];
        bool hasElements = !hasNamesOnly && Accept(TokenKind.LeftParenthesis);
        if (hasElements)
        {
            if (!At(TokenKind.RightParenthesis)) elements = ParseTableElements();
            Expect(TokenKind.RightParenthesis);
        }
        (TableOptionsSyntax? options, OnCommit onCommit) = ParseTableOptions();
        if (hasElements && !At(Keyword.As))
        {
            return new CreateTableStatement(name, elements)
            {
                Mode = mode, IsTemporary = temporary, Options = options, OnCommit = onCommit, Range = Since(start),
            };
        }
        if (hasElements) throw Unexpected("CREATE TABLE AS takes names of columns without types.");
        Expect(Keyword.As);
        Query query = ParseDefiningQuery();
        bool noData = ParseWithNoData();
        return new CreateTableAsStatement(name, names, query)
        {
            Mode = mode, IsTemporary = temporary, Options = options, OnCommit = onCommit, WithNoData = noData,
            Range = Since(start),
        };
    }

    /// <summary>The query behind AS; <c>EXECUTE</c> of a prepared one is not taken.</summary>
    private Query ParseDefiningQuery()
    {
        if (At(Keyword.Execute)) throw NotSupported("CREATE TABLE AS EXECUTE is not supported", Current.Start);
        return ParseQuery();
    }

    private bool ParseWithNoData()
    {
        if (Accept(Keyword.With, Keyword.No, Keyword.Data)) return true;
        Accept(Keyword.With, Keyword.Data);
        return false;
    }

    /// <summary>The elements between the parentheses; a comma may follow the last one.</summary>
    private SyntaxList<TableElement> ParseTableElements()
    {
        List<TableElement> elements = [];
        do
        {
            if (elements.Count > 0 && At(TokenKind.RightParenthesis)) break;
            elements.Add(ParseTableElement());
        }
        while (Accept(TokenKind.Comma));
        return SyntaxList.From(elements);
    }

    private TableElement ParseTableElement()
    {
        int start = Current.Start;
        if (Accept(Keyword.Like))
        {
            QualifiedName table = ParseQualifiedName();
            List<string> including = [];
            List<string> excluding = [];
            while (At(Keyword.Including) || At(Keyword.Excluding))
            {
                List<string> list = At(Keyword.Including) ? including : excluding;
                Advance();
                list.Add(ParseLabel().Name);
            }
            return new LikeElement(table, SyntaxList.From(including), SyntaxList.From(excluding))
            {
                Range = Since(start),
            };
        }
        if (AtTableConstraint())
        {
            ConstraintSyntax constraint = ParseTableConstraint();
            return new TableConstraint(constraint) { Range = Since(start) };
        }
        return ParseColumnDefinition();
    }

    private bool AtTableConstraint() =>
        Current.Keyword is Keyword.Constraint or Keyword.Primary or Keyword.Unique or Keyword.Check or Keyword.Foreign
        || (Current.Keyword == Keyword.Exclude && Peek(1).Keyword == Keyword.Using);

    private ConstraintSyntax ParseTableConstraint()
    {
        int start = Current.Start;
        Identifier? name = Accept(Keyword.Constraint) ? ParseName() : null;
        ConstraintSyntax constraint;
        if (At(Keyword.Check)) constraint = ParseCheck();
        else if (Accept(Keyword.Primary))
        {
            Expect(Keyword.Key);
            constraint = new UniqueConstraint(ParseNameList(), IsPrimaryKey: true);
        }
        else if (Accept(Keyword.Unique))
        {
            bool notDistinct = ParseNullsNotDistinct();
            constraint = new UniqueConstraint(ParseNameList(), IsPrimaryKey: false, notDistinct);
        }
        else if (Accept(Keyword.Foreign))
        {
            Expect(Keyword.Key);
            SyntaxList<Identifier> columns = ParseNameList();
            constraint = ParseReferences(columns);
        }
        else if (At(Keyword.Exclude)) throw NotSupported("exclusion constraints are not supported", Current.Start);
        else throw Unexpected();
        ParseConstraintTiming();
        return constraint with { Name = name, Range = Since(start) };
    }

    private CheckConstraint ParseCheck()
    {
        Expect(Keyword.Check);
        Expect(TokenKind.LeftParenthesis);
        SyntaxExpression condition = ParseExpression();
        Expect(TokenKind.RightParenthesis);
        if (Accept(Keyword.No)) Expect(Keyword.Inherit);
        return new CheckConstraint(condition);
    }

    private bool ParseNullsNotDistinct()
    {
        if (!Accept(Keyword.Nulls)) return false;
        bool notDistinct = Accept(Keyword.Not);
        Expect(Keyword.Distinct);
        return notDistinct;
    }

    private ForeignKeyConstraint ParseReferences(SyntaxList<Identifier> columns)
    {
        Expect(Keyword.References);
        QualifiedName table = ParseQualifiedName();
        SyntaxList<Identifier> referenced = ParseOptionalNameList();
        if (Accept(Keyword.Match)) ParseLabel();
        ReferentialAction onDelete = ReferentialAction.Default;
        ReferentialAction onUpdate = ReferentialAction.Default;
        while (true)
        {
            if (Accept(Keyword.On, Keyword.Delete)) onDelete = ParseReferentialAction();
            else if (Accept(Keyword.On, Keyword.Update)) onUpdate = ParseReferentialAction();
            else break;
        }
        return new ForeignKeyConstraint(columns, table, referenced) { OnDelete = onDelete, OnUpdate = onUpdate };
    }

    private ReferentialAction ParseReferentialAction()
    {
        if (Accept(Keyword.Cascade)) return ReferentialAction.Cascade;
        if (Accept(Keyword.Restrict)) return ReferentialAction.Restrict;
        if (Accept(Keyword.Set, Keyword.Null)) return ReferentialAction.SetNull;
        if (Accept(Keyword.Set, Keyword.Default)) return ReferentialAction.SetDefault;
        Expect(Keyword.No, Keyword.Action);
        return ReferentialAction.NoAction;
    }

    /// <summary>When a constraint is checked; every one is checked by the statement, so nothing is kept.</summary>
    private void ParseConstraintTiming()
    {
        while (Accept(Keyword.Deferrable) || Accept(Keyword.Not, Keyword.Deferrable)
            || Accept(Keyword.Initially, Keyword.Deferred) || Accept(Keyword.Initially, Keyword.Immediate)) { }
    }

    /// <summary><c>name type constraints</c></summary>
    private ColumnDefinition ParseColumnDefinition()
    {
        int start = Current.Start;
        Identifier name = ParseName();
        bool hasType = Current.Keyword is not (Keyword.As or Keyword.Generated);
        TypeName? type = hasType ? ParseTypeName() : null;
        List<ConstraintSyntax> constraints = [];
        QualifiedName? collation = null;
        Identifier? compression = null;
        while (true)
        {
            if (Accept(Keyword.Collate)) collation = ParseCollation();
            else if (Accept(Keyword.Compression) || Accept(Keyword.Using, Keyword.Compression))
            {
                compression = ParseLabelOrString();
            }
            else if (TryParseColumnConstraint() is ConstraintSyntax constraint) constraints.Add(constraint);
            else break;
            ParseConstraintTiming();
        }
        return new ColumnDefinition(name, type, SyntaxList.From(constraints))
        {
            Collation = collation, Compression = compression, Range = Since(start),
        };
    }

    private ConstraintSyntax? TryParseColumnConstraint()
    {
        int start = Current.Start;
        Identifier? name = Accept(Keyword.Constraint) ? ParseName() : null;
        ConstraintSyntax? constraint = ParseColumnConstraintBody();
        if (constraint is null && name is not null) throw Unexpected();
        return constraint is null ? null : constraint with { Name = name, Range = Since(start) };
    }

    private ConstraintSyntax? ParseColumnConstraintBody()
    {
        if (At(Keyword.Not) && Peek(1).Keyword != Keyword.Deferrable)
        {
            Expect(Keyword.Not, Keyword.Null);
            return new NotNullConstraint();
        }
        if (Accept(Keyword.Null)) return new NotNullConstraint(IsNullAllowed: true);
        if (Accept(Keyword.Default)) return new DefaultConstraint(ParseRestrictedExpression());
        if (At(Keyword.Check)) return ParseCheck();
        if (Accept(Keyword.Primary))
        {
            Expect(Keyword.Key);
            return new UniqueConstraint([], IsPrimaryKey: true);
        }
        if (Accept(Keyword.Unique)) return new UniqueConstraint([], IsPrimaryKey: false, ParseNullsNotDistinct());
        if (At(Keyword.References)) return ParseReferences([]);
        if (Accept(Keyword.Generated)) return ParseGenerated();
        if (At(Keyword.As) && Peek(1).Kind == TokenKind.LeftParenthesis)
        {
            Advance();
            return FinishGenerated();
        }
        return null;
    }

    private ConstraintSyntax ParseGenerated()
    {
        bool always = Accept(Keyword.Always);
        if (!always) Expect(Keyword.By, Keyword.Default);
        Expect(Keyword.As);
        if (always && At(TokenKind.LeftParenthesis)) return FinishGenerated();
        Expect(Keyword.Identity);
        SequenceOptions? options = null;
        if (Accept(TokenKind.LeftParenthesis))
        {
            options = ParseSequenceOptions();
            Expect(TokenKind.RightParenthesis);
        }
        return new IdentityConstraint(always, options);
    }

    private GeneratedConstraint FinishGenerated()
    {
        Expect(TokenKind.LeftParenthesis);
        SyntaxExpression expression = ParseExpression();
        Expect(TokenKind.RightParenthesis);
        bool stored = Accept(Keyword.Stored);
        if (!stored) Accept(Keyword.Virtual);
        return new GeneratedConstraint(expression, stored);
    }

    // Options.

    /// <summary>WITH (…), DISTRIBUTED BY, ORDER BY and ON COMMIT, in any order.</summary>
    private (TableOptionsSyntax? Options, OnCommit OnCommit) ParseTableOptions()
    {
        int start = Current.Start;
        TableOptionsSyntax? options = null;
        OnCommit onCommit = OnCommit.Default;
        while (true)
        {
            if (At(Keyword.With) && Peek(1).Kind == TokenKind.LeftParenthesis)
            {
                Advance();
                options = ParseOptionList(options ?? new TableOptionsSyntax());
            }
            else if (At(Keyword.Distributed) || At(Keyword.Order, Keyword.By))
            {
                options = ParseOptionClause(options ?? new TableOptionsSyntax());
            }
            else if (At(Keyword.Without) && Peek(1).Keyword == Keyword.Oids)
            {
                Advance();
                Advance();
            }
            else if (Accept(Keyword.On))
            {
                Expect(Keyword.Commit);
                onCommit = ParseOnCommit();
            }
            else if (Current.Keyword is Keyword.Partition or Keyword.Inherits)
            {
                throw NotSupported(
                    "partitions and inheritance are not supported", Current.Start,
                    "Tables are cut by WITH (distributed_by = hash(column)); PARTITION BY is not needed.");
            }
            else
            {
                return (options is null ? null : options with { Range = Since(start) }, onCommit);
            }
        }
    }

    private OnCommit ParseOnCommit()
    {
        if (Accept(Keyword.Drop)) return OnCommit.Drop;
        OnCommit action = OnCommit.DeleteRows;
        if (Accept(Keyword.Preserve)) action = OnCommit.PreserveRows;
        else Expect(Keyword.Delete);
        Expect(Keyword.Rows);
        return action;
    }

    /// <summary><c>DISTRIBUTED BY …</c> or <c>ORDER BY (…)</c></summary>
    private TableOptionsSyntax ParseOptionClause(TableOptionsSyntax options)
    {
        int start = Current.Start;
        if (Accept(Keyword.Distributed))
        {
            Expect(Keyword.By);
            return WithDistribution(options, ParseDistribution(), start);
        }
        Expect(Keyword.Order, Keyword.By);
        return WithOrder(options, ParseStorageOrder(), start);
    }

    /// <summary>The list of WITH: the three options with a grammar of their own, and any others.</summary>
    private TableOptionsSyntax ParseOptionList(TableOptionsSyntax options)
    {
        List<OptionSyntax> settings = [.. options.Settings];
        Expect(TokenKind.LeftParenthesis);
        do
        {
            int start = Current.Start;
            if (AtOption("distributed_by"))
            {
                SkipOptionName();
                options = WithDistribution(options, ParseDistribution(), start);
            }
            else if (AtOption("order_by"))
            {
                SkipOptionName();
                options = WithOrder(options, ParseStorageOrder(), start);
            }
            else if (AtOption("column_groups"))
            {
                SkipOptionName();
                if (!options.ColumnGroups.IsEmpty) throw Refused("column_groups is given twice", start);
                options = options with { ColumnGroups = ParseParenthesizedList(ParseColumnGroup) };
            }
            else
            {
                settings.Add(ParseOption());
            }
        }
        while (Accept(TokenKind.Comma));
        Expect(TokenKind.RightParenthesis);
        return options with { Settings = SyntaxList.From(settings) };
    }

    private bool AtOption(string name) => AtWord(name);

    private void SkipOptionName()
    {
        Advance();
        if (!Accept(TokenKind.Equal)) Accept(TokenKind.FatArrow);
    }

    private static TableOptionsSyntax WithDistribution(
        TableOptionsSyntax options, DistributionSyntax distribution, int start) =>
        options.Distribution is null
            ? options with { Distribution = distribution }
            : throw Refused("the distribution is given twice", start);

    private static TableOptionsSyntax WithOrder(TableOptionsSyntax options, SyntaxList<OrderItem> order, int start) =>
        options.OrderBy.IsEmpty
            ? options with { OrderBy = order }
            : throw Refused("the order is given twice", start);

    /// <summary><c>hash(a, b)</c>, <c>(a, b)</c>, <c>range(a)</c>, <c>round robin</c>, <c>broadcast</c></summary>
    private DistributionSyntax ParseDistribution()
    {
        int start = Current.Start;
        if (At(TokenKind.LeftParenthesis)) return Make(DistributionKind.Hash, ParseNameList());
        if (AtString)
        {
            string word = TokenText.Fold(ParseString());
            return word switch
            {
                "round robin" or "round_robin" => Make(DistributionKind.RoundRobin, []),
                "broadcast" => Make(DistributionKind.Broadcast, []),
                _ => throw Refused($"unknown distribution \"{word}\"", start, DistributionHint),
            };
        }
        string kind = TokenText.Fold(TextOf(Current));
        Advance();
        switch (kind)
        {
            case "hash": return Make(DistributionKind.Hash, ParseNameList());
            case "range": return Make(DistributionKind.Range, ParseNameList());
            case "round_robin": return Make(DistributionKind.RoundRobin, []);
            case "broadcast": return Make(DistributionKind.Broadcast, []);
            case "round" when AtWord("robin"):
                Advance();
                return Make(DistributionKind.RoundRobin, []);
        }
        _index--;
        throw Unexpected(DistributionHint);

        DistributionSyntax Make(DistributionKind made, SyntaxList<Identifier> columns) =>
            new(made, columns) { Range = Since(start) };
    }

    private const string DistributionHint =
        "A table is distributed by hash(columns), range(column), round robin or broadcast.";

    /// <summary><c>(a, b DESC)</c> or <c>a, b DESC</c></summary>
    private SyntaxList<OrderItem> ParseStorageOrder() =>
        At(TokenKind.LeftParenthesis) ? ParseParenthesizedList(ParseOrderItem) : [ParseOrderItem()];

    private ColumnGroupSyntax ParseColumnGroup()
    {
        int start = Current.Start;
        SyntaxList<Identifier> columns = At(TokenKind.LeftParenthesis) ? ParseNameList() : [ParseName()];
        return new ColumnGroupSyntax(columns) { Range = Since(start) };
    }
}
