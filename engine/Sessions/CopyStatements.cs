using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>COPY between tables and files, or the client's stream.</summary>
internal sealed class CopyStatements(Session session, StatementScope scope, StatementBinder binder, StatementRunner runner)
{
    /// <summary>COPY t FROM: one reader behind every entry; the types of the table win over guesses.</summary>
    public async ValueTask<QueryResult> CopyFromAsync(BoundCopyFrom copy, CancellationToken cancellationToken)
    {
        string? stored = null;
        try
        {
            IReadOnlyList<string> paths = [.. copy.Paths];
            if (paths.Count == 0) paths = [stored = await StoreInputAsync(cancellationToken).ConfigureAwait(false)];
            (FileFormat? format, SourceOptions options) = Split(copy.Options, stored is null ? null : FileFormat.Csv);
            ITableSource source = scope.Catalog.Open(paths, format, options, copy.TargetSchema);
            BoundCopyFrom matched = copy with { TableColumns = MatchColumns(copy, source) };
            BoundQuery plan = binder.BindCopy(matched, new SourceTable(source, $"'{string.Join("', '", paths)}'"));
            QueryResult result = await runner.ChangeAsync(plan, cancellationToken).ConfigureAwait(false);
            long rejected = source.Counters.RowsRejected;
            if (rejected > 0) session.AddNotice($"{source.Counters.RowsRead:N0} rows read, {rejected:N0} rejected.");
            return new OutcomeResult(result.CommandTag, result.RowsAffected, session.TakeNotices());
        }
        finally
        {
            if (stored is not null) File.Delete(stored);
        }
    }

    /// <summary>COPY (query) TO</summary>
    public async ValueTask<QueryResult> CopyToAsync(BoundCopyTo copy, QueryEnvironment environment, CancellationToken cancellationToken)
    {
        (FileFormat? named, SourceOptions options) = Split(copy.Options, null);
        FileFormat format = named ?? (copy.Path is null ? FileFormat.Csv : FileFormats.FromName(copy.Path) ?? FileFormat.Csv);
        if (copy.Path is null && session.CopyOutput is null)
        {
            throw new QueryException(SqlStates.FeatureNotSupported, "COPY TO STDOUT needs a client that takes the rows");
        }
        await using TableFileWriter writer = TableFileWriter.Create(format, copy.Path, session.CopyOutput, copy.Query.Schema, options);
        await using RunningPlan plan = await session.Host.Runner.StartAsync(copy.Query, environment, cancellationToken).ConfigureAwait(false);
        long count = 0;
        while (await plan.ReadAsync(cancellationToken).ConfigureAwait(false) is { } batch)
        {
            await writer.WriteAsync(batch, cancellationToken).ConfigureAwait(false);
            count += batch.Count;
        }
        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        return new OutcomeResult($"COPY {count}", count, session.TakeNotices());
    }

    // A file that names its columns may have fewer than the table, in any order.
    private static PlanList<int> MatchColumns(BoundCopyFrom copy, ITableSource source)
    {
        Schema target = copy.TargetSchema;
        if (source.Schema.Fields.Select(f => f.Name).SequenceEqual(target.Fields.Select(f => f.Name))) return copy.TableColumns;
        bool isByName = source.Schema.Fields.All(f => target.IndexOf(f.Name) >= 0);
        if (isByName) return source.Schema.Fields.Select(f => copy.TableColumns[target.IndexOf(f.Name)]).ToPlanList();
        if (source.Schema.Count == target.Count) return copy.TableColumns;
        throw new QueryException(
            SqlStates.BadCopyFileFormat,
            $"File has {source.Schema.Count} columns, the table takes {target.Count}: {string.Join(", ", source.Schema.Fields.Select(f => f.Name))}",
            hint: "Name the columns that the file has: COPY t (a, b) FROM …");
    }

    private static (FileFormat? Format, SourceOptions Options) Split(PlanList<DescribedSetting> settings, FileFormat? fallback)
    {
        FileFormat? format = fallback;
        List<KeyValuePair<string, Value>> others = [];
        foreach (DescribedSetting setting in settings)
        {
            if (setting.Name == "format") format = FileFormats.ParseOrThrow(setting.Value.ToString());
            else others.Add(KeyValuePair.Create(setting.Name, setting.Value));
        }
        return (format, new SourceOptions(others));
    }

    // The client's bytes are kept in a file, so that the reader can look twice and work in parallel.
    private async ValueTask<string> StoreInputAsync(CancellationToken cancellationToken)
    {
        Stream input = session.CopyInput ??
            throw new QueryException(SqlStates.FeatureNotSupported, "COPY FROM STDIN needs a client that sends the rows");
        string path = Path.GetTempFileName();
        await using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        await input.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
        return path;
    }
}
