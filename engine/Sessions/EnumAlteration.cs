using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// ALTER TYPE … ADD VALUE and RENAME VALUE. A column keeps the labels of its type and numbers in its rows, so that
/// another label at the end, or another name for one, are another definition for the same rows; a label between others
/// changes numbers, and the rows are written anew.
/// </summary>
internal sealed class EnumAlteration(
    Session session, StatementScope scope, StatementRunner runner, string schema, string name, NameRecord record)
{
    /// <summary>ADD VALUE</summary>
    public async ValueTask AddAsync(AddEnumValueAction action, CancellationToken cancellationToken)
    {
        ImmutableArray<string> labels = Labels(action.Position);
        if (labels.Contains(action.Value))
        {
            if (!action.IfNotExists) throw Duplicate(action.Value, action.Position);
            session.AddNotice($"Enum label \"{action.Value}\" already exists, skipping.");
            return;
        }
        int place = action.Neighbor is null
            ? labels.Length
            : Find(labels, action.Neighbor, action.Position) + (action.IsAfter ? 1 : 0);
        await ReplaceAsync(
            labels, labels.Insert(place, action.Value), place == labels.Length, null, action.Position,
            cancellationToken);
    }

    /// <summary>RENAME VALUE</summary>
    public ValueTask RenameAsync(RenameEnumValueAction action, CancellationToken cancellationToken)
    {
        ImmutableArray<string> labels = Labels(action.Position);
        int place = Find(labels, action.Value, action.Position);
        if (labels.Contains(action.NewValue)) throw Duplicate(action.NewValue, action.Position);
        return ReplaceAsync(
            labels, labels.SetItem(place, action.NewValue), true, action, action.Position, cancellationToken);
    }

    private async ValueTask ReplaceAsync(
        ImmutableArray<string> labels, ImmutableArray<string> newLabels, bool keepsNumbers,
        RenameEnumValueAction? rename, int position, CancellationToken cancellationToken)
    {
        LogicalType type = LogicalType.Enum(labels);
        LogicalType newType = LogicalType.Enum(newLabels);
        RequireOnlyOne(labels, position);
        scope.Transaction.CreateObject(
            NameSpace.Type, ObjectKind.Type, schema, name,
            ObjectText.Write(SqlWriter.Write(new EnumTypeName(SyntaxList.From(newLabels)))), replaces: true);
        foreach ((string inSchema, string table, NameRecord found) in
            scope.Transaction.Catalog.Names(NameSpace.Relation).ToList())
        {
            if (found.Kind != ObjectKind.Table) continue;
            TableDefinition definition = scope.Transaction.GetTable(found.Id).Definition;
            foreach (TableColumn column in definition.Columns)
            {
                if (IsWithin(type, column.Type)) throw Nested(table, column, position);
                if (!column.Type.Equals(type)) continue;
                if (keepsNumbers && !(rename is not null && IsKey(definition, column.Id)))
                {
                    Retype(found.Id, column, newType);
                    continue;
                }
                ColumnTypeAction change = new(
                    NameOf(column), Parser.ParseTypeName(newType.ToString()), null,
                    UsingOf(column, newType, rename));
                await new TableAlteration(session, scope, runner, inSchema, table, found.Id)
                    .ApplyAsync(change, cancellationToken);
            }
        }
    }

    private void Retype(long table, TableColumn column, LogicalType type)
    {
        Value? missing = column.MissingValue is { IsNull: false } value ? Value.Integer(type, value.AsInteger) : null;
        scope.Transaction.AlterTable(table, old => old with
        {
            Columns = [.. old.Columns.Select(c =>
                c.Id == column.Id ? c with { Type = type, MissingValue = missing } : c)],
        });
    }

    // Rows lie, and keys are found, by the text of a label.
    private static bool IsKey(TableDefinition definition, int column) => definition.PrimaryKey.Contains(column)
        || definition.Scheme.ColumnIds.Contains(column) || definition.UniqueKeys.Any(k => k.Contains(column));

    private static SyntaxExpression UsingOf(TableColumn column, LogicalType type, RenameEnumValueAction? rename)
    {
        string label = $"{SqlNames.Write(column.Name)}::text";
        if (rename is not null)
        {
            label = $"CASE {label} WHEN {SqlNames.QuoteString(rename.Value)} " +
                $"THEN {SqlNames.QuoteString(rename.NewValue)} ELSE {label} END";
        }
        return Parser.ParseExpression($"CAST({label} AS {type})");
    }

    private static Identifier NameOf(TableColumn column) => new(column.Name, column.Name, true);

    // Columns do not remember the name of their type.
    private void RequireOnlyOne(ImmutableArray<string> labels, int position)
    {
        foreach ((string inSchema, string other, NameRecord found) in scope.Transaction.Catalog.Names(NameSpace.Type))
        {
            if (found.Id == record.Id || LabelsOf(found) is not { } same || !same.SequenceEqual(labels)) continue;
            throw new QueryException(
                SqlStates.FeatureNotSupported,
                $"Type \"{name}\" cannot be told from \"{inSchema}.{other}\", which has the same labels", position,
                "Drop one of the two.");
        }
    }

    private ImmutableArray<string> Labels(int position) => LabelsOf(record) ?? throw new QueryException(
        SqlStates.WrongObjectType, $"\"{name}\" is not an enum", position);

    private ImmutableArray<string>? LabelsOf(NameRecord type) =>
        Parser.ParseTypeName(ObjectText.Read(scope.Transaction.Catalog.GetObject(type.Id))) is EnumTypeName labels
            ? [.. labels.Values]
            : null;

    private static int Find(ImmutableArray<string> labels, string label, int position)
    {
        int place = labels.IndexOf(label);
        return place >= 0
            ? place
            : throw new QueryException(
                SqlStates.InvalidParameterValue, $"\"{label}\" is not an existing enum label", position,
                $"Labels: {string.Join(", ", labels)}.");
    }

    private static bool IsWithin(LogicalType wanted, LogicalType type) =>
        (type.Element is { } element && (element.Equals(wanted) || IsWithin(wanted, element)))
        || type.Fields.Any(f => f.Type.Equals(wanted) || IsWithin(wanted, f.Type));

    private static QueryException Duplicate(string label, int position) =>
        new(SqlStates.DuplicateObject, $"Enum label \"{label}\" already exists", position);

    private static QueryException Nested(string table, TableColumn column, int position) => new(
        SqlStates.FeatureNotSupported,
        $"Labels cannot change while column \"{column.Name}\" of \"{table}\" has the type within a list or struct",
        position, "Change that column's type first.");
}
