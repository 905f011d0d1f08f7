using System.Collections.Immutable;
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
        StatementBinder binder = new(scope.Catalog, scope.Info);
        BoundCreateTable create = (BoundCreateTable)binder.Bind(similar);
        if (!create.Changes.IsEmpty)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported,
                "Materialized views must not use data-modifying statements in WITH", view.Query.Position);
        }
        List<DescribedSetting> settings =
        [
            .. create.Table.Settings,
            Setting(TableDefinition.ViewOption, SqlWriter.Write(view.Query)),
        ];
        if (view.WithNoData) settings.Add(Setting(TableDefinition.UnpopulatedOption, "true"));
        else if (IncrementalOf(view.Query, binder)?.Mark() is { } mark)
            settings.Add(Setting(TableDefinition.RefreshedOption, mark));
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
        Query query = Parser.ParseQuery(sql);
        StatementBinder binder = new(scope.Catalog, scope.Info);
        LogicalNode source = binder.BindSource(query);
        IncrementalRefresh? incremental = refresh.WithNoData ? null : IncrementalOf(query, binder);
        string? before = definition.Options.GetValueOrDefault(TableDefinition.RefreshedOption);
        string? now = incremental?.Mark();
        bool isIncremental = false;
        if (definition.IsPopulated && now is not null)
        {
            if (now == before) return new OutcomeResult("REFRESH MATERIALIZED VIEW");
            if (incremental!.TryWrite(before, definition, schema, name) is { } less)
            {
                source = binder.BindSource(less);
                isIncremental = true;
            }
        }
        scope.Transaction.Truncate(record.Id);
        if (definition.IsPopulated == refresh.WithNoData || now != before)
            SetOptions(record.Id, refresh.WithNoData ? "true" : null, now);
        if (!refresh.WithNoData)
        {
            StoredTable table = new(scope.Transaction.GetTable(record.Id), schema, name);
            await runner.ChangeAsync(binder.BindFill(source, table), cancellationToken);
        }
        if (isIncremental) session.AddNotice("Only rows that were added since the last refresh were read.");
        return new OutcomeResult("REFRESH MATERIALIZED VIEW", notices: session.TakeNotices());
    }

    // What depends on the moment or on chance is another result, though no row changed.
    private IncrementalRefresh? IncrementalOf(Query query, StatementBinder bound) =>
        bound.IsVolatile ? null : IncrementalRefresh.Of(scope, session.Host.Functions, query);

    private void SetOptions(long view, string? unpopulated, string? refreshed)
    {
        scope.Transaction.AlterTable(view, old => old with
        {
            Options = With(
                With(old.Options, TableDefinition.UnpopulatedOption, unpopulated),
                TableDefinition.RefreshedOption, refreshed),
        });
    }

    private static ImmutableSortedDictionary<string, string> With(
        ImmutableSortedDictionary<string, string> options, string name, string? value) =>
        value is null ? options.Remove(name) : options.SetItem(name, value);

    private static DescribedSetting Setting(string name, string value) => new(name, Value.Text(value), -1);
}
