using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ObjectKind = ColFrag.Engine.Catalog.ObjectKind;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Materialised views: tables that keep the query they were filled from. REFRESH runs it again and replaces the rows
/// in one transaction, so that readers see the old rows or the new ones.
/// </summary>
internal sealed class MaterializedViews(Session session, StatementScope scope, StatementRunner runner)
{
    /// <summary>CREATE MATERIALIZED VIEW</summary>
    public async ValueTask<QueryResult> CreateAsync(
        CreateMaterializedViewStatement view, CancellationToken cancellationToken)
    {
        CreateTableAsStatement similar = new(view.Name, view.Columns, view.Query)
        {
            Mode = view.Mode, Options = view.Options, WithNoData = view.WithNoData, Range = view.Range,
        };
        BoundCreateTable create = (BoundCreateTable)new StatementBinder(scope.Catalog, scope.Info).Bind(similar);
        List<DescribedSetting> settings =
        [
            .. create.Table.Settings,
            new DescribedSetting(TableDefinition.ViewOption, Value.Text(SqlWriter.Write(view.Query)), -1),
        ];
        if (view.WithNoData) settings.Add(Unpopulated());
        create = create with { Table = create.Table with { Settings = settings.ToPlanList() } };
        QueryResult made = await runner.CreateTableAsync(create, cancellationToken);
        return made.CommandTag.StartsWith("SELECT", StringComparison.Ordinal)
            ? made
            : new OutcomeResult("CREATE MATERIALIZED VIEW", notices: made.Notices);
    }

    /// <summary>REFRESH MATERIALIZED VIEW</summary>
    public async ValueTask<QueryResult> RefreshAsync(
        RefreshStatement refresh, string schema, string name, NameRecord? found, CancellationToken cancellationToken)
    {
        if (found is not { } record)
        {
            throw new QueryException(
                SqlStates.UndefinedTable, $"Relation does not exist: \"{name}\"", refresh.Name.Position);
        }
        TableDefinition? definition =
            record.Kind == ObjectKind.Table ? scope.Transaction.GetTable(record.Id).Definition : null;
        if (definition?.ViewSql is not { } sql)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, $"\"{name}\" is not a materialized view", refresh.Name.Position);
        }
        if (refresh is { IsConcurrent: true, WithNoData: true })
        {
            throw new QueryException(
                SqlStates.SyntaxError, "REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together",
                refresh.Position);
        }
        StatementBinder binder = new(scope.Catalog, scope.Info);
        LogicalNode source = binder.BindSource(Parser.ParseQuery(sql));
        scope.Transaction.Truncate(record.Id);
        if (definition.IsPopulated == refresh.WithNoData)
        {
            scope.Transaction.AlterTable(record.Id, old => old with
            {
                Options = refresh.WithNoData
                    ? old.Options.SetItem(TableDefinition.UnpopulatedOption, "true")
                    : old.Options.Remove(TableDefinition.UnpopulatedOption),
            });
        }
        if (!refresh.WithNoData)
        {
            StoredTable table = new(scope.Transaction.GetTable(record.Id), schema, name);
            await runner.ChangeAsync(binder.BindFill(source, table), cancellationToken);
        }
        return new OutcomeResult("REFRESH MATERIALIZED VIEW", notices: session.TakeNotices());
    }

    private static DescribedSetting Unpopulated() => new(TableDefinition.UnpopulatedOption, Value.Text("true"), -1);
}
