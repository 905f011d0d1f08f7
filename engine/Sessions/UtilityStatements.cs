using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sessions.SystemRelations;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Sessions;

/// <summary>Statements without expressions over data: settings, SHOW and DESCRIBE, DROP, ALTER, CHECKPOINT.</summary>
internal sealed class UtilityStatements(Session session, StatementScope scope, StatementBinder binder)
{
    private static readonly Schema s_describe = new(
        new Field("column_name", LogicalType.Varchar), new Field("column_type", LogicalType.Varchar),
        new Field("null", LogicalType.Varchar), new Field("default", LogicalType.Varchar));

    /// <summary>What EXPLAIN returns.</summary>
    public static Schema ExplainSchema { get; } = new(new Field("QUERY PLAN", LogicalType.Varchar, false));

    /// <summary>The columns that a statement will return, known before it runs.</summary>
    public static Schema SchemaOf(BoundStatement bound, Session session) => bound switch
    {
        BoundQuery { ReturnsRows: true } query => query.Schema,
        BoundExplain => ExplainSchema,
        BoundUtility { Statement: DescribeStatement or ShowStatement { Kind: ShowKind.Columns } } => s_describe,
        BoundUtility { Statement: ShowStatement { Kind: ShowKind.AllSettings } } => SettingValue.ListSchema,
        BoundUtility { Statement: ShowStatement { Kind: ShowKind.Setting, Name: { } name } } =>
            Texts(SettingRegistry.Find(name.Last.Name).Name),
        BoundUtility { Statement: ShowStatement } => Texts("name"),
        BoundUtility { Statement: ExplainStorageStatement } => StorageStatements.StorageSchema,
        BoundUtility { Statement: ExplainDistributionStatement } => DistributionReport.Schema,
        BoundUtility { Statement: ExplainFragmentsStatement { Statement: InsertStatement } } =>
            FragmentReport.InsertSchema,
        BoundUtility { Statement: ExplainFragmentsStatement } => FragmentReport.QuerySchema,
        _ => new Schema(),
    };

    /// <summary>Runs the statement.</summary>
    public async ValueTask<QueryResult> RunAsync(Statement statement, CancellationToken cancellationToken)
    {
        switch (statement)
        {
            case SetStatement set:
                Set(set);
                return new OutcomeResult("SET");
            case ResetStatement reset:
                if (reset.Name is null) session.Settings.ResetAll();
                else session.Settings.Reset(reset.Name);
                return new OutcomeResult("RESET");
            case SetTransactionStatement:
                return new OutcomeResult("SET");
            case DiscardStatement:
                session.Settings.ResetAll();
                return new OutcomeResult("DISCARD ALL");
            case ShowStatement show:
                return Show(show);
            case DescribeStatement describe:
                return Describe(describe.Query);
            case CreateSchemaStatement schema:
                return CreateSchema(schema);
            case DropStatement drop:
                return Drop(drop);
            case AlterStatement alter:
                return Alter(alter);
            case UndropTableStatement undrop:
                (string dropped, string name) = NameOf(undrop.Name);
                scope.Transaction.Undrop(dropped, name);
                return new OutcomeResult("UNDROP TABLE");
            case CreateTableCloneStatement clone:
                (string target, string cloned) = NameOf(clone.Name);
                scope.Transaction.Clone(FindTable(clone.Source).Snapshot.TableId, target, cloned);
                return new OutcomeResult("CREATE TABLE");
            case CreateMacroStatement macro:
                return CreateText(macro, macro.Name, NameSpace.Function, Catalog.ObjectKind.Macro, macro.Mode,
                    SqlWriter.Write(macro), "CREATE MACRO");
            case CreateTypeStatement type:
                return CreateText(type, type.Name, NameSpace.Type, Catalog.ObjectKind.Type, type.Mode,
                    SqlWriter.Write(type.Type), "CREATE TYPE");
            case ExplainStorageStatement storage:
                return await new StorageStatements(session).ExplainAsync(FindTable(storage.Table), cancellationToken);
            case ExplainDistributionStatement distribution:
                return await new DistributionReport(session).ExplainAsync(
                    FindTable(distribution.Table), distribution, new BindingContext(scope.Catalog, scope.Info),
                    cancellationToken);
            case CheckpointStatement:
                await session.Host.Checkpoint(cancellationToken);
                return new OutcomeResult("CHECKPOINT");
            case BackupStatement backup:
                return await new BackupStatements(session, scope).RunAsync(backup, cancellationToken);
            case AnalyzeStatement:
                return new OutcomeResult(
                    "ANALYZE", notices: ["Statistics are kept with every segment; there is nothing to collect."]);
            case VacuumStatement vacuum:
                foreach (MaintenanceTarget named in vacuum.Targets) FindTable(named.Table);
                await session.Host.Checkpoint(cancellationToken);
                return new OutcomeResult("VACUUM");
            case GrantStatement:
                return new OutcomeResult(
                    "GRANT", notices: ["Rights are not checked yet; the statement was accepted and has no effect."]);
            case LockStatement:
                return new OutcomeResult(
                    "LOCK TABLE", notices: ["Snapshots need no locks; the statement has no effect."]);
            default:
                throw new QueryException(
                    SqlStates.FeatureNotSupported,
                    $"Statement is not supported yet: {statement.GetType().Name.Replace("Statement", "", StringComparison.Ordinal)}",
                    statement.Position);
        }
    }

    // ---- Settings --------------------------------------------------------------------------------------------------

    private void Set(SetStatement set)
    {
        if (set.Values.IsEmpty)
        {
            session.Settings.Reset(set.Name);
            return;
        }
        BindingContext context = new(scope.Catalog, scope.Info);
        string text = string.Join(", ", set.Values.Select(v => OptionValues.ValueOf(v, context).ToString()));
        try
        {
            session.Settings.Set(set.Name, text, set.Scope == SettingScope.Local);
        }
        catch (QueryException error)
        {
            throw error.At(set.Values[0].Position);
        }
        if (set.Name.Equals("memory_limit", StringComparison.OrdinalIgnoreCase)
            && session.Settings.Number("memory_limit") is > 0 and var limit)
        {
            session.Host.Memory.LimitBytes = limit;
        }
    }

    private ValuesResult Show(ShowStatement show)
    {
        switch (show.Kind)
        {
            case ShowKind.AllSettings:
                return new ValuesResult(
                    SettingValue.ListSchema,
                    [.. session.Settings.List().Select(
                        s =>
                        Row(s.Setting.Name, s.Value.Text, s.Setting.Description,
                            s.Value.Origin.ToString().ToLowerInvariant()))],
                    "SHOW");
            case ShowKind.Setting:
                return ShowSetting(show.Name!);
            case ShowKind.Columns:
                return Describe(new SelectQuery
                    { Items = [new SelectItem(new StarSyntax())], From = [new NamedTableReference(show.Name!)] });
            case ShowKind.Tables or ShowKind.AllTables:
                return Names(n => n.Kind is Catalog.ObjectKind.Table or Catalog.ObjectKind.View);
            case ShowKind.Views:
                return Names(n => n.Kind == Catalog.ObjectKind.View);
            case ShowKind.Schemas:
                return List(scope.Transaction.Catalog.SchemaNames.Concat(SystemRelationRegistry.Schemas));
            case ShowKind.Functions:
                return List(session.Host.Functions.Infos.Select(i => i.Name).Order(StringComparer.Ordinal));
            default:
                return List(["colfrag"]);
        }
    }

    private ValuesResult ShowSetting(QualifiedName name)
    {
        string setting = name.Last.Name;
        if (scope.Catalog.FindRelation(name.Parts.Count > 1 ? name.Parts[0].Name : null, setting) is not null)
        {
            return Describe(new SelectQuery
                { Items = [new SelectItem(new StarSyntax())], From = [new NamedTableReference(name)] });
        }
        try
        {
            Setting found = SettingRegistry.Find(setting);
            return new ValuesResult(Texts(found.Name), [Row(session.Settings[setting].Text)], "SHOW");
        }
        catch (QueryException error)
        {
            throw error.At(name.Position);
        }
    }

    private ValuesResult Names(Func<NameRecord, bool> isWanted) =>
        List(scope.Transaction.Catalog.Names(NameSpace.Relation).Where(n => isWanted(n.Record)).Select(n => n.Name));

    private static ValuesResult List(IEnumerable<string> names) =>
        new(Texts("name"), [.. names.Select(n => Row(n))], "SHOW");

    private ValuesResult Describe(Query query)
    {
        BoundQuery bound = (BoundQuery)binder.Bind(new QueryStatement(query));
        StoredTable? table = TableOf(query);
        List<Value[]> rows = [];
        foreach (Field field in bound.Schema.Fields)
        {
            PlanTableColumn? column = table?.Columns.FirstOrDefault(c => c.Name == field.Name);
            rows.Add(
            [
                Value.Text(field.Name), Value.Text(field.Type.ToString()),
                Value.Text((column?.IsNullable ?? field.IsNullable) ? "YES" : "NO"),
                column?.DefaultSql is { } text ? Value.Text(text) : Value.Null(LogicalType.Varchar),
            ]);
        }
        return new ValuesResult(s_describe, rows, "DESCRIBE");
    }

    private StoredTable? TableOf(Query query) =>
        query is SelectQuery { From: [NamedTableReference { AsOf: null } only], Items: [{ Expression: StarSyntax }] } &&
        scope.Catalog.FindRelation(only.Name.Parts.Count > 1 ? only.Name.Parts[0].Name : null, only.Name.Last.Name)
            is TableRelation relation
            ? (StoredTable)relation.Table
            : null;

    // ---- Definitions -----------------------------------------------------------------------------------------------

    private OutcomeResult CreateSchema(CreateSchemaStatement statement)
    {
        string name = statement.Name.Last.Name;
        if (statement.Mode == CreateMode.IfNotExists && scope.Transaction.Catalog.HasSchema(name))
            return new OutcomeResult("CREATE SCHEMA");
        scope.Transaction.CreateSchema(name);
        return new OutcomeResult("CREATE SCHEMA");
    }

    private OutcomeResult CreateText(
        Statement statement, QualifiedName name, NameSpace space, Catalog.ObjectKind kind, CreateMode mode, string sql,
        string tag)
    {
        (string schema, string plain) = NameOf(name);
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

    private OutcomeResult Drop(DropStatement drop)
    {
        string kind = drop.Kind.ToString().ToUpperInvariant();
        foreach (DropTarget target in drop.Targets)
        {
            if (drop.Kind == Syntax.ObjectKind.Schema)
            {
                DropSchema(drop, target);
                continue;
            }
            (NameSpace space, Catalog.ObjectKind stored) = drop.Kind switch
            {
                Syntax.ObjectKind.Table => (NameSpace.Relation, Catalog.ObjectKind.Table),
                Syntax.ObjectKind.View => (NameSpace.Relation, Catalog.ObjectKind.View),
                Syntax.ObjectKind.Sequence => (NameSpace.Relation, Catalog.ObjectKind.Sequence),
                Syntax.ObjectKind.Macro or Syntax.ObjectKind.TableMacro or Syntax.ObjectKind.Function =>
                    (NameSpace.Function, Catalog.ObjectKind.Macro),
                Syntax.ObjectKind.Type => (NameSpace.Type, Catalog.ObjectKind.Type),
                _ => throw new QueryException(
                    SqlStates.FeatureNotSupported, $"DROP {kind} is not supported", drop.Position),
            };
            (string schema, string name, NameRecord? record) = FindName(space, target.Name);
            if (record is null && drop.IfExists)
            {
                session.AddNotice($"{kind} \"{target.Name.Last.Name}\" does not exist, skipping.");
                continue;
            }
            if (record is { } found && found.Kind != stored)
            {
                throw new QueryException(
                    SqlStates.WrongObjectType, $"\"{name}\" is not a {kind.ToLowerInvariant()}", target.Name.Position,
                    $"Use DROP {found.Kind.ToString().ToUpperInvariant()}.");
            }
            try
            {
                scope.Transaction.Drop(space, schema, name);
            }
            catch (QueryException error)
            {
                throw error.At(target.Name.Position);
            }
        }
        return new OutcomeResult($"DROP {kind}", notices: session.TakeNotices());
    }

    private void DropSchema(DropStatement drop, DropTarget target)
    {
        string schema = target.Name.Last.Name;
        if (drop.IfExists && !scope.Transaction.Catalog.HasSchema(schema)) return;
        if (drop.Behavior == DropBehavior.Cascade)
        {
            foreach (NameSpace space in (NameSpace[])[NameSpace.Relation, NameSpace.Function, NameSpace.Type])
            {
                foreach ((string _, string name, NameRecord _) in scope.Transaction.Catalog.Names(
                    space, schema).ToList())
                {
                    scope.Transaction.Drop(space, schema, name);
                }
            }
        }
        scope.Transaction.DropSchema(schema);
    }

    private OutcomeResult Alter(AlterStatement alter)
    {
        string tag = $"ALTER {alter.Kind.ToString().ToUpperInvariant()}";
        (string schema, string name, NameRecord? record) = FindName(NameSpace.Relation, alter.Name);
        if (record is null && alter.IfExists) return new OutcomeResult(tag);
        if (record is null)
            throw new QueryException(
                SqlStates.UndefinedTable, $"Relation does not exist: \"{name}\"", alter.Name.Position);
        foreach (AlterAction action in alter.Actions)
        {
            switch (action)
            {
                case RenameAction rename:
                    scope.Transaction.Rename(NameSpace.Relation, schema, name, schema, rename.NewName.Spelling);
                    name = rename.NewName.Spelling;
                    break;
                case SetSchemaAction move:
                    scope.Transaction.Rename(NameSpace.Relation, schema, name, move.Schema.Name, name);
                    schema = move.Schema.Name;
                    break;
                case OwnerAction:
                    break;
                default:
                    if (record.Value.Kind != Catalog.ObjectKind.Table)
                    {
                        throw new QueryException(
                            SqlStates.WrongObjectType, $"Not a table: \"{name}\"", alter.Name.Position);
                    }
                    new TableAlteration(scope).Apply(record.Value.Id, action);
                    break;
            }
        }
        return new OutcomeResult(tag);
    }

    private (string Schema, string Name) NameOf(QualifiedName name) =>
        (name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : scope.Catalog.SearchPath[0],
            name.Last.Spelling);

    private (string Schema, string Name, NameRecord? Record) FindName(NameSpace space, QualifiedName name)
    {
        IEnumerable<string> path = name.Parts.Count > 1
            ? [name.Parts[name.Parts.Count - 2].Name]
            : scope.Catalog.SearchPath;
        foreach (string schema in path)
        {
            foreach ((string _, string stored, NameRecord record) in scope.Transaction.Catalog.Names(space, schema))
            {
                if (ScopeTable.NamesMatch(name.Last, stored)) return (schema, stored, record);
            }
        }
        return (path.First(), name.Last.Name, null);
    }

    private StoredTable FindTable(QualifiedName name)
    {
        string? schema = name.Parts.Count > 1 ? name.Parts[name.Parts.Count - 2].Name : null;
        return scope.Catalog.FindRelation(schema, name.Last.Name) is TableRelation { Table: StoredTable table }
            ? table
            : throw new QueryException(
                SqlStates.UndefinedTable, $"Table does not exist: \"{name.Last.Name}\"", name.Position);
    }

    private static Schema Texts(params string[] names) =>
        new(names.Select(n => new Field(n, LogicalType.Varchar, false)));

    private static Value[] Row(params string[] texts) => [.. texts.Select(Value.Text)];
}
