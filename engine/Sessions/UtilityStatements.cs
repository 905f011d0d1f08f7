using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sessions.SystemRelations;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>Statements without expressions over data: settings, SHOW and DESCRIBE, CHECKPOINT.</summary>
internal sealed class UtilityStatements(
    Session session, StatementScope scope, StatementBinder binder, StatementRunner runner)
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
            case SetVariableStatement variable:
                await SetVariableAsync(variable, cancellationToken);
                return new OutcomeResult("SET");
            case ResetStatement { Name: { } variable, Scope: SettingScope.Variable }:
                session.Variables.Remove(variable);
                return new OutcomeResult("RESET");
            case ResetStatement reset:
                if (reset.Name is null) session.Settings.ResetAll();
                else session.Settings.Reset(reset.Name);
                ApplyLimits();
                return new OutcomeResult("RESET");
            case SetTransactionStatement modes:
                session.SetModes(modes);
                return new OutcomeResult("SET");
            case DiscardStatement discard:
                Discard(discard.Kind);
                return new OutcomeResult($"DISCARD {discard.Kind switch
                {
                    DiscardKind.Temporary => "TEMP",
                    DiscardKind kind => kind.ToString().ToUpperInvariant(),
                }}");
            case ShowStatement show:
                return Show(show);
            case DescribeStatement describe:
                return Describe(describe.Query);
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
                return await new DefinitionStatements(session, scope, runner).RunAsync(statement, cancellationToken);
        }
    }

    // ---- Settings --------------------------------------------------------------------------------------------------

    private async ValueTask SetVariableAsync(SetVariableStatement set, CancellationToken cancellationToken)
    {
        BoundQuery query = (BoundQuery)binder.Bind(
            new QueryStatement(new SelectQuery { Items = [new SelectItem(set.Value)] }));
        List<Value[]> rows = await runner.ReadAllAsync(query.Plan, cancellationToken);
        session.Variables[set.Name.Name] = rows[0][0];
    }

    private void Discard(DiscardKind kind)
    {
        if (kind is DiscardKind.All or DiscardKind.Temporary) session.Temporary.Remove(scope.Transaction);
        if (kind is DiscardKind.All or DiscardKind.Sequences) session.Sequences.Forget();
        if (kind != DiscardKind.All) return;
        session.Settings.ResetAll();
        ApplyLimits();
    }

    private void Set(SetStatement set)
    {
        if (set.Values.IsEmpty)
        {
            session.Settings.Reset(set.Name);
            ApplyLimits();
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
        ApplyLimits();
    }

    // Memory and disk are the process's: the setting of whoever changed it last counts for all.
    private void ApplyLimits()
    {
        long memory = session.Settings.Number("memory_limit");
        if (session.Settings.HasChanged("memory_limit"))
            session.Host.Memory.LimitBytes = memory > 0 ? memory : session.Host.Memory.DefaultLimitBytes;
        if (session.Settings.HasChanged("spill_limit") && session.Host.Spill is { } spill)
            spill.LimitBytes = session.Settings.Number("spill_limit");
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
                return List(scope.Transaction.Catalog.SchemaNames.Where(s => !session.Temporary.IsHidden(s))
                    .Concat(SystemRelationRegistry.Schemas));
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
        List(scope.Transaction.Catalog.Names(NameSpace.Relation)
            .Where(n => isWanted(n.Record) && !session.Temporary.IsHidden(n.Schema)).Select(n => n.Name));

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
                Value.Text(field.Name), Value.Text(column?.TypeText ?? field.Type.ToString()),
                Value.Text((column?.IsNullable ?? field.IsNullable) ? "YES" : "NO"),
                scope.Catalog.Objects.ShowDefault(column?.DefaultSql) is { } text
                    ? Value.Text(text) : Value.Null(LogicalType.Varchar),
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
