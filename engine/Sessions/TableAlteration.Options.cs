using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// SET and RESET of options. Compression and bloom filters are those of segments from now on; other ranges and another
/// placement change the catalog, and rows follow in the background; another distribution writes all rows anew.
/// </summary>
internal sealed partial class TableAlteration
{
    private async ValueTask SetAsync(TableOptionsSyntax options, CancellationToken cancellationToken)
    {
        if (!options.OrderBy.IsEmpty || !options.ColumnGroups.IsEmpty)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "The order and the column groups of a table cannot be changed",
                options.Position, "Make another table and copy the rows.");
        }
        BindingContext context = new(scope.Catalog, scope.Info);
        PlanList<DescribedSetting> settings = OptionValues.Bind(options.Settings, context);
        TableDefinition altered = Definition;
        if (options.Distribution is { } distribution)
        {
            altered = altered with { Scheme = DistributionReport.SchemeOf(altered, distribution) };
            RequireKey(altered, distribution);
        }
        int? ranges = null;
        foreach (DescribedSetting setting in settings)
        {
            if (setting.Name == "ranges") ranges = TableSettings.Whole(setting, 1, TableSettings.MaxRanges);
            else altered = With(altered, setting);
        }
        bool isCutAnew = altered.Scheme != Definition.Scheme;
        bool isPlacedAnew = altered.Placement != Definition.Placement && !isCutAnew && ranges is null;
        if (isCutAnew)
        {
            await RewriteAsync(
                altered, altered.Columns.Where(c => c.GeneratedSql is null).ToDictionary(c => c.Id, Use),
                cancellationToken);
        }
        else if (altered != Definition)
        {
            scope.Transaction.AlterTable(table, _ => altered);
        }
        if (isPlacedAnew) scope.Transaction.ChooseHomes(table);
        if (ranges is { } count) await CutAsync(count, options.Position, cancellationToken);
    }

    private static TableDefinition With(TableDefinition altered, DescribedSetting setting)
    {
        switch (setting.Name)
        {
            case "compression":
                return altered with
                {
                    Compression = TableSettings.Compression(setting.Value.ToString(), setting.Position),
                };
            case "retention":
                return altered with { Retention = TableSettings.Retention(setting) };
            case "bloom":
                return altered with
                {
                    BloomColumns =
                    [
                        .. TableSettings.Names(setting).Select(n => new Identifier(n)).Select(
                            n => (Find(altered, n) ?? throw NotFound(altered, n)).Id),
                    ],
                };
            case "replicas":
                return altered with { Replicas = TableSettings.Whole(setting, 1, 64) };
            case TableDefinition.EncodingOption:
                return altered with
                {
                    Options = altered.Options.SetItem(setting.Name, TableSettings.Encoding(setting)),
                };
            case TableDefinition.PlacementOption:
                return altered with
                {
                    Options = altered.Options.SetItem(setting.Name, TableSettings.Placement(setting)),
                };
            case "salt" when altered.Scheme.Kind == Distribution.Hash:
                return altered with
                {
                    Scheme = altered.Scheme with { Salt = TableSettings.Whole(setting, 0, TableSettings.MaxSalt) },
                };
            case "salt":
                throw new QueryException(
                    SqlStates.InvalidParameterValue, "Option salt needs a distribution by hash", setting.Position);
            // PostgreSQL's, about pages that there are none of here.
            case "fillfactor" or "parallel_workers" or "toast_tuple_target" or "autovacuum_enabled":
                return altered;
            default:
                throw TableSettings.Unknown(setting.Name, setting.Position);
        }
    }

    private void Reset(ResetOptionsAction reset)
    {
        TableDefinition altered = Definition;
        foreach (Identifier option in reset.Options)
        {
            altered = option.Name.ToLowerInvariant() switch
            {
                "compression" => altered with { Compression = "" },
                "retention" => altered with { Retention = null },
                "bloom" => altered with { BloomColumns = [] },
                TableDefinition.EncodingOption => altered with
                {
                    Options = altered.Options.Remove(TableDefinition.EncodingOption),
                },
                TableDefinition.PlacementOption => altered with
                {
                    Options = altered.Options.Remove(TableDefinition.PlacementOption),
                },
                "replicas" => altered with { Replicas = DefaultReplicas },
                "ranges" or "salt" or "distributed_by" or "order_by" or "column_groups" => throw new QueryException(
                    SqlStates.FeatureNotSupported, $"Option {option.Name} has no default to go back to",
                    option.Position, "Say with SET what it shall be."),
                _ => throw TableSettings.Unknown(option.Name, option.Position),
            };
        }
        bool isPlacedAnew = altered.Placement != Definition.Placement;
        scope.Transaction.AlterTable(table, _ => altered);
        if (isPlacedAnew) scope.Transaction.ChooseHomes(table);
    }

    private const int DefaultReplicas = 2;

    private static void RequireKey(TableDefinition altered, DistributionSyntax distribution)
    {
        if (altered.PrimaryKey.IsEmpty || altered.Scheme.Kind == Distribution.Broadcast) return;
        ImmutableArray<int> ids = altered.Scheme.ColumnIds;
        if (!ids.IsEmpty && ids.All(id => altered.PrimaryKey.Contains(id))) return;
        throw new QueryException(
            "42P16", "A PRIMARY KEY must contain the distribution columns", distribution.Position,
            "Otherwise rows with equal keys could lie on different workers.");
    }

    /// <summary>
    /// Other bounds: of all positions for a hash, of the values that are there for a range. Nothing is written but the
    /// catalog; compaction makes segments of each range alone.
    /// </summary>
    private async ValueTask CutAsync(int count, int position, CancellationToken cancellationToken)
    {
        TableSnapshot snapshot = scope.Transaction.GetTable(table);
        if (snapshot.Definition.Scheme.Kind == Distribution.Broadcast)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "A table that every worker has has no ranges", position);
        }
        PositionSample? sample = null;
        if (snapshot.Definition.Scheme.Kind == Distribution.Range && snapshot.RowCount > 0)
        {
            sample = new PositionSample(session.Host.Random);
            await using (await RowPositions.BorrowAsync(session, snapshot, cancellationToken))
            {
                FragmentScheme scheme = snapshot.Definition.Scheme;
                foreach ((ulong row, ulong _) in RowPositions.Of(session, snapshot, scheme, cancellationToken))
                    sample.Add(row);
            }
        }
        scope.Transaction.CutRanges(table, count, sample);
    }
}
