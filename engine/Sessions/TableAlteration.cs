using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>ALTER TABLE: another definition for the same rows, none of which is rewritten.</summary>
internal sealed class TableAlteration(StatementScope scope)
{
    /// <summary>Applies one action.</summary>
    public void Apply(long table, AlterAction action)
    {
        switch (action)
        {
            case AddColumnAction add:
                Add(table, add);
                break;
            case DropColumnAction drop:
                Drop(table, drop);
                break;
            case RenameColumnAction rename:
                Rename(table, rename);
                break;
            case ColumnTypeAction type:
                Change(table, type.Column, column => Widen(column, type));
                break;
            case ColumnDefaultAction value:
                Change(table, value.Column, column => column with
                {
                    DefaultSql = value.Value is null ? null : SqlWriter.Write(value.Value),
                });
                break;
            case ColumnNotNullAction { IsNotNull: false } optional:
                Change(table, optional.Column, column => column with { IsNullable = true });
                break;
            case ColumnNotNullAction required:
                throw new QueryException(
                    SqlStates.FeatureNotSupported, "SET NOT NULL on an existing column is not supported yet",
                    required.Position,
                    "Create the table with NOT NULL and copy the rows.");
            default:
                throw new QueryException(
                    SqlStates.FeatureNotSupported,
                    $"ALTER TABLE action is not supported yet: {action.GetType().Name.Replace("Action", "", StringComparison.Ordinal)}",
                    action.Position);
        }
    }

    private void Add(long table, AddColumnAction add)
    {
        TableDefinition definition = scope.Transaction.GetTable(table).Definition;
        string name = add.Column.Name.Spelling;
        if (definition.Columns.Any(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            if (add.IfNotExists) return;
            throw new QueryException(
                SqlStates.DuplicateColumn, $"Column already exists: \"{name}\"", add.Column.Position);
        }
        BindingContext context = new(scope.Catalog, scope.Info);
        LogicalType type = TypeBinder.Bind(
            add.Column.Type ?? throw new QueryException(
                SqlStates.SyntaxError, $"Column needs a type: \"{name}\"", add.Column.Position), context);
        DefaultConstraint? given = add.Column.Constraints.OfType<DefaultConstraint>().FirstOrDefault();
        bool isNullable = !add.Column.Constraints.Any(c => c is NotNullConstraint { IsNullAllowed: false });
        Value? missing = given is null ? null : DefaultValue(given, type, name, context);
        if (!isNullable && (missing is null || missing.IsNull) && scope.Transaction.GetTable(table).RowCount > 0)
        {
            throw new QueryException(
                SqlStates.NotNullViolation, $"Column contains null values: \"{name}\"", add.Column.Position,
                "Give it a DEFAULT.");
        }
        scope.Transaction.AlterTable(table, old => old with
        {
            NextColumnId = old.NextColumnId + 1,
            Columns = old.Columns.Add(new TableColumn(old.NextColumnId, name, type, isNullable)
            {
                DefaultSql = given is null ? null : SqlWriter.Write(given.Value),
                MissingValue = missing,
                Group = old.Columns[^1].Group,
            }),
        });
    }

    // Rows that are there already get the default's value of now.
    private Value DefaultValue(DefaultConstraint constraint, LogicalType type, string name, BindingContext context)
    {
        Expression bound = new ExpressionBinder(context, new Scope(null), new Clause("DEFAULT")).Bind(constraint.Value);
        return ConstantEvaluator.TryEvaluate(context.Assign(bound, type, name), scope.Info) ?? throw new QueryException(
            SqlStates.FeatureNotSupported, "DEFAULT of an added column must be a constant", constraint.Position);
    }

    private void Drop(long table, DropColumnAction drop)
    {
        TableDefinition definition = scope.Transaction.GetTable(table).Definition;
        if (Find(definition, drop.Column) is not { } column)
        {
            if (drop.IfExists) return;
            throw NotFound(definition, drop.Column);
        }
        bool isKey = definition.PrimaryKey.Contains(column.Id) || definition.Scheme.ColumnIds.Contains(column.Id) ||
            definition.OrderBy.Any(o => o.ColumnId == column.Id)
                || definition.UniqueKeys.Any(k => k.Contains(column.Id));
        if (isKey || definition.Columns.Length == 1)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported,
                isKey ? $"Cannot drop column \"{column.Name}\": the table is cut, ordered or keyed by it"
                    : "Cannot drop the only column",
                drop.Column.Position);
        }
        scope.Transaction.AlterTable(table, old => old with
        {
            Columns = old.Columns.RemoveAll(c => c.Id == column.Id),
            BloomColumns = old.BloomColumns.Remove(column.Id),
        });
    }

    private void Rename(long table, RenameColumnAction rename)
    {
        TableDefinition definition = scope.Transaction.GetTable(table).Definition;
        if (definition.Columns.Any(c => ScopeTable.NamesMatch(rename.NewName, c.Name)))
        {
            throw new QueryException(SqlStates.DuplicateColumn, $"Column already exists: \"{rename.NewName.Name}\"",
                rename.NewName.Position);
        }
        Change(table, rename.Column, column => column with { Name = rename.NewName.Spelling });
    }

    private TableColumn Widen(TableColumn column, ColumnTypeAction action)
    {
        LogicalType type = TypeBinder.Bind(action.Type, new BindingContext(scope.Catalog, scope.Info));
        if (action.Using is null && TypeCoercion.ImplicitCost(column.Type, type) >= 0
            && CastFunctions.Find(column.Type, type) is not null)
        {
            return column with { Type = type };
        }
        if (column.Type.Equals(type)) return column;
        throw new QueryException(
            SqlStates.FeatureNotSupported,
            $"Column \"{column.Name}\" cannot change from {column.Type} to {type} without rewriting the table",
            action.Position, "Only types that hold every value of the old one are possible; else CREATE TABLE AS with a cast.");
    }

    private void Change(long table, Identifier name, Func<TableColumn, TableColumn> change)
    {
        TableDefinition definition = scope.Transaction.GetTable(table).Definition;
        TableColumn column = Find(definition, name) ?? throw NotFound(definition, name);
        scope.Transaction.AlterTable(table, old => old with { Columns = old.Columns.Replace(column, change(column)) });
    }

    private static TableColumn? Find(TableDefinition definition, Identifier name) =>
        definition.Columns.FirstOrDefault(c => ScopeTable.NamesMatch(name, c.Name));

    private static QueryException NotFound(TableDefinition definition, Identifier name) => new(
        SqlStates.UndefinedColumn, $"Column does not exist: \"{name.Name}\"", name.Position,
        Suggestion.Nearest(name.Name, definition.Columns.Select(c => c.Name)) is { } near
            ? $"Did you mean \"{near}\"?"
            : null);
}
