namespace ColFrag.Engine.Sql;

/// <content>ALTER.</content>
internal sealed partial class Parser
{
    private AlterStatement ParseAlter()
    {
        int start = Current.Start;
        Expect(Keyword.Alter);
        ObjectKind kind = ParseObjectKind();
        bool ifExists = ParseIfExists();
        Accept(Keyword.Only);
        QualifiedName name = kind is ObjectKind.Function or ObjectKind.Macro
            ? ParseDropTarget().Name
            : ParseQualifiedName();
        SyntaxList<AlterAction> actions = kind switch
        {
            ObjectKind.Table => ParseCommaList(ParseTableAction),
            ObjectKind.Type => [ParseTypeAction()],
            ObjectKind.Sequence => [ParseSequenceAction()],
            ObjectKind.View or ObjectKind.MaterializedView => [ParseTableAction()],
            _ => [ParseCommonAction() ?? throw Unexpected()],
        };
        return new AlterStatement(kind, name, ifExists, actions) { Range = Since(start) };
    }

    /// <summary>What can be done to anything: a new name, schema or owner.</summary>
    private AlterAction? ParseCommonAction()
    {
        int start = Current.Start;
        if (Accept(Keyword.Rename, Keyword.To))
        {
            Identifier newName = ParseName();
            return new RenameAction(newName) { Range = Since(start) };
        }
        if (Accept(Keyword.Set, Keyword.Schema))
        {
            Identifier schema = ParseName();
            return new SetSchemaAction(schema) { Range = Since(start) };
        }
        if (Accept(Keyword.Owner))
        {
            Expect(Keyword.To);
            Identifier owner = ParseGrantee();
            return new OwnerAction(owner) { Range = Since(start) };
        }
        return null;
    }

    private AlterAction ParseTableAction()
    {
        if (ParseCommonAction() is AlterAction common) return common;
        int start = Current.Start;
        if (Accept(Keyword.Rename)) return ParseRename(start);
        if (Accept(Keyword.Add)) return ParseAdd(start);
        if (Accept(Keyword.Validate))
        {
            Expect(Keyword.Constraint);
            Identifier validated = ParseName();
            return new ValidateConstraintAction(validated) { Range = Since(start) };
        }
        if (Accept(Keyword.Drop)) return ParseDropAction(start);
        if (Accept(Keyword.Alter)) return ParseColumnAction(start);
        if (Accept(Keyword.Set))
        {
            TableOptionsSyntax options = At(TokenKind.LeftParenthesis)
                ? ParseOptionList(new TableOptionsSyntax())
                : At(Keyword.Distributed) || At(Keyword.Order, Keyword.By)
                    ? ParseOptionClause(new TableOptionsSyntax())
                    : throw Unexpected();
            return new SetOptionsAction(options with { Range = Since(start) }) { Range = Since(start) };
        }
        if (Accept(Keyword.Reset))
        {
            SyntaxList<Identifier> names = ParseParenthesizedList(ParseLabel);
            return new ResetOptionsAction(names) { Range = Since(start) };
        }
        throw Unexpected();
    }

    private AlterAction ParseRename(int start)
    {
        if (Accept(Keyword.Constraint))
        {
            Identifier constraint = ParseName();
            Expect(Keyword.To);
            Identifier newConstraint = ParseName();
            return new RenameConstraintAction(constraint, newConstraint) { Range = Since(start) };
        }
        Accept(Keyword.Column);
        Identifier column = ParseName();
        Expect(Keyword.To);
        Identifier newName = ParseName();
        return new RenameColumnAction(column, newName) { Range = Since(start) };
    }

    private AlterAction ParseAdd(int start)
    {
        if (AtTableConstraint())
        {
            ConstraintSyntax constraint = ParseTableConstraint();
            bool notValid = Accept(Keyword.Not, Keyword.Valid);
            return new AddConstraintAction(constraint, notValid) { Range = Since(start) };
        }
        Accept(Keyword.Column);
        bool ifNotExists = Accept(Keyword.If, Keyword.Not, Keyword.Exists);
        ColumnDefinition column = ParseColumnDefinition();
        return new AddColumnAction(column, ifNotExists) { Range = Since(start) };
    }

    private AlterAction ParseDropAction(int start)
    {
        if (Accept(Keyword.Constraint))
        {
            bool constraintIfExists = ParseIfExists();
            Identifier constraint = ParseName();
            DropBehavior constraintBehavior = ParseDropBehavior();
            return new DropConstraintAction(constraint, constraintIfExists, constraintBehavior)
            {
                Range = Since(start),
            };
        }
        Accept(Keyword.Column);
        bool ifExists = ParseIfExists();
        Identifier column = ParseName();
        DropBehavior behavior = ParseDropBehavior();
        return new DropColumnAction(column, ifExists, behavior) { Range = Since(start) };
    }

    private AlterAction ParseColumnAction(int start)
    {
        Accept(Keyword.Column);
        Identifier column = ParseName();
        if (Accept(Keyword.Set, Keyword.Default))
        {
            SyntaxExpression value = ParseExpression();
            return new ColumnDefaultAction(column, value) { Range = Since(start) };
        }
        if (Accept(Keyword.Drop, Keyword.Default))
        {
            return new ColumnDefaultAction(column, null) { Range = Since(start) };
        }
        if (Accept(Keyword.Set, Keyword.Not, Keyword.Null))
        {
            return new ColumnNotNullAction(column, true) { Range = Since(start) };
        }
        if (Accept(Keyword.Drop, Keyword.Not, Keyword.Null))
        {
            return new ColumnNotNullAction(column, false) { Range = Since(start) };
        }
        if (ParseIdentityAction(column, start) is { } identity) return identity;
        if (At(Keyword.Drop) && AtNextWord("expression"))
        {
            Advance();
            Advance();
            bool ifExists = ParseIfExists();
            return new ColumnDropExpressionAction(column, ifExists) { Range = Since(start) };
        }
        if (!Accept(Keyword.Set, Keyword.Data, Keyword.Type)) Expect(Keyword.Type);
        TypeName type = ParseTypeName();
        QualifiedName? collation = Accept(Keyword.Collate) ? ParseCollation() : null;
        SyntaxExpression? conversion = Accept(Keyword.Using) ? ParseExpression() : null;
        return new ColumnTypeAction(column, type, collation, conversion) { Range = Since(start) };
    }

    private ColumnIdentityAction? ParseIdentityAction(Identifier column, int start)
    {
        if (Accept(Keyword.Add))
        {
            Expect(Keyword.Generated);
            return ParseGenerated() is IdentityConstraint added
                ? new ColumnIdentityAction(column, added, null, null) { Range = Since(start) }
                : throw Refused("only an identity can be added to a column", start);
        }
        if (Accept(Keyword.Drop, Keyword.Identity))
        {
            bool ifExists = ParseIfExists();
            return new ColumnIdentityAction(column, null, null, null, true, ifExists) { Range = Since(start) };
        }
        bool? isAlways = null;
        SequenceOptions? options = null;
        while (true)
        {
            if (Accept(Keyword.Set, Keyword.Generated))
            {
                isAlways = Accept(Keyword.Always);
                if (isAlways == false) Expect(Keyword.By, Keyword.Default);
            }
            else if (At(Keyword.Restart) || (At(Keyword.Set) && AtSequenceOption(Peek(1).Keyword)))
            {
                Accept(Keyword.Set);
                options = ParseSequenceOption(options ?? new SequenceOptions()) ?? throw Unexpected();
            }
            else if (isAlways is null && options is null)
            {
                return null;
            }
            else
            {
                return new ColumnIdentityAction(column, null, isAlways, options) { Range = Since(start) };
            }
        }
    }

    private static bool AtSequenceOption(Keyword word) => word is Keyword.Increment or Keyword.Start or Keyword.Minvalue
        or Keyword.Maxvalue or Keyword.Cycle or Keyword.Cache or Keyword.No or Keyword.Restart;

    private bool AtNextWord(string word)
    {
        Token next = Peek(1);
        return next.Kind == TokenKind.Word
            && _text.AsSpan(next.Start, next.Length).Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    private AlterAction ParseTypeAction()
    {
        if (ParseCommonAction() is AlterAction common) return common;
        int start = Current.Start;
        if (Accept(Keyword.Rename, Keyword.Value))
        {
            string value = ParseString();
            Expect(Keyword.To);
            string newValue = ParseString();
            return new RenameEnumValueAction(value, newValue) { Range = Since(start) };
        }
        Expect(Keyword.Add, Keyword.Value);
        bool ifNotExists = Accept(Keyword.If, Keyword.Not, Keyword.Exists);
        string added = ParseString();
        string? neighbor = null;
        bool isAfter = Accept(Keyword.After);
        if (isAfter || Accept(Keyword.Before)) neighbor = ParseString();
        return new AddEnumValueAction(added, ifNotExists, neighbor, isAfter) { Range = Since(start) };
    }

    private AlterAction ParseSequenceAction()
    {
        if (ParseCommonAction() is AlterAction common) return common;
        int start = Current.Start;
        SequenceOptions options = ParseSequenceOptions();
        if (options == new SequenceOptions()) throw Unexpected();
        return new SequenceOptionsAction(options) { Range = Since(start) };
    }
}
