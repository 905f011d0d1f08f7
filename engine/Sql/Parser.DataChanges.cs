namespace ColFrag.Engine.Sql;

/// <content>INSERT, UPDATE, DELETE, MERGE and TRUNCATE.</content>
internal sealed partial class Parser
{
    private InsertStatement ParseInsert(WithClause? with, int start)
    {
        Expect(Keyword.Insert);
        OnConflictClause? conflict = null;
        int orStart = Current.Start;
        if (Accept(Keyword.Or))
        {
            ConflictAction action = ConflictAction.Replace;
            if (!Accept(Keyword.Replace))
            {
                Expect(Keyword.Ignore);
                action = ConflictAction.Nothing;
            }
            conflict = new OnConflictClause(action) { Range = Since(orStart) };
        }
        Expect(Keyword.Into);
        QualifiedName table = ParseQualifiedName();
        Identifier? alias = Accept(Keyword.As) ? ParseName() : null;
        bool byName = ParseByName();
        SyntaxList<QualifiedName> columns = AtColumnList() ? ParseParenthesizedList(ParseQualifiedName) : [];
        byName |= ParseByName();
        Overriding overriding = ParseOverriding();
        Query? source = null;
        if (Accept(Keyword.Default)) Expect(Keyword.Values);
        else source = ParseQuery();
        if (At(Keyword.On))
        {
            if (conflict is not null) throw Unexpected("INSERT OR REPLACE and OR IGNORE have no ON CONFLICT.");
            conflict = ParseOnConflict();
        }
        SyntaxList<SelectItem> returning = ParseReturning();
        return new InsertStatement(table, columns, source)
        {
            With = with, Alias = alias, IsByName = byName, Overriding = overriding, OnConflict = conflict,
            Returning = returning, Range = Since(start),
        };
    }

    /// <summary><c>BY NAME</c>; <c>BY POSITION</c> is how it is anyway.</summary>
    private bool ParseByName()
    {
        if (Accept(Keyword.By, Keyword.Name)) return true;
        Accept(Keyword.By, Keyword.Position);
        return false;
    }

    /// <summary>True at parentheses that hold names and not a query.</summary>
    private bool AtColumnList()
    {
        if (!At(TokenKind.LeftParenthesis) || !IsNameToken(Peek(1))) return false;
        if (Peek(2).Kind is TokenKind.Comma or TokenKind.RightParenthesis or TokenKind.Dot) return true;
        return Peek(1).Keyword is not (Keyword.Values or Keyword.Pivot or Keyword.Unpivot or Keyword.Describe
            or Keyword.Summarize or Keyword.Show);
    }

    private Overriding ParseOverriding()
    {
        if (!Accept(Keyword.Overriding)) return Overriding.None;
        Overriding overriding = Overriding.User;
        if (Accept(Keyword.System)) overriding = Overriding.System;
        else Expect(Keyword.User);
        Expect(Keyword.Value);
        return overriding;
    }

    private SyntaxList<SelectItem> ParseReturning() =>
        Accept(Keyword.Returning) ? ParseCommaList(ParseSelectItem) : [];

    /// <summary><c>ON CONFLICT [(columns) [WHERE …] | ON CONSTRAINT name] DO {NOTHING | UPDATE SET …}</c></summary>
    private OnConflictClause ParseOnConflict()
    {
        int start = Current.Start;
        Expect(Keyword.On, Keyword.Conflict);
        SyntaxList<SyntaxExpression> target = [];
        SyntaxExpression? targetWhere = null;
        Identifier? constraint = null;
        if (Accept(TokenKind.LeftParenthesis))
        {
            target = ParseExpressionList();
            Expect(TokenKind.RightParenthesis);
            if (Accept(Keyword.Where)) targetWhere = ParseExpression();
        }
        else if (Accept(Keyword.On))
        {
            Expect(Keyword.Constraint);
            constraint = ParseName();
        }
        Expect(Keyword.Do);
        ConflictAction action = ConflictAction.Nothing;
        SyntaxList<Assignment> assignments = [];
        SyntaxExpression? where = null;
        if (!Accept(Keyword.Nothing))
        {
            Expect(Keyword.Update, Keyword.Set);
            action = ConflictAction.Update;
            assignments = ParseAssignments();
            if (Accept(Keyword.Where)) where = ParseExpression();
        }
        return new OnConflictClause(action, target)
        {
            TargetWhere = targetWhere, Constraint = constraint, Assignments = assignments, Where = where,
            Range = Since(start),
        };
    }

    /// <summary>The assignments of SET; those to items of one list are one to the list.</summary>
    private SyntaxList<Assignment> ParseAssignments()
    {
        List<Assignment> assignments = [];
        foreach (Assignment next in ParseCommaList(ParseAssignment))
        {
            int earlier = next.IsOfItem
                ? assignments.FindIndex(a => a.IsOfItem && a.Targets[0].Last.Equals(next.Targets[0].Last))
                : -1;
            if (earlier < 0)
            {
                assignments.Add(next);
                continue;
            }
            CallSyntax call = (CallSyntax)next.Value;
            ArgumentSyntax list = call.Arguments[0] with { Value = assignments[earlier].Value };
            assignments[earlier] = next with
            {
                Value = call with { Arguments = [list, call.Arguments[1], call.Arguments[2]] },
            };
        }
        return SyntaxList.From(assignments);
    }

    /// <summary><c>a = x</c>, <c>a[i] = x</c>, <c>(a, b) = (x, y)</c>, <c>(a, b) = (SELECT …)</c></summary>
    private Assignment ParseAssignment()
    {
        int start = Current.Start;
        bool multiple = At(TokenKind.LeftParenthesis);
        SyntaxList<QualifiedName> targets =
            multiple ? ParseParenthesizedList(ParseQualifiedName) : [ParseQualifiedName()];
        if (!multiple && Accept(TokenKind.LeftBracket))
        {
            SyntaxExpression place = ParseExpression();
            if (At(TokenKind.Colon)) throw NotSupported("assigning to a slice is not supported", Current.Start);
            Expect(TokenKind.RightBracket);
            if (At(TokenKind.LeftBracket))
                throw NotSupported("assigning to an item of a list within a list is not supported", Current.Start);
            Expect(TokenKind.Equal);
            SyntaxExpression item = ParseExpression();
            ColumnSyntax list = new(targets[0]) { Range = targets[0].Range };
            CallSyntax changed = new CallSyntax("list_set", list, place, item) with { Range = Since(start) };
            return new Assignment(targets, false, changed) { IsOfItem = true, Range = Since(start) };
        }
        Expect(TokenKind.Equal);
        SyntaxExpression value = ParseExpression();
        return new Assignment(targets, multiple, value) { Range = Since(start) };
    }

    /// <summary>The table of UPDATE, DELETE and MERGE with its alias.</summary>
    private (QualifiedName Table, Identifier? Alias) ParseTarget(bool isUpdate)
    {
        bool isOnly = Accept(Keyword.Only);
        bool isEnclosed = isOnly && Accept(TokenKind.LeftParenthesis);
        QualifiedName table = ParseQualifiedName();
        if (isEnclosed) Expect(TokenKind.RightParenthesis);
        else Accept(TokenKind.Star);
        _isUpdateTarget = isUpdate;
        TableAlias? alias = ParseTableAlias(mayHaveColumns: false);
        _isUpdateTarget = false;
        return (table, alias?.Name);
    }

    private UpdateStatement ParseUpdate(WithClause? with, int start)
    {
        Expect(Keyword.Update);
        (QualifiedName table, Identifier? alias) = ParseTarget(isUpdate: true);
        Expect(Keyword.Set);
        SyntaxList<Assignment> assignments = ParseAssignments();
        SyntaxList<TableReference> from = Accept(Keyword.From) ? ParseCommaList(ParseTableReference) : [];
        SyntaxExpression? where = ParseChangeCondition();
        SyntaxList<SelectItem> returning = ParseReturning();
        return new UpdateStatement(table, assignments)
        {
            With = with, Alias = alias, From = from, Where = where, Returning = returning, Range = Since(start),
        };
    }

    private SyntaxExpression? ParseChangeCondition()
    {
        if (!Accept(Keyword.Where)) return null;
        if (At(Keyword.Current) && Peek(1).Keyword == Keyword.Of)
        {
            throw NotSupported("WHERE CURRENT OF is not supported", Current.Start, "Select the row by its key.");
        }
        return ParseExpression();
    }

    private DeleteStatement ParseDelete(WithClause? with, int start)
    {
        Expect(Keyword.Delete, Keyword.From);
        (QualifiedName table, Identifier? alias) = ParseTarget(isUpdate: false);
        SyntaxList<TableReference> sources = Accept(Keyword.Using) ? ParseCommaList(ParseTableReference) : [];
        SyntaxExpression? where = ParseChangeCondition();
        SyntaxList<SelectItem> returning = ParseReturning();
        return new DeleteStatement(table)
        {
            With = with, Alias = alias, Using = sources, Where = where, Returning = returning, Range = Since(start),
        };
    }

    private MergeStatement ParseMerge(WithClause? with, int start)
    {
        Expect(Keyword.Merge, Keyword.Into);
        (QualifiedName table, Identifier? alias) = ParseTarget(isUpdate: false);
        Expect(Keyword.Using);
        TableReference source = ParseTableReference();
        SyntaxExpression? condition = null;
        SyntaxList<Identifier> columns = [];
        if (Accept(Keyword.Using)) columns = ParseNameList();
        else
        {
            Expect(Keyword.On);
            condition = ParseExpression();
        }
        List<MergeClause> clauses = [];
        do clauses.Add(ParseMergeClause());
        while (At(Keyword.When));
        SyntaxList<SelectItem> returning = ParseReturning();
        return new MergeStatement(table, source, SyntaxList.From(clauses))
        {
            With = with, Alias = alias, On = condition, Using = columns, Returning = returning, Range = Since(start),
        };
    }

    private MergeClause ParseMergeClause()
    {
        int start = Current.Start;
        Expect(Keyword.When);
        MergeMatch match = MergeMatch.Matched;
        if (Accept(Keyword.Not))
        {
            Expect(Keyword.Matched);
            match = MergeMatch.NotMatchedByTarget;
            if (Accept(Keyword.By))
            {
                if (Accept(Keyword.Source)) match = MergeMatch.NotMatchedBySource;
                else Expect(Keyword.Target);
            }
        }
        else
        {
            Expect(Keyword.Matched);
        }
        SyntaxExpression? condition = Accept(Keyword.And) ? ParseExpression() : null;
        Expect(Keyword.Then);
        MergeAction action = ParseMergeAction();
        return new MergeClause(match, condition, action) { Range = Since(start) };
    }

    private MergeAction ParseMergeAction()
    {
        int start = Current.Start;
        if (Accept(Keyword.Delete)) return new MergeDeleteAction { Range = Since(start) };
        if (Accept(Keyword.Do))
        {
            Expect(Keyword.Nothing);
            return new MergeNothingAction { Range = Since(start) };
        }
        if (Accept(Keyword.Error))
        {
            bool hasMessage = Current.Kind is not (TokenKind.End or TokenKind.Semicolon)
                && Current.Keyword is not (Keyword.When or Keyword.Returning);
            SyntaxExpression? message = hasMessage ? ParseExpression() : null;
            return new MergeErrorAction(message) { Range = Since(start) };
        }
        if (Accept(Keyword.Update))
        {
            bool byName = ParseByName();
            SyntaxList<Assignment> assignments = [];
            if (Accept(Keyword.Set) && !Accept(TokenKind.Star)) assignments = ParseCommaList(ParseAssignment);
            return new MergeUpdateAction(assignments, byName) { Range = Since(start) };
        }
        Expect(Keyword.Insert);
        return ParseMergeInsert(start);
    }

    private MergeInsertAction ParseMergeInsert(int start)
    {
        if (Accept(Keyword.Default, Keyword.Values))
        {
            return new MergeInsertAction([], null) { IsDefaultValues = true, Range = Since(start) };
        }
        bool byName = ParseByName();
        SyntaxList<QualifiedName> columns = [];
        if (!Accept(TokenKind.Star) && AtColumnList()) columns = ParseParenthesizedList(ParseQualifiedName);
        Overriding overriding = ParseOverriding();
        ValuesRow? values = Accept(Keyword.Values) ? ParseValuesRow() : null;
        if (values is null && !columns.IsEmpty) throw Unexpected();
        return new MergeInsertAction(columns, values)
        {
            IsByName = byName, Overriding = overriding, Range = Since(start),
        };
    }

    private TruncateStatement ParseTruncate()
    {
        int start = Current.Start;
        Expect(Keyword.Truncate);
        Accept(Keyword.Table);
        SyntaxList<QualifiedName> tables = ParseCommaList(() =>
        {
            Accept(Keyword.Only);
            QualifiedName table = ParseQualifiedName();
            Accept(TokenKind.Star);
            return table;
        });
        bool restart = Accept(Keyword.Restart, Keyword.Identity);
        if (!restart) Accept(Keyword.Continue, Keyword.Identity);
        DropBehavior behavior = ParseDropBehavior();
        return new TruncateStatement(tables, restart, behavior) { Range = Since(start) };
    }
}
