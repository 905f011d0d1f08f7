using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <content>NOT NULL, CHECK, UNIQUE and PRIMARY KEY, which the rows that are there must fulfil.</content>
internal sealed partial class TableAlteration
{
    private async ValueTask AddAsync(
        ConstraintSyntax constraint, bool isChecked, CancellationToken cancellationToken, string? column = null)
    {
        switch (constraint)
        {
            case Sql.CheckConstraint check:
                await AddCheckAsync(check, isChecked, column, cancellationToken);
                break;
            case UniqueConstraint unique:
                await AddKeyAsync(unique, cancellationToken);
                break;
            default:
                throw new QueryException(
                    SqlStates.FeatureNotSupported, "FOREIGN KEY is not supported", constraint.Position,
                    "Leave it out: ColFrag does not check references between tables.");
        }
    }

    private async ValueTask AddCheckAsync(
        Sql.CheckConstraint check, bool isChecked, string? column, CancellationToken cancellationToken)
    {
        TableDefinition definition = Definition;
        string constraint = check.Name?.Spelling ?? TableBinder.NewCheckName(
            name, column ?? TableBinder.OnlyColumnOf(check.Condition), n => HasConstraint(definition, n));
        RequireNew(definition, constraint, check.Name);
        if (isChecked) await CheckRowsAsync(constraint, check.Condition, cancellationToken);
        else BindAll(check.Condition);
        string sql = SqlWriter.Write(check.Condition);
        scope.Transaction.AlterTable(
            table, old => old with { Checks = old.Checks.Add(new Catalog.CheckConstraint(constraint, sql)) });
    }

    private async ValueTask CheckRowsAsync(
        string constraint, SyntaxExpression condition, CancellationToken cancellationToken)
    {
        if (!await AnyAsync(new NotSyntax(condition), null, null, cancellationToken)
            )
        {
            return;
        }
        throw new QueryException(
            SqlStates.CheckViolation,
            $"Check constraint \"{constraint}\" of relation \"{name}\" is violated by some row", condition.Position);
    }

    // Names and types are resolved; the rows are not looked at.
    private void BindAll(SyntaxExpression condition) =>
        new StatementBinder(scope.Catalog, scope.Info).BindSource(Probe(condition, null, null));

    private async ValueTask AddKeyAsync(UniqueConstraint unique, CancellationToken cancellationToken)
    {
        TableDefinition definition = Definition;
        TableColumn[] columns = [.. unique.Columns.Select(c => Find(definition, c) ?? throw NotFound(definition, c))];
        int[] ids = [.. columns.Select(c => c.Id)];
        if (unique.IsPrimaryKey && !definition.PrimaryKey.IsEmpty)
        {
            throw new QueryException(
                "42P16", $"Multiple primary keys for table \"{name}\" are not allowed", unique.Position);
        }
        TableDefinition altered = unique.IsPrimaryKey
            ? definition with { PrimaryKey = [.. ids], PrimaryKeyName = unique.Name?.Spelling }
            : definition with
            {
                UniqueKeys = definition.UniqueKeys.Add([.. ids]),
                UniqueKeyNames =
                [
                    .. definition.UniqueKeys.Select((_, i) => definition.NameOfUniqueKey(name, i)),
                    unique.Name?.Spelling ?? "",
                ],
            };
        string constraint = unique.IsPrimaryKey
            ? altered.NameOfPrimaryKey(name) : altered.NameOfUniqueKey(name, altered.UniqueKeys.Length - 1);
        RequireNew(definition, constraint, unique.Name);
        await RequireDistinctAsync(constraint, columns, cancellationToken);
        if (unique.IsPrimaryKey)
        {
            foreach (Identifier column in unique.Columns)
                await SetNotNullAsync(column, cancellationToken);
            altered = altered with { Columns = Definition.Columns };
        }
        scope.Transaction.AlterTable(table, _ => altered);
    }

    private async ValueTask RequireDistinctAsync(
        string constraint, TableColumn[] columns, CancellationToken cancellationToken)
    {
        SyntaxExpression[] tests =
            [.. columns.Select(c => new IsSyntax(Use(c), IsTest.Null, IsNegated: true))];
        SyntaxExpression present =
            tests.Length == 1 ? tests[0] : new LogicalSyntax(LogicalOperator.And, SyntaxList.From(tests));
        SyntaxExpression repeated = new BinarySyntax(
            ">", new CallSyntax("count", new StarSyntax()), new IntegerLiteral(1));
        GroupByClause keys = new(
            false, false, SyntaxList.From(columns.Select(c => (GroupingElement)new GroupingColumns([Use(c)]))));
        if (!await AnyAsync(present, keys, repeated, cancellationToken)) return;
        throw new QueryException(
            SqlStates.UniqueViolation, $"Could not create unique index \"{constraint}\"",
            hint: "Some rows have the same key.");
    }

    private async ValueTask SetNotNullAsync(Identifier column, CancellationToken cancellationToken)
    {
        TableDefinition definition = Definition;
        TableColumn found = Find(definition, column) ?? throw NotFound(definition, column);
        if (!found.IsNullable) return;
        SyntaxExpression isNull = new IsSyntax(Use(found), IsTest.Null, IsNegated: false);
        if (await AnyAsync(isNull, null, null, cancellationToken))
        {
            throw new QueryException(
                SqlStates.NotNullViolation,
                $"Column \"{found.Name}\" of relation \"{name}\" contains null values", column.Position);
        }
        Change(found, found with { IsNullable = false });
    }

    private void DropNotNull(ColumnNotNullAction action)
    {
        TableDefinition definition = Definition;
        TableColumn column = Find(definition, action.Column) ?? throw NotFound(definition, action.Column);
        if (definition.PrimaryKey.Contains(column.Id))
        {
            throw new QueryException(
                "42P16", $"Column \"{column.Name}\" is in a primary key", action.Column.Position);
        }
        if (column.Identity != IdentityKind.None)
        {
            throw new QueryException(
                SqlStates.SyntaxError, $"Column \"{column.Name}\" of relation \"{name}\" is an identity column",
                action.Column.Position);
        }
        Change(column, column with { IsNullable = true });
    }

    private void Drop(DropConstraintAction drop)
    {
        TableDefinition definition = Definition;
        string constraint = drop.Constraint.Name;
        if (!HasConstraint(definition, constraint))
        {
            if (!drop.IfExists) throw NoConstraint(drop.Constraint);
            session.AddNotice($"Constraint \"{constraint}\" of relation \"{name}\" does not exist, skipping.");
            return;
        }
        bool isPrimary = !definition.PrimaryKey.IsEmpty && Matches(definition.NameOfPrimaryKey(name), constraint);
        scope.Transaction.AlterTable(table, old =>
        {
            if (isPrimary) return old with { PrimaryKey = [], PrimaryKeyName = null };
            int check = FindCheck(old, constraint);
            if (check >= 0) return old with { Checks = old.Checks.RemoveAt(check) };
            int dropped = FindKey(old, constraint);
            return WithoutKeys(old, key => key == old.UniqueKeys[dropped]);
        });
    }

    private void Rename(RenameConstraintAction rename)
    {
        TableDefinition definition = Definition;
        string constraint = rename.Constraint.Name;
        if (!HasConstraint(definition, constraint)) throw NoConstraint(rename.Constraint);
        RequireNew(definition, rename.NewName.Spelling, rename.NewName);
        scope.Transaction.AlterTable(table, old =>
        {
            if (!old.PrimaryKey.IsEmpty && Matches(old.NameOfPrimaryKey(name), constraint))
                return old with { PrimaryKeyName = rename.NewName.Spelling };
            int check = FindCheck(old, constraint);
            if (check >= 0)
            {
                return old with
                {
                    Checks = old.Checks.SetItem(
                        check, new Catalog.CheckConstraint(rename.NewName.Spelling, old.Checks[check].Sql)),
                };
            }
            int key = FindKey(old, constraint);
            return old with
            {
                UniqueKeyNames = [.. old.UniqueKeys.Select((_, i) => i == key
                    ? rename.NewName.Spelling : old.NameOfUniqueKey(name, i))],
            };
        });
    }

    private async ValueTask ValidateAsync(Identifier constraint, CancellationToken cancellationToken)
    {
        TableDefinition definition = Definition;
        if (!HasConstraint(definition, constraint.Name)) throw NoConstraint(constraint);
        int check = FindCheck(definition, constraint.Name);
        if (check < 0) return;
        SyntaxExpression condition = Parser.ParseExpression(definition.Checks[check].Sql);
        await CheckRowsAsync(constraint.Name, condition, cancellationToken);
    }

    /// <summary>True when a row, or a group of rows, meets the conditions.</summary>
    private async ValueTask<bool> AnyAsync(
        SyntaxExpression where, GroupByClause? keys, SyntaxExpression? having, CancellationToken cancellationToken)
    {
        LogicalNode plan =
            new StatementBinder(scope.Catalog, scope.Info).BindSource(Probe(where, keys, having));
        scope.Transaction.ReadAllRows(table);
        List<Value[]> found = await runner.ReadAllAsync(plan, cancellationToken);
        return found[0][0].AsInteger > 0;
    }

    // How many rows, or how many groups, meet the conditions.
    private SelectQuery Probe(SyntaxExpression where, GroupByClause? keys, SyntaxExpression? having)
    {
        TableReference rows = new NamedTableReference(new QualifiedName(schema, name));
        SelectItem count = new(new CallSyntax("count", new StarSyntax()));
        if (keys is null) return new SelectQuery { Items = [count], From = [rows], Where = where };
        SelectQuery groups = new()
        {
            Items = [new SelectItem(new IntegerLiteral(1))], From = [rows], Where = where, GroupBy = keys,
            Having = having,
        };
        return new SelectQuery { Items = [count], From = [new SubqueryReference(groups)] };
    }

    private static TableDefinition WithoutKeys(
        TableDefinition definition, Predicate<System.Collections.Immutable.ImmutableArray<int>> isDropped)
    {
        bool dropsPrimary = !definition.PrimaryKey.IsEmpty && isDropped(definition.PrimaryKey);
        int[] kept = [.. Enumerable.Range(0, definition.UniqueKeys.Length)
            .Where(i => !isDropped(definition.UniqueKeys[i]))];
        return definition with
        {
            PrimaryKey = dropsPrimary ? [] : definition.PrimaryKey,
            PrimaryKeyName = dropsPrimary ? null : definition.PrimaryKeyName,
            UniqueKeys = [.. kept.Select(i => definition.UniqueKeys[i])],
            UniqueKeyNames =
            [
                .. kept.Select(i => i < definition.UniqueKeyNames.Length ? definition.UniqueKeyNames[i] : ""),
            ],
        };
    }

    // The number of a column wherever a definition names it.
    private static TableDefinition WithId(TableDefinition definition, int old, int replaced)
    {
        int Mapped(int id) => id == old ? replaced : id;
        return definition with
        {
            Scheme = definition.Scheme with { ColumnIds = [.. definition.Scheme.ColumnIds.Select(Mapped)] },
            OrderBy = [.. definition.OrderBy.Select(o => o with { ColumnId = Mapped(o.ColumnId) })],
            BloomColumns = [.. definition.BloomColumns.Select(Mapped)],
            PrimaryKey = [.. definition.PrimaryKey.Select(Mapped)],
            UniqueKeys = [.. definition.UniqueKeys.Select(
                k => (System.Collections.Immutable.ImmutableArray<int>)[.. k.Select(Mapped)])],
        };
    }

    /// <summary>True when the table has a constraint of that name.</summary>
    public bool HasConstraint(string constraint) => HasConstraint(Definition, constraint);

    /// <summary>Drops a unique key by its name; false when there is none.</summary>
    public bool DropKey(string constraint)
    {
        int key = FindKey(Definition, constraint);
        if (key < 0) return false;
        scope.Transaction.AlterTable(table, old => WithoutKeys(old, k => k == old.UniqueKeys[key]));
        return true;
    }

    private bool HasConstraint(TableDefinition definition, string constraint) =>
        (!definition.PrimaryKey.IsEmpty && Matches(definition.NameOfPrimaryKey(name), constraint))
        || FindCheck(definition, constraint) >= 0 || FindKey(definition, constraint) >= 0;

    private static int FindCheck(TableDefinition definition, string constraint)
    {
        for (int i = 0; i < definition.Checks.Length; i++)
        {
            if (Matches(definition.Checks[i].Name, constraint)) return i;
        }
        return -1;
    }

    private int FindKey(TableDefinition definition, string constraint)
    {
        for (int i = 0; i < definition.UniqueKeys.Length; i++)
        {
            if (Matches(definition.NameOfUniqueKey(name, i), constraint)) return i;
        }
        return -1;
    }

    private static bool Matches(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    private void RequireNew(TableDefinition definition, string constraint, Identifier? place)
    {
        if (!HasConstraint(definition, constraint)) return;
        throw new QueryException(
            SqlStates.DuplicateObject, $"Constraint \"{constraint}\" for relation \"{name}\" already exists",
            place?.Position ?? -1);
    }

    private QueryException NoConstraint(Identifier constraint) => new(
        SqlStates.UndefinedObject, $"Constraint \"{constraint.Name}\" of relation \"{name}\" does not exist",
        constraint.Position);
}
