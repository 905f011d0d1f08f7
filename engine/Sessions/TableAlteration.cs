using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using CheckConstraint = ColFrag.Engine.Catalog.CheckConstraint;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// ALTER TABLE: mostly another definition for the same rows. Where values change, the rows are written anew in the same
/// transaction.
/// </summary>
internal sealed partial class TableAlteration(
    Session session, StatementScope scope, StatementRunner runner, string schema, string name, long table)
{
    private TableDefinition Definition => scope.Transaction.GetTable(table).Definition;

    /// <summary>Applies one action.</summary>
    public async ValueTask ApplyAsync(AlterAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case AddColumnAction add:
                await AddAsync(add, cancellationToken);
                break;
            case DropColumnAction drop:
                await DropAsync(drop, cancellationToken);
                break;
            case RenameColumnAction rename:
                Rename(rename);
                break;
            case ColumnTypeAction type:
                await ChangeTypeAsync(type, cancellationToken);
                break;
            case ColumnDefaultAction value:
                SetDefault(value);
                break;
            case ColumnNotNullAction { IsNotNull: false } optional:
                DropNotNull(optional);
                break;
            case ColumnNotNullAction required:
                await SetNotNullAsync(required.Column, cancellationToken);
                break;
            case ColumnDropExpressionAction plain:
                DropExpression(plain);
                break;
            case ColumnIdentityAction identity:
                ChangeIdentity(identity);
                break;
            case AddConstraintAction add:
                await AddAsync(add.Constraint, !add.IsNotValid, cancellationToken);
                break;
            case DropConstraintAction drop:
                Drop(drop);
                break;
            case RenameConstraintAction rename:
                Rename(rename);
                break;
            case ValidateConstraintAction validate:
                await ValidateAsync(validate.Constraint, cancellationToken);
                break;
            case SetOptionsAction set:
                await SetAsync(set.Options, cancellationToken);
                break;
            case ResetOptionsAction reset:
                Reset(reset);
                break;
            default:
                throw new QueryException(
                    SqlStates.FeatureNotSupported, "ALTER TABLE does not know this", action.Position);
        }
    }

    // ---- Columns ---------------------------------------------------------------------------------------------------

    private async ValueTask AddAsync(AddColumnAction add, CancellationToken cancellationToken)
    {
        add = add with { Column = Domains.Expand(add.Column, new BindingContext(scope.Catalog, scope.Info)) };
        TableDefinition definition = Definition;
        string column = add.Column.Name.Spelling;
        if (definition.Columns.Any(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase)))
        {
            if (add.IfNotExists)
            {
                session.AddNotice($"Column \"{column}\" of relation \"{name}\" already exists, skipping.");
                return;
            }
            throw new QueryException(
                SqlStates.DuplicateColumn, $"Column already exists: \"{column}\"", add.Column.Position);
        }
        // What CREATE TABLE would make of the column beside the others.
        CreateTableStatement similar = new(
            new QualifiedName(schema, name),
            [
                .. definition.Columns.Select(c => (TableElement)SyntaxOf(c)),
                add.Column with { Constraints = OwnOf(add.Column) },
            ]);
        TableDescription described = new StatementBinder(scope.Catalog, scope.Info).BindColumns(similar);
        PlanTableColumn made = described.Columns[definition.Columns.Length];
        long sequence = made.NewSequence is null ? 0
            : SequenceStatements.CreateFor(scope.Transaction, schema, name, column, made.NewSequence);
        string? defaultSql = sequence == 0 ? made.DefaultSql : SequenceNames.DefaultOf(sequence);
        Value? missing = defaultSql is null || sequence != 0 ? null : ConstantOf(defaultSql, made);
        bool hasRows = scope.Transaction.GetTable(table).RowCount > 0;
        bool isComputed = made.GeneratedSql is not null || (defaultSql is not null && missing is null);
        if (!made.IsNullable && !isComputed && (missing is null || missing.IsNull) && hasRows)
        {
            throw new QueryException(
                SqlStates.NotNullViolation, $"Column \"{column}\" of relation \"{name}\" contains null values",
                add.Column.Position, "Give it a DEFAULT.");
        }
        TableColumn added = new(definition.NextColumnId, made.Name, made.Type, made.IsNullable)
        {
            DefaultSql = defaultSql, GeneratedSql = made.GeneratedSql, Collation = made.Collation,
            MissingValue = missing, Group = definition.Columns[^1].Group,
            MaxLength = made.MaxLength, IsBlankPadded = made.IsBlankPadded, Identity = made.Identity,
            Compression = made.Compression,
        };
        TableDefinition altered = definition with
        {
            NextColumnId = definition.NextColumnId + 1, Columns = definition.Columns.Add(added),
        };
        if (hasRows && isComputed)
        {
            await RewriteAsync(
                altered, definition.Columns.Where(c => c.GeneratedSql is null).ToDictionary(c => c.Id, Use),
                cancellationToken);
        }
        else
        {
            scope.Transaction.AlterTable(table, _ => altered);
        }
        if (sequence != 0) SequenceStatements.Own(scope.Transaction, sequence, table, added.Id);
        foreach (ConstraintSyntax constraint in add.Column.Constraints.Where(IsOfTable))
        {
            ConstraintSyntax whole = constraint is UniqueConstraint unique
                ? unique with { Columns = [add.Column.Name] }
                : constraint;
            await AddAsync(whole, isChecked: true, cancellationToken, made.Name);
        }
    }

    private static bool IsOfTable(ConstraintSyntax constraint) =>
        constraint is UniqueConstraint or Sql.CheckConstraint or ForeignKeyConstraint;

    private static SyntaxList<ConstraintSyntax> OwnOf(ColumnDefinition column) =>
        SyntaxList.From(column.Constraints.Where(c => !IsOfTable(c)));

    // Only names and types count: what is there was checked when it was made.
    private static ColumnDefinition SyntaxOf(TableColumn column) => new(
        new Identifier(column.Name, column.Name, true), Parser.ParseTypeName(column.Type.ToString()), []);

    // Rows that are there already get the default's value of now; null where it is another one in every row.
    private Value? ConstantOf(string defaultSql, PlanTableColumn column)
    {
        BindingContext context = new(scope.Catalog, scope.Info);
        Expression bound = new ExpressionBinder(context, new Scope(null), new Clause("DEFAULT"))
            .Bind(Parser.ParseExpression(defaultSql));
        return ConstantEvaluator.TryEvaluate(context.AssignTo(bound, column), scope.Info);
    }

    private async ValueTask DropAsync(DropColumnAction drop, CancellationToken cancellationToken)
    {
        TableDefinition definition = Definition;
        if (Find(definition, drop.Column) is not { } column)
        {
            if (!drop.IfExists) throw NotFound(definition, drop.Column);
            session.AddNotice($"Column \"{drop.Column.Name}\" of relation \"{name}\" does not exist, skipping.");
            return;
        }
        if (definition.Columns.Length == 1)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "Cannot drop the only column", drop.Column.Position);
        }
        TableColumn[] users =
            [.. definition.Columns.Where(c => c.GeneratedSql is { } sql && Mentions(sql, column.Name))];
        if (users.Length > 0)
        {
            throw new QueryException(
                SqlStates.DependentObjectsStillExist,
                $"Cannot drop column {column.Name} of table {name}: column {users[0].Name} is generated from it",
                drop.Column.Position, "Drop that column first.");
        }
        foreach ((string inSchema, string sequence, long id, SequenceDefinition owned) in
            scope.Transaction.Catalog.SequencesOf(table).ToList())
        {
            if (owned.OwnerColumn == column.Id) scope.Transaction.DropSequence(inSchema, sequence, id);
        }
        bool isCut = definition.Scheme.ColumnIds.Contains(column.Id);
        TableDefinition altered = WithoutKeys(definition, key => key.Contains(column.Id)) with
        {
            Columns = definition.Columns.RemoveAll(c => c.Id == column.Id),
            BloomColumns = definition.BloomColumns.Remove(column.Id),
            Checks = definition.Checks.RemoveAll(c => Mentions(c.Sql, column.Name)),
            OrderBy = definition.OrderBy.RemoveAll(o => o.ColumnId == column.Id),
            Scheme = isCut ? FragmentScheme.RoundRobin : definition.Scheme,
        };
        // Rows that lie where the column put them are put elsewhere.
        if (isCut && scope.Transaction.GetTable(table).RowCount > 0)
        {
            await RewriteAsync(
                altered, altered.Columns.Where(c => c.GeneratedSql is null).ToDictionary(c => c.Id, Use),
                cancellationToken);
        }
        else
        {
            scope.Transaction.AlterTable(table, _ => altered);
        }
        ReleaseViews(drop, column.Name);
    }

    // A view that cannot be read without the column goes with it, where that was asked for.
    private void ReleaseViews(DropColumnAction drop, string column)
    {
        foreach ((string inSchema, string view, NameRecord record) in
            DependentViews.Of(scope.Transaction, scope.Catalog.LookupPath, schema, name))
        {
            if (DependentViews.CanBeRead(scope, record)) continue;
            if (drop.Behavior != DropBehavior.Cascade)
            {
                throw new QueryException(
                    SqlStates.DependentObjectsStillExist,
                    $"Cannot drop column {column} of table {name} because view {view} depends on it",
                    drop.Column.Position, "Use DROP COLUMN … CASCADE to drop the view too.");
            }
            DropView(inSchema, view);
        }
    }

    private void DropView(string inSchema, string view)
    {
        foreach ((string above, string viewAbove, _) in
            DependentViews.Of(scope.Transaction, scope.Catalog.LookupPath, inSchema, view))
        {
            DropView(above, viewAbove);
        }
        if (scope.Transaction.Catalog.Find(NameSpace.Relation, inSchema, view) is null) return;
        scope.Transaction.Drop(NameSpace.Relation, inSchema, view);
        session.AddNotice($"Drop cascades to view {view}.");
    }

    private static bool Mentions(string sql, string column) =>
        Parser.ParseExpression(sql).DescendantsAndSelf().OfType<ColumnSyntax>()
            .Any(c => ScopeTable.NamesMatch(c.Name.Last, column));

    private void Rename(RenameColumnAction rename)
    {
        TableDefinition definition = Definition;
        TableColumn column = Find(definition, rename.Column) ?? throw NotFound(definition, rename.Column);
        if (definition.Columns.Any(c => c.Id != column.Id && ScopeTable.NamesMatch(rename.NewName, c.Name)))
        {
            throw new QueryException(SqlStates.DuplicateColumn, $"Column already exists: \"{rename.NewName.Name}\"",
                rename.NewName.Position);
        }
        string Renamed(string sql) =>
            SqlWriter.Write(RenameIn(Parser.ParseExpression(sql), column.Name, rename.NewName));
        scope.Transaction.AlterTable(table, old => old with
        {
            Columns =
            [
                .. old.Columns.Select(c => c.Id == column.Id ? c with { Name = rename.NewName.Spelling }
                    : c.GeneratedSql is { } sql ? c with { GeneratedSql = Renamed(sql) } : c),
            ],
            Checks = [.. old.Checks.Select(c => new CheckConstraint(c.Name, Renamed(c.Sql)))],
            // Names that follow from those of columns stay what they were.
            UniqueKeyNames = [.. old.UniqueKeys.Select((_, i) => old.NameOfUniqueKey(name, i))],
        });
        DependentViews.RenameColumn(
            scope.Transaction, scope.Catalog.LookupPath, schema, name, column.Name, rename.NewName.Spelling);
    }

    private static SyntaxExpression RenameIn(SyntaxExpression tree, string column, Identifier newName)
    {
        foreach (ColumnSyntax use in tree.DescendantsAndSelf().OfType<ColumnSyntax>().ToList())
        {
            if (!ScopeTable.NamesMatch(use.Name.Last, column)) continue;
            QualifiedName renamed = use.Name with
            {
                Parts = SyntaxList.From(use.Name.Parts.Take(use.Name.Parts.Count - 1).Append(newName)),
            };
            tree = SyntaxReplacement.Replace(tree, use, use with { Name = renamed });
        }
        return tree;
    }

    private async ValueTask ChangeTypeAsync(ColumnTypeAction action, CancellationToken cancellationToken)
    {
        TableDefinition definition = Definition;
        TableColumn column = Find(definition, action.Column) ?? throw NotFound(definition, action.Column);
        BindingContext context = new(scope.Catalog, scope.Info);
        LogicalType type = TypeBinder.Bind(action.Type, context);
        TextLimit limit = TypeBinder.LimitOf(action.Type) ?? default;
        TableColumn changed = column with
        {
            Type = type, MaxLength = limit.Length, IsBlankPadded = limit.IsBlankPadded,
        };
        bool isSameText = !limit.IsBlankPadded
            && (limit.Length == 0 || (column.MaxLength > 0 && limit.Length >= column.MaxLength));
        if (action.Using is null && isSameText && TypeWidening.Is(column.Type, type) && !IsUsed(definition, column))
        {
            scope.Transaction.AlterTable(
                table, old => old with { Columns = old.Columns.Replace(column, changed) });
            return;
        }
        if (column.GeneratedSql is not null)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"The type of a generated column cannot change: \"{column.Name}\"",
                action.Position, "Drop it and add it anew.");
        }
        if (action.Using is null && !CastFunctions.IsAssignable(column.Type, type))
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch,
                $"Column \"{column.Name}\" cannot be cast automatically to type {type}", action.Position,
                $"You might need to specify \"USING {column.Name}::{type}\".");
        }
        // A column of another type is another column, with its own files; old versions keep the old one.
        TableColumn replaced = changed with
        {
            Id = definition.NextColumnId,
            DefaultSql = column.DefaultSql is { } sql ? CheckedDefault(sql, changed) : null, MissingValue = null,
        };
        TableDefinition altered = WithId(definition, column.Id, replaced.Id) with
        {
            Columns = definition.Columns.Replace(column, replaced), NextColumnId = definition.NextColumnId + 1,
        };
        Dictionary<int, SyntaxExpression> values =
            definition.Columns.Where(c => c.GeneratedSql is null && c.Id != column.Id).ToDictionary(c => c.Id, Use);
        values.Add(replaced.Id, action.Using ?? Use(column));
        await RewriteAsync(altered, values, cancellationToken);
        foreach ((_, _, long id, SequenceDefinition owned) in scope.Transaction.Catalog.SequencesOf(table).ToList())
        {
            if (owned.OwnerColumn == column.Id) SequenceStatements.Own(scope.Transaction, id, table, replaced.Id);
        }
    }

    private static bool IsUsed(TableDefinition definition, TableColumn column) =>
        definition.PrimaryKey.Contains(column.Id) || definition.Scheme.ColumnIds.Contains(column.Id)
        || definition.UniqueKeys.Any(k => k.Contains(column.Id))
        || definition.Columns.Any(c => c.GeneratedSql is { } sql && Mentions(sql, column.Name));

    private string CheckedDefault(string sql, TableColumn column)
    {
        try
        {
            return TableBinder.DefaultOf(
                Parser.ParseExpression(sql), column.Type, column.Name, new BindingContext(scope.Catalog, scope.Info));
        }
        catch (QueryException)
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch,
                $"Default for column \"{column.Name}\" cannot be cast automatically to type {column.Type}",
                hint: "DROP DEFAULT first.");
        }
    }

    private void SetDefault(ColumnDefaultAction action)
    {
        TableDefinition definition = Definition;
        TableColumn column = Find(definition, action.Column) ?? throw NotFound(definition, action.Column);
        if (column.Identity != IdentityKind.None || column.GeneratedSql is not null)
        {
            throw new QueryException(
                SqlStates.SyntaxError,
                $"Column \"{column.Name}\" of relation \"{name}\" is " +
                (column.GeneratedSql is null ? "an identity column" : "a generated column"),
                action.Column.Position,
                column.GeneratedSql is null ? "Use DROP IDENTITY." : "Use DROP EXPRESSION.");
        }
        string? sql = action.Value is null or DefaultSyntax ? null : TableBinder.DefaultOf(
            action.Value, column.Type, column.Name, new BindingContext(scope.Catalog, scope.Info));
        Change(column, column with { DefaultSql = sql });
    }

    private void DropExpression(ColumnDropExpressionAction action)
    {
        TableDefinition definition = Definition;
        TableColumn column = Find(definition, action.Column) ?? throw NotFound(definition, action.Column);
        if (column.GeneratedSql is not null)
        {
            Change(column, column with { GeneratedSql = null });
            return;
        }
        if (!action.IfExists)
        {
            throw new QueryException(
                SqlStates.ObjectNotInPrerequisiteState,
                $"Column \"{column.Name}\" of relation \"{name}\" is not a stored generated column",
                action.Column.Position);
        }
        session.AddNotice($"Column \"{column.Name}\" is not a generated column, skipping.");
    }

    private void ChangeIdentity(ColumnIdentityAction action)
    {
        TableDefinition definition = Definition;
        TableColumn column = Find(definition, action.Column) ?? throw NotFound(definition, action.Column);
        bool isIdentity = column.Identity != IdentityKind.None;
        if (action.Added is { } added)
        {
            if (isIdentity || column.DefaultSql is not null || column.IsNullable)
            {
                throw new QueryException(
                    SqlStates.ObjectNotInPrerequisiteState,
                    $"Column \"{column.Name}\" of relation \"{name}\" " + (isIdentity
                        ? "is already an identity column"
                        : column.IsNullable ? "must be declared NOT NULL before identity can be added"
                        : "already has a default value"), action.Column.Position);
            }
            SequenceDefinition made =
                TableBinder.IdentityOf(added, column.Type, new BindingContext(scope.Catalog, scope.Info));
            long id = SequenceStatements.CreateFor(scope.Transaction, schema, name, column.Name, made);
            SequenceStatements.Own(scope.Transaction, id, table, column.Id);
            Change(column, column with
            {
                DefaultSql = SequenceNames.DefaultOf(id),
                Identity = added.IsAlways ? IdentityKind.Always : IdentityKind.ByDefault,
            });
            return;
        }
        if (!isIdentity)
        {
            if (!action.IfExists)
            {
                throw new QueryException(
                    SqlStates.ObjectNotInPrerequisiteState,
                    $"Column \"{column.Name}\" of relation \"{name}\" is not an identity column",
                    action.Column.Position);
            }
            session.AddNotice($"Column \"{column.Name}\" is not an identity column, skipping.");
            return;
        }
        (string inSchema, string sequence, long sequenceId, _) =
            scope.Transaction.Catalog.SequencesOf(table).First(s => s.Definition.OwnerColumn == column.Id);
        if (action.IsDropped)
        {
            Change(column, column with { DefaultSql = null, Identity = IdentityKind.None });
            scope.Transaction.DropSequence(inSchema, sequence, sequenceId);
            return;
        }
        if (action.IsAlways is { } always)
            Change(column, column with { Identity = always ? IdentityKind.Always : IdentityKind.ByDefault });
        if (action.Options is { } options) new SequenceStatements(scope).Alter(sequenceId, options);
    }

    private void Change(TableColumn column, TableColumn changed) => scope.Transaction.AlterTable(
        table, old => old with { Columns = old.Columns.Replace(column, changed) });

    // ---- Rows ------------------------------------------------------------------------------------------------------

    /// <summary>
    /// Writes all rows anew under another definition. Columns that get no value have their defaults in every row;
    /// generated ones are computed.
    /// </summary>
    private async ValueTask RewriteAsync(
        TableDefinition altered, Dictionary<int, SyntaxExpression> values, CancellationToken cancellationToken)
    {
        int[] targets = [.. Enumerable.Range(0, altered.Columns.Length)
            .Where(i => altered.Columns[i].GeneratedSql is null && values.ContainsKey(altered.Columns[i].Id))];
        SelectQuery query = new()
        {
            Items = SyntaxList.From(targets.Select(i => new SelectItem(values[altered.Columns[i].Id]))),
            From = [new NamedTableReference(new QualifiedName(schema, name))],
        };
        StatementBinder binder = new(scope.Catalog, scope.Info);
        // The rows are read as they were before; what follows is written beside them.
        LogicalNode source = binder.BindSource(query);
        scope.Transaction.AlterTable(table, _ => altered);
        scope.Transaction.Truncate(table);
        scope.Transaction.ReadAllRows(table);
        StoredTable changed = new(scope.Transaction.GetTable(table), schema, name);
        BoundQuery insert = binder.BindFill(source, changed, targets);
        await runner.ChangeAsync(insert, cancellationToken);
    }

    private static SyntaxExpression Use(TableColumn column) =>
        new ColumnSyntax(new QualifiedName([new Identifier(column.Name, column.Name, true)]));

    private static TableColumn? Find(TableDefinition definition, Identifier column) =>
        definition.Columns.FirstOrDefault(c => ScopeTable.NamesMatch(column, c.Name));

    private static QueryException NotFound(TableDefinition definition, Identifier column) => new(
        SqlStates.UndefinedColumn, $"Column does not exist: \"{column.Name}\"", column.Position,
        Suggestion.Nearest(column.Name, definition.Columns.Select(c => c.Name)) is { } near
            ? $"Did you mean \"{near}\"?"
            : null);
}
