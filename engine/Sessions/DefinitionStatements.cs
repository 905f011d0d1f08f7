using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Sessions;

/// <summary>CREATE, ALTER, DROP and COMMENT of what has a name; tables and views are made elsewhere.</summary>
internal sealed partial class DefinitionStatements(Session session, StatementScope scope, StatementRunner runner)
{
    /// <summary>True for statements that change the catalog.</summary>
    public static bool IsOne(Statement statement) => statement is CreateSchemaStatement or DropStatement
        or AlterStatement or UndropTableStatement or CreateTableCloneStatement or CreateSequenceStatement
        or CreateMacroStatement or CreateTypeStatement or CreateMaterializedViewStatement or RefreshStatement
        or CreateFunctionStatement or CreateIndexStatement or CommentStatement;

    /// <summary>Runs the statement.</summary>
    public async ValueTask<QueryResult> RunAsync(Statement statement, CancellationToken cancellationToken)
    {
        switch (statement)
        {
            case CreateSchemaStatement schema:
                return CreateSchema(schema);
            case DropStatement drop:
                return Drop(drop);
            case AlterStatement alter:
                return await AlterAsync(alter, cancellationToken);
            case UndropTableStatement undrop:
                (string dropped, string name) = NameOf(undrop.Name);
                scope.Transaction.Undrop(dropped, name);
                return new OutcomeResult("UNDROP TABLE");
            case CreateTableCloneStatement clone:
                (string target, string cloned) = NameOf(clone.Name, clone.IsTemporary);
                TableSnapshot source = FindTable(clone.Source).Snapshot;
                if (source.Definition.EndsWithSession && !TemporarySchema.IsOne(target))
                {
                    throw new QueryException(
                        SqlStates.FeatureNotSupported, "A temporary table has no clone that outlives it",
                        clone.Position, "Copy the rows: CREATE TABLE … AS SELECT … FROM the temporary table.");
                }
                scope.Transaction.Clone(source.TableId, target, cloned);
                return new OutcomeResult("CREATE TABLE");
            case CreateSequenceStatement sequence:
                return CreateSequence(sequence);
            case CreateMacroStatement macro:
                return CreateText(macro, macro.Name, NameSpace.Function, Catalog.ObjectKind.Macro, macro.Mode,
                    SqlWriter.Write(macro), "CREATE MACRO");
            case CreateTypeStatement { EnumQuery: { } labels } type:
                return await RunAsync(
                    type with { EnumQuery = null, Type = await LabelsOfAsync(labels, cancellationToken) },
                    cancellationToken);
            case CreateTypeStatement type:
                TypeBinder.Bind(type.Type, new BindingContext(scope.Catalog, scope.Info));
                return CreateText(type, type.Name, NameSpace.Type, Catalog.ObjectKind.Type, type.Mode,
                    SqlWriter.Write(type.Type), type.Type is DomainTypeName ? "CREATE DOMAIN" : "CREATE TYPE");
            case CreateMaterializedViewStatement view:
                return await new MaterializedViews(session, scope, runner).CreateAsync(view, cancellationToken);
            case RefreshStatement refresh:
                (string viewSchema, string viewName, NameRecord? found) = FindName(NameSpace.Relation, refresh.Name);
                return await new MaterializedViews(session, scope, runner).RefreshAsync(
                    refresh, viewSchema, viewName, found, cancellationToken);
            case CreateFunctionStatement { Assembly: not null } function:
                (string inSchema, string called, NameRecord? there) = FindName(NameSpace.Function, function.Name);
                return await new AssemblyFunctions(session, scope).CreateAsync(
                    function, there is null ? NameOf(function.Name).Schema : inSchema, called, there,
                    cancellationToken);
            case CreateFunctionStatement function:
                return CreateFunction(function);
            case CreateIndexStatement index:
                return await CreateIndexAsync(index, cancellationToken);
            case CommentStatement comment:
                return Comment(comment);
            default:
                string kind = statement.GetType().Name.Replace("Statement", "", StringComparison.Ordinal);
                throw new QueryException(
                    SqlStates.FeatureNotSupported, $"Statement is not supported yet: {kind}", statement.Position);
        }
    }

    // The labels of an ENUM that a query gives, in its order; a label that comes again is the same.
    private async ValueTask<EnumTypeName> LabelsOfAsync(Query query, CancellationToken cancellationToken)
    {
        StatementBinder binder = new(scope.Catalog, scope.Info);
        BoundQuery bound = (BoundQuery)binder.Bind(new QueryStatement(query));
        if (bound.Plan.Output.Count != 1)
        {
            throw new QueryException(
                SqlStates.SyntaxError, "The query of an ENUM has one column", query.Position);
        }
        List<Value[]> rows = await runner.ReadAllAsync(bound.Plan, cancellationToken);
        if (rows.Exists(row => row[0].IsNull))
            throw new QueryException(SqlStates.NotNullViolation, "A label of an ENUM cannot be NULL", query.Position);
        return new EnumTypeName(SyntaxList.From(rows.Select(row => row[0].ToString()).Distinct()));
    }

    private OutcomeResult CreateSchema(CreateSchemaStatement statement)
    {
        string name = statement.Name.Last.Name;
        if (statement.Mode == CreateMode.IfNotExists && scope.Transaction.Catalog.HasSchema(name))
        {
            session.AddNotice($"Schema \"{name}\" already exists, skipping.");
            return new OutcomeResult("CREATE SCHEMA", notices: session.TakeNotices());
        }
        if (name.StartsWith("pg_", StringComparison.Ordinal))
        {
            throw new QueryException(
                "42939", $"Unacceptable schema name: \"{name}\"", statement.Name.Position,
                "Names that begin with pg_ are the system's.");
        }
        scope.Transaction.CreateSchema(name);
        return new OutcomeResult("CREATE SCHEMA");
    }

    private OutcomeResult CreateSequence(CreateSequenceStatement statement)
    {
        const string Tag = "CREATE SEQUENCE";
        (string schema, string name) = NameOf(statement.Name, statement.IsTemporary);
        if (statement.Mode == CreateMode.IfNotExists
            && scope.Transaction.Catalog.Find(NameSpace.Relation, schema, name) is not null)
        {
            session.AddNotice($"Relation \"{name}\" already exists, skipping.");
            return new OutcomeResult(Tag, notices: session.TakeNotices());
        }
        try
        {
            new SequenceStatements(scope).Create(statement, schema, name);
        }
        catch (QueryException error)
        {
            throw error.At(statement.Name.Position);
        }
        return new OutcomeResult(Tag);
    }

    private OutcomeResult CreateText(
        Statement statement, QualifiedName name, NameSpace space, Catalog.ObjectKind kind, CreateMode mode, string sql,
        string tag)
    {
        (string schema, string plain) = NameOf(name, statement is CreateMacroStatement { IsTemporary: true });
        bool exists = scope.Transaction.Catalog.Find(space, schema, plain) is not null;
        if (exists && mode == CreateMode.IfNotExists) return new OutcomeResult(tag);
        try
        {
            scope.Transaction.CreateObject(
                space, kind, schema, plain, ObjectText.Write(sql), mode == CreateMode.OrReplace);
        }
        catch (QueryException error)
        {
            throw error.At(statement.Position);
        }
        return new OutcomeResult(tag);
    }

    // Segments know what is in them; only what an index promises is kept.
    private async ValueTask<QueryResult> CreateIndexAsync(
        CreateIndexStatement index, CancellationToken cancellationToken)
    {
        const string Tag = "CREATE INDEX";
        StoredTable table = FindTable(index.Table);
        List<Identifier> columns = [];
        foreach (ColumnSyntax column in index.Columns.SelectMany(c => c.Expression.DescendantsAndSelf())
            .OfType<ColumnSyntax>())
        {
            ChangeBinder.ColumnOf(table, column.Name.Last, column.Position);
        }
        foreach (OrderItem item in index.Columns)
        {
            if (item.Expression is ColumnSyntax { Name.Parts.Count: 1 } plain) columns.Add(plain.Name.Last);
        }
        if (!index.IsUnique)
            return new OutcomeResult(Tag, notices: ["Tables need no indexes; the statement has no effect."]);
        if (index.Where is not null || columns.Count != index.Columns.Count)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "UNIQUE is of whole tables and plain columns", index.Position);
        }
        string named = index.Name?.Spelling
            ?? $"{table.Name}_{string.Join('_', columns.Select(c => c.Spelling))}_idx";
        UniqueConstraint unique = new(SyntaxList.From(columns), IsPrimaryKey: false)
        {
            Name = new Identifier(named, named, true), Range = index.Range,
        };
        TableAlteration alteration =
            new(session, scope, runner, table.SchemaName, table.Name, table.Snapshot.TableId);
        if (index.Mode == CreateMode.IfNotExists && alteration.HasConstraint(named))
            return new OutcomeResult(Tag, notices: [$"Relation \"{named}\" already exists, skipping."]);
        await alteration.ApplyAsync(new AddConstraintAction(unique), cancellationToken);
        return new OutcomeResult(Tag);
    }

    private bool DropIndex(QualifiedName index)
    {
        foreach (string schema in scope.Catalog.LookupPath)
        {
            foreach ((_, string name, NameRecord record) in
                scope.Transaction.Catalog.Names(NameSpace.Relation, schema).ToList())
            {
                if (record.Kind != Catalog.ObjectKind.Table) continue;
                TableAlteration alteration = new(session, scope, runner, schema, name, record.Id);
                if (alteration.DropKey(index.Last.Name)) return true;
            }
        }
        return false;
    }

    private OutcomeResult Comment(CommentStatement comment)
    {
        if (comment.Kind == Syntax.ObjectKind.Column)
        {
            QualifiedName owner = comment.Name with
            {
                Parts = SyntaxList.From(comment.Name.Parts.Take(comment.Name.Parts.Count - 1)),
            };
            if (owner.Parts.IsEmpty)
                throw new QueryException(SqlStates.SyntaxError, "Column name must be qualified", comment.Name.Position);
            StoredTable table = FindTable(owner);
            int column = ChangeBinder.ColumnOf(table, comment.Name.Last, comment.Name.Position);
            scope.Transaction.AlterTable(table.Snapshot.TableId, old => old with
            {
                Columns = old.Columns.SetItem(column, old.Columns[column] with { Comment = comment.Text }),
            });
            return new OutcomeResult("COMMENT");
        }
        if (comment.Kind == Syntax.ObjectKind.Table)
        {
            scope.Transaction.AlterTable(
                FindTable(comment.Name).Snapshot.TableId, old => old with { Comment = comment.Text });
            return new OutcomeResult("COMMENT");
        }
        RequireThere(comment);
        return new OutcomeResult("COMMENT", notices: ["Comments are kept of tables and columns only."]);
    }

    private void RequireThere(CommentStatement comment)
    {
        if (comment.Kind is Syntax.ObjectKind.Database or Syntax.ObjectKind.Index) return;
        bool isThere = comment.Kind == Syntax.ObjectKind.Schema
            ? scope.Catalog.HasSchema(comment.Name.Last.Name)
            : FindName(KindOf(comment.Kind, comment.Position).Space, comment.Name).Record is not null;
        if (isThere) return;
        throw new QueryException(
            comment.Kind == Syntax.ObjectKind.Schema ? SqlStates.InvalidSchemaName : SqlStates.UndefinedObject,
            $"{comment.Kind} \"{comment.Name.Last.Name}\" does not exist", comment.Name.Position);
    }

    // ---- DROP ------------------------------------------------------------------------------------------------------

    private OutcomeResult Drop(DropStatement drop)
    {
        string kind = WordsOf(drop.Kind);
        foreach (DropTarget target in drop.Targets)
        {
            if (drop.Kind == Syntax.ObjectKind.Schema)
            {
                DropSchema(drop, target);
                continue;
            }
            if (drop.Kind == Syntax.ObjectKind.Index)
            {
                if (!DropIndex(target.Name)) session.AddNotice("Tables need no indexes; none was dropped.");
                continue;
            }
            (NameSpace space, Catalog.ObjectKind stored) = KindOf(drop.Kind, drop.Position);
            (string schema, string name, NameRecord? record) = FindName(space, target.Name);
            if (record is null && drop.IfExists)
            {
                session.AddNotice($"{kind} \"{target.Name.Last.Name}\" does not exist, skipping.");
                continue;
            }
            if (record is { } function && drop.Kind == Syntax.ObjectKind.Function)
            {
                DropFunction(target, schema, name, function, drop.Behavior);
                continue;
            }
            if (record is { } found && found.Kind != stored)
            {
                throw new QueryException(
                    SqlStates.WrongObjectType, $"\"{name}\" is not a {kind.ToLowerInvariant()}", target.Name.Position,
                    $"Use DROP {found.Kind.ToString().ToUpperInvariant()}.");
            }
            if (record is null && drop.Kind == Syntax.ObjectKind.Function)
            {
                throw new QueryException(
                    SqlStates.UndefinedFunction, $"Function {name} does not exist", target.Name.Position);
            }
            RequireSameKind(drop.Kind, name, record, target.Name.Position);
            if (drop.Kind == Syntax.ObjectKind.Domain && scope.Catalog.FindDomain(schema, name) is null)
            {
                throw new QueryException(
                    SqlStates.WrongObjectType, $"\"{name}\" is not a domain", target.Name.Position, "Use DROP TYPE.");
            }
            try
            {
                Drop(space, schema, name, record, drop.Behavior, target.Name.Position);
            }
            catch (QueryException error)
            {
                throw error.At(target.Name.Position);
            }
        }
        return new OutcomeResult($"DROP {kind}", notices: session.TakeNotices());
    }

    private void Drop(
        NameSpace space, string schema, string name, NameRecord? record, DropBehavior behavior, int position)
    {
        if (record is { Kind: Catalog.ObjectKind.Table or Catalog.ObjectKind.View })
        {
            ReleaseViews(
                DependentViews.Of(scope.Transaction, scope.Catalog.LookupPath, schema, name),
                $"{record.Value.Kind.ToString().ToLowerInvariant()} {name}", behavior, position);
        }
        if (record is { Kind: Catalog.ObjectKind.Sequence } sequence)
            new SequenceStatements(scope).Drop(schema, name, sequence.Id, behavior, position);
        else if (record is { Kind: Catalog.ObjectKind.Table } table)
            DropTable(schema, name, table.Id, behavior, position);
        else
            scope.Transaction.Drop(space, schema, name);
    }

    // Refuses to drop what views need, or drops them with it where that was asked for.
    private void ReleaseViews(
        List<(string Schema, string Name, NameRecord Record)> views, string what, DropBehavior behavior, int position)
    {
        foreach ((string inSchema, string view, NameRecord record) in views)
        {
            if (behavior != DropBehavior.Cascade)
            {
                throw new QueryException(
                    SqlStates.DependentObjectsStillExist, $"Cannot drop {what} because view {view} depends on it",
                    position, "Use DROP … CASCADE to drop the dependent objects too.");
            }
            // A view of two tables may have gone with the other one.
            if (scope.Transaction.Catalog.Find(NameSpace.Relation, inSchema, view) is null) continue;
            Drop(NameSpace.Relation, inSchema, view, record, behavior, position);
            session.AddNotice($"Drop cascades to view {view}.");
        }
    }

    // A materialised view is a table to everyone but its user.
    private void RequireSameKind(Syntax.ObjectKind kind, string name, NameRecord? record, int position)
    {
        if (record is not { Kind: Catalog.ObjectKind.Table } found) return;
        bool isView = scope.Transaction.GetTable(found.Id).Definition.ViewSql is not null;
        if (isView == (kind == Syntax.ObjectKind.MaterializedView)) return;
        throw new QueryException(
            SqlStates.WrongObjectType, $"\"{name}\" is not a {WordsOf(kind).ToLowerInvariant()}", position,
            $"Use DROP {(isView ? "MATERIALIZED VIEW" : "TABLE")}.");
    }

    private void DropTable(string schema, string name, long id, DropBehavior behavior, int position)
    {
        // Defaults of other tables lose a sequence that goes with this one.
        foreach ((string inSchema, string sequence, long sequenceId, _) in
            scope.Transaction.Catalog.SequencesOf(id).ToList())
        {
            new SequenceStatements(scope).Release(inSchema, sequence, sequenceId, id, behavior, position);
        }
        scope.Transaction.Drop(NameSpace.Relation, schema, name);
    }

    private static (NameSpace Space, Catalog.ObjectKind Kind) KindOf(Syntax.ObjectKind kind, int position) =>
        kind switch
        {
            Syntax.ObjectKind.Table or Syntax.ObjectKind.MaterializedView =>
                (NameSpace.Relation, Catalog.ObjectKind.Table),
            Syntax.ObjectKind.View => (NameSpace.Relation, Catalog.ObjectKind.View),
            Syntax.ObjectKind.Sequence => (NameSpace.Relation, Catalog.ObjectKind.Sequence),
            Syntax.ObjectKind.Macro or Syntax.ObjectKind.TableMacro or Syntax.ObjectKind.Function =>
                (NameSpace.Function, Catalog.ObjectKind.Macro),
            Syntax.ObjectKind.Type or Syntax.ObjectKind.Domain => (NameSpace.Type, Catalog.ObjectKind.Type),
            _ => throw new QueryException(
                SqlStates.FeatureNotSupported, $"{WordsOf(kind)} is not supported here", position),
        };

    private static string WordsOf(Syntax.ObjectKind kind) => kind switch
    {
        Syntax.ObjectKind.MaterializedView => "MATERIALIZED VIEW",
        Syntax.ObjectKind.TableMacro => "MACRO TABLE",
        _ => kind.ToString().ToUpperInvariant(),
    };

    private void DropSchema(DropStatement drop, DropTarget target)
    {
        string schema = target.Name.Last.Name;
        if (drop.IfExists && !scope.Transaction.Catalog.HasSchema(schema))
        {
            session.AddNotice($"SCHEMA \"{schema}\" does not exist, skipping.");
            return;
        }
        try
        {
            if (drop.Behavior == DropBehavior.Cascade) DropAllOf(schema);
            scope.Transaction.DropSchema(schema);
        }
        catch (QueryException error)
        {
            throw error.At(target.Name.Position);
        }
    }

    private void DropAllOf(string schema)
    {
        foreach (NameSpace space in (NameSpace[])[NameSpace.Relation, NameSpace.Function, NameSpace.Type])
        {
            // Sequences last: those of tables go with them.
            foreach ((string _, string name, NameRecord record) in scope.Transaction.Catalog.Names(space, schema)
                .OrderBy(n => n.Record.Kind == Catalog.ObjectKind.Sequence).ToList())
            {
                if (scope.Transaction.Catalog.Find(space, schema, name) is null) continue;
                Drop(space, schema, name, record, DropBehavior.Cascade, -1);
            }
        }
    }

    // ---- ALTER -----------------------------------------------------------------------------------------------------

    private async ValueTask<QueryResult> AlterAsync(AlterStatement alter, CancellationToken cancellationToken)
    {
        string tag = $"ALTER {WordsOf(alter.Kind)}";
        if (alter.Kind == Syntax.ObjectKind.Schema) return RenameSchema(alter, tag);
        NameSpace space = KindOf(alter.Kind, alter.Position).Space;
        (string schema, string name, NameRecord? record) = FindName(space, alter.Name);
        if (record is null && alter.IfExists)
        {
            session.AddNotice($"Relation \"{name}\" does not exist, skipping.");
            return new OutcomeResult(tag, notices: session.TakeNotices());
        }
        if (record is null)
        {
            throw new QueryException(
                space == NameSpace.Relation ? SqlStates.UndefinedTable : SqlStates.UndefinedObject,
                space == NameSpace.Relation ? $"Relation does not exist: \"{name}\""
                    : $"{WordsOf(alter.Kind)} does not exist: \"{name}\"", alter.Name.Position);
        }
        RequireKind(alter, name, record.Value.Kind);
        foreach (AlterAction action in alter.Actions)
        {
            switch (action)
            {
                case RenameAction rename:
                    Rename(space, schema, name, schema, rename.NewName.Spelling);
                    name = rename.NewName.Spelling;
                    break;
                case SetSchemaAction move:
                    Move(space, ref schema, name, move.Schema, record.Value);
                    break;
                case OwnerAction:
                    break;
                case SequenceOptionsAction sequence when record.Value.Kind == Catalog.ObjectKind.Sequence:
                    new SequenceStatements(scope).Alter(record.Value.Id, sequence.Options);
                    break;
                case AddEnumValueAction add:
                    await new EnumAlteration(session, scope, runner, schema, name, record.Value)
                        .AddAsync(add, cancellationToken);
                    break;
                case RenameEnumValueAction rename:
                    await new EnumAlteration(session, scope, runner, schema, name, record.Value)
                        .RenameAsync(rename, cancellationToken);
                    break;
                default:
                    if (record.Value.Kind != Catalog.ObjectKind.Table)
                    {
                        throw new QueryException(
                            SqlStates.WrongObjectType, $"\"{name}\" is not a table", alter.Name.Position);
                    }
                    await new TableAlteration(session, scope, runner, schema, name, record.Value.Id)
                        .ApplyAsync(action, cancellationToken);
                    break;
            }
        }
        return new OutcomeResult(tag, notices: session.TakeNotices());
    }

    // ALTER TABLE renames and moves views and sequences too, as in PostgreSQL.
    private static void RequireKind(AlterStatement alter, string name, Catalog.ObjectKind found)
    {
        if (alter.Kind == Syntax.ObjectKind.Table || found == KindOf(alter.Kind, alter.Position).Kind) return;
        throw new QueryException(
            SqlStates.WrongObjectType, $"\"{name}\" is not a {WordsOf(alter.Kind).ToLowerInvariant()}",
            alter.Name.Position);
    }

    // Views that read a relation read it under its new name.
    private void Rename(NameSpace space, string schema, string name, string newSchema, string newName)
    {
        if (space == NameSpace.Relation)
        {
            DependentViews.Rename(scope.Transaction, scope.Catalog.LookupPath, schema, name, newSchema, newName);
        }
        scope.Transaction.Rename(space, schema, name, newSchema, newName);
    }

    private void Move(NameSpace space, ref string schema, string name, Identifier target, NameRecord record)
    {
        if (schema == target.Name) return;
        // As in PostgreSQL: files of temporary tables are not made to outlive a crash.
        if (TemporarySchema.IsOne(schema) != TemporarySchema.IsOne(target.Name))
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "Cannot move objects into or out of temporary schemas",
                target.Position, "Copy the rows: CREATE TABLE … AS SELECT … FROM the table.");
        }
        Rename(space, schema, name, target.Name, name);
        if (record.Kind == Catalog.ObjectKind.Table)
        {
            // The table's own sequences stay beside it.
            foreach ((string inSchema, string sequence, _, _) in
                scope.Transaction.Catalog.SequencesOf(record.Id).ToList())
            {
                scope.Transaction.Rename(NameSpace.Relation, inSchema, sequence, target.Name, sequence);
            }
        }
        schema = target.Name;
    }

    private OutcomeResult RenameSchema(AlterStatement alter, string tag)
    {
        foreach (AlterAction action in alter.Actions)
        {
            if (action is OwnerAction) continue;
            if (action is not RenameAction rename)
            {
                throw new QueryException(
                    SqlStates.FeatureNotSupported, "A schema can be renamed only", action.Position);
            }
            string old = alter.Name.Last.Name;
            if (!scope.Transaction.Catalog.HasSchema(old))
            {
                throw new QueryException(
                    SqlStates.InvalidSchemaName, $"Schema does not exist: \"{old}\"", alter.Name.Position);
            }
            scope.Transaction.CreateSchema(rename.NewName.Name);
            foreach (NameSpace space in (NameSpace[])[NameSpace.Relation, NameSpace.Function, NameSpace.Type])
            {
                foreach ((_, string name, _) in scope.Transaction.Catalog.Names(space, old).ToList())
                    Rename(space, old, name, rename.NewName.Name, name);
            }
            scope.Transaction.DropSchema(old);
        }
        return new OutcomeResult(tag);
    }

    // ---- Names -----------------------------------------------------------------------------------------------------

    private (string Schema, string Name) NameOf(QualifiedName name, bool isTemporary = false) =>
        (scope.Catalog.SchemaFor(SchemaIn(name), isTemporary), name.Last.Spelling);

    private static string? SchemaIn(QualifiedName name) =>
        name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : null;

    private (string Schema, string Name, NameRecord? Record) FindName(NameSpace space, QualifiedName name)
    {
        IReadOnlyList<string> path = scope.Catalog.SchemasOf(SchemaIn(name));
        foreach (string schema in path)
        {
            foreach ((string _, string stored, NameRecord record) in scope.Transaction.Catalog.Names(space, schema))
            {
                if (ScopeTable.NamesMatch(name.Last, stored)) return (schema, stored, record);
            }
        }
        return (path[0], name.Last.Name, null);
    }

    private StoredTable FindTable(QualifiedName name)
    {
        string? schema = name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : null;
        return scope.Catalog.FindRelation(schema, name.Last.Name) is TableRelation { Table: StoredTable table }
            ? table
            : throw new QueryException(
                SqlStates.UndefinedTable, $"Table does not exist: \"{name.Last.Name}\"", name.Position);
    }
}
